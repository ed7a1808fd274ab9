"""What editors show of the blocks: explained in English, all of it in French too, and of today."""

import json
import re

import pytest

from .locale_builder import (
    LOCALES,
    TRANSLATIONS,
    locale_files,
    node_definitions,
    read_translations,
    text_of,
    texts_by_block,
    untranslated,
    updated_translations,
)
from .node_texts import block_infos, silent_places

INFOS = block_infos()
WRITTEN = read_translations()
REBUILD = "run: python -m tests.web"


@pytest.fixture(params=INFOS)
def node_id(request):
    return request.param


def test_every_input_and_output_is_explained(node_id):
    assert silent_places(INFOS[node_id]) == [], node_id


@pytest.mark.parametrize("node_id", texts_by_block(INFOS))
def test_every_text_has_its_french(node_id):
    missing = untranslated(INFOS, WRITTEN).get(node_id, [])
    assert missing == [], f"{TRANSLATIONS.name} lacks French; {REBUILD}, then fill its empty places"


@pytest.mark.parametrize("name", locale_files(INFOS, WRITTEN))
def test_files_are_what_the_blocks_declare_today(name):
    written = json.loads((LOCALES / name).read_text("utf-8"))
    today = json.loads(locale_files(INFOS, WRITTEN)[name])
    changed = [block for block in {**written, **today} if written.get(block) != today.get(block)]
    assert changed == [], f"locales/{name} is of other blocks; {REBUILD}"


def test_no_translation_is_kept_of_words_that_are_gone():
    assert text_of(WRITTEN) == text_of(updated_translations(INFOS, WRITTEN)), REBUILD


def test_a_new_input_needs_both_languages():
    info = json.loads(json.dumps(INFOS["HibariSample"]))
    info["input"]["optional"]["grain"] = ["FLOAT", {}]
    assert silent_places(info) == ["input grain has no tooltip"]
    info["input"]["optional"]["grain"] = ["FLOAT", {"tooltip": "Film grain."}]
    assert silent_places(info) == []
    missing = untranslated({"HibariSample": info}, WRITTEN)["HibariSample"]
    assert [text for text in missing if "grain" in text] == ["grain", "Film grain."]


def test_inputs_that_a_choice_brings_are_texts_too():
    info = json.loads(json.dumps(INFOS["HibariSample"]))
    nested = {"required": {"radius": ["INT", {"tooltip": "In pixels."}]}}
    options = {"tooltip": "Which.", "options": [{"key": "soft", "inputs": nested}]}
    info["input"]["required"]["edge"] = ["COMFY_DYNAMICCOMBO_V3", options]
    files = locale_files({"HibariSample": info}, {})
    inputs = json.loads(files["en/nodeDefs.json"])["HibariSample"]["inputs"]
    assert inputs["edge_radius"] == {"name": "radius", "tooltip": "In pixels."}


def test_numbers_are_the_same_in_both_languages(node_id):
    for english, french in WRITTEN.get(node_id, {}).items():
        if french:
            assert numbers(french) == numbers(english), french


def test_signs_stay_themselves_where_editors_read_messages():
    info = json.loads(json.dumps(INFOS["HibariSample"]))
    info |= {"description": "Write @name | {time}."}
    info["input"]["required"]["steps"][1]["tooltip"] = "Write @name."
    sample = node_definitions({"HibariSample": info})["HibariSample"]
    assert sample["description"] == "Write {'@'}name {'|'} {'{'}time{'}'}."
    assert sample["inputs"]["steps"]["tooltip"] == "Write @name."


def numbers(text):
    return sorted(found.replace(",", ".") for found in re.findall(r"\d+(?:[.,]\d+)*", text))

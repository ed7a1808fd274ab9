"""Help pages: one in each language for every block, with prose, a picture and lists of today."""

import pytest
from PIL import Image

from .help_builder import (
    DOCS,
    ENGLISH,
    FRENCH,
    LANGUAGES,
    README,
    page_of,
    page_path,
    readme_of,
    replaced,
    sayer,
)
from .locale_builder import read_translations
from .node_texts import block_infos
from .page_flaws import flaws_of_page

INFOS = block_infos()
WRITTEN = read_translations()
REBUILD = "run: python -m tests.web"
PAGES = [(name, language) for name in INFOS for language in LANGUAGES]
each_page = pytest.mark.parametrize(
    ("name", "language"), PAGES, ids=[f"{name}-{language.code}" for name, language in PAGES]
)


@each_page
def test_every_block_has_a_page_with_prose_and_a_picture(name, language):
    assert flaws_of_page(name, language) == []


@each_page
def test_titles_and_lists_are_what_the_block_declares_today(name, language):
    say = sayer(WRITTEN, name, language)
    written = page_path(name, language).read_text("utf-8")
    assert written == page_of(INFOS[name], language, say), REBUILD


@pytest.mark.parametrize("name", INFOS)
def test_pictures_are_fit_for_a_narrow_panel(name):
    with Image.open(DOCS / "images" / f"{name}.jpg") as picture:
        assert picture.format == "JPEG"
        assert 300 <= picture.width <= 1600
    assert (DOCS / "images" / f"{name}.jpg").stat().st_size < 150_000


def test_no_page_or_picture_is_left_of_a_block_that_is_gone():
    pages = {path.stem for path in DOCS.glob("*.md")}
    folders = {path.name for path in DOCS.iterdir() if path.is_dir()} - {"images"}
    pictures = {path.stem for path in (DOCS / "images").iterdir()}
    assert pages == folders == pictures == set(INFOS)


def test_the_readme_lists_every_block_with_its_help():
    text = README.read_text("utf-8")
    assert text == readme_of(INFOS, text), REBUILD
    for name in INFOS:
        assert f"(web/docs/{name}.md)" in text


def test_lists_tell_ranges_and_defaults_in_the_words_of_the_language():
    inputs = {
        "required": {
            "model": ["MODEL", {"tooltip": "Any."}],
            "strength": ["FLOAT", {"default": 0.5, "min": 0.0, "max": 30.0, "tooltip": "a | b"}],
            "seed": ["INT", {"default": 0, "min": 0, "max": 2**64 - 1, "tooltip": "Noise."}],
            "file": ["COMBO", {"options": ["of this machine.png"], "tooltip": "Which."}],
            "look": ["COMBO", {"options": ["soft", "hard"], "default": "soft", "advanced": True}],
            "loop": ["BOOLEAN", {"default": False}],
        },
        "optional": {"mask": ["MASK", {}]},
    }
    info = {"name": "New", "display_name": "New", "description": "Does it.", "input": inputs}
    info |= {"output": ["IMAGE"], "output_name": ["frames"], "output_tooltips": ["Made."]}
    english, french = (page_of(info, language, str) for language in (ENGLISH, FRENCH))
    assert "- **`model`** (`MODEL`): Any." in english
    assert "- **`strength`** (0 to 30, default 0.5): a | b" in english
    assert "- **`strength`** (de 0 à 30, 0,5 par défaut): " in french
    assert "- **`seed`** (0 to 2⁶⁴-1, default 0): Noise." in english
    assert "- **`file`** (one of the list): Which." in english
    assert "- **`look`** (soft / hard, default soft, advanced): " in english
    assert "- **`loop`** (oui ou non, non par défaut): " in french
    assert "- **`mask`** (`MASK`, may stay open): " in english
    assert "- **`frames`** (`IMAGE`): Made." in english


def test_a_page_without_a_place_for_a_list_is_refused():
    with pytest.raises(ValueError, match="no place <!-- inputs -->"):
        replaced("# Page\n", "inputs", "- a\n")

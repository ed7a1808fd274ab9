"""What people read on every block: tooltips, folded inputs, words to search for."""

import re

import pytest
from hibari.headless.registry import load_blocks

INFOS = {
    name: block.GET_NODE_INFO_V1()
    for name, block in load_blocks().items()
    if name.startswith("Hibari")
}
NUMBERS = {"INT", "FLOAT"}
COMPUTING = {
    f"Hibari/{kind}" for kind in ("loaders", "conditioning", "latent", "sampling", "video")
}
COST = re.compile(r"cost|time|memory|fast|slow|larger|smaller|model run", re.IGNORECASE)
UNIT = re.compile(
    r"pixel|px|second|\bdB|LUFS|\bs\b|frame|fps|Hz|percent|%|share|number|times|strength|strongly|"
    r"strengthened|clips|1 is|0 is|guidance|noise|days|uses|generations",
    re.IGNORECASE,
)


def inputs():
    for name, info in INFOS.items():
        for group in ("required", "optional"):
            for given, (kind, *rest) in info["input"].get(group, {}).items():
                yield pytest.param(info, kind, rest[0] if rest else {}, id=f"{name}.{given}")


INPUTS = list(inputs())
each_input = pytest.mark.parametrize(("info", "kind", "options"), INPUTS)
each_block = pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)


@each_input
def test_every_input_says_in_a_sentence_what_it_does(info, kind, options):
    tooltip = options["tooltip"]
    assert len(tooltip) >= 15
    assert tooltip.endswith((".", "!"))
    assert "TODO" not in tooltip


@each_input
def test_every_number_says_its_unit_and_what_it_costs_to_compute(info, kind, options):
    if kind in NUMBERS:
        assert UNIT.search(options["tooltip"]), options["tooltip"]
    if kind in NUMBERS and info["category"] in COMPUTING:
        assert COST.search(options["tooltip"]), options["tooltip"]


@each_block
def test_blocks_can_be_found_by_several_words_and_say_what_they_do(info):
    assert len(info["search_aliases"] or []) >= 3
    assert len(set(info["search_aliases"])) == len(info["search_aliases"])
    assert info["description"].endswith(".")
    assert all(info["output_tooltips"])


@each_block
def test_few_widgets_are_shown_and_the_rest_is_folded(info):
    shown = [
        name
        for group in ("required", "optional")
        for name, (_, *rest) in info["input"].get(group, {}).items()
        if rest and ("default" in rest[0] or "options" in rest[0]) and not rest[0].get("advanced")
    ]
    assert len(shown) <= 8, shown


@pytest.mark.parametrize(
    ("words", "block"),
    [
        ("sora", "HibariTextToVideo"),
        ("text to video", "HibariTextToVideo"),
        ("veo", "HibariTextToVideo"),
        ("ksampler", "HibariSample"),
        ("load checkpoint", "HibariLoadModel"),
        ("clip text encode", "HibariTextEncode"),
        ("vae decode", "HibariDecodeVideo"),
        ("video combine", "HibariSaveVideo"),
        ("empty latent video", "HibariEmptyLatent"),
    ],
)
def test_names_of_rival_and_stock_blocks_lead_to_ours(words, block):
    aliases = [alias.lower() for alias in INFOS[block]["search_aliases"]]
    assert any(words in alias for alias in aliases), aliases

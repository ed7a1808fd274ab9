"""A silent video gives no sound; blocks that need one say so, all others go on without."""

import pytest
import torch
from hibari.headless.registry import load_blocks

BLOCKS = {name: block for name, block in load_blocks().items() if name.startswith("Hibari")}
INFOS = {name: block.GET_NODE_INFO_V1() for name, block in BLOCKS.items()}
HEARING = [
    name
    for name, info in INFOS.items()
    if any(kind == "AUDIO" for kind, *_ in info["input"].get("required", {}).values())
]


def given(info):
    """Values for the required inputs of a block, with nothing where it wants sound."""
    stand_ins = {"AUDIO": None, "IMAGE": torch.rand(2, 64, 64, 3)}
    return {
        name: stand_ins.get(kind, (rest[0] if rest else {}).get("default", object()))
        for name, (kind, *rest) in info["input"]["required"].items()
    }


@pytest.mark.parametrize("name", HEARING)
def test_a_block_that_needs_sound_says_what_to_do_without_it(own_home, name):
    said = f"^{INFOS[name]['display_name']}: .* no sound"
    with pytest.raises(ValueError, match=said):
        BLOCKS[name].execute(**given(INFOS[name]))


def test_blocks_that_need_sound_are_known():
    assert "HibariWatermarkAudio" in HEARING

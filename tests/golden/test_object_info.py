"""Published blocks may only grow, so that saved graphs open and mean the same."""

import copy

import pytest
from hibari.headless.registry import load_blocks

from .object_info import breaks, published, recorded

RECORDED = recorded()
NOW = published({name: block.GET_NODE_INFO_V1() for name, block in load_blocks().items()})


def test_no_published_block_would_break_a_saved_graph():
    assert breaks(RECORDED, NOW) == []


def test_what_is_new_is_on_record():
    assert RECORDED == NOW, "run: python tests/golden/object_info.py"


def changed(change):
    new = copy.deepcopy(RECORDED)
    change(new)
    return breaks(RECORDED, new)


def put_first(new):
    block = new["HibariSaveVideo"]
    block["inputs"] = {"early": {"type": "INT", "required": False, "default": 1}} | block["inputs"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda new: new.pop("HibariSample"), "HibariSample is gone"),
        (lambda new: new["HibariSample"]["inputs"].pop("seed"), "input seed is gone"),
        (lambda new: new["HibariSample"]["inputs"]["seed"].update(type="FLOAT"), "of type INT"),
        (lambda new: new["HibariSample"]["inputs"]["seed"].update(max=9), "could be as high as"),
        (lambda new: new["HibariSample"]["inputs"]["denoise"].update(min=0.5), "as low as 0.01"),
        (lambda new: new["HibariSample"]["inputs"]["steps"].update(default=9), "had the default"),
        (lambda new: new["HibariSample"]["inputs"]["sampler"].update(options=["heun"]), "offered"),
        (lambda new: new["HibariSample"]["inputs"]["negative"].update(required=True), "optional"),
        (lambda new: new["HibariEmptyLatent"]["outputs"].insert(0, {}), "outputs were"),
        (lambda new: new["HibariSaveVideo"].update(output_node=False), "it was an output"),
        (put_first, "a new widget stands before old ones"),
    ],
)
def test_what_would_break_a_graph_is_named(change, message):
    (found,) = changed(change)
    assert message in found


def test_growing_breaks_nothing():
    def grow(new):
        new["HibariNew"] = new["HibariSample"]
        new["HibariSample"]["inputs"]["later"] = {"type": "INT", "required": False, "default": 1}
        new["HibariSample"]["inputs"]["seed"]["min"] = -1
        new["HibariSample"]["inputs"]["sampler"]["options"].append("another")
        new["HibariSample"]["outputs"].append({"name": "more", "type": "INT", "list": False})

    assert changed(grow) == []

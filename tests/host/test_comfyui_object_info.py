"""ComfyUI lists our blocks as the embedded host does and as the record says."""

import pytest
from hibari.headless.registry import load_blocks

from ..golden.object_info import published, recorded

pytestmark = pytest.mark.comfyui


def test_comfyui_lists_the_blocks_that_are_on_record(comfyui):
    assert published(comfyui.get("/object_info")) == recorded()


def test_editors_get_the_same_words_from_both_hosts(comfyui):
    listed = comfyui.get("/object_info")
    for name in recorded():
        ours, theirs = load_blocks()[name].GET_NODE_INFO_V1(), listed[name]
        for key in ("display_name", "description", "category", "search_aliases"):
            assert ours[key] == theirs[key], (name, key)
        for group in ("required", "optional"):
            for given, (_, options) in ours["input"].get(group, {}).items():
                assert theirs["input"][group][given][1].get("tooltip") == options["tooltip"]
                assert theirs["input"][group][given][1].get("advanced") == options.get("advanced")

"""A running ComfyUI: what leaves it is labelled, whichever block saves it."""

import pytest
from hibari.nodes.inspection import inspect

from .comfyui_graphs import node, sampled_by_us, saved_by_us
from .test_comfyui import run, saved

pytestmark = pytest.mark.comfyui


def test_our_save_and_the_stock_save_sign_and_verify_reads_it(comfyui):
    graph = saved_by_us(sampled_by_us())
    ours = next(name for name, one in graph.items() if one["class_type"] == "HibariSaveVideo")
    graph["stock"] = node(
        "SaveVideo", video=[ours, 0], filename_prefix="stock", format="auto", codec="auto"
    )
    graph["verify"] = node("HibariVerify", video=[ours, 0])
    result = run(comfyui, graph)
    (report,) = result.outputs["verify"]["text"]
    assert "VALID" in report
    for name in (ours, "stock"):
        path = saved(comfyui, result, name)
        assert inspect(path).credentials.state in ("trusted", "valid")
    copy = inspect(saved(comfyui, result, "stock"))
    assert copy.credentials.lineage.ingredients[0].relationship == "parentOf"
    story = inspect(saved(comfyui, result, ours)).credentials.generation
    assert story["models"]
    assert {mark["medium"] for mark in story["watermarks"]} == {"video", "audio"}
    assert len({mark["identifier"] for mark in story["watermarks"]}) == 1

"""Graphs made for OpenAI's block in ComfyUI, which no longer works, move over to ours."""

import pytest

from .comfyui_graphs import CHECKPOINT, node

pytestmark = pytest.mark.comfyui

OLD = "OpenAIVideoSora2"


def old_graph(**extra):
    """As the editor exported it, without the optional inputs unless given."""
    values = {"model": "sora-2", "prompt": "a ball", "size": "1280x720", "duration": 4}
    return {
        "old": {"class_type": OLD, "inputs": values | extra},  # no _meta, as some files have it
        "save": node(
            "SaveVideo", video=["old", 0], filename_prefix="old", format="auto", codec="auto"
        ),
    }


def test_the_editor_is_offered_the_swap(comfyui):
    (item,) = comfyui.get("/node_replacements")[OLD]
    assert item["new_node_id"] == "HibariTextToVideo"
    assert item["old_widget_ids"] == ["model", "prompt", "size", "duration", "seed"]
    mapped = [(entry["old_id"], entry["new_id"]) for entry in item["input_mapping"]]
    assert ("image", "image") in mapped
    assert item["output_mapping"] == [{"new_idx": 0, "old_idx": 0}]


def test_a_posted_old_graph_runs_without_its_optional_inputs(comfyui):
    assert OLD not in comfyui.get("/object_info")
    result = comfyui.run(old_graph(seed=3))
    assert result.error is None, result.error["exception_message"]
    (told,) = result.outputs["old"]["text"]
    assert "1280x720 px" in told
    assert "4 s were asked for" in told
    (file,) = result.outputs["save"]["images"]
    assert (comfyui.base / "output" / file["filename"]).stat().st_size > 0


def test_a_posted_old_graph_with_a_picture_keeps_it(comfyui):
    picture = node("EmptyImage", width=64, height=64, batch_size=2, color=255)
    status, reply = comfyui.post(
        "/prompt", {"prompt": old_graph(image=["picture", 0]) | {"picture": picture}}
    )
    # The picture arrived: the block refuses two of them, once it runs.
    assert status == 200, reply
    result = comfyui.run(old_graph(image=["picture", 0]) | {"picture": picture})
    assert "is not one picture" in result.error["exception_message"]


def test_our_block_itself_makes_a_clip_of_another_checkpoint(comfyui):
    graph = {
        "make": node(
            "HibariTextToVideo",
            prompt="a ball",
            size="256x256",
            duration=0.4,
            checkpoint=CHECKPOINT,
        ),
        "parts": node("GetVideoComponents", video=["make", 0]),
        "pictures": node("SaveImage", images=["parts", 0], filename_prefix="made"),
    }
    result = comfyui.run(graph)
    assert result.error is None, result.error["exception_message"]
    assert len(result.outputs["pictures"]["images"]) == 10

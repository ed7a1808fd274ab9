"""The guard in a running ComfyUI: prompts of our text block and of stock ones, and licences."""

import pytest

from .comfyui_graphs import node, sampled_by_us, saved_by_us

pytestmark = pytest.mark.comfyui

REFUSED = "a beheading in the market"


def guarded(prompt, **settings):
    """Our sampler on a prompt that passes through the guard's block and our text block."""
    graph = sampled_by_us()
    graph["guard"] = node("HibariGuardPrompt", prompt=prompt, policy="default", **settings)
    graph["positive"] = node("HibariTextEncode", clip=["load", 1], prompt=["guard", 0])
    return graph


def test_a_refused_prompt_stops_the_graph_with_the_rule_and_without_its_words(comfyui):
    result = comfyui.run(saved_by_us(guarded(REFUSED)))
    assert result.error["node_id"] == "guard"
    assert (
        "Hibari Guard Prompt: the prompt is refused by rule violence/gore"
        in (result.error["exception_message"])
    )
    assert "market" not in result.error["exception_message"]
    assert REFUSED not in comfyui.log.read_text()


def test_an_attested_likeness_and_a_negative_prompt_go_through_to_a_file(comfyui):
    graph = guarded("tom hanks waves", people="Tom Hanks", agreed=True)
    graph["negative"] = node("HibariTextEncode", clip=["load", 1], prompt="nude, gore")
    graph = saved_by_us(graph)
    graph["looked at"] = node(
        "HibariGuardOutput", images=["frames", 0], fps=24.0, policy="default", audio=["sound", 0]
    )
    graph["file"]["inputs"].update(images=["looked at", 0], audio=["looked at", 1])
    result = comfyui.run(graph)
    assert result.error is None, result.error
    (report,) = result.outputs["looked at"]["text"]
    assert report.startswith("allowed by policy default; checked: prompt, frames, transcript")
    assert result.outputs["file"]


def test_texts_of_stock_blocks_are_read_before_the_file_is_written(comfyui):
    graph = saved_by_us(sampled_by_us())
    graph["positive"]["inputs"]["text"] = REFUSED
    graph["file"]["inputs"]["filename_prefix"] = "refused"
    result = comfyui.run(graph)
    assert result.error["node_id"] == "file"
    assert (
        "Hibari Save Video: the prompt is refused by rule violence/gore"
        in (result.error["exception_message"])
    )
    assert not list((comfyui.base / "output").glob("refused*"))

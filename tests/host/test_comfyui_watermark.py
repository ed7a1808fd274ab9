"""The marks in a running ComfyUI, on what stock blocks make."""

import pytest

from .comfyui_graphs import node

pytestmark = pytest.mark.comfyui

IDENTIFIER = "deadbeef12345678"
GREY = 0x808080


def graph():
    """Stock frames and silence, both marked, with a visible name, and looked at."""
    return {
        "frames": node("EmptyImage", width=192, height=128, batch_size=3, color=GREY),
        "silence": node("EmptyAudio", duration=2.0, sample_rate=44100, channels=2),
        "marked": node("HibariWatermarkVideo", images=["frames", 0], identifier=IDENTIFIER),
        "sound": node("HibariWatermarkAudio", audio=["silence", 0], identifier=["marked", 1]),
        "named": node("HibariVisibleMark", images=["marked", 0], name="Émilie", fps=24.0),
        "found": node("HibariDetectWatermark", images=["named", 0], audio=["sound", 0]),
    }


def test_marks_are_found_again(comfyui):
    result = comfyui.run(graph())
    assert result.error is None, result.error
    (report,) = result.outputs["found"]["text"]
    assert report.count(IDENTIFIER) == 2


def test_unmarked_frames_are_reported_as_such(comfyui):
    plain = graph()
    plain["found"]["inputs"] = {"images": ["frames", 0]}
    result = comfyui.run({name: plain[name] for name in ("frames", "found")})
    assert result.error is None, result.error
    (report,) = result.outputs["found"]["text"]
    assert report.startswith("picture: no mark of this installation")


def test_a_second_mark_over_the_first_is_refused(comfyui):
    twice = {name: graph()[name] for name in ("frames", "marked")}
    twice["again"] = node("HibariWatermarkVideo", images=["marked", 0], identifier="1")
    twice["found"] = node("HibariDetectWatermark", images=["again", 0])
    result = comfyui.run(twice)
    assert "a second mark would make both unreadable" in result.error["exception_message"]

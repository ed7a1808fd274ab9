"""Camera moves and styles to choose from: sentences of the prompt that people see."""

import pytest
import torch
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.nodes.clip_plan import plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.presets import CAMERA_MOVES, STYLES
from hibari.nodes.text_encode import HibariTextEncode


@pytest.fixture(scope="module")
def clip():
    from hibari.host.embedded.text_encoder import Clip

    torch.manual_seed(0)
    return Clip(TextEncoder(TextEncoderConfig.tiny()))


def test_presets_are_sentences_of_the_prompt_and_shown(clip):
    told = HibariTextEncode.execute(
        clip,
        "a red ball bounces",
        camera_preset="pan left",
        style_preset="pencil sketch",
        camera="slowly",
        dialogue="Catch it!",
    )
    text = 'a red ball bounces. the camera pans to the left. slowly. a pencil sketch. "Catch it!"'
    assert torch.equal(told.args[0][0][0], encode(clip, text)[0][0])
    assert text in str(told.ui.as_dict())


def test_without_presets_the_prompt_stays_as_it_was_written(clip):
    told = HibariTextEncode.execute(clip, "a red ball")
    assert torch.equal(told.args[0][0][0], encode(clip, "a red ball")[0][0])
    assert told.ui is None


def test_every_preset_can_be_chosen(clip):
    for name, presets in (("camera_preset", CAMERA_MOVES), ("style_preset", STYLES)):
        for choice, sentence in presets.items():
            told = HibariTextEncode.execute(clip, "a ball", **{name: choice})
            assert sentence in str(told.ui.as_dict())


def test_an_unknown_preset_is_refused_with_those_that_are_known(clip):
    with pytest.raises(ValueError, match=r"camera_preset 'spin' is unknown\. Use none, still"):
        HibariTextEncode.execute(clip, "a ball", camera_preset="spin")


@pytest.mark.parametrize(
    ("aspect", "width", "height"),
    [
        ("vertical 9:16", 192, 352),
        ("square 1:1", 256, 256),
        ("wide 16:9", 352, 192),
        ("cinema 21:9", 384, 160),
    ],
)
def test_shapes_as_people_call_them_are_on_the_grid(aspect, width, height):
    plan = plan_clip(aspect, 256, 256, 2.0, 24)
    assert (plan.shape.width, plan.shape.height) == (width, height)
    assert (plan.shape.frames, plan.frames) == (49, 49)

"""The clip nearest to a wish that a checkpoint cannot fulfil."""

from types import SimpleNamespace

import pytest
import torch
from hibari.model.checkpoint import Recommended
from hibari.nodes.reach import Reach, fit, reach_of, scaled
from hibari.nodes.text_to_video import SIZES, sides_of

SMALL = Reach(256 * 256, 2.0, 24.0)
LARGE = Reach(2048 * 2048, 20.0, 24.0)


def file_with(advice, metadata, config):
    return SimpleNamespace(
        info=SimpleNamespace(recommended=advice), metadata=metadata, config=config
    )


@pytest.mark.parametrize("size", SIZES)
def test_what_is_made_keeps_the_aspect_and_stays_within_reach(size):
    width, height = sides_of(size)
    made = fit(width, height, 2.0, SMALL).plan.shape
    # A side goes to the nearest multiple of 32.
    assert abs(made.width / made.height / (width / height) - 1) < 0.12
    assert made.width * made.height <= 1.1 * SMALL.area_px


def test_what_is_within_reach_is_made_as_it_is_and_nothing_is_noted():
    wish = fit(256, 256, 2.0, SMALL)
    assert (wish.plan.shape, wish.notes) == ((49, 256, 256), ())
    assert str(wish) == "256x256 px, 2.04 s at 24 fps"
    assert fit(1024, 1792, 12.0, LARGE).plan.shape == (289, 1792, 1024)


def test_a_size_off_the_grid_is_made_on_it_and_said():
    wish = fit(1280, 720, 4.0, LARGE)
    assert wish.plan.shape[1:] == (704, 1280)
    assert wish.notes == ("made at 1280x704 and scaled",)


def test_a_longer_wish_becomes_what_the_checkpoint_was_made_for_and_is_said():
    wish = fit(256, 256, 8, SMALL)
    assert wish.plan.seconds == pytest.approx(2.0, abs=1 / 24)
    assert "8 s were asked for, and 2 s are what the checkpoint was made for" in str(wish)


def test_a_frame_more_than_was_recommended_is_not_too_long():
    assert fit(256, 256, 49 / 24, SMALL).notes == ()


def test_a_checkpoint_of_ours_says_what_it_was_made_for_others_by_their_positions():
    advice = Recommended(width=256, height=320, seconds=3.0, fps=25.0)
    assert reach_of(file_with(advice, {"hibari": "{}"}, {})) == Reach(256 * 320, 3.0, 25.0)
    config = {"transformer": {"positional_embedding_max_pos": [20, 1024, 2048]}}
    foreign = reach_of(file_with(Recommended(), {}, config))
    assert foreign == Reach(1024 * 2048, 20.0, 24.0)


def test_scaling_covers_the_frame_and_cuts_the_same_from_both_sides():
    ramp = torch.linspace(0, 1, 64)[None, None, :, None].expand(2, 32, 64, 3)
    wide = scaled(ramp, 128, 128)
    assert wide.shape == (2, 128, 128, 3)
    # The middle half of the ramp is left, and stays a ramp around its middle.
    assert wide[0, 64, :, 0].mean() == pytest.approx(0.5, abs=1e-3)
    assert wide[0, 64, 0, 0] == pytest.approx(0.25, abs=0.02)
    assert torch.allclose(wide[0, 64], 1 - wide[0, 64].flip(0), atol=1e-3)


def test_frames_of_the_wanted_size_are_not_touched():
    frames = torch.rand(3, 32, 64, 3)
    assert scaled(frames, 64, 32) is frames


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_duration_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match=r"seconds .* is not in 0\.1"):
        fit(256, 256, seconds, SMALL)


@pytest.mark.parametrize("size", ["", "256", "256x", "ax5", "0x256", "-256x256"])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="is not width x height"):
        sides_of(size)

"""From what is asked to sizes on the grid."""

import math

import pytest
from hibari.model.shapes import MAX_FRAMES, VideoShape
from hibari.nodes.clip_plan import ASPECTS, CUSTOM, plan_clip


def test_the_defaults_are_the_bundled_clip():
    plan = plan_clip(CUSTOM, 256, 256, 2.0, 24.0)
    assert plan.shape == VideoShape(49, 256, 256)
    assert plan.frames == 49
    assert str(plan) == "256x256 px, 49 frames at 24 fps = 2.04 s"


@pytest.mark.parametrize("seconds", range(1, 11))
def test_whole_seconds_at_24_fps_are_one_frame_longer(seconds):
    plan = plan_clip(CUSTOM, 256, 256, seconds, 24)
    assert plan.frames == plan.shape.frames == 24 * seconds + 1


@pytest.mark.parametrize("fps", [1, 8, 12.5, 23.976, 24, 25, 29.97, 30, 60, 120])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 0.7, 1, 2, 2.5, 3.3, 4, 9.99])
def test_every_plan_is_on_the_grid_and_within_one_frame_of_what_was_asked(seconds, fps):
    plan = plan_clip(CUSTOM, 250, 300, seconds, fps)
    plan.shape.latent()
    assert abs(plan.frames - seconds * fps) <= 1 + 1e-9
    assert 1 <= plan.frames <= plan.shape.frames < plan.frames + max(8, 10 - plan.frames)


def test_what_is_made_is_not_cut_where_it_is_near_enough():
    assert plan_clip(CUSTOM, 256, 256, 0.7, 30).frames == 21
    assert plan_clip(CUSTOM, 256, 256, 2.0, 23.976).frames == 48
    assert plan_clip(CUSTOM, 256, 256, 2.0, 24).frames == 49
    assert plan_clip(CUSTOM, 256, 256, 2.03, 24).frames == 49


@pytest.mark.parametrize("fps", [1, 24, 23.976, 29.97, 120])
def test_the_longest_clip_is_one_that_the_networks_can_place(fps):
    assert plan_clip(CUSTOM, 256, 256, MAX_FRAMES / fps, fps).shape.frames == MAX_FRAMES


@pytest.mark.parametrize("aspect", ASPECTS[1:])
@pytest.mark.parametrize("side", [256, 512, 1024])
def test_a_ratio_keeps_the_area(aspect, side):
    shape = plan_clip(aspect, side, side, 2, 24).shape
    across, down = map(int, aspect.split(" ")[-1].split(":"))
    assert abs(math.log(shape.width * shape.height / side**2)) < 0.2
    assert abs(math.log(shape.width / shape.height * down / across)) < 0.3
    assert (shape.width > shape.height) == (across > down)


def test_snapping_is_told():
    told = str(plan_clip(CUSTOM, 250, 300, 2.5, 24))
    assert "width 250 became 256 px" in told
    assert "height 300 became 288 px" in told
    assert "60 frames at 24 fps = 2.50 s" in told
    assert "made as 65 frames (8k+1)" in told


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((CUSTOM, 256, 256, 0, 24), r"seconds 0 is not in 0\.1\.\.166\.7 at 24 fps"),
        ((CUSTOM, 256, 256, -1, 24), "seconds -1 is not in"),
        ((CUSTOM, 256, 256, 1e6, 24), r"seconds 1e\+06 is not in"),
        ((CUSTOM, 256, 256, math.nan, 24), "seconds nan is not in"),
        ((CUSTOM, 256, 256, 2, 0), r"fps 0 is not in 1\.\.120"),
        ((CUSTOM, 256, 256, 2, -24), "fps -24 is not in"),
        ((CUSTOM, 256, 256, 2, math.nan), "fps nan is not in"),
        ((CUSTOM, 0, 256, 2, 24), r"width 0 px is not in 32\.\.4096"),
        ((CUSTOM, 256, 100_000, 2, 24), "height 100000 px is not in"),
        (("5:4", 256, 256, 2, 24), "aspect '5:4' is unknown"),
    ],
)
def test_impossible_clips_are_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        plan_clip(*asked)

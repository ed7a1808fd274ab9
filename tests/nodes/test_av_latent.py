"""The latent wire: both streams, their shapes, and one frame rate."""

import pytest
import torch
from hibari.host import NestedTensor
from hibari.nodes.av_latent import (
    agreed_frame_rate,
    audio_of,
    check_joint,
    duration_of,
    empty_latent,
    frames_of,
    video_of,
    with_frame_rate,
)
from hibari.nodes.clip_plan import CUSTOM, plan_clip

LATENT = empty_latent(plan_clip(CUSTOM, 96, 64, 2.0, 24.0), 2)
# 60 frames, out of 65 in the latent
TRIMMED = empty_latent(plan_clip(CUSTOM, 96, 64, 2.5, 24.0), 2)


def conditioning(fps):
    return [[torch.zeros(1, 2, 48), {} if fps is None else {"frame_rate": fps}]]


def test_an_empty_latent_has_both_streams():
    check_joint(LATENT)
    assert video_of(LATENT).shape == (2, 128, 7, 2, 3)
    assert audio_of(LATENT).shape == (2, 8, 51, 16)


def test_streams_alone_are_found_too():
    video, audio = LATENT["samples"].unbind()
    assert video_of({"samples": video}) is video
    assert audio_of({"samples": audio}) is audio


@pytest.mark.parametrize(
    ("read", "shape", "message"),
    [
        (video_of, (1, 8, 51, 16), r"shape \[1, 8, 51, 16\] holds no video"),
        (audio_of, (1, 128, 7, 2, 3), r"shape \[1, 128, 7, 2, 3\] holds no sound"),
        (check_joint, (1, 4, 64, 64), "is not video with sound"),
    ],
)
def test_a_missing_stream_is_named(read, shape, message):
    with pytest.raises(ValueError, match=message):
        read({"samples": torch.zeros(shape)})


def test_streams_of_another_model_are_refused():
    foreign = NestedTensor((torch.zeros(1, 16, 7, 2, 3), torch.zeros(1, 8, 51, 16)))
    with pytest.raises(ValueError, match=r"video \[1, 16, 7, 2, 3\] and audio"):
        check_joint({"samples": foreign})


@pytest.mark.parametrize(
    ("latent_fps", "prompt_fps", "agreed"),
    [(24.0, None, 24.0), (None, 30.0, 30.0), (24.0, 24, 24.0), (None, None, 25.0)],
)
def test_one_rate_is_agreed_on(latent_fps, prompt_fps, agreed):
    latent = {**LATENT, "frame_rate": latent_fps}
    assert agreed_frame_rate(latent, conditioning(prompt_fps), None) == agreed


def test_two_rates_are_refused():
    with pytest.raises(ValueError, match="the latent 24 and the positive conditioning 25"):
        agreed_frame_rate(LATENT, conditioning(25))


def test_telling_the_rate_copies_the_conditioning():
    before = conditioning(None)
    after = with_frame_rate(before, 24.0)
    assert after[0][1] == {"frame_rate": 24.0}
    assert before[0][1] == {}


@pytest.mark.parametrize(
    ("frames", "fps", "seconds"), [(0, 0, 49 / 24), (24, 0, 1), (0, 49, 1), (60, 30, 2)]
)
def test_sound_lasts_as_long_as_the_picture(frames, fps, seconds):
    assert duration_of(LATENT, frames, fps) == pytest.approx(seconds)


def alone(stream, **changed):
    return {**TRIMMED, "samples": TRIMMED["samples"].unbind()[stream], **changed}


def resized(video_frames, audio_frames, **changed):
    video, audio = torch.zeros(1, 128, video_frames, 4, 6), torch.zeros(1, 8, audio_frames, 16)
    return {**TRIMMED, "samples": NestedTensor((video, audio)), **changed}


@pytest.mark.parametrize(
    "latent",
    [TRIMMED, alone(0), alone(1), alone(1, frame_rate=None, samples=torch.zeros(1, 8, 65, 16))],
)
def test_what_was_asked_for_is_kept(latent):
    assert frames_of(latent) == 60


@pytest.mark.parametrize(
    ("latent", "frames"),
    [
        (resized(9, 68), 60),  # upscaled in space
        (resized(8, 68), 57),
        (resized(10, 68), 73),
        (resized(17, 68), 129),
        (resized(9, 68, frames=None), 65),
        (resized(9, 68, frames=0), 65),
        (resized(9, 68, frames=-3), 65),
        (resized(9, 68, frames=66), 65),
        (resized(9, 68, frames="60"), 65),
        (alone(1, frames=None), None),
        (alone(1, frame_rate=30.0), None),
        (alone(1, samples=torch.zeros(1, 8, 69, 16)), None),
    ],
)
def test_latents_that_other_blocks_changed_in_length_count_whole(latent, frames):
    assert frames_of(latent) == frames


def test_sound_is_trimmed_with_the_picture():
    assert duration_of(TRIMMED, 0, 0) == duration_of(alone(1), 0, 0) == 2.5


def test_sound_alone_keeps_its_own_length():
    assert duration_of({"samples": torch.zeros(1, 8, 51, 16)}, 0, 0) is None


@pytest.mark.parametrize(
    ("frames", "fps", "message"),
    [(-1, 24, "frames -1 is below 0"), (9, -24, "fps -24 is below 0"), (9, 0, "without a rate")],
)
def test_impossible_durations_are_refused(frames, fps, message):
    with pytest.raises(ValueError, match=message):
        duration_of({"samples": torch.zeros(1, 8, 51, 16)}, frames, fps)

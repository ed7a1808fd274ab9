"""The instruments on the world's own clips: right on true ones, at chance on shuffled ones."""

from dataclasses import replace

import numpy as np
import pytest
from hibari.training.evaluation.material import world_ear
from hibari.training.evaluation.metric import score, shuffled, true_paths
from hibari.training.evaluation.reading import read_clip
from hibari.training.world import ClipSpec, make_clip
from hibari.training.world.drops.backdrop import draw_backdrop
from hibari.training.world.drops.scene import COLOURS, MATERIALS
from scipy import ndimage

SPEC = ClipSpec(height=128, width=128)
ATTRIBUTES = ("place", "colour", "shape", "count", "position", "size", "height", "moves")


@pytest.fixture(scope="module")
def ear():
    return world_ear(120)


@pytest.fixture(scope="module")
def clips():
    return [make_clip(1, index, SPEC, "validation") for index in range(10)]


@pytest.fixture(scope="module")
def truths(clips):
    return [clip.truth for clip in clips]


@pytest.fixture(scope="module")
def readings(clips, ear):
    return [read_clip(clip.frames, clip.waveform, SPEC.fps, ear) for clip in clips]


def like_a_codec(frames):
    """Blur of 1/100 of the height, as much as a weak codec leaves, and noise of 10 levels."""
    blurred = ndimage.gaussian_filter(frames.astype(np.float32), (0, 1.25, 1.25, 0))
    noise = np.random.default_rng(0).normal(0, 10, frames.shape)
    return (blurred + noise).clip(0, 255).astype(np.uint8)


def test_every_attribute_of_a_true_clip_is_read_right(readings, truths):
    scores = score(readings, truths, told_only=False)
    assert {name: scores[name].value for name in ATTRIBUTES} == dict.fromkeys(ATTRIBUTES, 1.0)
    assert scores["material"].value >= 0.9


def test_true_sounds_meet_the_simulated_impact_and_the_visible_contact(readings, truths):
    scores = score(readings, truths, told_only=False)
    assert scores["impact"].value == scores["sync"].value == 1
    assert scores["sync_gap"].value < 0.6
    for reading, truth in zip(readings, truths, strict=True):
        assert abs(reading.onsets_s[0] - truth.first_impact_s) < 0.012
        assert abs(reading.contact_s - truth.first_impact_s) * SPEC.fps < 1


def test_paths_are_within_two_pixels_of_the_simulation(readings, truths):
    scores = score(readings, truths, told_only=False)
    assert scores["path_error"].value < 1.2
    assert scores["speed_error"].value < 0.6
    assert scores["height_track"].value > 0.995
    worst = max(
        np.abs(reading.paths - true_paths(truth)).max()
        for reading, truth in zip(readings, truths, strict=True)
    )
    assert worst * 256 < 12


def test_blur_and_noise_of_a_codec_leave_the_attributes_readable(clips, truths, ear):
    some = clips[:5]
    degraded = [read_clip(like_a_codec(c.frames), c.waveform, SPEC.fps, ear) for c in some]
    scores = score(degraded, truths[:5], told_only=False)
    for name in ("place", "colour", "position", "count", "moves", "sync"):
        assert scores[name].value >= 0.9, name


def test_shuffled_pictures_sounds_and_captions_fall_to_chance(readings, truths):
    scores = score(*shuffled(readings, truths), told_only=False)
    for name in ("place", "colour", "position", "material", "sync"):
        assert scores[name].value <= 0.67, name
    assert scores["sync_gap"].value > 0.7


def test_only_clips_whose_caption_tells_are_counted(readings, truths):
    silent = replace(truths[0], words={"place": truths[0].words["place"]})
    truths = [silent, *truths[1:]]
    told = score(readings, truths)
    assert told["position"].count == sum("position" in truth.words for truth in truths) < 10
    assert told["place"].count == len(truths)
    assert "path_error" not in score(readings, truths, scopes=("prompt",))


@pytest.mark.parametrize("picture", ["grey", "an empty place"])
def test_a_still_and_silent_clip_has_no_object_no_contact_and_no_sound(picture, clips, ear):
    empty = draw_backdrop("street", 1, 128, 128)[..., :3]
    still = np.repeat((empty if picture != "grey" else empty * 0 + 128)[None], 17, axis=0)
    reading = read_clip(still, np.zeros((2, 17_000), np.float32), SPEC.fps, ear)
    assert (reading.count, reading.colour, reading.contact_s) == (0, None, None)
    assert (reading.onsets_s, reading.material, reading.travelled) == ((), None, 0.0)
    scores = score([reading], [clips[0].truth], ("prompt",), told_only=False)
    assert [scores[name].value for name in ("colour", "moves", "impact", "sync")] == [0, 0, 0, 0]


def test_reading_the_same_clip_twice_gives_the_same_numbers(clips, readings, ear):
    again = read_clip(clips[3].frames, clips[3].waveform, SPEC.fps, ear)
    assert again.to_dict() == readings[3].to_dict()
    assert np.array_equal(again.paths, readings[3].paths)


def test_the_words_read_are_words_of_the_world(readings):
    assert {reading.colour for reading in readings} <= set(COLOURS)
    assert {reading.material for reading in readings} <= set(MATERIALS)

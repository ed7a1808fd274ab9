"""Retrieval of identities: features that tell references apart, and fair chances."""

from itertools import combinations, islice

import numpy as np
import pytest
from hibari.training.evaluation.likeness import (
    PAPER,
    SEED,
    SPEC,
    SPLIT,
    clips_of_one,
    colours,
    look_distances,
    pitch_distances,
    pitch_of,
    retrieval,
    subject_pixels,
    voice_distances,
)
from hibari.training.world.whole import set_up


def view_of(colour, size=32):
    view = np.full((size, size, 3), PAPER, np.uint8)
    view[8:24, 8:24] = colour
    return view


def clip_with(colour, seed=0):
    frames = np.random.default_rng(seed).integers(90, 160, (3, 48, 48, 3)).astype(np.uint8)
    frames[:, 10:34, 10:34] = colour
    return frames


def buzz(pitch_hz, tilt, seconds=0.6, rate_hz=24_000):
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return sum(np.sin(2 * np.pi * pitch_hz * k * time_s) * k**-tilt for k in range(1, 12)) / 6


COLOURS = [(220, 30, 30), (30, 200, 40), (40, 40, 220), (230, 210, 30)]


def test_the_subject_of_a_view_is_what_differs_from_its_ground():
    assert (subject_pixels(view_of((220, 30, 30))) == (220, 30, 30)).all()
    assert colours(subject_pixels(view_of((220, 30, 30)))).max() == 1


def test_clips_that_hold_the_colours_of_a_view_find_it():
    distances = look_distances([clip_with(c) for c in COLOURS], [view_of(c) for c in COLOURS])
    assert retrieval(distances) == 1
    assert retrieval(distances[::-1]) == 0


def test_voices_of_one_pitch_and_spectrum_find_each_other_at_any_rate():
    kinds = [(100, 1.0), (150, 0.3), (220, 1.6), (310, 0.8)]
    voices = [buzz(*kind) for kind in kinds]
    sounds = [np.stack([buzz(*kind, seconds=1.0, rate_hz=16_000)] * 2) for kind in kinds]
    assert retrieval(voice_distances(sounds, voices, 16_000)) == 1


@pytest.mark.parametrize("pitch_hz", [80, 140, 260, 400])
def test_pitch_is_heard_within_three_percent(pitch_hz):
    assert pitch_of(buzz(pitch_hz, 0.7, rate_hz=16_000)) == pytest.approx(pitch_hz, rel=0.03)


def test_a_reference_that_resembles_everything_wins_nothing():
    near_all = np.array([[0.2, 0.1, 0.9], [0.9, 0.1, 0.9], [0.9, 0.1, 0.2]])
    assert retrieval(near_all) == 1


def test_silence_has_a_pitch_too():
    assert pitch_of(np.zeros(16_000)) == 100


def test_a_pitch_counts_for_the_same_however_loud_and_a_semitone_tells_voices_apart():
    voices = [buzz(pitch_hz, 1.0) for pitch_hz in (200, 212, 225)]
    sounds = [0.1 * np.stack([voice, voice]) for voice in voices]
    distances = pitch_distances(sounds, voices)
    assert np.allclose(np.diag(distances), 0, atol=0.01)
    assert retrieval(distances) == 1


def test_no_two_identities_sound_or_look_the_same():
    found = list(islice(clips_of_one(SEED), 4))
    voices = [set_up(SEED, index, SPEC, SPLIT).stage.cast[0].voice for index in found]
    assert len(set(found)) == 4
    for one, other in combinations(voices, 2):
        pitches = sorted((one.pitch_hz, other.pitch_hz))
        assert one.name != other.name or pitches[1] > 1.03 * pitches[0]

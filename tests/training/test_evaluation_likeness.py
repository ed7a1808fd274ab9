"""Retrieval of identities: features that tell references apart, and fair chances."""

import numpy as np
import pytest
from hibari.training.evaluation.likeness import (
    PAPER,
    colours,
    look_distances,
    pitch_of,
    retrieval,
    subject_pixels,
    voice_distances,
)


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

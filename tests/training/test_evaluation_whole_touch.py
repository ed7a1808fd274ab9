"""Contacts read from tracks: what the reader is told of them, and what it learns."""

import numpy as np
import pytest
import torch
from hibari.training.evaluation.whole import lessons
from hibari.training.evaluation.whole.sync import f1
from hibari.training.evaluation.whole.touch import CHANNELS, TouchReader, clues, visible_contacts
from hibari.training.evaluation.whole.touch_training import fit_touch
from hibari.training.evaluation.whole.track import Track

FPS = 24


class Sure(TouchReader):
    """Sure of a contact of one thing in one frame."""

    def __init__(self, thing, frame):
        super().__init__()
        self.at = thing, frame

    def forward(self, clues_nCF):
        logits = torch.full((clues_nCF.shape[0], clues_nCF.shape[2]), -4.0)
        logits[self.at] = 3.0
        logits[self.at[0], self.at[1] + 1] = 2.0
        return logits


def track(places, half=10.0):
    return Track(np.array(places, float), half, half, "ball", "red", "wood")


def test_a_contact_is_one_moment_half_a_frame_before_it_shows_between_the_two_that_meet():
    one = track(np.stack([np.linspace(40, 90, 12), np.full(12, 100)], 1))
    two = track(np.full((12, 2), (108.0, 100.0)))
    ((time_s, x, y),) = visible_contacts(Sure(0, 10), [one, two], FPS)
    assert time_s == pytest.approx(9.5 / FPS)
    assert one.places[10, 0] < x < 108
    assert y == 100


def test_a_thing_that_meets_nothing_touches_where_it_is_and_what_is_hidden_touches_nothing():
    places = np.stack([np.linspace(40, 90, 12), np.full(12, 100)], 1)
    ((_, x, y),) = visible_contacts(Sure(0, 6), [track(places)], FPS)
    assert (x, y) == tuple(places[6])
    places[4:9] = np.nan
    assert visible_contacts(Sure(0, 6), [track(places)], FPS) == []
    assert visible_contacts(Sure(0, 6), [], FPS) == []


def test_clues_tell_the_nearest_thing_and_bridge_what_is_hidden():
    places = np.zeros((6, 2, 2))
    places[:, 0] = np.stack([np.arange(6) * 4.0, np.full(6, 50)], 1)
    places[:, 1] = (60, 50)
    places[2, 0] = np.nan
    told = clues(places, np.full((2, 2), 10.0))
    assert told.shape == (2, CHANNELS, 6)
    assert np.isfinite(told).all()
    assert told[0, 2, 1:].tolist() == [1, 1, 1, 1, 1]
    assert told[0, 4].tolist() == [1, 1, 0, 1, 1, 1]
    assert told[0, 7, 5] == pytest.approx(1)
    assert told[0, 9, 5] == pytest.approx((40 - 20) / 16)


def test_lessons_hold_contacts_where_paths_bend(tmp_path):
    lesson = lessons.paths(tmp_path, 6)
    places, touched = lesson.arrays["places"], lesson.arrays["touched"]
    assert places.shape[1:] == (49, 16, 2)
    assert (touched[~np.isfinite(places[..., 0]).any(1)[:, None].repeat(49, 1)] == 0).all()
    bends = np.abs(np.diff(places, 2, axis=1)).sum(-1)
    hard = touched[:, 1:-1] == 2
    assert np.nanmedian(bends[hard]) > 2 * np.nanmedian(bends[touched[:, 1:-1] == 0])


@pytest.mark.slow
def test_a_short_training_finds_the_moments_of_new_paths(tmp_path):
    lesson = lessons.paths(tmp_path, 60)
    taught = lessons.Lesson({k: v[:50] for k, v in lesson.arrays.items()}, lesson.truths[:50])
    reader = fit_touch(taught, 150)
    scores = []
    for row in range(50, 60):
        places, sizes = lesson.arrays["places"][row], lesson.arrays["sizes"][row]
        seen = np.flatnonzero(np.isfinite(places[..., 0]).sum(0) > 5)
        tracks = [Track(places[:, k].astype(float), *sizes[k], "ball", "red", "wood") for k in seen]
        found = [time_s for time_s, _, _ in visible_contacts(reader, tracks, FPS)]
        frames = np.flatnonzero((lesson.arrays["touched"][row][:, seen] == 2).any(1))
        scores.append(f1(found, [(frame - 0.5) / FPS for frame in frames], 1.01 / FPS))
    assert np.mean([score for score in scores if score is not None]) > 0.4

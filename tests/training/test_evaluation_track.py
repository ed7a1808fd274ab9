"""Paths, contacts and counts from drawn masks, where the answer is known exactly."""

import numpy as np
import pytest
from hibari.training.evaluation.colour import object_colour, oklab
from hibari.training.evaluation.track import (
    count_objects,
    first_contact_s,
    follow,
    path_length,
)
from hibari.training.world.drops.scene import COLOURS

FPS = 24
SIDE = 64


def discs(*centres, radius=8):
    """Mask [SIDE, SIDE] of discs at (x, y)."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    return np.any([np.hypot(x - cx, y - cy) < radius for cx, cy in centres], axis=0)


def fall(contact_s, bounce, frames=30, gravity=2.0):
    """Heights of a fall from rest that ends at `contact_s` and leaves at `bounce` of its speed."""
    time_s = np.arange(frames) / FPS
    after = np.maximum(time_s - contact_s, 0)
    up = bounce * gravity * contact_s * after - gravity / 2 * after**2
    return gravity / 2 * np.minimum(time_s, contact_s) ** 2 - np.maximum(up, 0)


@pytest.mark.parametrize("bounce", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("contact_s", [0.36, 0.43, 0.75])
def test_a_contact_is_found_within_half_a_frame(contact_s, bounce):
    found = first_contact_s(fall(contact_s, bounce), FPS)
    assert abs(found - contact_s) * FPS < 0.5


def test_one_blurred_frame_is_no_contact():
    heights = fall(0.75, 0.3)
    heights[8] = heights[7]
    assert abs(first_contact_s(heights, FPS) - 0.75) * FPS < 0.5


def test_what_never_falls_has_no_contact():
    assert first_contact_s(np.full(20, 0.4), FPS) is None
    assert first_contact_s(np.linspace(0, 0.1, 20), FPS) is None
    assert first_contact_s(fall(0.75, 0, frames=12), FPS) is None


def test_two_objects_keep_their_paths_when_they_touch():
    left = [(20 + 0.4 * f, 20 + f) for f in range(20)]
    right = [(44 - 0.4 * f, 24 + f) for f in range(20)]
    masks = np.stack([discs(a, b) for a, b in zip(left, right, strict=True)])
    assert count_objects(masks, FPS) == 2
    paths = follow(masks, 2) * SIDE
    assert np.abs(paths - np.stack([left, right], 1)).max() < 1


def test_missing_frames_are_filled_in_and_too_many_leave_the_path_unknown():
    masks = np.stack([discs((20 + f, 30)) for f in range(12)])
    masks[5] = False
    assert follow(masks, 1)[5, 0] == pytest.approx(np.array([25, 30]) / SIDE, abs=0.01)
    masks[5:] = False
    assert np.isnan(follow(masks, 1)).all()


def test_specks_are_no_objects():
    masks = np.stack([discs((30, 20 + f)) for f in range(8)])
    masks[:, 50:54, 50:54] = True
    assert count_objects(masks, FPS) == 1
    assert np.abs(follow(masks, 1)[:, 0, 0] * SIDE - 30).max() < 0.5


def test_path_length_counts_travel_and_hardly_any_jitter():
    time = np.arange(49)
    straight = np.stack([time * 0.0, time / 48], 1)
    assert path_length(straight) == pytest.approx(1, abs=0.05)
    jitter = np.random.default_rng(0).normal(0, 0.001, (49, 2))
    assert path_length(jitter) < 1 / 16


@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_is_told_under_white_marks_and_shade(name):
    frames = np.full((3, SIDE, SIDE, 3), 200, np.float32)
    masks = np.stack([discs((32, 32), radius=14)] * 3)
    frames[masks] = np.array(COLOURS[name]) * 0.8
    frames[:, 28:36] = 250
    assert object_colour(frames, masks) == name


def test_oklab_of_white_and_of_grey_has_no_chroma():
    lab = oklab(np.array([[255, 255, 255], [128, 128, 128]]))
    assert lab[0, 0] == pytest.approx(1, abs=1e-4)
    assert np.abs(lab[:, 1:]).max() < 1e-4


@pytest.mark.parametrize(("neck", "count"), [(0, 2), (4, 2), (10, 2), (24, 1)])
def test_objects_joined_by_a_blurred_neck_are_still_two(neck, count):
    y, x = np.mgrid[:128, :128]
    balls = sum((x - centre) ** 2 + (y - 40) ** 2 < 13**2 for centre in (40, 72)) > 0
    bridge = (np.abs(y - 40) < neck / 2) & (np.abs(x - 56) < 16)
    assert count_objects(np.stack([balls | bridge] * 8), 24) == count


@pytest.mark.parametrize("angle", [0.0, 0.4, 0.8])
def test_a_box_is_one_object_however_it_is_turned(angle):
    y, x = np.mgrid[:128, :128] - 64.0
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    box = np.maximum(np.abs(along), np.abs(across)) < 14
    assert count_objects(np.stack([box] * 8), 24) == 1

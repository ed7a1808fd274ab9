"""The visible mark: where it is, how much it covers, what it leaves alone."""

import pytest
import torch
from hibari.model.watermark import VisibleMark

KEY = bytes(range(32))
STAMP = torch.ones(8, 30, 2)


def changed(frames, marked):
    return (frames != marked).any(dim=3)


def test_it_covers_one_small_rectangle_and_leaves_the_rest_alone():
    frames = torch.full((3, 120, 160, 3), 0.25)
    touched = changed(frames, VisibleMark(KEY, STAMP, 24.0).draw(frames))
    assert (touched.sum((1, 2)) >= 8 * 30).all()
    assert (touched.sum((1, 2)) <= 9 * 31).all()


def test_it_moves_through_the_frame_and_stays_inside():
    mark = VisibleMark(KEY, STAMP, 24.0)
    places = torch.tensor([mark.position(0.25 * step) for step in range(200)])
    assert places.min() >= 0
    assert places.max() <= 1
    assert (places.max(0).values - places.min(0).values > 0.9).all()
    assert (places.diff(dim=0).abs() < 0.06).all()  # slow enough to be read


def test_the_path_depends_on_the_key_and_the_time_not_on_the_frame_rate():
    mark = VisibleMark(KEY, STAMP, 24.0)
    assert mark.position(1.0) != VisibleMark(KEY[::-1], STAMP, 24.0).position(1.0)
    slow, fast = (VisibleMark(KEY, STAMP, fps) for fps in (12.0, 48.0))
    frame = torch.zeros(1, 120, 160, 3)
    assert torch.equal(slow.draw(frame, start_frame=6), fast.draw(frame, start_frame=24))


def test_chunks_continue_the_path():
    frames = torch.zeros(5, 120, 160, 3)
    mark = VisibleMark(KEY, STAMP, 24.0)
    parts = [mark.draw(frames[:2]), mark.draw(frames[2:], start_frame=2)]
    assert torch.equal(torch.cat(parts), mark.draw(frames))


def test_a_stamp_that_would_cover_too_much_is_refused():
    with pytest.raises(ValueError, match="more than 4% of frames of 80x60"):
        VisibleMark(KEY, STAMP, 24.0).draw(torch.zeros(1, 60, 80, 3))


def test_what_is_no_stamp_and_no_rate_is_refused():
    with pytest.raises(ValueError, match="brightness and opacity"):
        VisibleMark(KEY, torch.ones(8, 30), 24.0)
    with pytest.raises(ValueError, match="positive number of frames"):
        VisibleMark(KEY, STAMP, 0.0)

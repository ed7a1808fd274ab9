"""Frames on disk: as they are, read in parts, gone when nobody needs them."""

import gc

import pytest
import torch
from hibari.host.media import FrameFile


def test_frames_come_back_as_they_are_in_any_part(tmp_path):
    frames = torch.randint(0, 256, (5, 7, 9, 3), dtype=torch.uint8)
    file = FrameFile(iter(frames), (7, 9), tmp_path)
    assert file.count == 5
    assert torch.equal(torch.stack(list(file.read(0, 5))), frames)
    assert torch.equal(torch.stack(list(file.read(3, 99))), frames[3:])
    assert list(file.read(2, 2)) == []


def test_floats_are_rounded_to_the_nearest_byte(tmp_path):
    file = FrameFile([torch.full((2, 2, 3), 100.4 / 255)], (2, 2), tmp_path)
    assert next(file.read(0, 1)).unique().tolist() == [100]


def test_the_file_goes_with_its_last_user(tmp_path):
    file = FrameFile([torch.zeros(2, 2, 3)], (2, 2), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    del file
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path):
    def stopped():
        yield torch.zeros(2, 2, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FrameFile(stopped(), (2, 2), tmp_path)
    assert list(tmp_path.iterdir()) == []

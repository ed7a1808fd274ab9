"""Which tokens training keeps clean: every kind asks for something and keeps something."""

import pytest
import torch
from hibari.training.trainers.kept_parts import draw_kept_parts

GRID, AUDIO, FPS = (4, 3, 5), 26, 24.0


def draws(count, grid=GRID):
    generator = torch.Generator().manual_seed(3)
    return [draw_kept_parts(2, grid, AUDIO, FPS, generator) for _ in range(count)]


def test_every_sample_still_asks_for_a_part_of_the_picture():
    for parts in draws(200):
        assert parts.video.shape == (2, *GRID)
        assert parts.audio.shape == (2, AUDIO)
        assert (~parts.video).flatten(1).any(dim=1).all()


def test_all_kinds_of_conditions_occur():
    whole_frames = [parts.video.flatten(2).all(2)[0].tolist() for parts in draws(300)]
    assert [True, False, False, False] in whole_frames
    assert [False, False, False, True] in whole_frames
    assert [True, True, False, False] in whole_frames
    assert [False, False, True, True] in whole_frames
    boxes = [p for p in draws(300) if p.video[0].any() and not p.video[0].flatten(1).all(1).any()]
    assert boxes
    assert any(p.audio.all() for p in boxes)


def test_sound_and_picture_are_kept_up_to_the_same_moment():
    beginnings = [
        (int(p.video[0].flatten(1).all(1).sum()), int(p.audio[0].sum()))
        for p in draws(300)
        if p.audio[0].any() and p.audio[0, 0] and p.video[0, 0].all()
    ]
    seconds = {1: 1 / 24, 2: 9 / 24, 3: 17 / 24}
    assert beginnings
    for frames, tokens in beginnings:
        assert tokens == pytest.approx(seconds[frames] * 25, abs=0.51)


def test_a_single_picture_is_only_kept_around_a_box():
    for parts in draws(50, grid=(1, 3, 5)):
        asked = ~parts.video[0, 0]
        rows, columns = asked.any(1), asked.any(0)
        assert int(asked.sum()) == int(rows.sum()) * int(columns.sum())

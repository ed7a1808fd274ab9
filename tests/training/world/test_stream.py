"""Streams of clips come in order, whoever made them, and a dead worker is reported."""

import logging
import multiprocessing
import os
import signal

import numpy as np
import pytest
from hibari.training.world import ClipSpec, clips, make_clip

SPEC = ClipSpec(frames=9, height=32, width=32)


def test_workers_yield_the_same_clips_in_the_same_order(caplog):
    with caplog.at_level(logging.INFO):
        streamed = list(clips(4, 10, 6, SPEC, workers=2))
    assert [clip.caption for clip in streamed] == [
        make_clip(4, index, SPEC).caption for index in range(10, 16)
    ]
    assert np.array_equal(streamed[-1].frames, make_clip(4, 15, SPEC).frames)
    assert "made 6 of 6 clips" in caplog.text


def test_without_workers_clips_are_made_here_and_only_when_asked_for():
    stream = clips(4, 10, 10**9, SPEC, split="validation")
    assert next(stream).caption == make_clip(4, 10, SPEC, "validation").caption


def test_a_killed_worker_is_a_clear_error():
    stream = clips(4, 0, 10**6, SPEC, workers=1)
    next(stream)
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGTERM)
    with pytest.raises(RuntimeError, match=r"worker process died near clip \d+.*fewer than 1 work"):
        list(stream)


@pytest.mark.slow
def test_another_process_makes_the_same_clips_of_the_whole_playground():
    spec = ClipSpec(frames=9, height=64, width=64, playground="whole")
    for made, index in zip(clips(4, 10, 4, spec, workers=1), range(10, 14), strict=True):
        here = make_clip(4, index, spec)
        assert made.caption == here.caption
        assert np.array_equal(made.frames, here.frames)
        assert np.array_equal(made.waveform, here.waveform)

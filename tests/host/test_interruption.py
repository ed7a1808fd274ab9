"""Code that asks nobody is cancelled all the same."""

import sys
import threading
import time

import pytest
import torch
from hibari.host import InterruptProcessingException
from hibari.host.embedded.progress import clear_interrupt, interrupt
from hibari.host.interruption import interruptible


@pytest.fixture(autouse=True)
def nothing_is_cancelled():
    yield
    clear_interrupt()
    sys.setprofile(None)


def work(seconds):
    """Some calls a millisecond, as an encoder's loop makes them."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.001)


def test_a_loop_that_asks_nobody_stops_soon_after_it_is_cancelled():
    threading.Timer(0.1, interrupt).start()
    with pytest.raises(InterruptProcessingException), interruptible():
        work(60)
    assert sys.getprofile() is None


def test_work_that_nobody_cancels_is_finished_and_a_profiler_stays():
    def profiler(*_):
        pass

    sys.setprofile(profiler)
    with interruptible():
        work(0.01)
    assert sys.getprofile() is profiler


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cancel_that_a_finalizer_swallows_is_not_lost():
    class Finalized:
        def __del__(self):
            interrupt()
            time.sleep(0)

    reached = []
    with pytest.raises(InterruptProcessingException), interruptible():  # noqa: PT012
        Finalized()
        reached.append(True)
    assert reached


def test_our_video_is_cancelled_while_another_block_saves_it(tmp_path):
    from hibari.host.media import VideoSettings, write_video
    from hibari.nodes.signed_video import SignedVideo

    frames = torch.rand(24, 64, 64, 3)
    video = SignedVideo(str(write_video(tmp_path / "clip.mp4", frames, VideoSettings(24))))
    interrupt()
    with pytest.raises(InterruptProcessingException):
        video.save_to(tmp_path / "copy.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]

"""Cancelling of code that is not ours and asks nobody whether to go on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible() -> Iterator[None]:
    """Let what runs inside be cancelled: at every call that it makes it is asked for it.

    ComfyUI encodes a video in one go, which may take minutes. Only this thread is watched, through
    Python's hook for profilers; one that was there before is there again afterwards.

    Raises:
        InterruptProcessingException: the run was cancelled.
    """
    from . import check_interrupted

    cancelled: list[BaseException] = []

    def ask(*_: Any) -> None:
        try:
            check_interrupted()
        except BaseException as error:
            cancelled.append(error)
            raise

    before = sys.getprofile()
    sys.setprofile(ask)
    try:
        yield
    finally:
        sys.setprofile(before)
    if cancelled:  # a finalizer swallowed it
        raise cancelled[0]

"""A progress bar on stderr, named after the block that works."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ..host.embedded.progress import interrupt_now


class ProgressLine:
    """Listener of a run that shows one bar for each block that reports progress.

    Blocks that report none are named only where somebody watches, so that logs stay short.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._title = ""
        self._watched = sys.stderr.isatty()

    def __call__(self, event: str, data: dict[str, Any]) -> None:
        """Take an event of the engine."""
        if event == "executing":
            self.close()
            self._title = str(data.get("title") or data.get("node") or "")
            if self._watched and self._title:
                self._open(1, leave=False)
        elif event == "progress":
            if self._bar is None or not self._bar.leave:
                self.close()
                self._open(data["max"], leave=True)
            self._bar.total = data["max"]
            self._bar.update(data["value"] - self._bar.n)
        elif event.startswith("execut"):
            self.close()

    def close(self) -> None:
        """End the bar that is open."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _open(self, total: float, leave: bool) -> None:
        from tqdm import tqdm

        self._bar = tqdm(total=total, desc=self._title, leave=leave, file=sys.stderr, unit="")


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C (and a polite kill) stop the run at once, cleanly."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}
    for number in signals:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    interrupt_now()

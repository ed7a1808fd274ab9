"""Progress, interruption and the metadata switch of the embedded host.

A block makes a ``ProgressBar`` inside ``execute``; whoever runs the graph listens. Interruption is
one flag for the process: the engine clears it before a run, Ctrl-C sets it, every bar update and
``check_interrupted`` raises it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn


class InterruptProcessingException(BaseException):
    """The run was cancelled. Not an ``Exception``, so that ``except Exception`` lets it pass."""


@dataclass(frozen=True)
class Progress:
    """One step of a block: ``value`` of ``total``; ``preview`` is whatever the block shows."""

    node_id: str | None
    value: float
    total: float
    preview: Any = None


logger = logging.getLogger(__name__)
Listener = Callable[[Progress], None]

# No Event: the lock in it would be waited for forever by a signal that comes while it is held.
_interrupted = {"flag": False}
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_node_id: ContextVar[str | None] = ContextVar("node_id", default=None)
_metadata = {"disabled": False}


def interrupt() -> None:
    """Ask the running block to stop."""
    _interrupted["flag"] = True


def interrupt_now(*_: Any) -> NoReturn:
    """Stop at once; meant as the handler of SIGINT.

    The flag stays set as well: an exception raised inside a finalizer would be swallowed.
    """
    _interrupted["flag"] = True
    raise InterruptProcessingException


def clear_interrupt() -> None:
    """Forget an interruption that came before."""
    _interrupted["flag"] = False


def check_interrupted() -> None:
    """Raise when the run was cancelled; call it once per step, tile or frame.

    Raises:
        InterruptProcessingException: it was.
    """
    if _interrupted["flag"]:
        _interrupted["flag"] = False
        raise InterruptProcessingException


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the progress of bars made inside to ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def running_node(node_id: str) -> Iterator[None]:
    """Name the block that the bars made inside belong to."""
    token = _node_id.set(node_id)
    try:
        yield
    finally:
        _node_id.reset(token)


class ProgressBar:
    """Progress of one block over ``total`` steps; make it inside ``execute``."""

    def __init__(self, total: float, node_id: str | None = None) -> None:
        self.total = total
        self.current: float = 0
        self._node_id = node_id or _node_id.get()
        self._listener = _listener.get()

    def update(self, value: float) -> None:
        """Advance by ``value`` steps."""
        self.update_absolute(self.current + value)

    def update_absolute(
        self, value: float, total: float | None = None, preview: Any = None
    ) -> None:
        """Report ``value`` steps done.

        Raises:
            InterruptProcessingException: the run was cancelled.
        """
        self.total = self.total if total is None else total
        self.current = min(value, self.total)
        check_interrupted()
        if self._listener is not None:
            self._listener(Progress(self._node_id, self.current, self.total, preview))


def disable_metadata(disabled: bool) -> None:
    """Save files without the graph inside (or with it again)."""
    _metadata["disabled"] = disabled


def metadata_disabled() -> bool:
    """Whether files are saved without the graph inside."""
    return _metadata["disabled"]


def show_text(text: str, node_id: str | None) -> None:
    """Log what ComfyUI shows under a running node."""
    logger.info("%s: %s", node_id, text)

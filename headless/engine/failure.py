"""What to tell people when a block fails: what went wrong, and what to do."""

from __future__ import annotations

import errno
import gc
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .call import type_name

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OOM_MARKS = ("out of memory", "not enough memory", "can't allocate memory", "bad allocation")


@dataclass(frozen=True)
class Failure:
    """A block that failed, in the shape of ComfyUI's ``execution_error``."""

    node_id: str
    node_type: str
    exception_type: str
    exception_message: str
    traceback: list[str] = field(repr=False)
    current_inputs: dict[str, list[Any]] = field(repr=False)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on whatever device."""
    if isinstance(error, MemoryError):
        return True
    if type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(
        mark in str(error).lower() for mark in _OOM_MARKS
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that there was no room to write."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def explain(error: BaseException) -> str:
    """One sentence (or what the block says itself) for people who will not read a traceback."""
    if is_out_of_memory(error):
        return (
            f"ran out of memory ({_first_line(error)}); make the video smaller or shorter, decode "
            "in tiles, or close other programs"
        )
    if isinstance(error, OSError) and str(error).startswith("[Errno"):
        return _explain_file(error)
    return str(error).strip() or f"{type_name(error)} without a message; run with --debug"


def free_memory() -> None:
    """Give back what was allocated and is not used any more."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def failure_of(
    node_id: str, node_type: str, error: BaseException, values: Mapping[str, list[Any]]
) -> Failure:
    """The failure of a block with the inputs it was called with (shortened)."""
    return Failure(
        node_id,
        node_type,
        type_name(error),
        explain(error),
        traceback.format_tb(error.__traceback__),
        {name: [_shown(value) for value in items] for name, items in values.items()},
    )


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, (int, float, bool, str)):
        return value
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type_name(error)])[0][:200]


def _explain_file(error: OSError) -> str:
    if is_disk_full(error):
        return (
            f"there is no space left to write {error.filename or 'the result'}; free some space or "
            "choose another folder with --output"
        )
    reason = (error.strerror or "").lower()
    return f"{error.filename}: {reason}; check this path and what you may do there"

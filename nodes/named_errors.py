"""Errors that say which block they come from: "<block>: <what is wrong>. <what to do>."."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def named_errors(block: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that puts the block's display name before errors about its inputs.

    ValueError (bad input) and OSError (files) keep their type, cause and error number. All else
    passes untouched: a host recognises interruption and lack of memory by their types.
    """

    def decorate(execute: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(execute)
        def speaking(*args: Any, **kwargs: Any) -> Any:
            try:
                return execute(*args, **kwargs)
            except OSError as error:
                raise named_os_error(block, error) from error
            except ValueError as error:
                raise ValueError(f"{block}: {error}") from error

        return speaking

    return decorate


class BlockOSError(OSError):
    """A file that a block could not read or write; prints as one sentence."""

    def __str__(self) -> str:
        return str(self.strerror)


def named_os_error(block: str, error: OSError) -> BlockOSError:
    """Return the error with the block's name before it, and its number and file kept."""
    sentence = str(error)
    if sentence.startswith("[Errno"):  # the system's words; others are sentences of ours
        file = "a file" if error.filename is None else str(error.filename)
        reason = (error.strerror or "").lower()
        sentence = f"{file} cannot be used: {reason}. Choose another file or folder"
    return BlockOSError(error.errno, f"{block}: {sentence}", error.filename)

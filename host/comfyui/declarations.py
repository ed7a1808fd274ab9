"""``io`` of the running ComfyUI, for blocks that are declared with the options of today's.

Versions before 0.12 refuse options of a declaration that they do not know, and with them the whole
pack. Those that only change how a block is shown or found are left out there; any other still
raises.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from comfy_api.latest import io as host_io

DECORATION = frozenset({"advanced", "essentials_category", "search_aliases"})


class OlderType:
    """A type of ``io`` whose ``Input`` and ``Output`` leave out decoration they do not know."""

    def __init__(self, declared: Any) -> None:
        self.declared = declared

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.declared, name)
        return undecorated(found) if name in {"Input", "Output"} else found


class OlderIo:
    """``io`` of an older ComfyUI."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(host_io, name)
        if name == "Schema":
            return undecorated(found)
        if name == "Custom":
            return lambda type_name: OlderType(found(type_name))
        return OlderType(found) if hasattr(found, "Input") else found


def undecorated(declare: Callable[..., Any]) -> Callable[..., Any]:
    """``declare`` without the decoration that it does not know."""
    unknown = DECORATION - set(inspect.signature(declare).parameters)

    def declared(*arguments: Any, **options: Any) -> Any:
        known = {name: value for name, value in options.items() if name not in unknown}
        return declare(*arguments, **known)

    return declared


def knows_decoration() -> bool:
    """Whether this ComfyUI takes all that we decorate with."""
    known = {field.name for field in fields(host_io.Schema)}
    return known | set(inspect.signature(host_io.Int.Input).parameters) >= DECORATION


io: Any = host_io if knows_decoration() else OlderIo()

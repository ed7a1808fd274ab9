"""Inputs and outputs of a block: the base classes every typed socket is made of.

They carry what a graph editor and the engine need to know of one socket, and turn into the option
dictionary that ComfyUI's node information uses. Names follow the public V3 contract
(``comfy_api.latest.io``); constructor arguments after ``id`` are keywords.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar

UNSHOWN = {"key": None}
"""Field metadata of constructor arguments that node information leaves out."""


def option_dict(socket: Any) -> dict[str, Any]:
    """Options of one socket under their node information names, without those left unset."""
    options = {}
    for item in fields(socket):
        key = item.metadata.get("key", item.name)
        value = getattr(socket, item.name)
        if key is not None and value is not None:
            options[key] = value.value if isinstance(value, Enum) else value
    return options


@dataclass
class Input:
    """One input of a block. ``lazy`` inputs are computed only when ``check_lazy_status`` asks."""

    io_type: ClassVar[str] = "*"

    id: str = field(metadata=UNSHOWN)
    _: KW_ONLY
    display_name: str | None = None
    optional: bool = field(default=False, metadata=UNSHOWN)
    tooltip: str | None = None
    lazy: bool | None = None
    extra_dict: dict[str, Any] | None = field(default=None, metadata=UNSHOWN)
    raw_link: bool | None = field(default=None, metadata={"key": "rawLink"})
    advanced: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Options of this input as node information shows them."""
        extra = {key: value for key, value in (self.extra_dict or {}).items() if value is not None}
        return option_dict(self) | extra

    def get_io_type(self) -> str:
        """Type string of this input; several types are joined by commas."""
        return self.io_type

    def get_all(self) -> list[Input]:
        """This input and, for dynamic ones, the inputs it may grow."""
        return [self]

    def validate(self) -> None:
        """Raise ValueError when the declaration is inconsistent."""


@dataclass(kw_only=True)
class WidgetInput(Input):
    """An input with a widget, so that it can hold a constant instead of a link."""

    default: Any = None
    socketless: bool | None = None
    widget_type: str | None = field(default=None, metadata={"key": "widgetType"})
    force_input: bool | None = field(default=None, metadata={"key": "forceInput"})

    def get_io_type(self) -> str:
        """Type string of the widget where one is named, else of the input."""
        return self.widget_type or self.io_type


@dataclass
class Output:
    """One output of a block; ``is_output_list`` makes each value a list of results."""

    io_type: ClassVar[str] = "*"

    id: str | None = field(default=None, metadata=UNSHOWN)
    display_name: str | None = None
    tooltip: str | None = None
    is_output_list: bool = False

    def __post_init__(self) -> None:
        self.display_name = self.display_name or self.id

    def as_dict(self) -> dict[str, Any]:
        """Options of this output as node information shows them."""
        return option_dict(self)

    def get_io_type(self) -> str:
        """Type string of this output."""
        return self.io_type


class ComfyTypeI:
    """A wire type with inputs only."""

    Type: Any = Any
    io_type: str = "*"
    Input: Any = Input


class ComfyTypeIO(ComfyTypeI):
    """A wire type with inputs and outputs."""

    Output: Any = Output


def comfytype(io_type: str) -> Callable[[type], type]:
    """Return a class decorator that declares a wire type named ``io_type``."""

    def declare(cls: type) -> type:
        base: Any = (
            cls if issubclass(cls, ComfyTypeI) else type(cls.__name__, (cls, ComfyTypeIO), {})
        )
        base.__module__, base.__doc__ = cls.__module__, cls.__doc__
        base.io_type = io_type
        base.Input = type("Input", (base.Input,), {"io_type": io_type})
        if issubclass(base, ComfyTypeIO):
            base.Output = type("Output", (base.Output,), {"io_type": io_type})
        return base

    return declare


def Custom(io_type: str) -> Any:  # noqa: N802 - the V3 contract's name
    """Return a wire type of our own, e.g. ``Custom("HIBARI_CAMEO")``."""
    return comfytype(io_type)(type(io_type.title().replace("_", ""), (ComfyTypeIO,), {}))

"""Sockets that accept several types: any, a list of types, or the type of a sibling socket."""

# ruff: noqa: A002 - the V3 contract's argument names

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .socket import (
    UNSHOWN,
    ComfyTypeI,
    ComfyTypeIO,
    Custom,
    WidgetInput,
    comfytype,
)
from .socket import Input as BaseInput
from .socket import Output as BaseOutput

AnyType = Custom("*")


@comfytype("COMFY_MULTITYPED_V3")
class MultiType(ComfyTypeI):
    """An input that accepts any of several types."""

    @dataclass
    class Input(BaseInput):
        """``id`` may be another input: then its widget is used, its own options winning."""

        id: Any = field(metadata=UNSHOWN)
        types: list[Any] = field(default_factory=list, metadata=UNSHOWN)

        def __post_init__(self) -> None:
            self.widget: BaseInput | None = None
            if not isinstance(self.id, BaseInput):
                return
            given = self.widget = copy.copy(self.id)
            self.id, self.optional = given.id, given.optional or self.optional
            for name in ("tooltip", "display_name", "lazy"):
                if getattr(given, name) is not None:
                    setattr(self, name, getattr(given, name))
            if isinstance(given, WidgetInput):
                given.widget_type = given.get_io_type()

        def get_io_type(self) -> str:
            """Accepted types joined by commas, the widget's first."""
            names = [] if self.widget is None else [self.widget.get_io_type()]
            return ",".join(dict.fromkeys([*names, *(kind.io_type for kind in self.types)]))

        def as_dict(self) -> dict[str, Any]:
            """Options of this input and of the widget it uses."""
            return ({} if self.widget is None else self.widget.as_dict()) | super().as_dict()


class Template:
    """Ties inputs and outputs together: all sockets with one template carry one type."""

    def __init__(self, template_id: str, allowed_types: Any = AnyType) -> None:
        allowed = allowed_types if isinstance(allowed_types, Iterable) else [allowed_types]
        self.template_id = template_id
        self.allowed_types = list(allowed)

    def as_dict(self) -> dict[str, str]:
        """Template as node information shows it."""
        types = ",".join(kind.io_type for kind in self.allowed_types)
        return {"template_id": self.template_id, "allowed_types": types}


@comfytype("COMFY_MATCHTYPE_V3")
class MatchType(ComfyTypeIO):
    """Sockets that share one type. Only graph editors enforce it; check in ``execute``."""

    Template = Template

    @dataclass
    class Input(BaseInput):
        """Input of a template's type."""

        template: Template = field(metadata=UNSHOWN)

        def as_dict(self) -> dict[str, Any]:
            """Options of this input with its template."""
            return super().as_dict() | {"template": self.template.as_dict()}

    class Output(BaseOutput):
        """Output of a template's type."""

        def __init__(self, template: Template, id: str | None = None, **options: Any) -> None:
            super().__init__(id, **options)
            self.display_name = self.display_name or "MATCHTYPE"
            self.template = template

        def as_dict(self) -> dict[str, Any]:
            """Options of this output with its template."""
            return super().as_dict() | {"template": self.template.as_dict()}

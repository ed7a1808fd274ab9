"""Values to wire into several blocks: numbers, texts and switches."""

from __future__ import annotations

import sys
from typing import Any

from ...host.embedded import io


class Primitive(io.ComfyNode):
    """Passes its value on."""

    node_id = ""
    title = ""
    kind: Any = io.AnyType
    options: dict[str, Any] = {}

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id=cls.node_id,
            display_name=cls.title,
            category="utilities/primitive",
            inputs=[cls.kind.Input("value", **cls.options)],
            outputs=[cls.kind.Output()],
        )

    @classmethod
    def execute(cls, value: Any) -> io.NodeOutput:
        """Return the value."""
        return io.NodeOutput(value)


class PrimitiveString(Primitive):
    """One line of text."""

    node_id, title, kind = "PrimitiveString", "Text", io.String


class PrimitiveStringMultiline(Primitive):
    """Text."""

    node_id, title, kind = "PrimitiveStringMultiline", "Text (Multiline)", io.String
    options = {"multiline": True}


class PrimitiveInt(Primitive):
    """A whole number."""

    node_id, title, kind = "PrimitiveInt", "Int", io.Int
    options = {
        "min": -sys.maxsize,
        "max": sys.maxsize,
        "control_after_generate": io.ControlAfterGenerate.fixed,
    }


class PrimitiveFloat(Primitive):
    """A real number."""

    node_id, title, kind = "PrimitiveFloat", "Float", io.Float
    options = {"min": -sys.maxsize, "max": sys.maxsize, "step": 0.1}


class PrimitiveBoolean(Primitive):
    """A switch."""

    node_id, title, kind = "PrimitiveBoolean", "Boolean", io.Boolean


BLOCKS = (
    PrimitiveString,
    PrimitiveStringMultiline,
    PrimitiveInt,
    PrimitiveFloat,
    PrimitiveBoolean,
)

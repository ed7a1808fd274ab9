"""Which identifier the watermark blocks put into a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..host import io
from ..trust.credentials.facts import graph_signature, record_fact
from ..trust.credentials.watermark_key import as_hex, derived_identifier, new_identifier
from .marks import watermark_details
from .provenance import hidden_of, marks_of, story_of

MAX_DIGITS = 16


def carried_identifier(block: type[io.ComfyNode], written: str, medium: str) -> str:
    """Return the identifier that "video" or "audio" carries already, "" where it has none.

    Our decode blocks mark what they make, and two marks over each other are both unreadable.

    Raises:
        ValueError: it carries one, but another is asked for.
    """
    graph, node_id = hidden_of(block)
    carried = marks_of(story_of(graph, node_id), medium)  # without the block's own, earlier ones
    if not carried:
        return ""
    if written.strip() and int_of(written) != int(carried[0], 16):
        raise ValueError(
            f"the {medium} carries identifier {carried[0]} already, and a second mark would make "
            "both unreadable; leave identifier empty"
        )
    return carried[0]


def chosen_identifier(block: type[io.ComfyNode], written: str, wire: str) -> int:
    """Return the identifier on the widget, else one that belongs to what feeds ``wire``.

    Raises:
        ValueError: what is written is not 64 bits in hex.
    """
    if written.strip():
        return int_of(written)
    graph, node_id = hidden_of(block)
    source = _source(graph, node_id, wire) or node_id
    if not graph or source is None:
        return new_identifier()
    return derived_identifier(graph_signature(graph, source))


def recorded(block: type[io.ComfyNode], identifier: int, medium: str) -> str:
    """Remember for the manifest that the block put a mark in; return the identifier as text."""
    graph, node_id = hidden_of(block)
    record_fact(node_id, "watermark", watermark_details(identifier, medium), graph=graph)
    return as_hex(identifier)


def int_of(written: str) -> int:
    """Return an identifier of up to 16 hex digits as a number.

    Raises:
        ValueError: it is something else.
    """
    digits = written.strip()
    if not 1 <= len(digits) <= MAX_DIGITS or set(digits.lower()) - set("0123456789abcdef"):
        raise ValueError(
            f"identifier {digits[:40]!r} is not 64 bits in hex; write up to 16 of the digits "
            "0-9 and a-f, or leave it empty for a new one"
        )
    return int(digits, 16)


def _source(graph: Mapping[str, Any] | None, node_id: str | None, wire: str) -> str | None:
    """The node that feeds an input, None where it is not linked or nothing is known."""
    link = (graph or {}).get(str(node_id), {}).get("inputs", {}).get(wire)
    return str(link[0]) if isinstance(link, (list, tuple)) and link else None

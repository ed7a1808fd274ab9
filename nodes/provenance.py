"""The story of a file, read from the executed graph: what each block upstream put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..host import io

if TYPE_CHECKING:
    from ..trust.credentials.contribution import Contribution


def story_of(graph: Mapping[str, Any] | None, node_id: str | None) -> list[Contribution]:
    """Return the contributions upstream of a block; [] where no graph runs it.

    ``graph`` and ``node_id`` are the hidden ``prompt`` and ``unique_id`` of the block.
    """
    from ..trust.credentials.contribution import contributions_of

    if not graph or node_id is None:
        return []
    return contributions_of(graph, str(node_id), block_classes().get)


def marks_of(story: Sequence[Contribution], medium: str) -> list[str]:
    """Return the identifiers of the watermarks that pictures or sound of a story carry already."""
    return [
        str(part.details["identifier"])
        for part in story
        if part.kind == "watermark" and part.details.get("medium") == medium
    ]


def hidden_of(block: type[io.ComfyNode]) -> tuple[Mapping[str, Any] | None, str | None]:
    """Return (graph, node id) of a running block; (None, None) where code calls it directly."""
    hidden = getattr(block, "hidden", None)
    return getattr(hidden, "prompt", None), getattr(hidden, "unique_id", None)


@cache
def block_classes() -> dict[str, type]:
    """Return our blocks by their type; only they tell what they contribute."""
    from . import HibariExtension

    listing = HibariExtension().get_node_list()
    try:
        listing.send(None)  # it awaits nothing, so it ends at once, inside a loop or not
    except StopIteration as done:
        blocks: Sequence[type[io.ComfyNode]] = done.value
        return {block.define_schema().node_id: block for block in blocks}
    raise RuntimeError("the list of blocks must not wait for anything")

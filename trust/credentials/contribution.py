"""What each block of a graph adds to the story of the file, and the walk that collects it.

A block class tells its part in ``contributes(inputs)``, where ``inputs`` are the values of the
executed graph (widgets as they were set, links as ``[node id, output index]``). What only a run
knows (a hash, a verdict, an identifier) is recorded while it runs: see ``facts``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .facts import facts_of

KINDS = (
    "model",  # name, sha256
    "prompt",  # text (hashed before it is written unless the user chose otherwise)
    "guard",  # stage, policy, allowed, rule
    "watermark",  # algorithm, identifier (16 hex digits), medium "video" or "audio"
    "visible_mark",  # shown, name, reason when not shown
    "cameo",  # cameo, grant_sha256, statement
    "parent",  # path of the file that was remixed
    "input",  # path or sha256, media "image", "video" or "audio", attestation
)


@dataclass(frozen=True)
class Contribution:
    """One thing that went into a file: its ``kind`` and plain JSON ``details`` (no private data).

    Raises:
        ValueError: a kind that is not in :data:`KINDS`, or details that JSON cannot hold.
    """

    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"contribution {self.kind!r} is unknown; use one of {', '.join(KINDS)}"
            )
        try:
            json.dumps(dict(self.details))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"details of contribution {self.kind!r} are not plain JSON: {error}. "
                "Give text, numbers, booleans, lists and dictionaries."
            ) from error


ClassOf = Callable[[str], type | None]
Graph = Mapping[str, Mapping[str, Any]]


def contributions_of(graph: Graph, node_id: str, class_of: ClassOf) -> list[Contribution]:
    """Return what the blocks upstream of ``node_id`` and itself contributed, sources first.

    ``graph`` is the executed graph in API format, ``class_of`` finds a block class by its type
    (None for blocks that tell nothing). Equal contributions are listed once.
    """
    found: list[Contribution] = []
    for upstream in upstream_ids(graph, node_id):
        node = graph[upstream]
        block = class_of(str(node.get("class_type")))
        told = getattr(block, "contributes", None)
        parts = list(told(node.get("inputs", {}))) if told is not None else []
        parts += [Contribution(fact.kind, fact.details) for fact in facts_of(upstream, graph)]
        found += [part for part in parts if part not in found]
    return found


def upstream_ids(graph: Graph, node_id: str) -> list[str]:
    """Return the ids of the nodes that ``node_id`` depends on and its own, sources first."""
    order: dict[str, None] = {}
    waiting: list[tuple[str, bool]] = [(str(node_id), False)]
    entered: set[str] = set()
    while waiting:
        current, ready = waiting.pop()
        if ready:
            order[current] = None
        elif current in graph and current not in entered:
            entered.add(current)
            waiting.append((current, True))
            waiting += [(source, False) for source in reversed(_sources(graph[current]))]
    return list(order)


def _sources(node: Mapping[str, Any]) -> list[str]:
    """Return the ids that a node's links point to; a link is ``[node id, output index]``."""
    return [
        str(value[0])
        for value in node.get("inputs", {}).values()
        if isinstance(value, (list, tuple))
        and len(value) == 2
        and isinstance(value[0], (str, int))
        and isinstance(value[1], int)
        and not isinstance(value[1], bool)
    ]

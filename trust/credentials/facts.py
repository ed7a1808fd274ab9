"""What only a run knows about a node: hashes, verdicts, identifiers, grants.

Hosts cache nodes, so a fact must outlive the run that found it: this ledger of the process keeps
the newest facts of many nodes. A fact recorded with the executed graph belongs to exactly those
inputs, and is not shown for a node of the same id in another graph.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MAX_NODES = 4096
_Key = tuple[str, str]
_lock = threading.Lock()
_ledger: OrderedDict[_Key, dict[str, Fact]] = OrderedDict()


@dataclass(frozen=True)
class Fact:
    """One thing known of a node's last run; ``kind`` as in ``contribution.KINDS``."""

    kind: str
    details: Mapping[str, Any]


def record_fact(
    node_id: str | None,
    kind: str,
    details: Mapping[str, Any],
    *,
    graph: Mapping[str, Any] | None = None,
    slot: str = "",
) -> None:
    """Record what node ``node_id`` found out; the same kind and ``slot`` replaces what was known.

    ``node_id`` is the hidden ``unique_id`` of the block (None records nothing: no graph runs it),
    ``graph`` the hidden ``prompt``: with it the fact holds for these inputs only. ``slot`` tells
    several facts of one kind apart, for example the clips of a batch. Details are plain JSON.
    """
    if node_id is None:
        return
    key = (str(node_id), graph_signature(graph, str(node_id)))
    with _lock:
        _ledger.setdefault(key, {})[f"{kind}/{slot}"] = Fact(kind, dict(details))
        _ledger.move_to_end(key)
        while len(_ledger) > _MAX_NODES:
            _ledger.popitem(last=False)


def facts_of(node_id: str, graph: Mapping[str, Any] | None = None) -> list[Fact]:
    """Return the facts of a node: those of exactly this graph, else those recorded without one."""
    with _lock:
        for signature in (graph_signature(graph, str(node_id)), ""):
            found = _ledger.get((str(node_id), signature))
            if found:
                return list(found.values())
    return []


def forget_facts() -> None:
    """Forget every fact, for example between tests."""
    with _lock:
        _ledger.clear()


def graph_signature(graph: Mapping[str, Any] | None, node_id: str) -> str:
    """Return a digest of the node, its widgets and all upstream of it; "" without a graph."""
    if graph is None or node_id not in graph:
        return ""
    from .contribution import upstream_ids

    parts = [
        [name, graph[name].get("class_type"), graph[name].get("inputs")]
        for name in upstream_ids(graph, node_id)
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

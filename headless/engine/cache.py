"""Results of blocks kept between runs, under a signature of everything they depend on.

Signature of a node: for itself and each of its ancestors, in the order its sorted inputs reach
them, the class, its fingerprint, its id where that matters, and its inputs with links written as
ancestor numbers. Node ids are not part of it, so renumbering a graph keeps its results.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...host.embedded.dynamic import expand_inputs
from ...host.embedded.io import Hidden
from .blocks import Blocks
from .call import Call
from .graph import Prompt, is_link, links_of

log = logging.getLogger(__name__)


@dataclass
class CacheEntry:
    """Results of one node: a list for each output slot, and what it showed."""

    outputs: list[list[Any]]
    ui: dict[str, Any]


def hashable(value: Any) -> Hashable:
    """A key that equal constants share; one that nothing shares for NaN and unknown objects."""
    if isinstance(value, float) and math.isnan(value):
        return object()
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return (type(value).__name__, value)
    if isinstance(value, Mapping):
        return frozenset((key, hashable(item)) for key, item in value.items())
    if isinstance(value, Sequence):
        return tuple(hashable(item) for item in value)
    return object()


class Signatures:
    """Signatures of the nodes of one graph."""

    def __init__(self, prompt: Prompt, blocks: Blocks) -> None:
        self.prompt, self.blocks = prompt, blocks
        self._fingerprints: dict[str, Any] = {}

    async def of(self, node_id: str) -> Hashable:
        """Signature of one node."""
        order: dict[str, int] = {}
        self._number_ancestors(node_id, order)
        return tuple([await self._own(one, order) for one in (node_id, *order)])

    def _number_ancestors(self, node_id: str, order: dict[str, int]) -> None:
        for _, source, _ in sorted(links_of(self.prompt[node_id])):
            if source not in order and source in self.prompt:
                order[source] = len(order)
                self._number_ancestors(source, order)

    async def _own(self, node_id: str, order: Mapping[str, int]) -> Hashable:
        node = self.prompt[node_id]
        if node.get("class_type") not in self.blocks:
            return object()
        schema = self.blocks.schema(node["class_type"])
        named = schema.not_idempotent or Hidden.unique_id in schema.hidden
        inputs = tuple(
            (
                name,
                ("ancestor", order.get(value[0]), value[1]) if is_link(value) else hashable(value),
            )
            for name, value in sorted(node["inputs"].items())
        )
        fingerprint = hashable(await self._fingerprint(node_id))
        return (node["class_type"], fingerprint, node_id if named else None, inputs)

    async def _fingerprint(self, node_id: str) -> Any:
        """What ``fingerprint_inputs`` says of the constants; an error makes the node run again."""
        if node_id not in self._fingerprints:
            self._fingerprints[node_id] = await self._asked_fingerprint(node_id)
        return self._fingerprints[node_id]

    async def _asked_fingerprint(self, node_id: str) -> Any:
        node = self.prompt[node_id]
        block = self.blocks[node["class_type"]]
        if not block.overrides("fingerprint_inputs"):
            return False
        schema = self.blocks.schema(node["class_type"])
        expanded = expand_inputs(schema.inputs, node["inputs"])
        values = {
            name: [None if is_link(value) else value]
            for name, value in node["inputs"].items()
            if expanded.find(name)[0] is not None or schema.accept_all_inputs
        }
        try:
            return await Call(block, schema, expanded).each("fingerprint_inputs", values)
        except Exception as error:  # as in ComfyUI, a fingerprint that fails means "changed"
            log.warning("%s could not fingerprint its inputs: %s", schema.node_id, error)
            return math.nan


class ResultCache:
    """Results of the last graph. ``keep=False`` forgets each result once nobody waits for it."""

    def __init__(self, keep: bool = True) -> None:
        self.keep = keep
        self._entries: dict[Hashable, CacheEntry] = {}
        self._keys: dict[str, Hashable] = {}
        self._current: dict[str, CacheEntry] = {}

    async def start(self, prompt: Prompt, blocks: Blocks) -> list[str]:
        """Begin a run; returns the nodes whose results are known. Others are forgotten."""
        signatures = Signatures(prompt, blocks)
        self._keys = {node_id: await signatures.of(node_id) for node_id in prompt}
        used = set(self._keys.values())
        self._entries = {key: entry for key, entry in self._entries.items() if key in used}
        self._current = {
            node_id: self._entries[key]
            for node_id, key in self._keys.items()
            if key in self._entries
        }
        return list(self._current)

    def get(self, node_id: str) -> CacheEntry | None:
        """Results of a node in this run."""
        return self._current.get(node_id)

    def put(self, node_id: str, entry: CacheEntry) -> None:
        """Store the results of a node."""
        self._current[node_id] = entry
        if self.keep:
            self._entries[self._keys[node_id]] = entry

    def release(self, node_id: str) -> None:
        """Nobody waits for a node's outputs any more."""
        entry = self._current.get(node_id)
        if not self.keep and entry is not None:
            self._current[node_id] = CacheEntry([], entry.ui)

    def clear(self) -> None:
        """Forget everything, for example to free memory."""
        self._entries.clear()
        self._current.clear()

"""One level of a saved graph: its nodes and links, and where a link really comes from.

A subgraph is a level of its own; links that leave or enter it go over its input and output node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .engine.graph import GraphError

MUTED, BYPASSED = 2, 4
VIRTUAL = frozenset({"Reroute", "PrimitiveNode", "Note", "MarkdownNote"})
INPUT_NODE, OUTPUT_NODE = -10, -20
MAX_HOPS = 200


@dataclass(frozen=True)
class Source:
    """The output that feeds a link: id in the API format, and slot."""

    node_id: str
    slot: int


@dataclass(frozen=True)
class Constant:
    """The value that feeds a link, from a primitive node or a promoted widget."""

    value: Any


@dataclass(frozen=True)
class _Link:
    origin: Any
    slot: int
    target: Any
    target_slot: int
    type: str


Node = Mapping[str, Any]


class Scope:
    """Nodes and links of a graph or of a subgraph inside ``host`` of ``parent``."""

    def __init__(
        self,
        graph: Mapping[str, Any],
        definitions: Mapping[str, Any],
        parent: Scope | None = None,
        host: Node | None = None,
    ) -> None:
        self.nodes: dict[Any, Node] = {node["id"]: node for node in graph["nodes"]}
        self.links: dict[Any, _Link] = dict(map(_link, graph.get("links") or []))
        self.slots: list[Mapping[str, Any]] = list(graph.get("inputs") or [])
        self.definitions, self.parent, self.host = definitions, parent, host
        self.prefix = parent.path(host) + ":" if parent is not None and host is not None else ""

    def path(self, node: Node) -> str:
        """Id of a node in the API format: ids of the subgraph nodes around it, then its own."""
        return f"{self.prefix}{node['id']}"

    def enter(self, node: Node) -> Scope | None:
        """The level inside a subgraph node, None for other nodes."""
        definition = self.definitions.get(node["type"])
        return None if definition is None else Scope(definition, self.definitions, self, node)

    def resolve(self, link_id: Any, hops: int = 0) -> Source | Constant | None:
        """Where a link comes from, past reroutes, bypassed nodes and subgraph borders.

        None stands for nothing: no link, a muted node, or an open end.

        Raises:
            GraphError: reroutes or bypassed nodes form a circle.
        """
        link = self.links.get(link_id)
        if link is None:
            return None
        if hops > MAX_HOPS:
            raise GraphError("reroutes or bypassed nodes form a circle; remove one of their links")
        if link.origin == INPUT_NODE:
            return self._from_outside(link.slot, hops)
        node = self.nodes.get(link.origin)
        if node is None or node.get("mode", 0) == MUTED:
            return None
        return self._from_node(node, link, hops)

    def _from_node(self, node: Node, link: _Link, hops: int) -> Source | Constant | None:
        if node["type"] == "Reroute":
            return self.resolve(_link_into(node, 0), hops + 1)
        if node.get("mode", 0) == BYPASSED:
            return self.resolve(_link_into(node, _passed_input(node, link)), hops + 1)
        if node["type"] == "PrimitiveNode":
            return Constant((node.get("widgets_values") or [None])[0])
        inner = self.enter(node)
        return inner._at_exit(link.slot, hops) if inner else Source(self.path(node), link.slot)

    def _from_outside(self, slot: int, hops: int) -> Source | Constant | None:
        assert self.parent is not None
        assert self.host is not None
        name = self.slots[slot]["name"]
        for outer in self.host.get("inputs") or []:
            if outer["name"] == name and outer.get("link") is not None:
                return self.parent.resolve(outer["link"], hops + 1)
        return self._promoted(slot)

    def _promoted(self, slot: int) -> Constant | None:
        """Value that the subgraph node holds for a widget inside, if it holds them all."""
        assert self.host is not None
        values = self.host.get("widgets_values") or []
        promoted = [index for index in range(len(self.slots)) if self._feeds_widget(index)]
        if slot not in promoted or len(values) != len(promoted):
            return None
        return Constant(values[promoted.index(slot)])

    def _feeds_widget(self, slot: int) -> bool:
        links = (link for link in self.links.values() if link.origin == INPUT_NODE)
        targets = (
            (self.nodes.get(link.target) or {}).get("inputs", [])[link.target_slot]
            for link in links
            if link.slot == slot and link.target in self.nodes
        )
        return any(target.get("widget") for target in targets)

    def _at_exit(self, slot: int, hops: int) -> Source | Constant | None:
        for link_id, link in self.links.items():
            if link.target == OUTPUT_NODE and link.target_slot == slot:
                return self.resolve(link_id, hops + 1)
        return None


def _link(item: Any) -> tuple[Any, _Link]:
    """(id, link) from a list (graphs) or an object (subgraphs)."""
    if isinstance(item, Mapping):
        names = ("origin_id", "origin_slot", "target_id", "target_slot", "type")
        return item["id"], _Link(*(item[name] for name in names))
    link_id, *rest = item
    return link_id, _Link(*rest[:5])


def _link_into(node: Node, index: int | None) -> Any:
    inputs = node.get("inputs") or []
    return None if index is None or index >= len(inputs) else inputs[index].get("link")


def _passed_input(node: Node, link: _Link) -> int | None:
    """Input that a bypassed node passes to an output: the same place, else the first match."""
    inputs = node.get("inputs") or []
    wanted = node["outputs"][link.slot]["type"]
    if wanted == "*" or link.type == "*":
        return link.slot if link.slot < len(inputs) else 0
    order = sorted(range(len(inputs)), key=lambda index: index != link.slot)
    return next((index for index in order if inputs[index]["type"] == wanted), None)

"""Writes the graphs in ``workflows/`` in the format that graph editors save (UI format 0.4).

Sockets, widget order and defaults come from the blocks' own declarations, so a graph cannot fall
behind them; only what ``workflow_graphs`` states is chosen by hand: values, places and words.
After a change of blocks run ``python -m tests.nodes.workflow_builder`` and read the diff.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hibari

FOLDER = Path(__file__).parents[2] / "workflows"
PACK_ID = "hibari"
OPTIONAL_SHAPE = 7
"""How editors draw a socket that may stay open."""

Infos = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Placed:
    """One node: its class, place and size in px, widget values that differ, links by input."""

    type: str
    pos: tuple[int, int]
    size: tuple[int, int]
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    title: str | None = None


@dataclass(frozen=True)
class Group:
    """A titled frame (x, y, width, height in px) behind nodes."""

    title: str
    bounding: tuple[int, int, int, int]
    color: str = "#3f789e"


@dataclass(frozen=True)
class Graph:
    """Nodes by name, in the order of execution, and the groups behind them."""

    name: str
    nodes: Mapping[str, Placed]
    groups: tuple[Group, ...]


def block_infos() -> dict[str, dict[str, Any]]:
    """Return node information of all blocks by id, as editors get it."""
    from hibari.nodes import HibariExtension

    blocks = asyncio.run(HibariExtension().get_node_list())
    return {info["name"]: info for info in (block.GET_NODE_INFO_V1() for block in blocks)}


def ui_graph(graph: Graph, infos: Infos, version: str) -> dict[str, Any]:
    """Return the JSON object of a graph; ids count from 1 in the order of the nodes."""
    ids = {name: index for index, name in enumerate(graph.nodes, start=1)}
    links = list(_links(graph, infos, ids))
    nodes = [
        _node(placed, infos.get(placed.type), ids[name], links, version)
        for name, placed in graph.nodes.items()
    ]
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"hibari/{graph.name}")),
        "revision": 0,
        "last_node_id": len(nodes),
        "last_link_id": len(links),
        "nodes": nodes,
        "links": links,
        "groups": [
            {
                "id": index,
                "title": group.title,
                "bounding": list(group.bounding),
                "color": group.color,
                "flags": {},
            }
            for index, group in enumerate(graph.groups, start=1)
        ],
        "config": {},
        "extra": {"ds": {"scale": 0.8, "offset": [540, 140]}},
        "version": 0.4,
    }


def _links(graph: Graph, infos: Infos, ids: Mapping[str, int]) -> Iterator[list[Any]]:
    """Yield ``[id, source, slot, target, slot, type]`` of every link."""
    number = 0
    for name, placed in graph.nodes.items():
        slots = list(_slots(infos.get(placed.type)))
        for target_slot, (input_name, _kind, _options, _optional) in enumerate(slots):
            if input_name in placed.links:
                source, output = placed.links[input_name]
                info = infos[graph.nodes[source].type]
                slot = info["output_name"].index(output)
                number += 1
                kind = info["output"][slot]
                yield [number, ids[source], slot, ids[name], target_slot, kind]


def _node(
    placed: Placed,
    info: Mapping[str, Any] | None,
    node_id: int,
    links: list[list[Any]],
    version: str,
) -> dict[str, Any]:
    node: dict[str, Any] = {
        "id": node_id,
        "type": placed.type,
        "pos": list(placed.pos),
        "size": list(placed.size),
        "flags": {},
        "order": node_id - 1,
        "mode": 0,
        "inputs": [],
        "outputs": [],
        "properties": {},
    }
    if placed.title:
        node["title"] = placed.title
    if info is None:  # a note, which belongs to the editor and not to a pack
        colours = {"color": "#233", "bgcolor": "#355"}
        return node | colours | {"widgets_values": list(placed.values.values())}
    values = list(_widget_values(info, placed.values))
    return (
        node
        | {
            "inputs": list(_inputs(info, node_id, links)),
            "outputs": list(_outputs(info, node_id, links)),
            "properties": {
                "Node name for S&R": placed.type,
                "cnr_id": PACK_ID,
                "ver": version,
            },
        }
        | ({"widgets_values": values} if values else {})
    )


def _declared(info: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], bool]]:
    """Yield (name, type, options, optional) of every input in the order of the declaration."""
    for group in ("required", "optional"):
        for name in info["input_order"].get(group, ()):
            kind, *rest = info["input"][group][name]
            yield name, kind, (rest[0] if rest else {}), group == "optional"


def _slots(
    info: Mapping[str, Any] | None,
) -> Iterator[tuple[str, str, Mapping[str, Any], bool]]:
    """Yield the inputs in the order that editors save their slots: sockets, then widgets."""
    declared = list(_declared(info)) if info else []
    yield from (item for item in declared if not _has_widget(item[2]))
    yield from (item for item in declared if _has_widget(item[2]))


def _has_widget(options: Mapping[str, Any]) -> bool:
    return "default" in options or "options" in options or "multiline" in options


def _inputs(
    info: Mapping[str, Any], node_id: int, links: list[list[Any]]
) -> Iterator[dict[str, Any]]:
    for slot, (name, kind, options, optional) in enumerate(_slots(info)):
        link = next((item[0] for item in links if item[3:5] == [node_id, slot]), None)
        shape = {"shape": OPTIONAL_SHAPE} if optional else {}
        widget = {"widget": {"name": name}} if _has_widget(options) else {}
        yield {"name": name, **shape, "type": kind, **widget, "link": link}


def _outputs(
    info: Mapping[str, Any], node_id: int, links: list[list[Any]]
) -> Iterator[dict[str, Any]]:
    for slot, (name, kind) in enumerate(zip(info["output_name"], info["output"], strict=True)):
        out = [item[0] for item in links if item[1:3] == [node_id, slot]]
        shape = {"shape": 6} if info["output_is_list"][slot] else {}
        yield {"name": name, **shape, "type": kind, "links": out or None}


def _widget_values(info: Mapping[str, Any], chosen: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the values of the widgets, with the slot that editors put behind a seed.

    Raises:
        ValueError: a value was chosen for a widget that the block does not have.
    """
    left = dict(chosen)
    for name, _kind, options, _optional in _declared(info):
        if _has_widget(options):
            fallback = (options.get("options") or [""])[0]
            yield left.pop(name, options.get("default", fallback))
            if options.get("control_after_generate"):
                yield left.pop(f"{name}:after", "randomize")
    if left:
        raise ValueError(f"{info['name']} has no widgets {sorted(left)}; it has {info['input']}")


def text_of(graph: Graph) -> str:
    """Return the text of a graph's file."""
    data = ui_graph(graph, block_infos(), hibari.__version__)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from .workflow_graphs import GRAPHS

    for each in GRAPHS:
        (FOLDER / f"{each.name}.json").write_text(text_of(each), "utf-8")

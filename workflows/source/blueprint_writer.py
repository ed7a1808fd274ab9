"""Blueprints: a file in ``subgraphs/`` whose one node unfolds into a graph.

The definition inside has the shape of subgraph version 1, where inputs and outputs are the nodes
-10 and -20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...headless.ui_scope import INPUT_NODE, OUTPUT_NODE
from .declared import Declared, Infos, block_infos, slots_of
from .graph import Blueprint
from .writer import (
    Link,
    as_text,
    groups_of,
    ids_of,
    links_of,
    nodes_of,
    pack_properties,
    stable_id,
)

FOLDER = Path(__file__).parents[2] / "subgraphs"
ROW_PX, BORDER_PX, WIDTH_PX = 20, 40, 120


def text_of(blueprint: Blueprint) -> str:
    """Text of a blueprint's file."""
    infos = block_infos()
    definition = subgraph(blueprint, infos)
    return as_text(
        {
            "revision": 0,
            "last_node_id": len(blueprint.graph.nodes) + 1,
            "last_link_id": 0,
            "nodes": [instance(blueprint, definition, infos)],
            "links": [],
            "version": 0.4,
            "definitions": {"subgraphs": [definition]},
            "extra": {"BlueprintSearchAliases": list(blueprint.search_aliases)},
        }
    )


def instance(blueprint: Blueprint, definition: Mapping[str, Any], infos: Infos) -> dict[str, Any]:
    """The one node; its widgets show the values inside."""
    ids = ids_of(blueprint.graph)
    inputs, shown = [], []
    for name, targets in blueprint.inputs.items():
        node, socket = targets[0]
        item = _socket(blueprint, infos, node, socket)
        widget = {"widget": {"name": name}} if item.has_widget else {}
        inputs.append({"name": name, "type": item.kind, **widget, "link": None})
        if item.has_widget:
            shown.append([str(ids[node]), socket])
    outputs = [
        {"name": end["name"], "type": end["type"], "links": []} for end in definition["outputs"]
    ]
    return {
        "id": len(ids) + 1,  # editors number nodes inside and outside together
        "type": definition["id"],
        "pos": [0, 0],
        "size": [400, 200],
        "flags": {},
        "order": 0,
        "mode": 0,
        "inputs": inputs,
        "outputs": outputs,
        "title": blueprint.graph.name,
        "properties": {
            "proxyWidgets": shown,
            **pack_properties({"name": "Hibari"}),
        },
        "widgets_values": [],
    }


def subgraph(blueprint: Blueprint, infos: Infos) -> dict[str, Any]:
    """The definition: the graph, and what crosses its border."""
    graph = blueprint.graph
    inner = links_of(graph, infos)
    entering = list(_entering(blueprint, infos, len(inner)))
    leaving = list(_leaving(blueprint, infos, len(inner) + len(entering)))
    links = [*inner, *entering, *leaving]
    left, right, top = _extent(blueprint)
    return {
        "id": stable_id(f"blueprint/{graph.name}"),
        "version": 1,
        "state": {
            "lastGroupId": len(graph.groups),
            "lastNodeId": len(graph.nodes),
            "lastLinkId": len(links),
            "lastRerouteId": 0,
        },
        "revision": 0,
        "config": {},
        "name": graph.name,
        "inputNode": {
            "id": INPUT_NODE,
            "bounding": [left, top, WIDTH_PX, BORDER_PX + ROW_PX * len(blueprint.inputs)],
        },
        "outputNode": {
            "id": OUTPUT_NODE,
            "bounding": [right, top, WIDTH_PX, BORDER_PX + ROW_PX * len(blueprint.outputs)],
        },
        "inputs": _ends(blueprint, "inputs", entering, (left + WIDTH_PX - ROW_PX, top)),
        "outputs": _ends(blueprint, "outputs", leaving, (right + ROW_PX, top)),
        "widgets": [],
        "nodes": nodes_of(graph, infos, links),
        "groups": groups_of(graph.groups),
        "links": [link.as_object() for link in links],
        "extra": {},
        "category": blueprint.category,
        "description": blueprint.description,
    }


def _socket(blueprint: Blueprint, infos: Infos, node: str, socket: str) -> Declared:
    slots = slots_of(infos[blueprint.graph.nodes[node].type])
    return next(item for item in slots if item.name == socket)


def _entering(blueprint: Blueprint, infos: Infos, used: int) -> Iterator[Link]:
    ids, number = ids_of(blueprint.graph), used
    for slot, targets in enumerate(blueprint.inputs.values()):
        for node, socket in targets:
            number += 1
            slots = slots_of(infos[blueprint.graph.nodes[node].type])
            index = [item.name for item in slots].index(socket)
            yield Link(number, INPUT_NODE, slot, ids[node], index, slots[index].kind)


def _leaving(blueprint: Blueprint, infos: Infos, used: int) -> Iterator[Link]:
    ids = ids_of(blueprint.graph)
    for slot, (node, output) in enumerate(blueprint.outputs.values()):
        info = infos[blueprint.graph.nodes[node].type]
        index = info["output_name"].index(output)
        kind = info["output"][index]
        yield Link(used + slot + 1, ids[node], index, OUTPUT_NODE, slot, kind)


def _ends(
    blueprint: Blueprint, side: str, links: list[Link], pos: tuple[int, int]
) -> list[dict[str, Any]]:
    ends = []
    for slot, name in enumerate(getattr(blueprint, side)):
        own = [
            link
            for link in links
            if (link.origin_slot if side == "inputs" else link.target_slot) == slot
        ]
        ends.append(
            {
                "id": stable_id(f"{blueprint.graph.name}/{side}/{name}"),
                "name": name,
                "type": own[0].type,
                "linkIds": [link.id for link in own],
                "pos": [pos[0], pos[1] + ROW_PX * (slot + 1)],
            }
        )
    return ends


def _extent(blueprint: Blueprint) -> tuple[int, int, int]:
    """Left edge of the input node, of the output node, and the top of both, in px."""
    placed = blueprint.graph.nodes.values()
    left = min(node.pos[0] for node in placed) - WIDTH_PX - ROW_PX * 3
    right = max(node.pos[0] + node.size[0] for node in placed) + ROW_PX * 3
    return left, right, min(node.pos[1] for node in placed)

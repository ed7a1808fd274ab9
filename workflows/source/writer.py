"""Templates in the format that graph editors save (UI format 0.4)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from .declared import Info, Infos, block_infos, is_ours, slots_of, widget_values
from .graph import NOTE, OLDEST_COMFYUI, Graph, Group, Placed

FOLDER = Path(__file__).parents[1]
PACK_ID, CORE_ID = "hibari", "comfy-core"
CORE_VERSION = f"{OLDEST_COMFYUI}.0"
OPTIONAL_SHAPE, LIST_SHAPE = 7, 6
"""How editors draw a socket that may stay open, and one that gives lists."""


@dataclass(frozen=True)
class Link:
    """A link between nodes, by id and slot."""

    id: int
    origin: int
    origin_slot: int
    target: int
    target_slot: int
    type: str

    def as_list(self) -> list[Any]:
        """As templates hold it."""
        return list(vars(self).values())

    def as_object(self) -> dict[str, Any]:
        """As subgraphs hold it."""
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        return dict(zip(names, vars(self).values(), strict=True))


def text_of(graph: Graph) -> str:
    """Text of a template's file."""
    return as_text(ui_graph(graph, block_infos()))


def as_text(data: Mapping[str, Any]) -> str:
    """JSON as it is written to files."""
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def ui_graph(graph: Graph, infos: Infos) -> dict[str, Any]:
    """JSON object of a template; ids count from 1 in the order of the nodes."""
    links = links_of(graph, infos)
    return {
        "id": stable_id(graph.name),
        "revision": 0,
        "last_node_id": len(graph.nodes),
        "last_link_id": len(links),
        "nodes": nodes_of(graph, infos, links),
        "links": [link.as_list() for link in links],
        "groups": groups_of(graph.groups),
        "config": {},
        "extra": {"ds": {"scale": 0.8, "offset": [540, 140]}},
        "version": 0.4,
    }


def stable_id(name: str) -> str:
    """A UUID that stays the same from one writing to the next."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"hibari/{name}"))


def ids_of(graph: Graph) -> dict[str, int]:
    """Ids of the nodes by name."""
    return {name: index for index, name in enumerate(graph.nodes, start=1)}


def links_of(graph: Graph, infos: Infos) -> list[Link]:
    """Links in the order of their targets.

    Raises:
        ValueError: a link names no input or no output.
    """
    ids, links = ids_of(graph), []
    for name, placed in graph.nodes.items():
        targets = [item.name for item in slots_of(infos.get(placed.type), placed.links)]
        for input_name, (source, output) in sorted(
            placed.links.items(), key=lambda item: targets.index(item[0])
        ):
            info = infos[graph.nodes[source].type]
            slot = info["output_name"].index(output)
            ends = (ids[source], slot, ids[name], targets.index(input_name))
            links.append(Link(len(links) + 1, *ends, info["output"][slot]))
    return links


def nodes_of(graph: Graph, infos: Infos, links: Iterable[Link]) -> list[dict[str, Any]]:
    """Nodes as editors save them."""
    numbered = zip(graph.nodes.values(), ids_of(graph).values(), strict=True)
    return [_node(placed, infos.get(placed.type), index, links) for placed, index in numbered]


def groups_of(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """Groups as editors save them."""
    return [
        {
            "id": index,
            "title": group.title,
            "bounding": list(group.bounding),
            "color": group.color,
            "flags": {},
        }
        for index, group in enumerate(groups, start=1)
    ]


def pack_properties(info: Info) -> dict[str, str]:
    """What lets ComfyUI find the pack of a node that is missing."""
    if is_ours(info):
        return {"cnr_id": PACK_ID, "ver": __version__}
    return {"cnr_id": CORE_ID, "ver": CORE_VERSION}


def _node(placed: Placed, info: Info | None, node_id: int, links: Iterable[Link]) -> dict[str, Any]:
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
    if placed.type == NOTE:  # belongs to the editor and not to a pack
        colours = {"color": "#233", "bgcolor": "#355"}
        return node | colours | {"widgets_values": list(placed.values.values())}
    if info is None:
        raise ValueError(f"no block is called {placed.type}; see `hibari nodes`")
    node["inputs"] = list(_inputs(info, placed.links, node_id, links))
    node["outputs"] = list(_outputs(info, node_id, links))
    node["properties"] = {"Node name for S&R": placed.type, **pack_properties(info)}
    values = widget_values(info, placed.values)
    return node | ({"widgets_values": values} if values else {})


def _inputs(
    info: Info, linked: Collection[str], node_id: int, links: Iterable[Link]
) -> Iterator[dict[str, Any]]:
    into = {(link.target, link.target_slot): link.id for link in links}
    for slot, item in enumerate(slots_of(info, linked)):
        shape = {"shape": OPTIONAL_SHAPE} if item.optional else {}
        widget = {"widget": {"name": item.name}} if item.has_widget else {}
        link = into.get((node_id, slot))
        label = {"label": item.name.rpartition(".")[2]} if "." in item.name else {}
        yield {**label, "name": item.name, **shape, "type": item.kind, **widget, "link": link}


def _outputs(info: Info, node_id: int, links: Iterable[Link]) -> Iterator[dict[str, Any]]:
    for slot, (name, kind) in enumerate(zip(info["output_name"], info["output"], strict=True)):
        out = [link.id for link in links if (link.origin, link.origin_slot) == (node_id, slot)]
        shape = {"shape": LIST_SHAPE} if info["output_is_list"][slot] else {}
        yield {"name": name, **shape, "type": kind, "links": out or None}

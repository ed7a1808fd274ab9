"""Old blocks that are no more, and the blocks that take their place in saved graphs.

The rule is the same with and without ComfyUI: only where the old id means nothing to the host, and
the new one does, a node is moved over; inputs that it does not have are left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Replacement:
    """How a node of an old block becomes one of a new block.

    Attributes:
        old_id, new_id: class types.
        old_widgets: names of the old widgets in the order in which editors saved their values.
        inputs: old input names by new ones; what is not named here is dropped.
        outputs: places of the old outputs by places of the new ones.
    """

    old_id: str
    new_id: str
    old_widgets: tuple[str, ...]
    inputs: Mapping[str, str]
    outputs: Mapping[int, int]


def replaced(
    prompt: Mapping[str, Any], known: Container[str], replacements: Iterable[Replacement]
) -> dict[str, Any]:
    """Return a graph in API format with its old nodes moved over; ``known`` are the host's ids.

    What is no node (a damaged graph) stays as it is, for validation to report.
    """
    active = {
        item.old_id: item
        for item in replacements
        if item.old_id not in known and item.new_id in known
    }
    moved = {
        node_id: active[node["class_type"]]
        for node_id, node in prompt.items()
        if _is_node(node) and node["class_type"] in active
    }
    return {
        node_id: _relinked(_renewed(node, moved.get(node_id)), moved) if _is_node(node) else node
        for node_id, node in prompt.items()
    }


def _is_node(node: Any) -> bool:
    return (
        isinstance(node, Mapping)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), Mapping)
    )


def _renewed(node: Mapping[str, Any], item: Replacement | None) -> dict[str, Any]:
    if item is None:
        return dict(node)
    given = node["inputs"]
    inputs = {new: given[old] for new, old in item.inputs.items() if old in given}
    return {**node, "class_type": item.new_id, "inputs": inputs}


def _relinked(node: dict[str, Any], moved: Mapping[str, Replacement]) -> dict[str, Any]:
    """The node with its links to moved nodes brought to their new outputs."""
    inputs = dict(node["inputs"])
    for name, value in inputs.items():
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
            item = moved.get(value[0])
            places = {old: new for new, old in item.outputs.items()} if item else {}
            inputs[name] = [value[0], places.get(value[1], value[1])]
    return {**node, "inputs": inputs}

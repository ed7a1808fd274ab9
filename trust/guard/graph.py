"""What an executed graph tells the guard: its texts, spoken words, brought files, attestations.

The walk goes upstream from a block and leaves out what a negative prompt says, because people list
there what they do not want to see; unless guidance is so low that the negative prompt is what shows
(below 1 the picture leaves the positive prompt, at 0 it follows the negative one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .attestation import Attestation

Graph = Mapping[str, Mapping[str, Any]]
"""API format: node id to ``{"class_type", "inputs"}``; ``[node id, slot]`` is a link."""

SPOKEN = "dialogue"
_POSITIVE = "positive"
_GUIDANCE = re.compile(r"cfg|guidance", re.IGNORECASE)
_NEGATIVE = re.compile(r"negative|uncond", re.IGNORECASE)
_SETTING = re.compile(
    r"name|prefix|format|codec|sampler|schedul|path|checkpoint|aspect|size|quality|type|mode|device|"
    r"policy|people|upload|creator|owner|licen|preset|dtype|key|alias|direction|times|"
    r"transition|sound_cut|language",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    r".+\.(?:png|jpe?g|webp|gif|bmp|tiff?|mp4|mov|webm|mkv|avi)(?: \[(?:input|output|temp)\])?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GraphWords:
    """What is read in a graph: texts of prompts, spoken words, names of brought pictures."""

    texts: tuple[str, ...]
    spoken: tuple[str, ...]
    uploads: tuple[str, ...]
    attestation: Attestation | None


def words_of(graph: Graph, node_id: str) -> GraphWords:
    """Return what the blocks upstream of ``node_id`` were told."""
    texts: dict[str, None] = {}
    spoken: dict[str, None] = {}
    uploads: dict[str, None] = {}
    attested: list[Attestation] = []
    for node in _upstream(graph, node_id):
        inputs = node.get("inputs", {})
        if "people" in inputs and "agreed" in inputs:
            attested.append(Attestation(str(inputs["people"]), inputs["agreed"] is True))
        for name, value in inputs.items():
            if not isinstance(value, str) or not value.strip() or _NEGATIVE.search(name):
                continue
            if _MEDIA.fullmatch(value):
                uploads.setdefault(value)
            elif name == SPOKEN:
                spoken.setdefault(value)
            elif not _SETTING.search(name):
                texts.setdefault(value)
    held = [attestation for attestation in attested if attestation.holds]
    return GraphWords(tuple(texts), tuple(spoken), tuple(uploads), _joined(held))


def only_negative(graph: Graph, node_id: str) -> bool:
    """Whether what a block says reaches the results of a graph as a negative prompt only."""
    linked = {source for node in graph.values() for _, source, _ in _links(node)}
    results = [name for name in graph if name not in linked]
    return not any(node_id in _reached(graph, result) for result in results)


def _upstream(graph: Graph, node_id: str) -> Iterator[Mapping[str, Any]]:
    return (graph[name] for name in _reached(graph, node_id))


def _reached(graph: Graph, node_id: str) -> dict[str, None]:
    """Return the ids of the blocks whose words count for the outputs of ``node_id``."""
    waiting: list[tuple[str, int | None]] = [(str(node_id), None)]
    entered: set[tuple[str, int | None]] = set()
    reached: dict[str, None] = {}
    while waiting:
        current, slot = waiting.pop()
        if (current, slot) in entered or current not in graph:
            continue
        entered.add((current, slot))
        reached.setdefault(current)
        node = graph[current]
        waiting += [
            (source, output)
            for name, source, output in _links(node)
            if not _is_passed_by(node, name, slot)
        ]
    return reached


def _is_passed_by(node: Mapping[str, Any], name: str, slot: int | None) -> bool:
    """Whether what is linked to an input does not count for an output ``slot`` of the block."""
    inputs = node.get("inputs", {})
    scales = [value for key, value in inputs.items() if _GUIDANCE.search(key)]
    if scales:  # a sampler or guider
        surely_positive = all(isinstance(v, (int, float)) and v >= 1 for v in scales)
        return bool(_NEGATIVE.search(name)) and surely_positive
    if _POSITIVE in inputs and any(map(_NEGATIVE.search, inputs)):  # hands both on in order
        return (slot == 0 and bool(_NEGATIVE.search(name))) or (slot == 1 and name == _POSITIVE)
    return False


def _links(node: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield (input, source id, output slot) of a block's links."""
    for name, value in node.get("inputs", {}).items():
        if isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[1], int):
            yield name, str(value[0]), value[1]


def _joined(attested: list[Attestation]) -> Attestation | None:
    if not attested:
        return None
    return Attestation("; ".join(dict.fromkeys(a.people.strip() for a in attested)), True)

"""Graphs as the engine runs them: the API format, and reading them from files.

A prompt is ``{"<id>": {"class_type", "inputs", "_meta": {"title"}}}``; an input is a constant or
a link ``["<id>", slot]``. A file may also hold the format that graph editors save.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Prompt = dict[str, dict[str, Any]]
MAX_GRAPH_BYTES = 64 * 2**20


class GraphError(ValueError):
    """A graph that cannot run; ``problems`` are sentences, each naming its node and input."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def is_link(value: Any) -> bool:
    """Whether an input is a link rather than a constant."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], (int, float))
    )


def links_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """(input name, source node, source slot) of every link of a node."""
    for name, value in node["inputs"].items():
        if is_link(value):
            yield name, value[0], int(value[1])


def title_of(prompt: Prompt, node_id: str) -> str:
    """Title of a node, else its class, else an empty string."""
    node = prompt.get(node_id, {})
    return str((node.get("_meta") or {}).get("title") or node.get("class_type") or "")


def name_of(prompt: Prompt, node_id: str) -> str:
    """How messages name a node: its id, and its title or class."""
    title = title_of(prompt, node_id)
    return f"node {node_id} ({title})" if title else f"node {node_id}"


def read_graph_file(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        GraphError: there is no such file, it is too large, or it holds no JSON object.
    """
    try:
        size, text = path.stat().st_size, ""
        if size <= MAX_GRAPH_BYTES:
            text = path.read_text("utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GraphError(f"graph {path} cannot be read: {reason}; check the path") from error
    except UnicodeDecodeError as error:
        raise GraphError(f"graph {path} is no text in UTF-8; give a JSON file") from error
    if size > MAX_GRAPH_BYTES:
        raise GraphError(f"graph {path} is larger than 64 MiB; that is no graph")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GraphError(
            f"graph {path} is no JSON ({error}); export it from the editor again"
        ) from error
    if not isinstance(data, dict):
        raise GraphError(f"graph {path} holds a {type(data).__name__}; it must be a JSON object")
    return data


def is_ui_format(data: Mapping[str, Any]) -> bool:
    """Whether a graph object is in the editor's format rather than the API's."""
    return isinstance(data.get("nodes"), list)


def checked_prompt(data: Mapping[str, Any]) -> Prompt:
    """A private copy of an API-format graph with string ids and an ``inputs`` object everywhere.

    Raises:
        GraphError: a node is not an object, or its inputs are not.
    """
    problems = []
    if not data:
        problems.append("the graph is empty; it needs at least one node")
    for node_id, node in data.items():
        if not isinstance(node, Mapping):
            problems.append(f"node {node_id} is {json.dumps(node)[:40]}; it must be an object")
        elif not isinstance(node.get("inputs", {}), Mapping):
            problems.append(f"inputs of node {node_id} are no object; give {{name: value}}")
    if problems:
        raise GraphError(*problems)
    copied = json.loads(json.dumps(data))
    return {str(key): {"inputs": {}} | node for key, node in copied.items()}

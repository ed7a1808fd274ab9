"""From the graph that an editor saves (UI format 0.4) to the API format that engines run.

Widget values are positional in the file, so the declarations of the blocks are needed to name
them. Notes, reroutes and primitive nodes disappear, muted nodes take their links with them,
bypassed ones pass a matching input through, and subgraphs are unfolded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .engine.graph import GraphError, Prompt
from .ui_scope import BYPASSED, MUTED, VIRTUAL, Constant, Scope, Source
from .ui_widgets import widget_values

NodeInfos = Mapping[str, Mapping[str, Any]]
MAX_DEPTH = 32


def to_prompt(workflow: Mapping[str, Any], infos: NodeInfos) -> Prompt:
    """API-format graph of a UI-format one; ``infos`` declares the blocks as /object_info does.

    Blocks that ``infos`` lacks keep their links and the widgets that the file names, so that
    validation can report them all.

    Raises:
        GraphError: a node or link is damaged, or subgraphs contain themselves.
    """
    definitions = {
        item["id"]: item
        for item in (workflow.get("definitions") or {}).get("subgraphs") or []
        if isinstance(item, Mapping) and "id" in item
    }
    prompt: Prompt = {}
    try:
        _collect(Scope(workflow, definitions), infos, prompt, 0)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(
            f"the graph is damaged ({type(error).__name__}: {error}); save it from the editor again"
        ) from error
    return prompt


def _collect(scope: Scope, infos: NodeInfos, prompt: Prompt, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise GraphError("a subgraph contains itself; open the graph and remove it there")
    for node in scope.nodes.values():
        if node.get("mode", 0) in (MUTED, BYPASSED) or node["type"] in VIRTUAL:
            continue
        inner = scope.enter(node)
        if inner is not None:
            _collect(inner, infos, prompt, depth + 1)
        else:
            prompt[scope.path(node)] = _api_node(scope, node, infos.get(node["type"]))


def _api_node(
    scope: Scope, node: Mapping[str, Any], info: Mapping[str, Any] | None
) -> dict[str, Any]:
    inputs = _widgets(node, info)
    for slot in node.get("inputs") or []:
        name = slot["name"]
        found = scope.resolve(slot.get("link"))
        if isinstance(found, Source):
            inputs[name] = [found.node_id, found.slot]
        elif isinstance(found, Constant):
            inputs[name] = _wrapped(found.value)
        elif slot.get("link") is not None and "widget" not in slot:
            inputs.pop(name, None)
    title = node.get("title") or (info or {}).get("display_name") or node["type"]
    return {"class_type": node["type"], "inputs": inputs, "_meta": {"title": title}}


def _widgets(node: Mapping[str, Any], info: Mapping[str, Any] | None) -> dict[str, Any]:
    values = node.get("widgets_values")
    if isinstance(values, Mapping):
        named = dict(values)
    elif info is not None:
        named = widget_values(info, values or [])
    else:
        slots = [slot["widget"]["name"] for slot in node.get("inputs") or [] if slot.get("widget")]
        named = dict(zip(slots or _old_widgets(node["type"]), values or [], strict=False))
    return {name: _wrapped(value) for name, value in named.items()}


def _old_widgets(class_type: str) -> tuple[str, ...]:
    """Widgets of a block that is no more, from files that do not name them."""
    from ..nodes.replacements import REPLACEMENTS

    return next((item.old_widgets for item in REPLACEMENTS if item.old_id == class_type), ())


def _wrapped(value: Any) -> Any:
    """A list would read as a link."""
    return {"__value__": value} if isinstance(value, list) else value

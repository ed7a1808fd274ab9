"""``--set NODE.INPUT=VALUE``: constants put into a graph before it runs.

NODE is an id or a title. Ids of inputs may hold dots themselves (``refs.r_0``), so every way to
split is tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .engine.graph import GraphError, Prompt, name_of

NodeInfos = Mapping[str, Mapping[str, Any]]
SWITCHES = {"true": True, "on": True, "yes": True, "1": True}
SWITCHES |= {"false": False, "off": False, "no": False, "0": False}
NUMBERS = {"INT": int, "FLOAT": float}


def apply_overrides(prompt: Prompt, settings: Iterable[str], infos: NodeInfos) -> None:
    """Put every setting into the graph; ``infos`` declares the blocks as /object_info does.

    Raises:
        GraphError: naming every setting that is malformed or names no node, no single node, or no
            input of it.
    """
    problems = []
    for setting in settings:
        try:
            node_id, name, value = _parsed(setting, prompt, infos)
        except GraphError as error:
            problems += error.problems
        else:
            prompt[node_id]["inputs"][name] = value
    if problems:
        raise GraphError(*problems)


def _parsed(setting: str, prompt: Prompt, infos: NodeInfos) -> tuple[str, str, Any]:
    target, equals, text = setting.partition("=")
    if not equals or "." not in target:
        raise GraphError(f"--set {setting!r} is no NODE.INPUT=VALUE; write for example 4.seed=7")
    for node_name, input_name in _splits(target):
        found = _nodes_named(node_name, prompt)
        if len(found) > 1:
            ids = ", ".join(found)
            raise GraphError(f"--set {setting!r}: nodes {ids} are called {node_name!r}; use the id")
        if found:
            return found[0], input_name, _value(text, found[0], input_name, prompt, infos)
    names = ", ".join(name_of(prompt, node_id) for node_id in prompt)
    raise GraphError(f"--set {setting!r} names no node of the graph; it has {names}")


def _splits(target: str) -> Iterator[tuple[str, str]]:
    parts = target.split(".")
    for count in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:count]), ".".join(parts[count:])


def _nodes_named(name: str, prompt: Prompt) -> list[str]:
    if name in prompt:
        return [name]
    wanted = name.strip().casefold()
    titles = {key: (node.get("_meta") or {}).get("title") for key, node in prompt.items()}
    return [key for key, title in titles.items() if title and title.strip().casefold() == wanted]


def _value(text: str, node_id: str, name: str, prompt: Prompt, infos: NodeInfos) -> Any:
    """The text as the declared type of the input; what is no such value is left to validation."""
    info = infos.get(prompt[node_id].get("class_type", ""))
    if info is None:  # an unknown block is reported by validation
        return text
    declared = _declared(info["input"], name)
    if declared is None:
        names = [key for group in ("required", "optional") for key in info["input"].get(group, {})]
        known = ", ".join(names) or "none"
        raise GraphError(f"{name_of(prompt, node_id)} has no input {name!r}; it has {known}")
    kind, options = declared
    try:
        return _converted(text, options.get("widgetType") or kind, options)
    except ValueError:
        return text


def _declared(groups: Mapping[str, Any], name: str) -> tuple[Any, Mapping[str, Any]] | None:
    """(type, options) of an input; a dotted one counts by its first part."""
    for key in (name, name.split(".", maxsplit=1)[0]):
        for group in ("required", "optional"):
            if key in groups.get(group, {}):
                kind, *options = groups[group][key]
                return kind if key == name else "*", (options[0] if options else {})
    return None


def _converted(text: str, kind: Any, options: Mapping[str, Any]) -> Any:
    if kind == "STRING":
        return text
    if text.startswith("["):  # a link, or a list of choices
        return json.loads(text)
    if kind == "BOOLEAN":
        return SWITCHES.get(text.strip().lower(), text)
    if kind in NUMBERS:
        return NUMBERS[kind](text)
    choices = kind if isinstance(kind, list) else options.get("options")
    if kind == "COMBO" or isinstance(kind, list):
        return next((one for one in choices or () if str(one) == text), text)
    return json.loads(text)

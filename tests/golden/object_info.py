"""The blocks as saved graphs depend on them, and the rule that they may only grow.

``object_info.json`` holds what was ever published. After a change run
``python tests/golden/object_info.py``: it adds what is new and refuses what would break a graph.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("object_info.json")
PREFIX = "Hibari"
KEPT = ("default", "min", "max", "options")
FILE_LISTS = ("checkpoint", "cameo", "file", "image", "video", "audio")
"""Dropdowns of files: their options are those of the machine."""
Blocks = dict[str, dict[str, Any]]


def published(infos: Mapping[str, Mapping[str, Any]]) -> Blocks:
    """Of node information, what graphs hold on to: names, types, order, ranges, choices."""
    return {name: _block(info) for name, info in sorted(infos.items()) if name.startswith(PREFIX)}


def _block(info: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "inputs": {
            name: _input(name, group, *info["input"][group][name])
            for group in ("required", "optional")
            for name in info["input_order"].get(group, ())
        },
        "outputs": [
            {"name": name, "type": kind, "list": is_list}
            for name, kind, is_list in zip(
                info["output_name"], info["output"], info["output_is_list"], strict=True
            )
        ],
        "output_node": info["output_node"],
    }


def _input(name: str, group: str, kind: Any, options: Mapping[str, Any] = {}) -> dict[str, Any]:
    kept = {key: options[key] for key in KEPT if key in options}
    if name in FILE_LISTS and kind == "COMBO":
        kept = {"options": "files"}
    return {"type": kind, "required": group == "required", **kept}


def breaks(old: Blocks, new: Blocks) -> list[str]:
    """What in ``new`` would break or change a graph that was saved with ``old``."""
    found = [f"{name} is gone" for name in old.keys() - new.keys()]
    for name in sorted(old.keys() & new.keys()):
        found += [f"{name}: {what}" for what in _block_breaks(old[name], new[name])]
    return found


def _block_breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old["outputs"] != new["outputs"][: len(old["outputs"])]:
        yield f"outputs were {old['outputs']}"
    if old["output_node"] and not new["output_node"]:
        yield "it was an output"
    before, after = old["inputs"], new["inputs"]
    known = [name for name in after if name in before]
    if known != [name for name in before if name in after]:
        yield f"inputs were in the order {list(before)}"
    for name in before.keys() - after.keys():
        yield f"input {name} is gone"
    widgets = [name for name, item in after.items() if "default" in item or "options" in item]
    places = [index for index, name in enumerate(widgets) if name in before]
    if places != list(range(len(places))):
        yield "a new widget stands before old ones, whose saved values would shift"
    for name, item in after.items():
        if name not in before and item["required"] and "default" not in item:
            yield f"new input {name} is required"
        elif name in before:
            yield from (f"input {name} {what}" for what in _input_breaks(before[name], item))


def _input_breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if not {*str(old["type"]).split(",")} <= {*str(new["type"]).split(",")}:
        yield f"was of type {old['type']}"
    if new["required"] and not old["required"]:
        yield "was optional"
    if old.get("default") != new.get("default"):
        yield f"had the default {old.get('default')!r}"
    if new.get("min", float("-inf")) > old.get("min", float("-inf")):
        yield f"could be as low as {old.get('min')}"
    if new.get("max", float("inf")) < old.get("max", float("inf")):
        yield f"could be as high as {old.get('max')}"
    gone = [] if "files" in (old.get("options"), new.get("options")) else _gone(old, new)
    if gone:
        yield f"offered {', '.join(map(str, gone))}"


def _gone(old: dict[str, Any], new: dict[str, Any]) -> list[Any]:
    offered = [_key(item) for item in new.get("options", ())]
    return [_key(item) for item in old.get("options", ()) if _key(item) not in offered]


def _key(option: Any) -> Any:
    """A choice, which in a dropdown that brings further inputs is an object."""
    return option["key"] if isinstance(option, Mapping) else option


def recorded() -> Blocks:
    """What was ever published."""
    return dict(json.loads(PATH.read_text("utf-8")))


def main() -> None:
    """Record what is new."""
    from hibari.headless.registry import load_blocks

    new = published({name: block.GET_NODE_INFO_V1() for name, block in load_blocks().items()})
    problems = breaks(recorded(), new) if PATH.exists() else []
    if problems:
        sys.exit("not recorded, since saved graphs would break:\n" + "\n".join(problems))
    PATH.write_text(json.dumps(new, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

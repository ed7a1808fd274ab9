"""What editors show of a block in words: its name, what it does, its inputs and its outputs.

Read from the node information that editors get, so that nothing is shown that is not listed here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
EDITOR_CATEGORIES = {"audio", "conditioning", "image", "latent", "loaders", "sampling", "video"}
"""Menus of ComfyUI's own that blocks of ours stand in too; its editor translates them."""
Infos = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Socket:
    """One input (widgets too) or output.

    Attributes:
        key: how locale files name it: an input by its id ("." becomes "_"), an output by its place.
        id: how graphs name it.
        kind: its type, or the types it takes.
        shown: its English name.
        tooltip: its English explanation, "" where the block gives none.
        options: of an input, what else the block declares (default, min, max, options...).
        optional: whether an input may stay open.
    """

    key: str
    id: str
    kind: str
    shown: str
    tooltip: str
    options: Mapping[str, Any]
    optional: bool = False


def block_infos() -> dict[str, dict[str, Any]]:
    """Return node information of all blocks by id, in the order of the extension's list.

    Of a fresh installation: what people add to theirs (policies, cameos) is in no list.
    """
    from hibari.nodes import HibariExtension

    with TemporaryDirectory() as home, patch.dict(os.environ, {"HIBARI_HOME": home}):
        blocks = asyncio.run(HibariExtension().get_node_list())
        return {info["name"]: info for info in (block.GET_NODE_INFO_V1() for block in blocks)}


def inputs_of(info: Mapping[str, Any]) -> list[Socket]:
    """Return the inputs in order, those included that a choice brings."""
    return list({socket.id: socket for socket in _walk(info["input"])}.values())


def _walk(groups: Mapping[str, Any], prefix: str = "") -> Iterator[Socket]:
    for group in ("required", "optional"):
        for name, (kind, options, *_) in groups.get(group, {}).items():
            path = f"{prefix}{name}"
            shown, tooltip = options.get("display_name") or name, options.get("tooltip") or ""
            key, optional = path.replace(".", "_"), group == "optional"
            yield Socket(key, path, kind, shown, tooltip, options, optional)
            for choice in options.get("options") or ():
                if isinstance(choice, Mapping):
                    yield from _walk(choice["inputs"], f"{path}.")


def outputs_of(info: Mapping[str, Any]) -> list[Socket]:
    """Return the outputs in order."""
    kinds, names = info["output"], info["output_name"]
    tooltips = info.get("output_tooltips") or [None] * len(kinds)
    return [
        Socket(str(place), name, kind, name, tooltip or "", {})
        for place, (kind, name, tooltip) in enumerate(zip(kinds, names, tooltips, strict=True))
    ]


def texts_of(info: Mapping[str, Any]) -> list[str]:
    """Return every English text of a block once, in reading order."""
    texts = [info["display_name"], info["description"]]
    for socket in (*inputs_of(info), *outputs_of(info)):
        texts += [socket.shown, socket.tooltip]
    return list(dict.fromkeys(text for text in texts if text))


def categories_of(infos: Infos) -> list[str]:
    """Return the names of menus that blocks of ours stand in and that editors have no words for."""
    names = {name for info in infos.values() for name in info["category"].split("/")}
    return sorted(names - EDITOR_CATEGORIES)


def silent_places(info: Mapping[str, Any]) -> list[str]:
    """Return what a block shows without explaining it in English."""
    silent = [] if info["description"] else ["the block has no description"]
    for kind, sockets in (("input", inputs_of(info)), ("output", outputs_of(info))):
        silent += [f"{kind} {socket.id} has no tooltip" for socket in sockets if not socket.tooltip]
    return silent

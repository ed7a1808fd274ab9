"""What a template states by hand: nodes, places, values, words; all else comes from the blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOTE = "MarkdownNote"
OLDEST_COMFYUI = "0.30"
"""As ``requires-comfyui`` in pyproject.toml says; every template tells it in a note."""

NEEDS = (
    f"**Needs** ComfyUI {OLDEST_COMFYUI} or newer (tested with 0.33) and this pack; no other pack, "
    "no download."
)


@dataclass(frozen=True)
class Placed:
    """One node: its class, place and size in px, widget values that differ, links by input.

    A value for ``<seed>:after`` says what the editor does to the seed after a run; a link is
    (name of the node, name of its output).
    """

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
    """A template: nodes by name, in the order of execution, and the groups behind them.

    ``name`` is the file's name and what people read in the template browser.
    """

    name: str
    nodes: Mapping[str, Placed]
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Blueprint:
    """A graph as one node: what it takes and gives, by the node and socket inside.

    An input may feed several sockets. One that feeds a widget is shown as that widget, with the
    value inside as its default; a seed then stays as it is set.
    """

    graph: Graph
    description: str
    category: str
    inputs: Mapping[str, tuple[tuple[str, str], ...]]
    outputs: Mapping[str, tuple[str, str]]
    search_aliases: tuple[str, ...] = ()


def note(pos: tuple[int, int], size: tuple[int, int], title: str, text: str) -> Placed:
    """A note of the editor, in Markdown."""
    return Placed(NOTE, pos, size, {"text": text}, title=title)


def start() -> dict[str, Placed]:
    """The nodes "load" and "size" that every graph of our blocks begins with."""
    return {
        "load": Placed("HibariLoadModel", (0, 0), (300, 140)),
        "size": Placed("HibariEmptyLatent", (0, 200), (300, 260)),
    }


def decoders(x: int, width: int) -> dict[str, Placed]:
    """The nodes "frames" and "sound" that decode what "sample" made, one above the other."""
    latent = ("sample", "latent")
    return {
        "frames": Placed(
            "HibariDecodeVideo",
            (x, 0),
            (width, 70),
            links={"latent": latent, "vae": ("load", "vae")},
        ),
        "sound": Placed(
            "HibariDecodeAudio",
            (x, 130),
            (width, 110),
            links={"latent": latent, "audio_vae": ("load", "audio_vae")},
        ),
    }

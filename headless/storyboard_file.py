"""A storyboard as a plain file, YAML or JSON, and the graph that it stands for.

Its words are the names of the widgets of Hibari Storyboard and Hibari Shot, so a file and a graph
say the same and give the same film. Unknown words are errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .engine.graph import GraphError, Prompt

MAX_BYTES = 2**20
SHOT = {"prompt": str, "seconds": float, "camera": str, "transition": str, "sound_cut": str}
FILM = {
    "style": str,
    "width": int,
    "height": int,
    "fps": float,
    "seed": int,
    "steps": int,
    "guidance": float,
    "dissolve": float,
    "sound_overlap": float,
    "room_tone": float,
    "continuity": float,
}
OTHERS = ("checkpoint", "cameos", "shots")
TYPES = {str: "a text", int: "a whole number", float: "a number"}
LOAD, FILM_NODE, SAVE = "load", "storyboard", "save"


def read_storyboard(path: Path) -> dict[str, Any]:
    """The object in a storyboard file; JSON where its name says so, else YAML.

    Raises:
        GraphError: there is no such file, it is too large, or it holds something else.
    """
    try:
        text = path.read_text("utf-8") if path.stat().st_size <= MAX_BYTES else ""
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GraphError(f"storyboard {path} cannot be read: {reason}; check the path") from error
    except UnicodeDecodeError as error:
        raise GraphError(f"storyboard {path} is no text in UTF-8; save it so") from error
    if not text.strip():
        raise GraphError(f"storyboard {path} is empty or larger than 1 MiB; list a few shots")
    data = _parsed(text, path)
    if not isinstance(data, Mapping):
        raise GraphError(f"storyboard {path} has no words with values; begin with `shots:`")
    return dict(data)


def _parsed(text: str, path: Path) -> Any:
    import yaml

    try:
        if path.suffix.lower() == ".json":
            return json.loads(text)
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise GraphError(f"storyboard {path} cannot be understood: {reason}") from error


def graph_of(storyboard: Mapping[str, Any], prefix: str = "video/Storyboard") -> Prompt:
    """The graph in API format that a storyboard stands for; ``prefix`` names its file.

    Raises:
        GraphError: unknown words, values of another kind, or no shot; every problem is told.
    """
    problems = _unknown(storyboard, {*FILM, *OTHERS}, "the storyboard")
    shots, cameos = storyboard.get("shots"), storyboard.get("cameos") or []
    if not isinstance(shots, list) or not shots:
        problems.append("shots is no list of shots; write one `- prompt: ...` for each")
        shots = []
    if not isinstance(cameos, list) or not all(isinstance(name, str) for name in cameos):
        problems.append("cameos is no list of names; write for example [me]")
        cameos = []
    checkpoint = storyboard.get("checkpoint")
    if checkpoint is not None and not isinstance(checkpoint, str):
        problems.append("checkpoint is no name of a file; leave it out for the bundled one")
    film = _values(storyboard, FILM, "the storyboard", problems)
    described = [_shot(shot, number, problems) for number, shot in enumerate(shots, start=1)]
    if problems:
        raise GraphError(*problems)
    return _graph(film, described, cameos, checkpoint, prefix)


def _graph(
    film: Mapping[str, Any],
    shots: list[dict[str, Any]],
    cameos: list[str],
    checkpoint: str | None,
    prefix: str,
) -> Prompt:
    from ..host.bundled import BUNDLED_CHECKPOINT

    wires = {name: [LOAD, slot] for slot, name in enumerate(("model", "clip", "vae", "audio_vae"))}
    chosen = checkpoint or BUNDLED_CHECKPOINT
    graph = {LOAD: _node("HibariLoadModel", "Load", {"checkpoint": chosen})}
    inputs: dict[str, Any] = {**wires, **film}
    for kind, block, items in (
        ("shot", "HibariShot", shots),
        ("cameo", "HibariLoadCameo", [{"cameo": name} for name in cameos]),
    ):
        for index, values in enumerate(items):
            name = f"{kind}_{index}"
            graph[name] = _node(block, f"{kind.capitalize()} {index + 1}", values)
            inputs[f"{kind}s.{name}"] = [name, 0]
    graph[FILM_NODE] = _node("HibariStoryboard", "Storyboard", inputs)
    saved = {"video": [FILM_NODE, 0], "filename_prefix": prefix, "format": "auto"}
    graph[SAVE] = _node("SaveVideo", "Save", {**saved, "format.codec": "auto"})
    return graph


def _node(block: str, title: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"class_type": block, "inputs": dict(inputs), "_meta": {"title": title}}


def _shot(shot: Any, number: int, problems: list[str]) -> dict[str, Any]:
    """Values of one shot; a text alone is its prompt."""
    where = f"shot {number}"
    given = {"prompt": shot} if isinstance(shot, str) else shot
    if not isinstance(given, Mapping):
        problems.append(f"{where} is {type(shot).__name__}; write `- prompt: ...`")
        return {}
    problems += _unknown(given, set(SHOT), where)
    values = _values(given, SHOT, where, problems)
    if "prompt" not in given:
        problems.append(f"{where} has no prompt; tell what is seen and heard")
    return {"seconds": 2.0, **values}


def _values(
    given: Mapping[str, Any], kinds: Mapping[str, type], where: str, problems: list[str]
) -> dict[str, Any]:
    """What is given of the words in ``kinds``, in their order."""
    found = {}
    for name, kind in kinds.items():
        if name not in given:
            continue
        value = given[name]
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or isinstance(value, bool):
            problems.append(f"{name} of {where} is {value!r:.40}; it must be {TYPES[kind]}")
        found[name] = value
    return found


def _unknown(given: Mapping[str, Any], known: set[str], where: str) -> list[str]:
    return [
        f"{where} says {str(name)[:40]!r}, which nobody reads; use {', '.join(sorted(known))}"
        for name in given
        if name not in known
    ]

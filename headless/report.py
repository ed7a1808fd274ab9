"""What a run wrote, for people (one path a line) and for scripts (one JSON object)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .engine.engine import RunResult
from .engine.graph import title_of

KINDS = {
    "video": frozenset({".mp4", ".webm", ".mkv", ".mov", ".avi"}),
    "audio": frozenset({".flac", ".wav", ".mp3", ".opus", ".ogg", ".m4a"}),
    "image": frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"}),
}
PathOf = Callable[[Mapping[str, str]], Path]
EXIT_OK, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130


def say(line: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def written(result: RunResult, path_of: PathOf) -> list[dict[str, Any]]:
    """``{"node", "type", "path"}`` of everything shown; texts have no path but a ``text``.

    What blocks along the way say (the size a clip really gets, say) goes to stderr.
    """
    found: list[dict[str, Any]] = []
    for node_id, shown in result.outputs.items():
        for items in shown.values():
            for item in items if isinstance(items, (list, tuple)) else ():
                if isinstance(item, Mapping) and "filename" in item:
                    path = path_of(item)
                    found.append({"node": node_id, "type": kind_of(path), "path": str(path)})
        for text in shown.get("text", ()):
            if node_id in result.validation.outputs:
                found.append({"node": node_id, "type": "text", "path": None, "text": text})
            else:
                complain(f"{title_of(result.prompt, node_id)}: {text}")
    return found


def kind_of(path: Path) -> str:
    """ "video", "audio", "image" or "file", by the suffix."""
    suffix = path.suffix.lower()
    return next((kind for kind, suffixes in KINDS.items() if suffix in suffixes), "file")


def exit_code(result: RunResult) -> int:
    """Exit code of a run; what a block refuses with ValueError counts as bad input."""
    if result.interrupted:
        return EXIT_INTERRUPTED
    if result.failure is not None:
        return EXIT_BAD_INPUT if isinstance(result.error, ValueError) else EXIT_FAILED
    if not result.validation.valid or result.validation.node_errors:
        return EXIT_BAD_INPUT
    return EXIT_OK


def problems_of(result: RunResult) -> list[str]:
    """Everything that went wrong, as sentences."""
    found = result.validation.problems(result.prompt)
    found += [f"stopped by a block: {reason}" for reason in result.blocked]
    if result.failure is not None:
        named = f"node {result.failure.node_id} ({result.failure.node_type})"
        found.append(f"{named}: {result.failure.exception_message}")
    if result.interrupted:
        found.append("interrupted; nothing half-written was left")
    return found


def refuse(problems: list[str], as_json: bool) -> None:
    """Print why nothing was run."""
    for problem in problems:
        complain(f"hibari: {problem}")
    if as_json:
        say(json.dumps({"outputs": [], "seconds": 0.0, "problems": problems}))


def report(result: RunResult, files: list[dict[str, Any]], as_json: bool) -> int:
    """Print files and problems; return the exit code."""
    problems = problems_of(result)
    for problem in problems:
        complain(f"hibari: {problem}")
    if as_json:
        summary: dict[str, Any] = {"outputs": files, "seconds": round(result.seconds, 3)}
        if problems:
            summary["problems"] = problems
        say(json.dumps(summary))
    else:
        for item in files:
            say(item["path"] or item["text"])
    return exit_code(result)

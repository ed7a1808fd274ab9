"""``hibari nodes``: the blocks with their inputs, types and defaults."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from .registry import load_blocks
from .report import EXIT_OK, say


def list_nodes(arguments: argparse.Namespace) -> int:
    """Print the blocks; return the exit code."""
    infos = {name: block.GET_NODE_INFO_V1() for name, block in load_blocks().items()}
    if arguments.json:
        say(json.dumps(infos))
        return EXIT_OK
    for name, info in sorted(infos.items(), key=lambda item: (item[1]["category"], item[0])):
        say(f"{name}  [{info['category']}]  {info['display_name'] or ''}".rstrip())
        for line in input_lines(info["input"]):
            say(f"    {line}")
        outputs = zip(info["output_name"], info["output"], strict=True)
        shown = ", ".join(f"{title} {kind}" if title != kind else kind for title, kind in outputs)
        say(f"    -> {shown or 'nothing'}")
    return EXIT_OK


def input_lines(groups: Mapping[str, Any]) -> Iterator[str]:
    """One line for each input: name, type, default, range, choices."""
    for group in ("required", "optional"):
        for name, (kind, options) in groups.get(group, {}).items():
            parts = [f"{name} {kind}"]
            if "default" in options:
                parts.append(f"= {options['default']!r}")
            if "min" in options or "max" in options:
                parts.append(f"{options.get('min', '')}..{options.get('max', '')}")
            choices = options.get("options") or []
            if choices and not isinstance(choices[0], Mapping):
                parts.append(f"one of {', '.join(map(str, choices))}")
            yield " ".join(parts) + (" (optional)" if group == "optional" else "")

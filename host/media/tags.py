"""The graph inside a file: tags that let a canvas restore the graph when the file is dropped."""

from __future__ import annotations

import json
from typing import Any


def graph_tags(prompt: dict[str, Any] | None, extra: dict[str, Any] | None) -> dict[str, str]:
    """Return the text tags of a file: ``workflow`` (and other extras), then ``prompt``, as JSON.

    Names and encoding are those that ComfyUI writes into videos, images and sounds: one tag for
    each key of ``extra_pnginfo`` and one called ``prompt`` with the executed graph.
    """
    values = dict(extra or {})
    if prompt is not None:
        values["prompt"] = prompt
    return {key: json.dumps(value) for key, value in values.items()}

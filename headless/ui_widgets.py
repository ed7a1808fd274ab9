"""Names for the positional widget values of a saved node.

The list holds one value for each widget in the order of the declaration, plus values of widgets
that the editor adds by itself: what happens to a seed after a run, and upload buttons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WIDGET_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
SEED_NAMES = frozenset({"seed", "noise_seed"})
AFTER_GENERATE = frozenset({"fixed", "increment", "decrement", "randomize"})
UPLOAD_BUTTONS = ("image", "video", "audio", "", None)
DYNAMIC_COMBO = "COMFY_DYNAMICCOMBO_V3"


def widget_values(info: Mapping[str, Any], values: list[Any]) -> dict[str, Any]:
    """Values by input name; surplus ones (upload buttons) are left out, missing ones defaults."""
    left = list(values)
    named: dict[str, Any] = {}
    _take(_declared(info["input"], info.get("input_order")), "", left, named)
    return named


def _declared(
    groups: Mapping[str, Any], order: Mapping[str, list[str]] | None = None
) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """(name, type, options) of the inputs in the order that an editor makes their widgets."""
    for group in ("required", "optional"):
        items = groups.get(group) or {}
        for name in (order or {}).get(group) or items:
            kind, *options = items[name]
            yield name, kind, (options[0] if options else {})


def _take(
    inputs: Iterator[tuple[str, Any, Mapping[str, Any]]],
    prefix: str,
    left: list[Any],
    named: dict[str, Any],
) -> None:
    for name, kind, options in inputs:
        if not _has_widget(kind, options):
            continue
        path = f"{prefix}{name}"
        value = named[path] = left.pop(0) if left else _default(kind, options)
        if kind == DYNAMIC_COMBO:
            chosen = (option for option in options["options"] if option["key"] == value)
            for option in chosen:
                _take(_declared(option["inputs"]), f"{path}.", left, named)
        elif left and _is_companion(left[0], name, kind, options):
            left.pop(0)


def _default(kind: Any, options: Mapping[str, Any]) -> Any:
    """What a new widget holds: files of older versions lack widgets that came later."""
    if "default" in options:
        return options["default"]
    if isinstance(kind, list) or kind in ("COMBO", DYNAMIC_COMBO):
        choices = kind if isinstance(kind, list) else options.get("options") or [None]
        return choices[0]["key"] if kind == DYNAMIC_COMBO else choices[0]
    zero = {"INT": 0, "FLOAT": 0.0, "STRING": "", "BOOLEAN": False}
    return options.get("min", zero.get(options.get("widgetType") or kind))


def _has_widget(kind: Any, options: Mapping[str, Any]) -> bool:
    if options.get("forceInput") or options.get("rawLink"):
        return False
    if isinstance(kind, list) or kind == DYNAMIC_COMBO or options.get("socketless"):
        return True
    return (options.get("widgetType") or kind) in WIDGET_TYPES


def _is_companion(value: Any, name: str, kind: Any, options: Mapping[str, Any]) -> bool:
    """Whether a value belongs to a widget that the editor put behind this one."""
    if options.get("control_after_generate", kind == "INT" and name in SEED_NAMES):
        return isinstance(value, str) and value in AFTER_GENERATE
    uploads = any(str(key).endswith("_upload") and on for key, on in options.items())
    return uploads and (isinstance(value, Mapping) or value in UPLOAD_BUTTONS)

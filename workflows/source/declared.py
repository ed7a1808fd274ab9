"""What blocks declare, in the order in which graph editors make sockets and widgets of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from ...headless.ui_widgets import DYNAMIC_COMBO, WIDGET_TYPES

AUTOGROW = "COMFY_AUTOGROW_V3"

Info = Mapping[str, Any]
Infos = Mapping[str, Info]


class Declared(NamedTuple):
    """One input of a block."""

    name: str
    kind: str
    options: Mapping[str, Any]
    optional: bool

    @property
    def has_widget(self) -> bool:
        """Whether editors give it a widget."""
        return (self.options.get("widgetType") or self.kind) in {*WIDGET_TYPES, DYNAMIC_COMBO}

    @property
    def fallback(self) -> Any:
        """Value of a fresh widget."""
        choices = self.options.get("options") or [""]
        first = choices[0]["key"] if self.kind == DYNAMIC_COMBO else choices[0]
        return self.options.get("default", first)


def block_infos() -> dict[str, dict[str, Any]]:
    """Node information by id of our blocks and of the stock ones that run without ComfyUI."""
    from ...headless.registry import load_blocks

    return {name: block.GET_NODE_INFO_V1() for name, block in load_blocks().items()}


def is_ours(info: Info) -> bool:
    """Whether a block comes with this pack, not with ComfyUI."""
    return str(info["name"]).startswith("Hibari")


def inputs_of(info: Info | None) -> list[Declared]:
    """Inputs in the order of the declaration; a note has none."""
    return [] if info is None else list(_grouped(info["input"], info["input_order"]))


def slots_of(info: Info | None, linked: Collection[str] = ()) -> list[Declared]:
    """Inputs in the order in which editors save their slots: sockets, then widgets.

    Dropdowns that bring further inputs get their slots from the editor. An input that grows has a
    slot for each of its inputs that is ``linked``, and one more to go on with.
    """
    shown: list[Declared] = []
    for item in inputs_of(info):
        if item.kind == AUTOGROW:
            shown += _grown(item, linked)
        elif item.kind != DYNAMIC_COMBO:
            shown.append(item)
    return sorted(shown, key=lambda item: item.has_widget)


def _grown(item: Declared, linked: Collection[str]) -> Iterator[Declared]:
    template = item.options["template"]
    (inner,) = _grouped(template["input"], {})
    names = template.get("names") or [
        f"{template['prefix']}{index}" for index in range(template["max"])
    ]
    paths = [f"{item.name}.{name}" for name in names]
    used = max((index for index, path in enumerate(paths) if path in linked), default=-1) + 1
    for index, path in enumerate(paths[: max(used + 1, template["min"])]):
        yield inner._replace(name=path, optional=inner.optional or index >= template["min"])


def widget_values(info: Info, chosen: Mapping[str, Any]) -> list[Any]:
    """Values of the widgets in order, with the slot that editors put behind a seed.

    Raises:
        ValueError: a value was chosen for a widget that the block does not have.
    """
    left = dict(chosen)
    values = list(_values(inputs_of(info), "", left))
    if left:
        raise ValueError(f"{info['name']} has no widgets {sorted(left)}; it has {info['input']}")
    return values


def _values(items: list[Declared], prefix: str, left: dict[str, Any]) -> Iterator[Any]:
    for item in items:
        if not item.has_widget or item.options.get("hidden"):
            continue
        value = left.pop(f"{prefix}{item.name}", item.fallback)
        yield value
        if item.kind == DYNAMIC_COMBO:
            (inner,) = (each for each in item.options["options"] if each["key"] == value)
            nested = list(_grouped(inner["inputs"], {}))
            yield from _values(nested, f"{prefix}{item.name}.", left)
        after = item.options.get("control_after_generate")
        if after:
            yield left.pop(f"{item.name}:after", "randomize" if after is True else after)


def _grouped(groups: Mapping[str, Any], order: Mapping[str, list[str]]) -> Iterator[Declared]:
    for group in ("required", "optional"):
        items = groups.get(group) or {}
        for name in order.get(group) or items:
            kind, *rest = items[name]
            yield Declared(name, kind, rest[0] if rest else {}, group == "optional")

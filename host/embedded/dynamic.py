"""Inputs whose number depends on their values, and how live values unfold them.

An ``Autogrow`` input ``refs`` arrives in a graph as ``refs.r_0``, ``refs.r_1``; a ``DynamicCombo``
input ``mode`` as ``mode`` plus ``mode.<nested id>``. ``expand_inputs`` says which dotted inputs
exist for given values, ``nest_inputs`` turns dotted values back into the dicts ``execute`` takes.
"""

# ruff: noqa: A002 - the V3 contract's argument names

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .socket import UNSHOWN, ComfyTypeI, Input, WidgetInput, comfytype

MAX_GROWN = 100


@dataclass
class ExpandedInputs:
    """Inputs of one block for one set of live values."""

    required: dict[str, Input] = field(default_factory=dict)
    optional: dict[str, Input] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    """Dotted input id -> dotted place of its value in the nested arguments."""
    empty: set[str] = field(default_factory=set)
    """Paths that become an empty dict when nothing is given."""

    def find(self, input_id: str) -> tuple[Input | None, str | None]:
        """The input and whether it is "required" or "optional"; (None, None) if unknown."""
        if input_id in self.required:
            return self.required[input_id], "required"
        if input_id in self.optional:
            return self.optional[input_id], "optional"
        return None, None

    def add(self, input_id: str, item: Input) -> None:
        """Put an input under ``input_id`` into its group."""
        (self.optional if item.optional else self.required)[input_id] = item


class DynamicInput(Input):
    """An input that stands for others."""

    def expand(self, found: ExpandedInputs, live: Mapping[str, Any], path: str) -> None:
        """Add the inputs that exist for the ``live`` values to ``found``, below ``path``."""
        raise NotImplementedError


def input_dict(inputs: Sequence[Input]) -> dict[str, dict[str, tuple[str, dict[str, Any]]]]:
    """Inputs as node information shows them: {"required": {id: (type, options)}, "optional"}."""
    shown: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {"required": {}}
    for item in inputs:
        group = shown.setdefault("optional" if item.optional else "required", {})
        group[item.id] = (item.get_io_type(), item.as_dict())
    return shown


def _expand(
    inputs: Sequence[Input], found: ExpandedInputs, live: Mapping[str, Any], prefix: str = ""
) -> None:
    for item in inputs:
        path = f"{prefix}{item.id}"
        if isinstance(item, DynamicInput):
            item.expand(found, live, path)
            continue
        found.add(path, item)
        if prefix:
            found.paths[path] = path


def expand_inputs(inputs: Sequence[Input], live: Mapping[str, Any]) -> ExpandedInputs:
    """Inputs of a block that exist for the ``live`` values (links count as values)."""
    found = ExpandedInputs()
    _expand(inputs, found, live)
    return found


def nest_inputs(
    values: Mapping[str, Any], found: ExpandedInputs, with_path: bool = False
) -> dict[str, Any]:
    """Arguments for a block: dotted values gathered into dicts.

    ``with_path`` gives every gathered value as ``(value, path)``, which is what
    ``check_lazy_status`` receives so that it can ask for a nested input by its path.
    """
    flat = dict(values)
    nested: dict[str, Any] = {}
    for key, path in found.paths.items():
        *parents, last = path.split(".")
        place = nested
        for name in parents:
            place = place.setdefault(name, {})
        value = flat.pop(key, None)
        if value is None and key in found.empty:
            value = {}
        place[last] = (value, key) if with_path else value
    return flat | nested


class AutogrowTemplate:
    """The input that an ``Autogrow`` repeats, under the given names; widgets become sockets."""

    def __init__(self, input: Input, names: list[str], min: int) -> None:
        if isinstance(input, DynamicInput) or min < 0 or not 1 <= len(names) <= MAX_GROWN:
            raise ValueError(f"Autogrow takes a plain input and 1 to {MAX_GROWN} names")
        self.input = copy.copy(input)
        if isinstance(self.input, WidgetInput):
            self.input.force_input = True
        self.names, self.min = names, min

    def as_dict(self) -> dict[str, Any]:
        """Template as node information shows it."""
        return {"input": input_dict([self.input]), "min": self.min}


class TemplatePrefix(AutogrowTemplate):
    """Names ``prefix0``, ``prefix1``, up to ``max`` of them."""

    def __init__(self, input: Input, prefix: str, min: int = 1, max: int = 10) -> None:
        super().__init__(input, [f"{prefix}{index}" for index in range(max)], min)
        self.prefix, self.max = prefix, max

    def as_dict(self) -> dict[str, Any]:
        """Template as node information shows it."""
        return super().as_dict() | {"prefix": self.prefix, "max": self.max}


class TemplateNames(AutogrowTemplate):
    """The given names, in order."""

    def __init__(self, input: Input, names: list[str], min: int = 1) -> None:
        super().__init__(input, names[:MAX_GROWN], min)

    def as_dict(self) -> dict[str, Any]:
        """Template as node information shows it."""
        return super().as_dict() | {"names": self.names}


@comfytype("COMFY_AUTOGROW_V3")
class Autogrow(ComfyTypeI):
    """An input that grows: ``execute`` receives a dict in the order of the names."""

    TemplatePrefix = TemplatePrefix
    TemplateNames = TemplateNames

    @dataclass
    class Input(DynamicInput):
        """Growing input."""

        template: AutogrowTemplate = field(metadata=UNSHOWN)

        def get_all(self) -> list[Input]:
            """This input and every input it may grow."""
            grown = []
            for name in self.template.names:
                one = copy.copy(self.template.input)
                one.id = name
                grown.append(one)
            return [self, *grown]

        def as_dict(self) -> dict[str, Any]:
            """Options of this input with its template."""
            return super().as_dict() | {"template": self.template.as_dict()}

        def expand(self, found: ExpandedInputs, live: Mapping[str, Any], path: str) -> None:
            """Add one input per name; the first ``min`` are required."""
            grown = [f"{path}.{name}" for name in self.template.names]
            for index, name in enumerate(grown):
                one = copy.copy(self.template.input)
                one.optional = one.optional or index >= self.template.min
                found.add(name, one)
                if name in live:
                    found.paths[name] = name
            if not any(name in live for name in grown):
                found.paths[path] = path
                found.empty.add(path)


@dataclass
class Option:
    """One choice of a ``DynamicCombo`` and the inputs it brings."""

    key: str
    inputs: list[Input]

    def as_dict(self) -> dict[str, Any]:
        """Option as node information shows it."""
        return {"key": self.key, "inputs": input_dict(self.inputs)}


@comfytype("COMFY_DYNAMICCOMBO_V3")
class DynamicCombo(ComfyTypeI):
    """A choice that brings inputs: ``execute`` receives ``{id: choice, nested id: value}``.

    As in ComfyUI, validation lets a missing or unknown choice pass and the argument is then
    absent, so give it a default and check it.
    """

    Option = Option

    @dataclass
    class Input(DynamicInput):
        """Choice input."""

        options: list[Option] = field(default_factory=list, metadata=UNSHOWN)

        def get_all(self) -> list[Input]:
            """This input and the inputs of all its options."""
            return [self, *(item for option in self.options for item in option.inputs)]

        def as_dict(self) -> dict[str, Any]:
            """Options of this input with their inputs."""
            return super().as_dict() | {"options": [option.as_dict() for option in self.options]}

        def validate(self) -> None:
            """Validate every nested input."""
            for item in self.get_all()[1:]:
                item.validate()

        def expand(self, found: ExpandedInputs, live: Mapping[str, Any], path: str) -> None:
            """Add the chosen option's inputs."""
            chosen = [option for option in self.options if option.key == live.get(path)]
            if path in live and chosen:
                _expand(chosen[0].inputs, found, live, f"{path}.")
                found.add(path, self)
                found.paths[path] = f"{path}.{path.rsplit('.', 1)[-1]}"

"""The checks of one node: its links, its constants (converted in place), its block's own."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ...host.embedded.dynamic import ExpandedInputs, expand_inputs
from ...host.embedded.io import ComfyNode, Hidden, HiddenHolder, Input
from .blocks import Blocks
from .call import Call, type_name
from .graph import Prompt, name_of
from .problem import SHOWN_OPTIONS, Problem, problem, types_overlap

CONVERSIONS = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}


@dataclass
class NodeCheck:
    """Checks of one node; ``problems`` are its own, ``inputs_valid`` tells of its ancestors."""

    node_id: str
    prompt: Prompt
    blocks: Blocks
    is_output: bool
    check_source: Callable[[str], Awaitable[bool]]
    problems: list[Problem] = field(default_factory=list)
    inputs_valid: bool = True

    def __post_init__(self) -> None:
        node = self.prompt[self.node_id]
        self.inputs: dict[str, Any] = node["inputs"]
        self.block = self.blocks[node["class_type"]]
        self.schema = self.blocks.schema(node["class_type"])
        checks = self.block.overrides("validate_inputs")
        self.block_checks = _argument_names(self.block) if checks else frozenset()

    async def run(self) -> None:
        """Check every input, then let the block check."""
        expanded = expand_inputs(self.schema.inputs, self.inputs)
        received: dict[str, str] = {}
        for name, item in (expanded.required | expanded.optional).items():
            if name not in self.inputs:
                if name in expanded.required:
                    shown = name.split(".")[-1] if expanded.paths else name
                    text = "Required input is missing"
                    self._add("required_input_missing", text, shown, input_name=name)
            elif isinstance(self.inputs[name], list):
                await self._check_link(name, item, received)
            else:
                self._check_constant(name, item)
        if self.block_checks:
            await self._ask_block(expanded, received)

    def _add(self, kind: str, message: str, details: str, **extra_info: Any) -> None:
        self.problems.append(problem(kind, message, details, **extra_info))

    async def _check_link(self, name: str, item: Input, received: dict[str, str]) -> None:
        link, wanted = self.inputs[name], item.get_io_type()
        info = {"input_name": name, "input_config": [wanted, item.as_dict()]}
        if len(link) != 2:
            text = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            self._add("bad_linked_input", text, name, **info, received_value=link)
            return
        given = self._source_type(name, link)
        if given is None:
            return
        received[name] = given
        if "input_types" not in self.block_checks and not types_overlap(given, wanted):
            details = f"{name}, received_type({given}) mismatch input_type({wanted})"
            info |= {"received_type": given, "linked_node": link}
            text = "Return type mismatch between linked nodes"
            self._add("return_type_mismatch", text, details, **info)
        elif not await self.check_source(link[0]):
            self.inputs_valid = False

    def _source_type(self, name: str, link: list[Any]) -> str | None:
        """Type of a link's source; None, with a problem, where there is no such output."""
        source, slot = link
        if not isinstance(source, str) or not isinstance(slot, int) or isinstance(slot, bool):
            self._bad_link(
                f"input {name!r} is {link}, which is neither a value nor a link; a link is "
                '["<node id>", slot] with the id as text, a list of values {"__value__": [...]}'
            )
            return None
        if source not in self.prompt:
            self._bad_link(
                f"input {name!r} is linked to node {source}, which is not in the graph; link it "
                "to an existing node"
            )
            return None
        class_type = self.prompt[source].get("class_type", "")
        if class_type not in self.blocks:
            self.inputs_valid = False
            return None
        outputs = self.blocks.schema(class_type).outputs
        if not 0 <= slot < len(outputs):
            has = f"outputs 0 to {len(outputs) - 1}" if outputs else "no outputs"
            self._bad_link(
                f"input {name!r} is linked to output {slot} of {name_of(self.prompt, source)}, "
                f"which has {has}; link it to an existing output"
            )
            return None
        return outputs[slot].get_io_type()

    def _bad_link(self, details: str) -> None:
        # ComfyUI trips over such links, so the type tells where it noticed; same types here.
        inner = "" if self.is_output else "inner_"
        text = f"Exception when validating {'node' if self.is_output else 'inner node'}"
        self._add(f"exception_during_{inner}validation", text, details)

    def _check_constant(self, name: str, item: Input) -> None:
        value, kind, options = self.inputs[name], item.get_io_type(), item.as_dict()
        info = {"input_name": name, "input_config": [kind, options], "received_value": value}
        if isinstance(value, dict) and "__value__" in value:
            value = self.inputs[name] = value["__value__"]
        try:
            if kind in CONVERSIONS:
                value = self.inputs[name] = CONVERSIONS[kind](value)
            too_small = "min" in options and value < options["min"]
            too_big = "max" in options and value > options["max"]
        except (ValueError, TypeError, OverflowError) as error:
            text = f"Failed to convert an input value to a {kind} value"
            details = f"{name}, {value}, {error}"
            self._add("invalid_input_type", text, details, **info, exception_message=str(error))
            return
        info["received_value"] = value
        if name in self.block_checks or "**" in self.block_checks:
            return
        if too_small:
            text = f"Value {value} smaller than min of {options['min']}"
            self._add("value_smaller_than_min", text, name, **info)
        elif too_big:
            text = f"Value {value} bigger than max of {options['max']}"
            self._add("value_bigger_than_max", text, name, **info)
        elif kind == "COMBO":
            self._check_choice(name, value, info)

    def _check_choice(self, name: str, value: Any, info: dict[str, Any]) -> None:
        options = info["input_config"][1]
        allowed = options.get("options") or []
        chosen = value if options.get("multiselect") and isinstance(value, list) else [value]
        wrong = [one for one in chosen if one not in allowed]
        if not wrong:
            return
        shown = str(allowed)
        if len(allowed) > SHOWN_OPTIONS:
            shown, info = f"(list of length {len(allowed)})", info | {"input_config": None}
        details = f"{name}: {', '.join(map(repr, wrong))} not in {shown}"
        self._add("value_not_in_list", "Value not in list", details, **info)

    async def _ask_block(self, expanded: ExpandedInputs, received: dict[str, str]) -> None:
        values: dict[str, list[Any]] = {}
        for name, value in self.inputs.items():
            known = expanded.find(name)[0] is not None or self.schema.accept_all_inputs
            if known and (name in self.block_checks or "**" in self.block_checks):
                values[name] = [None if isinstance(value, list) else value]
        if "input_types" in self.block_checks:
            values["input_types"] = [received]
        hidden = HiddenHolder.from_dict({Hidden.unique_id: self.node_id})
        call = Call(self.block, self.schema, expanded, hidden)
        try:
            answers = await call.each("validate_inputs", values)
        except Exception as error:  # a block's own check may fail in any way
            text, where = "Exception when validating node", self.schema.node_id
            details = f"{where} could not check its inputs: {error}"
            trace = traceback.format_tb(error.__traceback__)
            info = {"exception_type": type_name(error), "traceback": trace}
            self._add("exception_during_validation", text, details, **info)
            return
        text = "Custom validation failed for node"
        for name in values:
            for answer in (one for one in answers if one is not True):
                details = name if answer is False else f"{name} - {answer}"
                self._add("custom_validation_failed", text, details, input_name=name)


def _argument_names(block: type[ComfyNode]) -> frozenset[str]:
    """Names that ``validate_inputs`` takes, its class among them; "**" stands for all others."""
    code = block.validate_inputs.__func__.__code__  # type: ignore[attr-defined]
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    takes_all = bool(code.co_flags & 0x08)
    return frozenset((*names, "**") if takes_all else names)

"""Validation errors in ComfyUI's shape, and each of them as a sentence for people."""

from __future__ import annotations

from typing import Any

Problem = dict[str, Any]
"""``{"type", "message", "details", "extra_info"}``."""

SHOWN_OPTIONS = 20


def problem(kind: str, message: str, details: str = "", **extra_info: Any) -> Problem:
    """An error in ComfyUI's shape."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra_info}


def sentence(found: Problem) -> str:
    """What was given, what is allowed and what to do, for the input that an error names."""
    extra = found["extra_info"]
    kind, name, given = found["type"], extra.get("input_name"), extra.get("received_value")
    io_type, options = extra.get("input_config") or ("value", {})
    if kind == "required_input_missing":
        return f"required input {name!r} is missing; give it a value or link it"
    if kind == "value_smaller_than_min":
        return f"input {name!r} is {given}; use {options['min']} or more"
    if kind == "value_bigger_than_max":
        return f"input {name!r} is {given}; use {options['max']} or less"
    if kind == "invalid_input_type":
        return f"input {name!r} is {given!r}, which is no {io_type}; give a {io_type} value"
    if kind == "value_not_in_list":
        return f"input {name!r} is {given!r}; {_choices(options)}"
    if kind == "custom_validation_failed":
        reason = found["details"].removeprefix(name or "").removeprefix(" - ")
        return f"input {name!r}: {reason or 'the block refuses this value; choose another one'}"
    if kind == "return_type_mismatch":
        given = extra["received_type"]
        return f"input {name!r} takes {io_type} but is linked to {given}; link a matching output"
    if kind == "dependency_cycle":
        return f"the links form a cycle, {found['details']}; remove one of them"
    if kind.startswith("exception_during"):
        return str(found["details"])
    if kind == "missing_node_type":
        return _missing_block(extra.get("class_type"))
    if kind == "prompt_no_outputs":
        return "the graph has no output block, so nothing would run; add one that saves or previews"
    return ": ".join(part for part in (found["message"], found["details"]) if part)


def types_overlap(received: str, wanted: str) -> bool:
    """Whether an output of type ``received`` may feed an input of type ``wanted``."""
    given, taken = ({name.strip() for name in types.split(",")} for types in (received, wanted))
    return bool((given | taken) & {"*", "COMFY_MATCHTYPE_V3"} or given & taken)


def _choices(options: dict[str, Any]) -> str:
    allowed = options.get("options")
    if allowed is None:
        return "choose one of the listed values (`hibari nodes --json` shows them)"
    if not allowed:
        return "there is nothing to choose from yet; add a file first"
    return f"use one of: {', '.join(map(str, allowed))}"


def _missing_block(class_type: str | None) -> str:
    if not class_type:
        return "it has no class_type, so the file is damaged; export the graph again"
    return (
        f"block {class_type!r} is unknown here; `hibari nodes` lists the known ones, and --server "
        "runs graphs with other blocks on a ComfyUI"
    )

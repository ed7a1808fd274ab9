"""Validation errors in ComfyUI's shape, and each of them as a sentence for people."""

from __future__ import annotations

from typing import Any

Problem = dict[str, Any]
"""``{"type", "message", "details", "extra_info"}``."""

SHOWN_OPTIONS = 20

_SENTENCES = {
    "required_input_missing": "required input {name!r} is missing; give it a value or link it",
    "value_smaller_than_min": "input {name!r} is {given}; use {least} or more",
    "value_bigger_than_max": "input {name!r} is {given}; use {most} or less",
    "invalid_input_type": "input {name!r} is {given!r}, which is no {type}; give a {type} value",
    "value_not_in_list": "input {name!r} is {given!r}; {choices}",
    "custom_validation_failed": "input {name!r}: {reason}",
    "return_type_mismatch": (
        "input {name!r} takes {type} but is linked to {received}; link it to a matching output"
    ),
    "bad_linked_input": 'input {name!r} is {given}; a link is ["<node id>", slot]',
    "dependency_cycle": "the links form a cycle, {details}; remove one of them",
    "exception_during_validation": "{details}",
    "exception_during_inner_validation": "{details}",
    "missing_node_type": (
        "block {block!r} is unknown here; `hibari nodes` lists the known ones, and --server runs "
        "graphs with other blocks on a ComfyUI"
    ),
    "prompt_no_outputs": (
        "the graph has no output block, so nothing would run; add one that saves or previews"
    ),
}


def problem(kind: str, message: str, details: str = "", **extra_info: Any) -> Problem:
    """An error in ComfyUI's shape."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra_info}


def sentence(found: Problem) -> str:
    """What was given, what is allowed and what to do, for the input that an error names.

    Errors of other types, which a server may send, become "message: details".
    """
    extra, details = found.get("extra_info") or {}, str(found.get("details") or "")
    name = extra.get("input_name")
    io_type: str = (extra.get("input_config") or ["value"])[0]
    options: dict[str, Any] = (extra.get("input_config") or [None, {}])[1]
    values = {
        "name": name,
        "given": extra.get("received_value"),
        "received": extra.get("received_type"),
        "type": io_type,
        "least": options.get("min"),
        "most": options.get("max"),
        "choices": _choices(options),
        "reason": details.removeprefix(name or "").removeprefix(" - ") or "choose another value",
        "details": details,
        "block": extra.get("class_type"),
    }
    template = _SENTENCES.get(found["type"])
    if template is None:
        return ": ".join(part for part in (found.get("message"), details) if part)
    return template.format(**values)


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

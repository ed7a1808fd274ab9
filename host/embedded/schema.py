"""What a block declares of itself: ``Schema``, its hidden inputs, and node information."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .dynamic import DynamicInput, input_dict
from .socket import Input, Output


class Hidden(str, Enum):
    """Values the engine gives a block that asks for them, through ``cls.hidden``."""

    unique_id = "UNIQUE_ID"
    prompt = "PROMPT"
    extra_pnginfo = "EXTRA_PNGINFO"
    dynprompt = "DYNPROMPT"
    auth_token_comfy_org = "AUTH_TOKEN_COMFY_ORG"
    api_key_comfy_org = "API_KEY_COMFY_ORG"
    comfy_usage_source = "COMFY_USAGE_SOURCE"


class HiddenHolder:
    """Hidden values of one call; one that was not asked for reads as None."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update({hidden.name: values.get(hidden.name) for hidden in Hidden})

    def __getattr__(self, name: str) -> None:
        return None

    @classmethod
    def from_dict(cls, values: dict[Any, Any] | None) -> HiddenHolder:
        """Holder of values keyed by ``Hidden`` members (or by their strings)."""
        named = {Hidden(key).name: value for key, value in (values or {}).items()}
        return cls(**named)


@dataclass
class Schema:
    """Declaration of one block; the fields are those of ComfyUI 0.33."""

    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    description: str = ""
    search_aliases: list[str] = field(default_factory=list)
    is_input_list: bool = False
    is_output_node: bool = False
    is_deprecated: bool = False
    is_experimental: bool = False
    is_dev_only: bool = False
    is_api_node: bool = False
    price_badge: Any = None
    not_idempotent: bool = False
    enable_expand: bool = False
    accept_all_inputs: bool = False
    essentials_category: str | None = None
    has_intermediate_output: bool = False

    def validate(self) -> None:
        """Check the declaration.

        Raises:
            ValueError: two inputs or two outputs share an id, or one input is inconsistent.
        """
        plain = [item.id for item in self.inputs if not isinstance(item, DynamicInput)]
        for kind, ids in (("Input", plain), ("Output", [item.id for item in self.outputs])):
            twice = [name for name, count in Counter(ids).items() if count > 1]
            if twice:
                raise ValueError(f"{kind} ids of {self.node_id} must be unique, not {twice}")
        for item in self.inputs:
            item.validate()

    def finalize(self) -> None:
        """Add the hidden inputs that flags imply and name the outputs without an id."""
        self.inputs, self.outputs = self.inputs or [], self.outputs or []
        wanted = list(self.hidden or [])
        if self.is_api_node:
            wanted += [Hidden.auth_token_comfy_org, Hidden.api_key_comfy_org]
            wanted += [Hidden.comfy_usage_source]
        if self.is_output_node:
            wanted += [Hidden.prompt, Hidden.extra_pnginfo]
        self.hidden = list(dict.fromkeys(wanted))
        for index, output in enumerate(self.outputs):
            output.id = output.id or f"_{index}_{output.io_type}_"

    def node_info(self) -> dict[str, Any]:
        """Node information in the shape of ComfyUI's ``/object_info``."""
        inputs: dict[str, dict[str, Any]] = dict(input_dict(self.inputs))
        if self.hidden:
            inputs["hidden"] = {hidden.name: (hidden.value,) for hidden in self.hidden}
        templates = [getattr(output, "template", None) for output in self.outputs]
        return {
            "input": inputs,
            "input_order": {group: list(items) for group, items in inputs.items()},
            "is_input_list": self.is_input_list,
            "output": [output.io_type for output in self.outputs],
            "output_is_list": [output.is_output_list for output in self.outputs],
            "output_name": [output.display_name or output.io_type for output in self.outputs],
            "output_tooltips": [output.tooltip for output in self.outputs],
            "output_matchtypes": [item and item.template_id for item in templates]
            if any(templates)
            else None,
            "name": self.node_id,
            "display_name": self.display_name,
            "description": self.description,
            "category": self.category,
            "output_node": self.is_output_node,
            "has_intermediate_output": self.has_intermediate_output,
            "deprecated": self.is_deprecated,
            "experimental": self.is_experimental,
            "dev_only": self.is_dev_only,
            "api_node": self.is_api_node,
            "search_aliases": self.search_aliases or None,
            "essentials_category": self.essentials_category,
        }

"""Old nodes in a running ComfyUI: the editor offers the swap, posted graphs are moved over.

ComfyUI's own replacement of posted graphs needs every mapped input to be there and fails on graphs
without an optional one; so ours runs before it, and only the editor uses ComfyUI's list.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import comfy_api.latest as api

from ..replacement import Replacement, replaced


async def register_replacements(replacements: Sequence[Replacement]) -> None:
    """Register them where this ComfyUI has a place for it; without a server there is none."""
    server = getattr(sys.modules.get("server"), "PromptServer", None)
    running = getattr(server, "instance", None)
    if hasattr(running, "add_on_prompt_handler"):

        def move(request: dict[str, Any]) -> dict[str, Any]:
            prompt = request.get("prompt")
            known = sys.modules["nodes"].NODE_CLASS_MAPPINGS
            if isinstance(prompt, dict):
                request["prompt"] = replaced(prompt, known, replacements)
            return request

        running.add_on_prompt_handler(move)
    if hasattr(running, "node_replace_manager") and hasattr(api.io, "NodeReplace"):
        for item in replacements:
            await api.ComfyAPI().node_replacement.register(_for_the_editor(item))


def _for_the_editor(item: Replacement) -> Any:
    return api.io.NodeReplace(
        new_node_id=item.new_id,
        old_node_id=item.old_id,
        old_widget_ids=list(item.old_widgets),
        input_mapping=[{"new_id": new, "old_id": old} for new, old in item.inputs.items()],
        output_mapping=[{"new_idx": new, "old_idx": old} for new, old in item.outputs.items()],
    )

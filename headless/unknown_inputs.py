"""Names in a graph that its blocks do not know: ComfyUI ignores them, so we do, but say so."""

from __future__ import annotations

from .engine.graph import Prompt, name_of
from .overrides import NodeInfos


def unknown_inputs(prompt: Prompt, infos: NodeInfos) -> list[str]:
    """One sentence for every input that its block has not declared (a typing error, mostly)."""
    found = []
    for node_id, node in prompt.items():
        info = infos.get(node.get("class_type", ""))
        if info is None:
            continue
        groups = (info["input"].get(group, {}) for group in ("required", "optional"))
        known = [name for group in groups for name in group]
        for name in node.get("inputs", {}):
            # Inputs inside a growing or dynamic one are named after it: refs.r_0.
            if name.split(".")[0] not in known and name not in known:
                found.append(
                    f"{name_of(prompt, node_id)}: it has no input {name!r}, which is ignored; "
                    f"it has {', '.join(known) or 'none'}"
                )
    return found

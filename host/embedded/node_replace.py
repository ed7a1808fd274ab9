"""``NodeReplace``: how graphs that use an old block are moved to its successor."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class NodeReplace:
    """Maps the inputs and outputs of an old block to a new one.

    ``old_widget_ids`` names the old widgets in graph order; ``input_mapping`` holds
    ``{"new_id", "old_id"}`` or ``{"new_id", "set_value"}``, ``output_mapping``
    ``{"new_idx", "old_idx"}``.
    """

    new_node_id: str
    old_node_id: str
    old_widget_ids: list[str] | None = None
    input_mapping: list[dict[str, Any]] | None = None
    output_mapping: list[dict[str, int]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Replacement as JSON."""
        return asdict(self)

"""What a cameo is and what may be done with it, in words."""

from __future__ import annotations

from typing import Any

from ..host import io, ui
from .cameo_load import Cameo, checked_wire
from .named_errors import named_errors

NAME = "Hibari Cameo Info"


class HibariCameoInfo(io.ComfyNode):
    """Shows what a cameo is, who owns it and what its owner allows."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariCameoInfo",
            display_name=NAME,
            category="Hibari/cameo",
            description="Tells in words what a cameo is, who owns it, and what its owner allows.",
            search_aliases=["cameo", "rules", "consent", "grant", "who owns"],
            is_output_node=True,
            inputs=[Cameo.Input("cameo", tooltip="Hibari Load Cameo.")],
            outputs=[
                io.String.Output("info", tooltip="The same text, for other blocks."),
                io.String.Output("name", tooltip="The name of the cameo."),
                io.String.Output("description", tooltip="What stands in the prompt for @name."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, cameo: Any) -> io.NodeOutput:
        """Return the text and show it."""
        from ..trust.cameo.contexts import standing_description
        from ..trust.cameo.wording import describe_permission

        if cameo is None:
            text = "no cameo is chosen: the clip is made without one"
            return io.NodeOutput(text, "", "", ui=ui.PreviewText(text))
        loaded = checked_wire(cameo)
        text = describe_permission(loaded.permission)
        header = loaded.bundle.header
        description = standing_description(header.description, loaded.permission.rules)
        return io.NodeOutput(text, header.name, description, ui=ui.PreviewText(text))

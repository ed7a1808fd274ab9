"""What blocks that work on a video have in common: a widget, outputs, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..host import io, show_text, ui
from ..model.shapes import MAX_SIDE_PX
from .edit import WORKING_PX, EditWire

if TYPE_CHECKING:
    from .edit import Edit


def size_input() -> io.Int.Input:
    """Return the widget for the size that a video is worked on at."""
    return io.Int.Input(
        "size",
        default=WORKING_PX,
        min=0,
        max=MAX_SIDE_PX,
        step=32,
        optional=True,
        advanced=True,
        tooltip=(
            "Pixels: the picture is worked on at about this size squared, in its own shape, and "
            "put back at its own size. 256 suits the bundled model; 0 takes the size of the video. "
            "Time and memory grow with its square."
        ),
    )


def edit_outputs() -> list[io.Output]:
    """Return what a block that works on a video gives."""
    return [
        io.Latent.Output("latent", tooltip="For Hibari Sample, or any sampler that heeds masks."),
        EditWire.Output("edit", tooltip="For Hibari Put Back."),
        io.Float.Output("fps", tooltip="Frames per second of the video."),
    ]


def shown(edit: Edit, frames: str, credit: str, node_id: str | None) -> ui.PreviewText:
    """Show what is made of a video, at which size, and whom to credit; return it for the block."""
    height, width = edit.placement.outer
    told = "; ".join(filter(None, (f"{frames}, worked on at {width}x{height} px", credit)))
    show_text(told, node_id)
    return ui.PreviewText(told)

"""More of a video: what comes after it, or before."""

from __future__ import annotations

from typing import Any

from ..host import io
from .clip_plan import MIN_SECONDS
from .edit import WORKING_PX
from .edit_sockets import edit_outputs, shown, size_input
from .named_errors import named_errors
from .shared_inputs import codec_inputs

NAME = "Hibari Extend"
DIRECTIONS = ("forward", "backward")


class HibariExtend(io.ComfyNode):
    """Prepares the continuation of a video: its end is kept and the sampler goes on from there."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariExtend",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Continues a video, picture and sound, after its end or before its beginning: "
                "sample the latent, decode it and connect edit and frames to Hibari Put Back. "
                "Repeat it for longer videos. A video whose credentials forbid remixing is "
                "refused."
            ),
            search_aliases=[
                *("extend video", "continue video", "outpaint in time", "longer", "video to video"),
                *("last frame", "loop", "sora extend"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Video.Input("video", tooltip="What to continue, from anywhere."),
                *codec_inputs(),
                io.Float.Input(
                    "seconds",
                    default=1.3,
                    min=MIN_SECONDS,
                    max=60.0,
                    step=0.1,
                    tooltip=(
                        "Time that is added. With overlap it should not be longer than the model "
                        "was made for (2 s for the bundled one). Time and memory grow with it."
                    ),
                ),
                io.Float.Input(
                    "overlap",
                    default=0.7,
                    min=0.0,
                    max=20.0,
                    step=0.1,
                    tooltip=(
                        "Seconds of the video that the model sees, in groups of 8 frames. More "
                        "carries motion better and costs as much as if it was made."
                    ),
                ),
                io.Combo.Input(
                    "direction",
                    options=list(DIRECTIONS),
                    default=DIRECTIONS[0],
                    tooltip="forward goes on after the end, backward leads to the beginning.",
                ),
                size_input(),
            ],
            outputs=edit_outputs(),
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        video: Any,
        vae: Any,
        audio_vae: Any,
        seconds: float = 1.3,
        overlap: float = 0.7,
        direction: str = DIRECTIONS[0],
        size: int = WORKING_PX,
    ) -> io.NodeOutput:
        """Return LATENT, the edit and the frames per second."""
        from ..host.media import footage_of
        from .edit import backward_edit, forward_edit
        from .edit_latent import extension_latent
        from .provenance import hidden_of
        from .remix_permission import take_in

        if direction not in DIRECTIONS:
            raise ValueError(f"direction {direction!r} is unknown. Use {' or '.join(DIRECTIONS)}")
        if not overlap >= 0:
            raise ValueError(f"overlap {overlap:g} is below 0. Use for example 0.7")
        graph, node_id = hidden_of(cls)
        credit = take_in(video, graph, node_id)
        plan = forward_edit if direction == DIRECTIONS[0] else backward_edit
        edit = plan(footage_of(video), seconds, overlap, size)
        latent = extension_latent(edit, vae, audio_vae)
        frames = (
            f"{edit.new} frames ({float(edit.new / edit.fps):.2f} s) more, {edit.shared} shared"
        )
        told = shown(edit, frames, credit, node_id)
        return io.NodeOutput(latent, edit, float(edit.fps), ui=told)

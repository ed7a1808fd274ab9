"""A video made over: with other words, by a strength, within a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .edit import WORKING_PX
from .edit_sockets import edit_outputs, shown, size_input
from .named_errors import named_errors
from .shared_inputs import codec_inputs

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Remix"
MIN_STRENGTH = 0.05


class HibariRemix(io.ComfyNode):
    """Prepares a video to be made over in part; the new prompt goes to the sampler."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariRemix",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Makes a video over with a new prompt: little strength keeps its motion and the "
                "timing of its sound, much follows the prompt. A mask confines it. Sample the "
                "latent, decode it and connect edit and frames to Hibari Put Back. A video whose "
                "credentials forbid remixing is refused."
            ),
            search_aliases=[
                *("remix", "video to video", "v2v", "vid2vid", "inpaint video", "restyle"),
                *("replace", "edit video", "sora remix", "mask"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Video.Input("video", tooltip="What to make over, from anywhere."),
                *codec_inputs(),
                io.Float.Input(
                    "strength",
                    default=0.6,
                    min=MIN_STRENGTH,
                    max=1.0,
                    step=0.05,
                    tooltip=(
                        "How much is made anew: 0.3 changes the surface, 0.6 things, 1 everything. "
                        "Hibari Sample heeds it; for another sampler connect the output denoise. "
                        "Costs nothing."
                    ),
                ),
                io.Float.Input(
                    "seconds",
                    default=2.0,
                    min=0.0,
                    max=160.0,
                    step=0.1,
                    tooltip=(
                        "How much of the video, from its start; the result is that long. 0 takes "
                        "all. The bundled model was made for 2 s. Time and memory grow with it."
                    ),
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip=(
                        "Where to change the picture: one mask for all frames, or one for each. "
                        "What is 0 in it stays to the last bit."
                    ),
                ),
                io.Boolean.Input(
                    "keep_sound",
                    default=False,
                    optional=True,
                    tooltip="Keep the sound as it is and change only the picture. Costs nothing.",
                ),
                size_input(),
            ],
            outputs=[
                *edit_outputs(),
                io.Float.Output(
                    "denoise",
                    tooltip="The strength, for samplers of others; Hibari Sample knows it.",
                ),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        video: Any,
        vae: Any,
        audio_vae: Any,
        strength: float = 0.6,
        seconds: float = 2.0,
        mask: Tensor | None = None,
        keep_sound: bool = False,
        size: int = WORKING_PX,
    ) -> io.NodeOutput:
        """Return LATENT, the edit, the frames per second and the strength."""
        from ..host.media import footage_of
        from .edit_latent import remix_latent
        from .provenance import hidden_of
        from .remix_edit import remix_edit
        from .remix_permission import take_in

        if not MIN_STRENGTH <= strength <= 1:
            raise ValueError(
                f"strength {strength:g} is not in {MIN_STRENGTH:g}..1. Use for example 0.6"
            )
        graph, node_id = hidden_of(cls)
        credit = take_in(video, graph, node_id)
        edit = remix_edit(footage_of(video), seconds, size, mask, keep_sound)
        latent = remix_latent(edit, strength, vae, audio_vae)
        told = shown(edit, f"{edit.frames} frames", credit, node_id)
        return io.NodeOutput(latent, edit, float(edit.fps), strength, ui=told)

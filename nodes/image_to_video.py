"""Pictures as frames of a clip yet to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .named_errors import named_errors
from .shared_inputs import video_codec_input

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Image to Video"


class HibariImageToVideo(io.ComfyNode):
    """Puts pictures into an empty latent as first frame, last frame or at given times."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariImageToVideo",
            display_name=NAME,
            category="Hibari/latent",
            description=(
                "Animates pictures: the clip starts with one, ends with one, or shows some at "
                "given times, and the sampler makes what lies between. Pictures are scaled to "
                "cover the size of the latent. Several of these blocks may follow each other."
            ),
            search_aliases=[
                *("image to video", "i2v", "animate", "first frame", "last frame", "keyframe"),
                *("start image", "end image", "LTXVImgToVideo", "LTXVAddGuide", "flf2v"),
            ],
            inputs=[
                io.Latent.Input(
                    "latent",
                    tooltip="Size, duration and fps of the clip: Hibari Empty Latent.",
                ),
                video_codec_input(),
                io.Image.Input(
                    "first", optional=True, tooltip="The picture that the clip starts with."
                ),
                io.Image.Input(
                    "last", optional=True, tooltip="The picture that the clip ends with."
                ),
                io.Image.Input(
                    "keyframes",
                    optional=True,
                    tooltip="Pictures that are shown on the way, as a batch. Each costs little.",
                ),
                io.String.Input(
                    "times",
                    default="",
                    optional=True,
                    placeholder="0.5, 1.2:0.6",
                    tooltip=(
                        "Seconds at which each of keyframes is shown; a strength of its own may "
                        "follow a colon. Empty spreads them evenly. A picture holds for the 8 "
                        "frames around its time, so two need at least 8 frames between them."
                    ),
                ),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    optional=True,
                    tooltip=(
                        "How strictly pictures are kept: 1 is as they are, 0.5 as a guide that may "
                        "change, 0 not at all. Costs nothing."
                    ),
                ),
            ],
            outputs=[
                io.Latent.Output(
                    "latent", tooltip="The latent with the pictures in it, for Hibari Sample."
                )
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        latent: dict[str, Any],
        vae: Any,
        first: Tensor | None = None,
        last: Tensor | None = None,
        keyframes: Tensor | None = None,
        times: str = "",
        strength: float = 1.0,
    ) -> io.NodeOutput:
        """Return LATENT with a mask that keeps the pictures."""
        from .av_latent import agreed_frame_rate, check_joint, frames_of
        from .first_frame import one_picture
        from .keyframe_times import timed
        from .keyframes import Keyframe, with_keyframes

        check_joint(latent)
        frames = frames_of(latent) or 1
        found = []
        if first is not None:
            found.append(Keyframe(one_picture("first", first), 0, strength, "first"))
        if keyframes is not None:
            fps = agreed_frame_rate(latent)
            found += timed(keyframes, times, strength, frames, fps)
        if last is not None:
            found.append(Keyframe(one_picture("last", last), frames - 1, strength, "last"))
        if not found:
            raise ValueError("there is no picture. Connect first, last or keyframes")
        return io.NodeOutput(with_keyframes(latent, found, vae))

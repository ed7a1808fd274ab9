"""Create Video and Get Video Components: between frames with sound and VIDEO."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ...host.embedded import io
from ...host.embedded.video import VideoFromComponents, VideoInput
from ...host.embedded.video_types import VideoComponents


class CreateVideo(io.ComfyNode):
    """Frames, and sound if there is some, as VIDEO."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="CreateVideo",
            display_name="Create Video",
            category="video",
            inputs=[
                io.Image.Input("images", tooltip="Frames in order."),
                io.Float.Input("fps", default=30.0, min=1.0, max=120.0, step=1.0),
                io.Audio.Input("audio", optional=True, tooltip="Sound of the video."),
                io.Int.Input(
                    "bit_depth",
                    default=8,
                    min=8,
                    max=10,
                    step=2,
                    optional=True,
                    tooltip="Without ComfyUI: 8.",
                ),
            ],
            outputs=[io.Video.Output()],
        )

    @classmethod
    def execute(
        cls, images: Any, fps: float, audio: dict[str, Any] | None = None, bit_depth: int = 8
    ) -> io.NodeOutput:
        """Return VIDEO."""
        components = VideoComponents(images, Fraction(fps), audio)
        return io.NodeOutput(VideoFromComponents(components, bit_depth))


class GetVideoComponents(io.ComfyNode):
    """Frames, sound and rate of a VIDEO."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="GetVideoComponents",
            display_name="Get Video Components",
            category="video",
            inputs=[io.Video.Input("video", tooltip="The video to take apart.")],
            outputs=[
                io.Image.Output(display_name="images"),
                io.Audio.Output(display_name="audio"),
                io.Float.Output(display_name="fps"),
                io.Int.Output(display_name="bit_depth"),
                io.Combo.Output(display_name="color_space"),
            ],
        )

    @classmethod
    def execute(cls, video: VideoInput) -> io.NodeOutput:
        """Return IMAGE, AUDIO (None without sound), fps, bits per channel and colour space."""
        parts = video.get_components()
        rate = float(parts.frame_rate)
        depth, colors = video.get_bit_depth(), video.get_color_space()
        return io.NodeOutput(parts.images, parts.audio, rate, depth, colors)


BLOCKS = (CreateVideo, GetVideoComponents)

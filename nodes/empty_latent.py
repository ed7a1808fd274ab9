"""Size, duration and frame rate of a clip yet to be made."""

from __future__ import annotations

from ..host import io, show_text, ui
from .clip_plan import ASPECTS, CUSTOM, MAX_FPS, MIN_FPS, MIN_SECONDS
from .named_errors import named_errors
from .shared_inputs import side_input

NAME = "Hibari Empty Latent"
MAX_BATCH = 64


class HibariEmptyLatent(io.ComfyNode):
    """Makes the empty video and audio latents of a clip; sizes are snapped to the model's grid."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariEmptyLatent",
            display_name=NAME,
            category="Hibari/latent",
            description=(
                "Sets size, duration and frame rate once for the whole graph. Sides go to the "
                "nearest multiple of 32 px, the duration to whole frames; the block shows what it "
                "took."
            ),
            search_aliases=[
                *("empty latent video", "empty latent audio", "size", "resolution", "aspect"),
                *("duration", "length", "fps", "EmptyLTXVLatentVideo"),
            ],
            hidden=[io.Hidden.unique_id],
            inputs=[*_size_inputs(), *_time_inputs(), _batch_input()],
            outputs=[
                io.Latent.Output(
                    "latent", tooltip="Empty video and audio latents, with frames and fps."
                ),
                io.Int.Output("frames", tooltip="Video frames that the decode block returns."),
                io.Float.Output("fps", tooltip="Frames per second; connect it to the save block."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls, aspect: str, width: int, height: int, seconds: float, fps: float, batch_size: int = 1
    ) -> io.NodeOutput:
        """Return the empty LATENT, its number of frames and its frame rate."""
        from .av_latent import empty_latent
        from .clip_plan import plan_clip

        if not 1 <= batch_size <= MAX_BATCH:
            raise ValueError(
                f"batch_size {batch_size} is not in 1..{MAX_BATCH}. Use 1 for one clip"
            )
        plan = plan_clip(aspect, width, height, seconds, fps)
        latent = empty_latent(plan, batch_size)
        show_text(str(plan), getattr(cls.hidden, "unique_id", None))
        return io.NodeOutput(latent, plan.frames, fps, ui=ui.PreviewText(str(plan)))


def _size_inputs() -> list[io.WidgetInput]:
    aspect = io.Combo.Input(
        "aspect",
        options=list(ASPECTS),
        default=CUSTOM,
        tooltip=(
            "Shape of the picture. custom takes width and height as they are; a ratio such as "
            "16:9 keeps their area (and so the cost) and changes the shape."
        ),
    )
    return [aspect, *(side_input(name) for name in ("width", "height"))]


def _time_inputs() -> list[io.WidgetInput]:
    return [
        io.Float.Input(
            "seconds",
            default=2.0,
            min=MIN_SECONDS,
            max=600.0,
            step=0.1,
            tooltip=(
                "Duration in seconds, within one frame (2 s at 24 fps are 49 frames = 2.04 s). "
                "Time and memory grow with it, in steps of 8 frames; at most 4001 frames."
            ),
        ),
        io.Float.Input(
            "fps",
            default=24.0,
            min=MIN_FPS,
            max=MAX_FPS,
            step=0.01,
            tooltip=(
                "Frames per second, for the model and the file. More is smoother and costs "
                "proportionally more; the bundled model was trained at 24."
            ),
        ),
    ]


def _batch_input() -> io.Int.Input:
    return io.Int.Input(
        "batch_size",
        default=1,
        min=1,
        max=MAX_BATCH,
        optional=True,
        advanced=True,
        tooltip="Clips made at once from one prompt; time and memory are multiplied by it.",
    )

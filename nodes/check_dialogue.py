"""How well mouths in a finished clip follow the lines that were spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, ui
from .named_errors import named_errors

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Check Dialogue"
# A line gives too little to go by on its own; what is around it is still.
AROUND_S = 0.4
LEAST_AGREEMENT = 0.7
"""Of 17 lines on the playground, those above it were right within a frame."""


class HibariCheckDialogue(io.ComfyNode):
    """Measures the offset between speech and picture, line by line."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariCheckDialogue",
            display_name=NAME,
            category="Hibari/audio",
            description=(
                "Tells for each line how far the moving picture is from the speech, in "
                "milliseconds, and whether anything follows it at all. It looks for quick motion "
                "that goes with loudness and knows no faces."
            ),
            search_aliases=["lip sync", "av offset", "sync check", "syncnet", "mouth"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="All frames of the finished clip, in order."),
                io.String.Input(
                    "timing", force_input=True, tooltip="The timing of Hibari Dialogue."
                ),
            ],
            outputs=[io.String.Output("report", tooltip="One sentence for each line.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, images: Tensor, timing: str) -> io.NodeOutput:
        """Return the report."""
        from .dialogue_track import read_timing

        told = read_timing(timing)
        report = "\n".join(
            sentence_of(number, line, offset_of(images, told, line))
            for number, line in enumerate(told["lines"], start=1)
        )
        return io.NodeOutput(report, ui=ui.PreviewText(report))


def offset_of(images: Tensor, timing: Any, line: Any) -> Any:
    """Return the `Offset` of one line of a timing, None where the clip ends before it.

    Raises:
        ValueError: the clip is another one than was timed.
    """
    import torch

    from ..model.speech.mouth import av_offset

    fps, opening = float(timing["fps"]), torch.tensor(timing["mouths"][line["speaker"]])
    if abs(len(images) - len(opening)) > fps / 2:
        raise ValueError(
            f"the clip has {len(images)} frames, and {len(opening)} were timed. Connect the clip "
            "that was made with this dialogue"
        )
    count = min(len(images), len(opening))
    first = max(0, round((line["start_s"] - AROUND_S) * fps))
    last = min(count, round((line["end_s"] + AROUND_S) * fps))
    if last - first < 5:
        return None
    return av_offset(images[first:last], opening[first:last], fps)


def sentence_of(number: int, line: Any, offset: Any) -> str:
    """Return what is known of one line, in words."""
    name = f"line {number} ({line['speaker']}, {line['start_s']:.2f} s)"
    if offset is None:
        return f"{name}: too short to tell"
    share = f"agreement {offset.agreement:.2f}"
    if offset.agreement < LEAST_AGREEMENT:
        return f"{name}: no mouth surely follows it ({share})"
    late = "after" if offset.seconds > 0 else "before"
    return f"{name}: picture {abs(1000 * offset.seconds):.0f} ms {late} sound, {share}"

"""From a sentence to a video in one block, with the inputs that Sora's block had."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host import checkpoint_names, io, show_text, ui
from .named_errors import named_errors
from .sample_widgets import MAX_SEED

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Text to Video"
# The first is what the bundled model makes; the last four are those of the Sora 2 block.
SIZES = (
    *("256x256", "512x512", "768x512", "512x768"),
    *("720x1280", "1280x720", "1024x1792", "1792x1024"),
)


class HibariTextToVideo(io.ComfyNode):
    """Makes a video with sound from a sentence; other blocks give more control."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariTextToVideo",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Makes a video with sound from a sentence, on this machine. A size beyond what the "
                "checkpoint can make is made at the nearest size of that aspect and scaled; a "
                "longer duration becomes the longest that the checkpoint was made for. The block "
                "says what it did. It loads the checkpoint on every run: with large ones, use the "
                "template Text to video."
            ),
            search_aliases=[
                *("text to video", "t2v", "sora", "sora 2", "openai video", "OpenAIVideoSora2"),
                *("veo", "kling", "runway", "image to video", "i2v"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=_inputs(),
            outputs=[io.Video.Output("video", tooltip="For Save Video, or any video block.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        prompt: str,
        size: str = SIZES[0],
        duration: float = 2.0,
        image: Tensor | None = None,
        seed: int = 0,
        checkpoint: str | None = None,
    ) -> io.NodeOutput:
        """Return VIDEO, marked and signed; what the policy refuses is not made."""
        from ..host import checkpoint_path
        from ..model.checkpoint import Checkpoint
        from .guarding import guard_output, guard_text
        from .prompt_text import join_prompt
        from .provenance import hidden_of, story_of
        from .reach import fit, reach_of
        from .whole_clip import labelled_video, make_clip

        graph, node_id = hidden_of(cls)
        name = checkpoint or checkpoint_names()[0]
        path = checkpoint_path(name)
        wish = fit(*sides_of(size), duration, reach_of(Checkpoint(path)))
        show_text(str(wish), node_id)
        text = join_prompt(prompt) if prompt.strip() or image is None else ""
        guard_text(text, graph, node_id)
        clip = make_clip(name, text, wish, image, seed)
        guard_output(clip.images, clip.fps, clip.audio, graph, node_id)
        _record(path, text, graph, node_id)
        video = labelled_video(clip, story_of(graph, node_id), graph, node_id)
        return io.NodeOutput(video, ui=ui.PreviewText(str(wish)))


def _record(path: Path, text: str, graph: Mapping[str, Any] | None, node_id: str | None) -> None:
    """Tell the manifest which model made what prompt."""
    from ..trust.credentials.facts import record_fact
    from .checkpoint_hash import checkpoint_hash

    model = {"name": path.stem, **checkpoint_hash(path)}
    record_fact(node_id, "model", model, graph=graph)
    record_fact(node_id, "prompt", {"text": text}, graph=graph)


def sides_of(size: str) -> tuple[int, int]:
    """Return (width, height) in px of "1280x720".

    Raises:
        ValueError: it is not two numbers.
    """
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError(f"size {size!r} is not width x height. Use for example {SIZES[0]}")
    return int(width), int(height)


def _inputs() -> list[io.Input]:
    return [
        io.String.Input(
            "prompt",
            multiline=True,
            dynamic_prompts=True,
            placeholder="a red rubber ball bounces on a wooden floor",
            tooltip=(
                "What is seen and heard, in plain sentences. At most 5000 characters; may be empty "
                "where an image is connected. Its length costs next to no time."
            ),
        ),
        io.Combo.Input(
            "size",
            options=list(SIZES),
            default=SIZES[0],
            tooltip=(
                "Width x height of the video in pixels. Time and memory grow with it, up to what "
                "the checkpoint can make (256x256 for the bundled one); beyond, the clip is made "
                "at the nearest size of that aspect and scaled, which adds pixels, not detail."
            ),
        ),
        io.Float.Input(
            "duration",
            default=2.0,
            min=0.1,
            max=60.0,
            step=0.1,
            tooltip=(
                "Seconds. Time and memory grow with it. At most what the checkpoint was made for "
                "(2 s for the bundled one, 20 s for official LTX-2): a longer wish gives that, and "
                "the block says so."
            ),
        ),
        io.Image.Input(
            "image",
            optional=True,
            tooltip="The first frame: one picture, scaled to cover the size. Costs little.",
        ),
        io.Int.Input(
            "seed",
            default=0,
            min=0,
            max=MAX_SEED,
            control_after_generate=True,
            optional=True,
            tooltip="Which noise to start from; another number is another take. Costs nothing.",
        ),
        io.Combo.Input(
            "checkpoint",
            options=checkpoint_names(),
            optional=True,
            advanced=True,
            tooltip=(
                "The model: the bundled one, or an LTX-2-format file with a text encoder of ours "
                "in models/checkpoints. Memory: about the size of the file."
            ),
        ),
    ]

"""From words to conditioning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, show_text, ui
from .named_errors import named_errors
from .presets import CAMERA_MOVES, NONE, STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "Hibari Text Encode"

_FIELDS = {
    "camera": ("a slow pan to the left", "How the camera moves or where it stands."),
    "style": ("watercolour, warm evening light", "The look: medium, light, colours, lens."),
    "ambience": ("rain on leaves, distant traffic", "What is heard besides the action."),
    "dialogue": ("Catch it!", "Words that are spoken; they are put in quotes for the model."),
}


class HibariTextEncode(io.ComfyNode):
    """Encodes a prompt; filled fields become further sentences of it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariTextEncode",
            display_name=NAME,
            category="Hibari/conditioning",
            description=(
                "Describes the clip: what happens, and if you like the camera, style, sounds and "
                "spoken words in their own fields, or camera and style from a list. It shows the "
                "prompt that comes of it; with nothing filled in it encodes exactly what was "
                "written. What the policy of this installation refuses is not encoded."
            ),
            search_aliases=["prompt", "clip text encode", "text", "caption", "dialogue"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Clip.Input("clip", tooltip="Text encoder of Hibari Load Model."),
                io.String.Input(
                    "prompt",
                    multiline=True,
                    dynamic_prompts=True,
                    placeholder="a red rubber ball bounces on a wooden floor",
                    tooltip=(
                        "What is seen and heard, in plain sentences: thing, place, action, sound. "
                        "At most 5000 characters; length costs next to no time."
                    ),
                ),
                *_field_inputs(),
                *_preset_inputs(),
            ],
            outputs=[
                io.Conditioning.Output(
                    "conditioning", tooltip="For Hibari Sample, or any block that takes a prompt."
                )
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        clip: Any,
        prompt: str,
        camera_preset: str = NONE,
        style_preset: str = NONE,
        **fields: str,
    ) -> io.NodeOutput:
        """Return the CONDITIONING of the joined prompt, if the policy allows it."""
        from .conditioning import encode
        from .guarding import guard_text
        from .presets import preset_text
        from .prompt_text import join_prompt
        from .provenance import hidden_of

        chosen = (
            preset_text("camera_preset", camera_preset, CAMERA_MOVES),
            preset_text("style_preset", style_preset, STYLES),
        )
        text = join_prompt(prompt, **fields, presets=chosen)
        if clip is None:
            raise ValueError(
                "the checkpoint brought no text encoder. Connect the CLIP of a text encoder loader"
            )
        graph, node_id = hidden_of(cls)
        guard_text(text, graph, node_id)
        encoded = encode(clip, text)
        if text == prompt.strip():
            return io.NodeOutput(encoded)
        show_text(text, node_id)
        return io.NodeOutput(encoded, ui=ui.PreviewText(text))


def _field_inputs() -> Iterator[io.String.Input]:
    for name, (example, meaning) in _FIELDS.items():
        yield io.String.Input(
            name,
            default="",
            optional=True,
            advanced=True,
            placeholder=example,
            tooltip=f"{meaning} Becomes a sentence of the prompt; leave empty if unsure.",
        )


def _preset_inputs() -> Iterator[io.Combo.Input]:
    for name, presets, what in (
        ("camera_preset", CAMERA_MOVES, "A camera move"),
        ("style_preset", STYLES, "A look"),
    ):
        yield io.Combo.Input(
            name,
            options=[NONE, *presets],
            default=NONE,
            optional=True,
            advanced=True,
            tooltip=f"{what}: a sentence of the prompt, shown below. Costs nothing.",
        )

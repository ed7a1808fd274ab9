"""From words to conditioning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .named_errors import named_errors

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
                "spoken words in their own fields. With empty fields it encodes exactly the "
                "prompt. What the policy of this installation refuses is not encoded."
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
            ],
            outputs=[
                io.Conditioning.Output(
                    "conditioning", tooltip="For Hibari Sample, or any block that takes a prompt."
                )
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, clip: Any, prompt: str, **fields: str) -> io.NodeOutput:
        """Return the CONDITIONING of the joined prompt, if the policy allows it."""
        from .conditioning import encode
        from .guarding import guard_text
        from .prompt_text import join_prompt
        from .provenance import hidden_of

        text = join_prompt(prompt, **fields)
        if clip is None:
            raise ValueError(
                "the checkpoint brought no text encoder. Connect the CLIP of a text encoder loader"
            )
        guard_text(text, *hidden_of(cls))
        return io.NodeOutput(encode(clip, text))


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

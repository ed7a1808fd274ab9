"""Preview Image, Preview Audio, Preview as Text: results shown, kept in the temp folder only."""

from __future__ import annotations

import json
from typing import Any

from ...host.embedded import io, ui
from .savers import needed_sound


class PreviewImage(io.ComfyNode):
    """Pictures, shown."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="PreviewImage",
            display_name="Preview Image",
            category="image",
            inputs=[io.Image.Input("images")],
            outputs=[io.Image.Output(display_name="images")],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, images: Any) -> io.NodeOutput:
        """Write previews and pass the pictures on."""
        files = ui.PreviewImage(images, cls=cls).values
        return io.NodeOutput(images, ui=ui.SavedImages(files))


class PreviewAudio(io.ComfyNode):
    """Sound, shown."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="PreviewAudio",
            display_name="Preview Audio",
            category="audio",
            inputs=[io.Audio.Input("audio")],
            outputs=[io.Audio.Output("audio")],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, audio: dict[str, Any] | None) -> io.NodeOutput:
        """Write previews and pass the sound on."""
        heard = needed_sound(audio)
        return io.NodeOutput(heard, ui=ui.PreviewAudio(heard, cls=cls))


class PreviewAny(io.ComfyNode):
    """Any value as text."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="PreviewAny",
            display_name="Preview as Text",
            category="utilities",
            inputs=[io.AnyType.Input("source")],
            outputs=[io.String.Output()],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, source: Any = None) -> io.NodeOutput:
        """Return the text and show it."""
        text = as_text(source)
        return io.NodeOutput(text, ui=ui.PreviewText(text))


def as_text(value: Any) -> str:
    """Text as it is, numbers in digits, JSON where possible, else what Python prints."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    try:
        return json.dumps(value, indent=4, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(value)


BLOCKS = (PreviewImage, PreviewAudio, PreviewAny)

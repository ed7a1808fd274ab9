"""Signing of a file that something else made."""

from __future__ import annotations

from typing import Any

from ..host import io, ui
from .named_errors import named_errors

NAME = "Hibari Sign File"


class HibariSignFile(io.ComfyNode):
    """Copies a finished file to the output folder with signed credentials in it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariSignFile",
            display_name=NAME,
            category="Hibari/trust",
            description=(
                "Signs a picture, sound or video that another block or program made, without "
                "touching what it shows: the copy in the output folder names the original as its "
                "parent. Hibari Save Video signs by itself. A file that was changed after it was "
                "signed is refused."
            ),
            search_aliases=["c2pa", "content credentials", "sign", "provenance", "certificate"],
            is_output_node=True,
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.String.Input(
                    "file",
                    default="",
                    tooltip=(
                        "mp4, wav, flac, mp3, png, jpg or webp: one in the input folder, one with "
                        "[output] behind it, or the path that another block gives."
                    ),
                ),
                io.String.Input(
                    "filename_prefix",
                    default="signed/Hibari",
                    tooltip="Name and subfolder in the output folder; a number follows.",
                ),
            ],
            outputs=[io.String.Output("path", tooltip="Where the signed file was saved.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, file: str, filename_prefix: str = "signed/Hibari") -> io.NodeOutput:
        """Write the signed copy and return its path."""
        from ..host import save_path
        from .media_path import named_file
        from .provenance import hidden_of, story_of
        from .signed_copy import sign_copy

        source = named_file(file)
        story = story_of(*hidden_of(cls))
        folder, stem, counter, _ = save_path(filename_prefix)
        target = folder / f"{stem}_{counter:05}_{source.suffix.lower()}"
        sign_copy(source, target, story)
        return io.NodeOutput(str(target), ui=ui.PreviewText(str(target)))

    @classmethod
    def fingerprint_inputs(cls, file: str | None = None, filename_prefix: str | None = None) -> Any:  # noqa: ARG003
        """Sign again when the file changed."""
        from .media_path import named_file

        try:
            return named_file(file or "").stat().st_mtime_ns
        except (ValueError, OSError):
            return None

"""What a file says of itself and whether it holds, on the canvas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..host import io, ui
from .named_errors import named_errors

NAME = "Hibari Verify"


class HibariVerify(io.ComfyNode):
    """Reads credentials, watermark and registry of a file, and says what they prove."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariVerify",
            display_name=NAME,
            category="Hibari/trust",
            description=(
                "Tells who made a file, with what, and whether it was changed since: signed "
                "credentials down to the parts that went in, the invisible watermark, and what "
                "this installation remembers. Nothing is sent anywhere."
            ),
            search_aliases=["c2pa", "content credentials", "is it AI", "provenance", "signature"],
            is_output_node=True,
            inputs=[
                io.Video.Input(
                    "video",
                    optional=True,
                    tooltip="A video from a file: of Load Video or Hibari Save Video.",
                ),
                io.String.Input(
                    "file",
                    default="",
                    optional=True,
                    tooltip=(
                        "Or a picture, sound or video by name: one in the input folder, one with "
                        "[output] behind it, or the path of Hibari Save Video."
                    ),
                ),
                io.String.Input(
                    "page_prefix",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Name in the output folder under which the report is also saved as an "
                        "HTML page that needs nothing else; empty saves none."
                    ),
                ),
            ],
            outputs=[
                io.String.Output(
                    "verdict",
                    tooltip=(
                        "valid, untrusted, tampered, recovered, mismatch, fingerprint, marked, "
                        "unknown or unreadable."
                    ),
                ),
                io.String.Output("report", tooltip="What was found, in words."),
                io.String.Output("json", tooltip="The same for programs, as of hibari verify."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, video: Any = None, file: str = "", page_prefix: str = "") -> io.NodeOutput:
        """Return verdict, report and JSON, and show the report."""
        from .inspection import inspect
        from .inspection_report import as_json, as_text
        from .media_path import file_of

        found = inspect(file_of(video, file))
        report = as_text(found)
        if page_prefix.strip():
            report += f"\nPage: {_save_page(page_prefix, found)}"
        told = json.dumps(as_json(found))
        return io.NodeOutput(found.verdict, report, told, ui=ui.PreviewText(report))

    @classmethod
    def fingerprint_inputs(cls, video: Any = None, file: str = "", page_prefix: str = "") -> Any:  # noqa: ARG003
        """Ask again when the file changed; a linked one is told by its block."""
        from .media_path import named_file

        if not file:
            return None
        try:
            return named_file(file).stat().st_mtime_ns
        except (ValueError, OSError):
            return None


def _save_page(prefix: str, found: Any) -> Path:
    from ..host import save_path
    from ..host.media import partial_file
    from .inspection_page import as_html

    folder, stem, counter, _ = save_path(prefix)
    path = folder / f"{stem}_{counter:05}_.html"
    with partial_file(path) as partial:
        partial.write_text(as_html(found), encoding="utf-8")
    return path

"""Progress, interruption and metadata switches of a running ComfyUI."""

from __future__ import annotations

import sys

import comfy.cli_args
import comfy.utils
from comfy.model_management import (
    InterruptProcessingException,
    throw_exception_if_processing_interrupted,
)

__all__ = [
    "InterruptProcessingException",
    "ProgressBar",
    "check_interrupted",
    "metadata_disabled",
    "show_text",
]

ProgressBar = comfy.utils.ProgressBar
check_interrupted = throw_exception_if_processing_interrupted


def metadata_disabled() -> bool:
    """True when ComfyUI was started with ``--disable-metadata``: save files without the graph."""
    return bool(comfy.cli_args.args.disable_metadata)


def show_text(text: str, node_id: str | None) -> None:
    """Show a line under a running node; ``node_id`` is its hidden ``unique_id``.

    Without a server (a ComfyUI used as a library) there is no canvas to show it on.
    """
    server = getattr(sys.modules.get("server"), "PromptServer", None)
    running = getattr(server, "instance", None)
    if running is not None and node_id is not None:
        running.send_progress_text(text, node_id)

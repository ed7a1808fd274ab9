"""Progress, interruption and metadata switches of a running ComfyUI."""

from __future__ import annotations

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
]

ProgressBar = comfy.utils.ProgressBar
check_interrupted = throw_exception_if_processing_interrupted


def metadata_disabled() -> bool:
    """True when ComfyUI was started with ``--disable-metadata``: save files without the graph."""
    return bool(comfy.cli_args.args.disable_metadata)

"""The single-file LTX-2 checkpoint: strict reading, deterministic writing, never pickle."""

from .container import CheckpointError
from .info import CheckpointInfo, LatentRgb, Recommended
from .loading import load_checkpoint
from .reader import Checkpoint
from .writer import CheckpointParts, save_checkpoint

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "CheckpointInfo",
    "CheckpointParts",
    "LatentRgb",
    "Recommended",
    "load_checkpoint",
    "save_checkpoint",
]

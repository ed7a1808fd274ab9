"""A whole checkpoint at once, for programs without a host that loads parts one by one."""

from __future__ import annotations

from pathlib import Path

import torch

from . import layout
from .reader import Checkpoint
from .writer import CheckpointParts


def load_checkpoint(
    path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype | None = None
) -> tuple[CheckpointParts, Checkpoint]:
    """Every network that a file holds (None where it holds none), and the file's description.

    Vocoder and partials are float32 whatever ``dtype`` says; see `Checkpoint` for the default of
    the others.

    Raises:
        CheckpointError: the file is absent, damaged, pickled, of another family or inconsistent.
    """
    file = Checkpoint(path)
    parts = CheckpointParts()
    if file.has(layout.TRANSFORMER):
        parts.transformer = file.load_transformer(device, dtype)
    if file.has(layout.VIDEO_VAE):
        parts.video_vae = file.load_video_vae(device, dtype)
    if file.has(layout.AUDIO_VAE):
        parts.audio_vae = file.load_audio_vae(device, dtype)
    if file.has(layout.VOCODER):
        parts.vocoder = file.load_vocoder(device)
    if file.has(layout.PARTIALS):
        parts.partials = file.load_partials(device)
    if file.has(layout.TEXT_ENCODER):
        parts.text_encoder = file.load_text_encoder(device, dtype)
    return parts, file

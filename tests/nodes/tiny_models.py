"""The wires of the tiny checkpoint, for blocks that are called without a graph."""

from __future__ import annotations

from typing import Any

from hibari.host.embedded.folders import checkpoints_directory
from hibari.model.checkpoint import Recommended
from hibari.nodes.load_model import HibariLoadModel

from ..headless.tiny_checkpoint import save_tiny_checkpoint

TINY = "tiny.safetensors"
# Nine frames at most, so that a second of video takes several windows.
ADVICE = Recommended(steps=2, guidance=2.0, width=64, height=64, seconds=0.375)


def tiny_wires() -> dict[str, Any]:
    """MODEL, CLIP, VAE and audio VAE by the names of their sockets; needs a home."""
    save_tiny_checkpoint(checkpoints_directory() / TINY, ADVICE)
    wires = HibariLoadModel.execute(TINY).args
    return dict(zip(("model", "clip", "vae", "audio_vae"), wires, strict=True))

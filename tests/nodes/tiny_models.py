"""The wires of the tiny checkpoint, for blocks that are called without a graph."""

from __future__ import annotations

from typing import Any

from hibari.host.embedded.folders import checkpoints_directory
from hibari.model.checkpoint import Recommended
from hibari.nodes.load_model import HibariLoadModel

from ..headless.tiny_checkpoint import save_tiny_checkpoint

TINY = "tiny.safetensors"


def tiny_wires(seconds: float = 0.375, guidance: float = 2.0) -> dict[str, Any]:
    """MODEL, CLIP, VAE and audio VAE by the names of their sockets; needs a home.

    Unless told otherwise made for nine frames, so that a second of video takes several windows.
    """
    advice = Recommended(steps=2, guidance=guidance, width=64, height=64, seconds=seconds)
    save_tiny_checkpoint(checkpoints_directory() / TINY, advice)
    wires = HibariLoadModel.execute(TINY).args
    return dict(zip(("model", "clip", "vae", "audio_vae"), wires, strict=True))

"""Where networks run without ComfyUI."""

from __future__ import annotations

import torch


def compute_device() -> torch.device:
    """The first CUDA device, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")

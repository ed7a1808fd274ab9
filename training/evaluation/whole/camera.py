"""How the camera moves: shift and growth of the whole picture between frames, and the move's name.

Lucas & Kanade 1981 for one motion of the whole picture, with Welsch weights (Holland & Welsch 1977)
so that things that move by themselves count little. Works on 64 rows at 8 frames a second.
Legend: F frames, Y rows, X columns.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn

from ...world.scenes.layout import CAMERAS

ROUNDS = 3
TOLERANCE = 6.0
"""Brightness difference (0..255) beyond which a pixel hardly counts."""
STEPS = 16


class CameraNamer(nn.Module):
    """Names a camera move from its steps [B, 16, 3]."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6 * STEPS, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, len(CAMERAS))
        )

    def forward(self, steps: Tensor) -> Tensor:
        """Logits [B, moves]."""
        both = torch.cat((steps, steps.cumsum(1) / 4), 2)
        return torch.as_tensor(self.layers(both.flatten(1)))


def camera_steps(frames: np.ndarray) -> np.ndarray:
    """float32 [16, 3]: shift right, down (1/64 heights) and growth (per cent) per step.

    Args:
        frames: [F, 64, X, 3] at 8 frames a second; the first 17 are used, missing ones stand still.
    """
    grey = frames[: STEPS + 1].astype(np.float32).mean(-1)
    smooth = ndimage.gaussian_filter(grey, (0, 1.0, 1.0))
    steps = np.zeros((STEPS, 3), np.float32)
    for k in range(len(smooth) - 1):
        steps[k] = _motion(smooth[k], smooth[k + 1])
    return steps


def _motion(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """What turns `one` into `two`: shift in pixels and growth in per cent."""
    rows, columns = one.shape
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    x, y = x - (columns - 1) / 2, y - (rows - 1) / 2
    motion = np.zeros(3)
    inner = np.s_[3:-3, 3:-3]
    for _ in range(ROUNDS):
        growth = 1 + motion[2] / 100
        places = (
            growth * y + motion[1] + (rows - 1) / 2,
            growth * x + motion[0] + (columns - 1) / 2,
        )
        moved = ndimage.map_coordinates(two, places, order=1, mode="nearest")
        down, right = np.gradient(moved)
        rest = (one - moved)[inner].ravel()
        slopes = np.stack([right, down, (right * x + down * y) / 100], -1)[inner].reshape(-1, 3)
        weights = np.exp(-((rest / TOLERANCE) ** 2))[:, None]
        normal = (slopes * weights).T @ slopes + np.eye(3)
        motion += np.linalg.solve(normal, (slopes * weights).T @ rest)
    return motion

"""The camera: what part of the world each frame shows, smooth in time."""

from __future__ import annotations

import math

import numpy as np

from ..scenes.layout import Camera
from ..scenes.physics import Motion
from .places import MARGIN_X


def track(camera: Camera, motion: Motion | None, frames: int, fps: int, width: float) -> np.ndarray:
    """float64 [frames, 3]: world x, y of the picture's centre and the zoom, 1 or more."""
    view = np.empty((frames, 3))
    view[:] = (width / 2, 128.0, 1.0)
    seconds = np.arange(frames) / fps
    ease = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, frames))
    if camera.kind.startswith("pan"):
        side = -1 if camera.kind.endswith("left") else 1
        view[:, 0] += side * camera.amount * (ease - 0.5)
    elif camera.kind.startswith("zoom"):
        share = ease if camera.kind.endswith("in") else 1 - ease
        view[:, 2] = 1 + camera.amount * share
        # Zooming towards the ground keeps what happens there in the picture.
        view[:, 1] += (1 - 1 / view[:, 2]) * 60
    elif camera.kind == "shake":
        phase = 9.0
        view[:, 0] += camera.amount * np.sin(phase * seconds + np.sin(5.3 * seconds))
        view[:, 1] += 0.6 * camera.amount * np.sin(1.37 * phase * seconds + 1)
    elif camera.kind == "follow" and motion is not None:
        x = motion.paths[:, 0, 0]
        view[:, 0] += _smooth(np.clip(camera.amount * (x - width / 2), -MARGIN_X + 6, MARGIN_X - 6))
    return view


def _smooth(values: np.ndarray, radius: int = 3) -> np.ndarray:
    """A moving average, so that a bounce does not jerk the camera."""
    kernel = np.hanning(2 * radius + 3)[1:-1]
    padded = np.pad(values, radius, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def to_pixels(paths: np.ndarray, view: np.ndarray, width: float, scale: float) -> np.ndarray:
    """World positions [frames, things, 3] as the picture shows them, in pixels and radians."""
    centre = np.array([width / 2, 128.0])
    seen = paths.copy()
    moved = paths[..., :2] - view[:, None, :2]
    seen[..., :2] = (centre + moved * view[:, None, 2:]) * scale
    return seen


def is_still(camera: Camera) -> bool:
    """Whether every frame shows the same part of the world."""
    return camera.kind == "still" or math.isclose(camera.amount, 0.0)

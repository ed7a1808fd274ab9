"""A clip longer than a checkpoint was made for, as windows that each begin inside the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.shapes import TIME_STRIDE
from .clip_plan import ClipPlan, frames_for, grid_frames

if TYPE_CHECKING:
    from fractions import Fraction

OVERLAP_SHARE = 0.25


class Window(NamedTuple):
    """Frames of a clip, 8k+1 of them, the first ``kept`` of which the window before made."""

    start: int
    frames: int
    kept: int


def windows_over(frames: int, longest: int) -> list[Window]:
    """Return windows of at most ``longest`` (8k+1) frames that cover at least ``frames``.

    Each begins with the last quarter or so of the one before, itself 8k+1 frames.
    """
    total = grid_frames(frames)
    if total <= longest:
        return [Window(0, total, 0)]
    steps = (longest - 1) // TIME_STRIDE
    shared = min(max(1, round(steps * OVERLAP_SHARE)), steps - 1)
    stride = (steps - shared) * TIME_STRIDE
    starts = [*range(0, total - longest, stride), total - longest]
    found = [Window(0, longest, 0)]
    for start in starts[1:]:
        found.append(Window(start, longest, found[-1].start + longest - start))
    return found


def longest_window(model: Any, fps: float) -> int:
    """Return the most frames (8k+1) at ``fps`` that a MODEL's checkpoint was made for."""
    from .sampling_request import recommended

    return grid_frames(frames_for(recommended(model).seconds, fps))


def size_for(model: Any, height: int, width: int) -> tuple[int, int]:
    """Return (height, width) of about this shape, as large as the model was made for."""
    from .clip_plan import CUSTOM, shaped
    from .sampling_request import recommended

    advice = recommended(model)
    scale = (advice.width * advice.height / (width * height)) ** 0.5
    return shaped(CUSTOM, round(width * scale), round(height * scale))


def plan_of(frames: int, size: tuple[int, int], fps: float | Fraction) -> ClipPlan:
    """Return the plan of a clip of so many frames; ``size`` (height, width) is on the grid."""
    from ..model.shapes import VideoShape

    return ClipPlan(VideoShape(grid_frames(frames), *size), frames, float(fps), ())

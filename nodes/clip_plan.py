"""From what people ask (shape, seconds, frames per second) to sizes that the networks can make."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..model.shapes import MAX_FRAMES, MAX_SIDE_PX, SPACE_STRIDE, VideoShape, snap_frames, snap_side

CUSTOM = "custom"
ASPECTS = (CUSTOM, "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9")
MIN_FPS, MAX_FPS = 1.0, 120.0
MIN_SECONDS = 0.1


@dataclass(frozen=True)
class ClipPlan:
    """A clip on the grid: 8k+1 frames, sides that are multiples of 32; ``notes`` tell changes."""

    shape: VideoShape
    fps: float
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Duration of the clip."""
        return self.shape.frames / self.fps

    def __str__(self) -> str:
        frames, height, width = self.shape
        size = f"{width}x{height} px, {frames} frames at {self.fps:g} fps = {self.seconds:.2f} s"
        return "; ".join((size, *self.notes))


def plan_clip(aspect: str, width: int, height: int, seconds: float, fps: float) -> ClipPlan:
    """Return the clip nearest to what was asked.

    ``aspect`` "custom" takes width and height (pixels) as they are; a ratio keeps their area and
    changes the shape. Sides go to the nearest multiple of 32, the duration to 8k+1 frames.

    Raises:
        ValueError: an unknown ratio, or a size, duration or rate out of range.
    """
    check_fps(fps)
    check_sides(width, height)
    shape = VideoShape(checked_frames(seconds, fps), *shaped(aspect, width, height))
    asked = {"height": height, "width": width} if aspect == CUSTOM else {}
    notes = [
        f"{side} {pixels} became {getattr(shape, side)} px, a multiple of {SPACE_STRIDE}"
        for side, pixels in asked.items()
        if getattr(shape, side) != pixels
    ]
    if abs(shape.frames - seconds * fps) > 1:
        notes.append(f"{seconds:g} s became {shape.frames / fps:.2f} s, a length of 8k+1 frames")
    return ClipPlan(shape, fps, tuple(notes))


def shaped(aspect: str, width: int, height: int) -> tuple[int, int]:
    """Return (height, width) on the grid, for a ratio with about the area of width x height."""
    if aspect not in ASPECTS:
        raise ValueError(f"aspect {aspect!r} is unknown. Use {', '.join(ASPECTS)}")
    if aspect != CUSTOM:
        across, down = map(int, aspect.split(":"))
        unit = math.sqrt(width * height / (across * down))
        width, height = round(unit * across), round(unit * down)
    return min(snap_side(height), MAX_SIDE_PX), min(snap_side(width), MAX_SIDE_PX)


def check_sides(width: int, height: int) -> None:
    """Raise ValueError for a side out of range."""
    for name, pixels in (("width", width), ("height", height)):
        if not SPACE_STRIDE <= pixels <= MAX_SIDE_PX:
            raise ValueError(
                f"{name} {pixels} px is not in {SPACE_STRIDE}..{MAX_SIDE_PX}. "
                "Use for example 256, or 768 on a large GPU"
            )


def check_fps(fps: float) -> None:
    """Raise ValueError for a frame rate out of range."""
    if not MIN_FPS <= fps <= MAX_FPS:
        raise ValueError(f"fps {fps:g} is not in {MIN_FPS:g}..{MAX_FPS:g}. Use for example 24")


def checked_frames(seconds: float, fps: float) -> int:
    """Return the number of frames (8k+1) of a duration.

    Raises:
        ValueError: shorter than 0.1 s or longer than the networks can place in time.
    """
    longest = MAX_FRAMES / fps
    if not MIN_SECONDS <= seconds <= longest:
        raise ValueError(
            f"seconds {seconds:g} is not in {MIN_SECONDS:g}..{longest:.1f} at {fps:g} fps. "
            "Use for example 2; longer videos are made by extending a clip"
        )
    return snap_frames(seconds, fps)

"""From what people ask (shape, seconds, frames per second) to sizes that the networks can make."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..model.shapes import (
    MAX_FRAMES,
    MAX_SIDE_PX,
    SPACE_STRIDE,
    TIME_STRIDE,
    VideoShape,
    snap_side,
)

CUSTOM = "custom"
ASPECTS = (
    *(CUSTOM, "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9"),
    *("vertical 9:16", "square 1:1", "wide 16:9", "cinema 21:9"),
)
MIN_FPS, MAX_FPS = 1.0, 120.0
MIN_SECONDS = 0.1


@dataclass(frozen=True)
class ClipPlan:
    """A clip that the networks can make, and what is kept of it.

    Attributes:
        shape: on the grid: 8k+1 frames, sides that are multiples of 32.
        frames: of those, the first ones, which last as long as was asked, within one frame.
        fps: frames per second.
        notes: what became of sizes that are not on the grid.
    """

    shape: VideoShape
    frames: int
    fps: float
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Duration of the clip."""
        return self.frames / self.fps

    def __str__(self) -> str:
        size = (
            f"{self.shape.width}x{self.shape.height} px, {self.frames} frames at {self.fps:g} fps "
            f"= {self.seconds:.2f} s"
        )
        return "; ".join((size, *self.notes))


def plan_clip(aspect: str, width: int, height: int, seconds: float, fps: float) -> ClipPlan:
    """Return the clip nearest to what was asked.

    ``aspect`` "custom" takes width and height (pixels) as they are; a ratio keeps their area and
    changes the shape. Sides go to the nearest multiple of 32, the duration to whole frames, made as
    the first of the next 8k+1.

    Raises:
        ValueError: an unknown ratio, or a size, duration or rate out of range.
    """
    check_fps(fps)
    check_sides(width, height)
    frames = frames_for(seconds, fps)
    shape = VideoShape(grid_frames(frames), *shaped(aspect, width, height))
    asked = {"height": height, "width": width} if aspect == CUSTOM else {}
    notes = [
        f"{side} {pixels} became {getattr(shape, side)} px, a multiple of {SPACE_STRIDE}"
        for side, pixels in asked.items()
        if getattr(shape, side) != pixels
    ]
    if frames != shape.frames:
        notes.append(f"made as {shape.frames} frames (8k+1), of which the last are cut off")
    return ClipPlan(shape, frames, fps, tuple(notes))


def shaped(aspect: str, width: int, height: int) -> tuple[int, int]:
    """Return (height, width) on the grid, for a ratio with about the area of width x height."""
    if aspect not in ASPECTS:
        raise ValueError(f"aspect {aspect!r} is unknown. Use {', '.join(ASPECTS)}")
    if aspect != CUSTOM:
        across, down = map(int, aspect.rsplit(" ", maxsplit=1)[-1].split(":"))
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


def grid_frames(frames: int) -> int:
    """Return the least 8k+1, at least 9, that holds so many frames."""
    return max(1, math.ceil((frames - 1) / TIME_STRIDE)) * TIME_STRIDE + 1


def frames_for(seconds: float, fps: float) -> int:
    """Return the number of frames that a duration gets, never more than one off.

    One more than asked where that makes a length of 8k+1 (2 s at 24 fps: 49), so that nothing of
    what is made has to be cut off.

    Raises:
        ValueError: shorter than 0.1 s or longer than the networks can place in time.
    """
    longest = MAX_FRAMES / fps
    if not MIN_SECONDS <= seconds <= longest:
        raise ValueError(
            f"seconds {seconds:g} is not in {MIN_SECONDS:g}..{longest:.1f} at {fps:g} fps. "
            "Use for example 2; longer videos are made by extending a clip"
        )
    asked = seconds * fps
    made = grid_frames(round(asked))
    # Rounded, since 0.7 * 30 is a little more than 21.
    return made if round(made - asked, 6) <= 1 else max(1, round(asked))

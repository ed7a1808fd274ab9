"""A VIDEO that is worked on: which part of it is made anew, and how that goes back in its place.

The part is brought to a size of the model's grid as a whole (its edges go on, nothing is cut off),
so that what is made of it can be put back pixel on pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..host import io
from ..model.shapes import MAX_SIDE_PX, SPACE_STRIDE, TIME_STRIDE, snap_side
from .clip_plan import MIN_SECONDS

if TYPE_CHECKING:
    from fractions import Fraction

    from torch import Tensor

    from ..host.media import Footage, Placement

EditWire = io.Custom("HIBARI_EDIT")
Kind = Literal["forward", "backward", "remix"]
WORKING_PX = 256


@dataclass(frozen=True, eq=False)
class Edit:
    """HIBARI_EDIT: a clip and the place of a made one in it.

    Attributes:
        source: the clip as it came.
        placement: of its picture in the frames that are made.
        kind: whether the made clip follows, precedes or replaces it.
        start: frame of the source at which the made clip starts, below 0 before its beginning.
        shared: frames that both have where one gives way to the other.
        frames: of the made clip, those that count from ``skipped`` on.
        skipped: frames of the made clip that the model's grid asked for.
        mask: ``[1 or frames, H, W]`` in 0..1 at the source's size: where it is made anew.
        keeps_sound: whether the sound stays as it was.
    """

    source: Footage
    placement: Placement
    kind: Kind
    start: int
    shared: int
    frames: int
    skipped: int = 0
    mask: Tensor | None = None
    keeps_sound: bool = False

    @property
    def fps(self) -> Fraction:
        """Frames per second, those of the source."""
        return self.source.fps

    @property
    def new(self) -> int:
        """Frames by which the clip gets longer."""
        return self.frames - self.shared if self.kind != "remix" else 0

    def __repr__(self) -> str:
        return f"Edit({self.kind}, {self.frames} frames at {float(self.fps):g} fps)"


def placement_for(source: tuple[int, int], size_px: int) -> Placement:
    """Return how a picture of (height, width) lies in frames of about ``size_px`` squared.

    0 takes its own size.

    Raises:
        ValueError: a size out of range.
    """
    from ..host.media import contain

    if size_px and not SPACE_STRIDE <= size_px <= MAX_SIDE_PX:
        raise ValueError(
            f"size {size_px} px is not in {SPACE_STRIDE}..{MAX_SIDE_PX}. "
            f"Use {WORKING_PX} for the bundled model, or 0 for the size of the video"
        )
    scale = size_px / math.sqrt(source[0] * source[1]) if size_px else 1.0
    height, width = (min(snap_side(round(side * scale)), MAX_SIDE_PX) for side in source)
    return contain(source, (height, width))


def forward_edit(source: Footage, seconds: float, overlap_s: float, size_px: int) -> Edit:
    """Return the edit that goes on after the last frame; both times are in s.

    Raises:
        ValueError: a time or size out of range.
    """
    added = frames_in(source, seconds)
    longest = (source.frames - 1) // TIME_STRIDE
    wanted = max(1, round((overlap_s * source.fps - 1) / TIME_STRIDE))
    shared = min(wanted, longest) * TIME_STRIDE + 1
    placement = placement_for(source.size, size_px)
    return Edit(source, placement, "forward", source.frames - shared, shared, shared + added)


def backward_edit(source: Footage, seconds: float, overlap_s: float, size_px: int) -> Edit:
    """Return the edit that leads to the first frame; both times are in s.

    Raises:
        ValueError: a time or size out of range.
    """
    added = frames_in(source, seconds)
    longest = max(1, source.frames // TIME_STRIDE)
    groups = min(max(1, round(overlap_s * source.fps / TIME_STRIDE)), longest)
    made = math.ceil((added - 1) / TIME_STRIDE) * TIME_STRIDE + 1
    shared = min(groups * TIME_STRIDE, source.frames)
    placement = placement_for(source.size, size_px)
    return Edit(source, placement, "backward", -made, shared, added + shared, skipped=made - added)


def frames_in(source: Footage, seconds: float) -> int:
    """Return the frames of a duration in s at the rate of a clip.

    Raises:
        ValueError: shorter than 0.1 s.
    """
    if not seconds >= MIN_SECONDS:
        raise ValueError(f"seconds {seconds:g} is not {MIN_SECONDS:g} or more. Use for example 1.3")
    return max(1, round(seconds * source.fps))

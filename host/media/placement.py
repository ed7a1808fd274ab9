"""Where a picture lies in a frame of another size, and the way back.

``cover`` fills the frame and cuts off what juts out; ``contain`` keeps all of the picture and goes
on with its edges, so that what is made from it can be put back in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import interpolate, pad


@dataclass(frozen=True)
class Placement:
    """A picture of ``source`` size, scaled to ``inner`` px, in a frame of ``outer`` px.

    Sizes are (height, width); ``top`` and ``left`` are where it starts, below 0 where it is cut.
    """

    source: tuple[int, int]
    outer: tuple[int, int]
    inner: tuple[int, int]

    @property
    def top(self) -> int:
        """Row of the frame at which the picture starts."""
        return _centred(self.outer[0], self.inner[0])

    @property
    def left(self) -> int:
        """Column of the frame at which the picture starts."""
        return _centred(self.outer[1], self.inner[1])

    def place(self, frame_HWC: Tensor) -> Tensor:
        """The frame [height, width, C] with the picture (0..1) in it."""
        scaled = resized(frame_HWC, self.inner)
        rows = slice(max(0, -self.top), max(0, -self.top) + self.outer[0])
        columns = slice(max(0, -self.left), max(0, -self.left) + self.outer[1])
        kept = scaled[rows, columns]
        above, before = max(0, self.top), max(0, self.left)
        below, after = self.outer[0] - above - kept.shape[0], self.outer[1] - before - kept.shape[1]
        if not any((above, before, below, after)):
            return kept
        planes = kept.movedim(-1, 0)[None]
        return pad(planes, (before, after, above, below), mode="replicate")[0].movedim(0, -1)

    def back(self, frame_HWC: Tensor) -> Tensor:
        """The picture at its own size again, out of a frame that contains it."""
        rows = slice(self.top, self.top + self.inner[0])
        columns = slice(self.left, self.left + self.inner[1])
        return resized(frame_HWC[rows, columns], self.source)


def cover(source: tuple[int, int], outer: tuple[int, int]) -> Placement:
    """A picture that fills the frame; sizes are (height, width)."""
    return _placed(source, outer, max(outer[0] / source[0], outer[1] / source[1]), max)


def contain(source: tuple[int, int], outer: tuple[int, int]) -> Placement:
    """A whole picture in the frame; sizes are (height, width)."""
    return _placed(source, outer, min(outer[0] / source[0], outer[1] / source[1]), min)


def resized(frame_HWC: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture at another (height, width), low-passed where it gets smaller; 0..1."""
    if tuple(frame_HWC.shape[:2]) == size:
        return frame_HWC
    planes = frame_HWC.movedim(-1, 0)[None].float()
    scaled = interpolate(planes, size, mode="bicubic", antialias=True)[0]
    return scaled.clamp(0, 1).movedim(0, -1)


def _placed(
    source: tuple[int, int], outer: tuple[int, int], scale: float, limit: Callable[..., int]
) -> Placement:
    rows, columns = (
        max(1, limit(full, round(side * scale))) for full, side in zip(outer, source, strict=True)
    )
    return Placement(source, outer, (rows, columns))


def _centred(outer: int, inner: int) -> int:
    return (outer - inner) // 2 if outer >= inner else -((inner - outer) // 2)

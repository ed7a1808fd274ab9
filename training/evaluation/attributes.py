"""Position, height, size and shape of objects, from their masks while they fall.

At the start nothing touches anything and no squash or dust disturbs an outline.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..world.drops.scene import POSITIONS, RADII
from .track import COUNTED_S

SIZE_LIMIT = float(np.sqrt(RADII["small"][1] * RADII["big"][0])) / 256
"""Radius in heights between small and big."""
HIGH_LIMIT = 90 / 256
"""y in heights between objects that start high and low."""
ROUND_LIMIT = 1.03
"""Reach of an outline, as a percentile of its distances over the radius of the circle of its area:
0.99 for balls, 1.06 to 1.09 for boxes, blurred or not."""
FARTHEST = 98


def position_names(paths_FN2: np.ndarray, width: float) -> tuple[str, ...]:
    """Left, middle or right for each object, from left to right, by where it starts.

    Args:
        paths_FN2: x and y in heights, as `follow` gives them.
        width: of the picture, in heights.
    """
    starts = np.sort(np.median(paths_FN2[:3, :, 0], axis=0)) / width
    names, middles = list(POSITIONS), np.array(list(POSITIONS.values()))
    known = starts[np.isfinite(starts)]
    return tuple(names[int(np.abs(middles - start).argmin())] for start in known)


def height_name(paths_FN2: np.ndarray) -> str | None:
    """High or low, by where the objects start; None when none is known."""
    start = float(np.median(paths_FN2[:3, :, 1])) if paths_FN2.shape[1] else np.nan
    if not np.isfinite(start):
        return None
    return "high" if start < HIGH_LIMIT else "low"


def size_name(masks_FYX: np.ndarray, count: int, fps: int) -> str | None:
    """Small or big, by the area of an object; None without one."""
    first = masks_FYX[: max(1, round(COUNTED_S * fps))]
    area = float(np.median(first.sum((1, 2)))) / max(count, 1)
    if not area:
        return None
    return "small" if np.sqrt(area / np.pi) / masks_FYX.shape[1] < SIZE_LIMIT else "big"


def shape_name(masks_FYX: np.ndarray, fps: int) -> str | None:
    """Ball or box, by how far the outline goes beyond the circle of its area; None without one."""
    first = masks_FYX[: max(1, round(COUNTED_S * fps))]
    reaches = [reach for mask in first for reach in _reaches(mask)]
    if not reaches:
        return None
    return "ball" if np.median(reaches) < ROUND_LIMIT else "box"


def _reaches(mask: np.ndarray) -> list[float]:
    pieces, count = ndimage.label(mask)
    reaches = []
    for piece in range(1, count + 1):
        points = np.argwhere(pieces == piece)
        distance = np.hypot(*(points - points.mean(0)).T)
        reaches.append(float(np.percentile(distance, FARTHEST) / np.sqrt(len(points) / np.pi)))
    return reaches

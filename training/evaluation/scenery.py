"""Where a clip plays: its nearest empty place, and its own picture of that place without objects.

Pictures are analysed about 128 pixels high, block-averaged, as float32 0..255. Legend: F frames,
Y rows, X columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import ndimage

from ..world.drops.backdrop import draw_backdrop
from ..world.drops.scene import BACKDROPS_PER_PLACE, PLACES

WORKING_HEIGHT = 128
AGREEMENT = 25.0
"""Largest difference (0..255, any colour) between two sights of the same empty pixel."""
OBJECT_DIFFERENCE = 90.0
BLUR_REACH = 7
"""Width in working pixels of the neighbourhood that a codec's blur may mix into a pixel."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """The place of a clip: its name, which picture of it, and the clip without its objects.

    `empty` is float32 [Y, X, 3] in 0..255 at the working size.
    """

    place: str
    variant: int
    empty: np.ndarray


def working_frames(frames_FYXC: np.ndarray) -> np.ndarray:
    """The frames as float32 [F, Y, X, 3] in 0..255, averaged down to about 128 rows."""
    return _shrink(frames_FYXC, _factor(frames_FYXC.shape[1]))


def find_scenery(frames_FYXC: np.ndarray, full_size: tuple[int, int]) -> Scenery:
    """The nearest of the world's empty places, adapted to what this clip shows of it.

    Args:
        frames_FYXC: as `working_frames` makes them.
        full_size: height and width of the clip itself, for which the places are drawn.
    """
    known = _places(*full_size)
    typical = np.median(frames_FYXC[:: max(1, len(frames_FYXC) // 12)], axis=0)
    # Clipped, so that an object resting in a part of the picture weighs no more than its area.
    distance = {
        key: float(np.abs(typical - empty).mean(2).clip(0, OBJECT_DIFFERENCE).mean())
        for key, empty in known.items()
    }
    place, variant = min(distance, key=distance.__getitem__)
    return Scenery(place, variant, _adapted(known[place, variant], frames_FYXC))


def _adapted(empty_YXC: np.ndarray, frames_FYXC: np.ndarray) -> np.ndarray:
    """The empty place as the clip shows it: a codec's blur and tint belong to it, objects do not.

    A pixel's barest moment is the frame nearest to the known place. Blur moves it only within the
    range of the known values around it; whatever lies outside was covered all the time.
    """
    barest = np.abs(frames_FYXC - empty_YXC).sum(3).argmin(0)
    bare = np.take_along_axis(frames_FYXC, barest[None, ..., None], 0)[0]
    around = (BLUR_REACH, BLUR_REACH, 1)
    lowest = ndimage.minimum_filter(empty_YXC, around) - AGREEMENT
    highest = ndimage.maximum_filter(empty_YXC, around) + AGREEMENT
    plausible = ((bare >= lowest) & (bare <= highest)).all(2, keepdims=True)
    agrees = (np.abs(frames_FYXC - bare).max(3) < AGREEMENT)[..., None]
    mean = (frames_FYXC * agrees).sum(0) / agrees.sum(0)
    return np.where(plausible, mean, empty_YXC).astype(np.float32)


def _factor(height: int) -> int:
    return max(1, height // WORKING_HEIGHT)


def _shrink(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Block means as float32; strided sums are several times faster than a mean over axes."""
    height, width = (side // factor * factor for side in pictures.shape[-3:-1])
    total = np.zeros((), np.float32)
    for row in range(factor):
        for column in range(factor):
            part = pictures[..., row:height:factor, column:width:factor, :]
            total = total + part.astype(np.float32)
    return total / factor**2


@lru_cache(maxsize=4)
def _places(height: int, width: int) -> dict[tuple[str, int], np.ndarray]:
    factor = _factor(height)
    return {
        (place, variant): _shrink(
            draw_backdrop(place, variant, height, width)[..., :3].astype(np.float32), factor
        )
        for place in PLACES
        for variant in range(BACKDROPS_PER_PLACE)
    }

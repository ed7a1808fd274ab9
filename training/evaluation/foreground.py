"""Which pixels of each frame are objects: what differs from the empty place and is no shadow.

Shadows and dust are thin layers over the place, so a pixel `(1 - a) * empty + a * layer` with a
small opacity `a` is explained by them; what is left, filled and opened, are the objects.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..world.drops.render import DUST
from ..world.drops.scene import FLOOR_Y, RADII
from .scenery import Scenery

SHADOW = (30.0, 24.0, 50.0)
VISIBLE = 26.0
"""Smallest distance (0..255, Euclidean over colours) from the empty place that is seen."""
EXPLAINED = 22.0
"""Largest distance from a layer over the empty place that the layer explains."""
SHADOW_OPACITY, DUST_OPACITY = 0.62, 0.95
SMALLEST_SHARE, LARGEST_SHARE = 0.3, 3.0
"""Least and greatest area of a piece, as shares of the world's smallest and biggest object; two
objects that touch are one piece."""
SHADOW_REACH, DUST_REACH = 14.0, 26.0
"""How far above the floor each may appear, in world units (1/256 of the picture height)."""


def object_masks(frames_FYXC: np.ndarray, scenery: Scenery) -> np.ndarray:
    """bool [F, Y, X]: the pixels of objects, holes filled.

    Args:
        frames_FYXC: float32 0..255 at the working size.
        scenery: where the clip plays.
    """
    smooth = ndimage.uniform_filter(frames_FYXC, (0, 3, 3, 0), mode="nearest")
    empty = ndimage.uniform_filter(scenery.empty, (3, 3, 0), mode="nearest")
    change = smooth - empty
    seen = (change**2).sum(3) > VISIBLE**2
    seen &= ~_layered(change, empty, SHADOW, SHADOW_OPACITY, SHADOW_REACH)
    seen &= ~_layered(change, empty, DUST[scenery.place], DUST_OPACITY, DUST_REACH)
    least = SMALLEST_SHARE * np.pi * (RADII["small"][0] / 256 * seen.shape[1]) ** 2
    most = LARGEST_SHARE * np.pi * (RADII["big"][1] / 256 * seen.shape[1]) ** 2
    return np.stack([_solid(mask, least, most) for mask in seen])


def _layered(
    change: np.ndarray,
    empty: np.ndarray,
    layer: tuple[float, ...],
    most: float,
    reach: float,
) -> np.ndarray:
    """bool [F, Y, X]: near the floor and explained by `layer` at some opacity up to `most`."""
    rows = empty.shape[0]
    top = int((FLOOR_Y - reach) / 256 * rows)
    explained = np.zeros(change.shape[:3], bool)
    toward = np.array(layer, np.float32) - empty[top:]
    opacity = (change[:, top:] * toward).sum(3) / np.maximum((toward**2).sum(2), 1)
    opacity = opacity.clip(0, most)[..., None]
    rest = change[:, top:] - opacity * toward
    explained[:, top:] = (rest**2).sum(3) < EXPLAINED**2
    return explained


def _solid(mask: np.ndarray, least: float, most: float) -> np.ndarray:
    """The mask without gaps, holes, threads, and pieces outside `least` to `most` pixels."""
    size = max(1, round(mask.shape[0] / 64))
    closed = ndimage.binary_closing(np.pad(mask, size), iterations=size)[size:-size, size:-size]
    opened = ndimage.binary_opening(ndimage.binary_fill_holes(closed), iterations=size)
    pieces, _ = ndimage.label(opened)
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return np.asarray(((areas >= least) & (areas <= most))[pieces])

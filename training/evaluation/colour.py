"""Which of the world's eight colours an object has: the nearest hue in OKLab.

Björn Ottosson 2020, "A perceptual colour space for image processing". White stripes, highlights
and grey specks have little chroma, so the chroma-weighted mean leaves the object's own hue.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..world.drops.scene import COLOURS

FRAME_STEP = 3
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """OKLab [..., 3] of sRGB colours [..., 3] in 0..255."""
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T


def object_colour(frames_FYXC: np.ndarray, masks_FYX: np.ndarray) -> str | None:
    """The name of the objects' colour, None when no frame shows an object.

    Args:
        frames_FYXC: float32 0..255 at the working size.
        masks_FYX: where the objects are.
    """
    inner = ndimage.binary_erosion(masks_FYX[::FRAME_STEP], np.ones((1, 3, 3)), iterations=2)
    pixels = frames_FYXC[::FRAME_STEP][inner]
    if not len(pixels):
        return None
    lab = oklab(pixels)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    mean = (lab[:, 1:] * chroma[:, None] ** 2).sum(0)
    hue = np.arctan2(mean[1], mean[0])
    names = list(COLOURS)
    known = oklab(np.array([COLOURS[name] for name in names]))
    apart = np.arctan2(known[:, 2], known[:, 1]) - hue
    return names[int(np.cos(apart).argmax())]

"""Pictures on the canonical grid: short side 256 points, brightness in levels of 8 bits.

Legend: F frames, Y rows, X columns, C channels.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

SHORT_SIDE = 256
RED, GREEN, BLUE = 0.299, 0.587, 0.114
MIN_SIDE_PX = 16


def canonical_size(height: int, width: int) -> tuple[int, int]:
    """Return rows and columns of the canonical grid of a picture."""
    short = min(height, width)
    return round(SHORT_SIDE * height / short), round(SHORT_SIDE * width / short)


def canonical_luma(frames_FYXC: Tensor, *, thinned: bool = False) -> Tensor:
    """Return brightness 0..255 on the canonical grid, ``[F, rows, columns]``.

    Args:
        frames_FYXC: colours in 0..1; a fourth channel is ignored.
        thinned: of large frames take every n-th pixel instead of means of n x n. Faster, and as
            good where only the kind of picture matters, not its exact brightness.

    Raises:
        ValueError: not frames, or too small to hold a mark.
    """
    check_frames(frames_FYXC)
    height, width = frames_FYXC.shape[1:3]
    size = canonical_size(height, width)
    step = max(min(height, width) // SHORT_SIDE, 1)
    if thinned:
        luma = _luma(frames_FYXC[:, ::step, ::step])
    else:
        luma = F.avg_pool2d(_luma(frames_FYXC)[:, None], step)[:, 0]
    return luma if luma.shape[1:] == size else resized(luma, size)


def resized(image_FYX: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the images with other rows and columns, low-passed where they shrink."""
    shrinks = size[0] < image_FYX.shape[1]
    return F.interpolate(
        image_FYX[:, None], size, mode="bilinear", align_corners=False, antialias=shrinks
    )[:, 0]


def check_frames(frames_FYXC: Tensor) -> None:
    """Refuse what is not frames.

    Raises:
        ValueError: wrong dimensions, channels or type, or sides under 16 pixels.
    """
    shape = tuple(frames_FYXC.shape)
    if len(shape) != 4 or shape[3] not in (3, 4) or not frames_FYXC.is_floating_point():
        raise ValueError(
            f"frames of shape {shape} and type {frames_FYXC.dtype} cannot be watermarked; give "
            "floating-point [frames, height, width, 3] in 0..1"
        )
    if shape[0] < 1 or min(shape[1:3]) < MIN_SIDE_PX:
        raise ValueError(
            f"{shape[0]} frames of {shape[2]}x{shape[1]} pixels cannot be watermarked; "
            f"give at least one frame with sides of {MIN_SIDE_PX} pixels or more"
        )


def _luma(frames_FYXC: Tensor) -> Tensor:
    red, green, blue = (frames_FYXC[..., channel].float() for channel in range(3))
    return (255 * RED * red).add_(green, alpha=255 * GREEN).add_(blue, alpha=255 * BLUE)

"""How strongly each part of a picture may be marked without being seen.

Two things hide a mark: busy surroundings, and being slow across the picture. So flat areas get a
faint, smooth pattern that never changes with time (nothing can flicker), busy ones a stronger one;
where the busy area stands still a fine pattern is added, because there the picture itself is what
drowns the mark, and pictures have little fine detail to drown it in. Amplitudes are standard
deviations in levels of 8 bits. Legend: F frames, Y rows, X columns.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

FLAT_LEVELS = 1.38
BUSY_SHARE = 0.285
BUSY_LIMIT = 6.0
FRAME_LEVELS = 2.38
"""A frame's mark in all; 2.38 levels are a PSNR of 40.6 dB."""
FINE_SHARE = 0.95
FINE_KNEE_LEVELS = 2.0
STILL_RATIO = 0.4
STILL_LEVELS = 0.5
WINDOW = 9


def amplitudes(luma_FYX: Tensor, change_FYX: Tensor) -> tuple[Tensor, Tensor]:
    """Return the amplitudes of the smooth and of the fine pattern, both ``[F, Y, X]``.

    Args:
        luma_FYX: brightness in levels, 0..255.
        change_FYX: how much each place differs from the frame before, in levels.
    """
    size = luma_FYX.shape[1:]
    detail = (luma_FYX - blurred(luma_FYX, WINDOW)).abs_()
    # The mean of square roots: one sharp edge in a flat area must not count as texture.
    busy = _coarse(detail.sqrt_()).square_()
    motion = _coarse(change_FYX) / (STILL_RATIO * busy + STILL_LEVELS)
    still = motion.square_().neg_().exp_()
    power = (BUSY_SHARE * busy).clamp_(max=BUSY_LIMIT).square_()
    # Faint texture drowns little: there the smooth pattern keeps all of it, codecs spare that one.
    textured = power.square()
    fine_share = FINE_SHARE * still * textured / (textured + FINE_KNEE_LEVELS**4)
    power += FLAT_LEVELS**2
    fine_power = fine_share * power
    limit = (FRAME_LEVELS**2 / power.mean((1, 2), keepdim=True)).clamp_(max=1.0)
    parts = torch.stack([power - fine_power, fine_power], dim=1).mul_(limit[:, None]).sqrt_()
    smooth, fine = F.interpolate(parts, size, mode="bilinear", align_corners=False).unbind(1)
    return smooth, fine


def _coarse(image_FYX: Tensor) -> Tensor:
    """The mean around each place, on a grid of half as many rows and columns."""
    return blurred(F.avg_pool2d(image_FYX[:, None], 2, ceil_mode=True)[:, 0], WINDOW // 2 + 1)


def blurred(image_FYX: Tensor, window: int) -> Tensor:
    """Return the mean over a square of ``window`` (odd) pixels around each pixel."""
    edge = window // 2
    padded = F.pad(image_FYX[:, None], (edge, edge, edge, edge), mode="replicate")
    # Two passes of one dimension cost 2 w additions a pixel, one of two dimensions w * w.
    rows = F.avg_pool2d(padded, (window, 1), stride=1)
    return F.avg_pool2d(rows, (1, window), stride=1)[:, 0]

"""Where frames and pixels lie among latents: which latent holds a frame, what a mask touches.

The encoder is causal: latent 0 holds frame 0 alone, latent k > 0 the eight frames 8k-7..8k.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from .shapes import SPACE_STRIDE, TIME_STRIDE


def latent_of_frame(frame: int) -> int:
    """Index of the latent frame that holds a frame of the picture."""
    return -(-frame // TIME_STRIDE)


def frames_of_latent(latent: int) -> range:
    """Frames of the picture that a latent frame holds: one for the first, eight for others."""
    last = latent * TIME_STRIDE
    return range(max(0, last - TIME_STRIDE + 1), last + 1)


def mask_on_latents(mask_FYX: Tensor) -> Tensor:
    """Largest value ``[k + 1, Y / 32, X / 32]`` of a mask ``[8k + 1, Y, X]`` over each latent.

    So whatever a mask touches is within the latents that it leads to.

    Raises:
        ValueError: frames or sides that are not on the grid of the latents.
    """
    frames, rows, columns = mask_FYX.shape
    if (frames - 1) % TIME_STRIDE or rows % SPACE_STRIDE or columns % SPACE_STRIDE:
        raise ValueError(
            f"a mask of shape {list(mask_FYX.shape)} is not on the grid; use 8k+1 frames and sides "
            f"that are multiples of {SPACE_STRIDE}"
        )
    small = F.max_pool2d(mask_FYX[:, None].float(), SPACE_STRIDE)[:, 0]
    padded = F.pad(small, (0, 0, 0, 0, TIME_STRIDE - 1, 0))
    grouped: Tensor = padded.reshape(-1, TIME_STRIDE, *padded.shape[1:])
    return grouped.amax(dim=1)

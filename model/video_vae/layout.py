"""Moving pixels and cells between channels and time or space.

Legend: B batch, C channels, F frames, Y rows, X columns. Results read as BCFYX and lie in memory
with the channels last, which is the layout that convolutions want.
"""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

Stride = tuple[int, int, int]


def space_to_depth(x: Tensor, stride: Stride) -> Tensor:
    """Move ``stride`` cells into the channels, ordered (c, time, row, column)."""
    t, r, s = stride
    y = rearrange(x, "b c (f t) (y r) (x s) -> b f y x (c t r s)", t=t, r=r, s=s)
    return y.movedim(-1, 1)


def depth_to_space(x: Tensor, stride: Stride) -> Tensor:
    """Inverse of space_to_depth."""
    t, r, s = stride
    y = rearrange(x, "b (c t r s) f y x -> b (f t) (y r) (x s) c", t=t, r=r, s=s)
    return y.movedim(-1, 1)


def mean_of_pairs(x: Tensor, axis: int) -> Tensor:
    """Halve time (axis 0), rows (1) or columns (2) by averaging neighbours."""
    even, odd = torch.unflatten(x, axis + 2, (-1, 2)).unbind(axis + 3)
    return (even + odd) / 2


def patchify(pixels_BCFYX: Tensor, size: int) -> Tensor:
    """Move ``size`` x ``size`` pixels into the channels, ordered (c, column, row)."""
    y = rearrange(pixels_BCFYX, "b c f (y r) (x s) -> b f y x (c s r)", r=size, s=size)
    return y.movedim(-1, 1)


def unpatchify(x: Tensor, size: int) -> Tensor:
    """Inverse of patchify; the pixels lie in memory as they read."""
    return rearrange(x, "b (c s r) f y x -> b c f (y r) (x s)", r=size, s=size)

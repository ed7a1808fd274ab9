"""Pixel norm, SiLU and the repeated end frames of a causal convolution, in one pass over memory.

Legend: B batch, C channels, F frames, Y rows, X columns.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

EPS = 1e-8


def pixel_norm_silu(x_BCFYX: Tensor, front: int = 0, back: int = 0) -> Tensor:
    """SiLU of every position divided by the root mean square of its channels.

    The first frame comes ``front`` times more in front, the last ``back`` times more behind.
    """
    if torch.is_grad_enabled() and x_BCFYX.requires_grad:
        y: Tensor = _PixelNormSilu.apply(x_BCFYX, front, back)  # type: ignore[no-untyped-call]
        return y
    return _activate(x_BCFYX, _inverse_rms(x_BCFYX), front, back)


def _inverse_rms(x: Tensor) -> Tensor:
    # vector_norm squares on the fly; x.square() would write a second clip to memory.
    wide = torch.promote_types(x.dtype, torch.float32)
    norm = torch.linalg.vector_norm(x, dim=1, keepdim=True, dtype=wide)
    scale: Tensor = norm.square_().div_(x.shape[1]).add_(EPS).rsqrt_()
    return scale.to(x.dtype)


def _activate(x: Tensor, scale: Tensor, front: int, back: int) -> Tensor:
    B, C, frames, *sides = x.shape
    last = x.is_contiguous(memory_format=torch.channels_last_3d)
    layout = torch.channels_last_3d if last else torch.contiguous_format
    size = (B, C, front + frames + back, *sides)
    y = torch.empty(size, dtype=x.dtype, device=x.device, memory_format=layout)
    middle = y[:, :, front : front + frames]
    torch.mul(x, scale, out=middle)
    F.silu(middle, inplace=True)
    y[:, :, :front] = middle[:, :, :1]
    y[:, :, front + frames :] = middle[:, :, -1:]
    return y


class _PixelNormSilu(torch.autograd.Function):
    """Keeps only the input and one number per position for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, front: int, back: int) -> Tensor:
        scale = _inverse_rms(x)
        ctx.save_for_backward(x, scale)
        ctx.ends = front, back
        return _activate(x, scale, front, back)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        x, scale = ctx.saved_tensors
        front, back = ctx.ends
        end = grad.shape[2] - back
        normed = x * scale
        inner: Tensor = torch.ops.aten.silu_backward(grad[:, :, front:end], normed)
        for repeats, frame in ((grad[:, :, :front], 0), (grad[:, :, end:], -1)):
            if repeats.shape[2]:
                total = repeats.sum(dim=2)
                inner[:, :, frame] += torch.ops.aten.silu_backward(total, normed[:, :, frame])
        along = (inner * normed).mean(dim=1, keepdim=True)
        return inner.sub_(normed.mul_(along)).mul_(scale), None, None

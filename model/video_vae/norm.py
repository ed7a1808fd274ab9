"""Pixel norm and SiLU in one step, with a backward that keeps no full-size temporaries."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

EPS = 1e-8


def pixel_norm_silu(x_BCFYX: Tensor) -> Tensor:
    """SiLU of every position divided by the root mean square of its channels."""
    if torch.is_grad_enabled() and x_BCFYX.requires_grad:
        activated: Tensor = _PixelNormSilu.apply(x_BCFYX)  # type: ignore[no-untyped-call]
        return activated
    return F.silu(x_BCFYX * _inverse_rms(x_BCFYX), inplace=True)


def _inverse_rms(x: Tensor) -> Tensor:
    # vector_norm squares on the fly; x.square() would write a second clip to memory.
    wide = torch.promote_types(x.dtype, torch.float32)
    norm = torch.linalg.vector_norm(x, dim=1, keepdim=True, dtype=wide)
    scale: Tensor = norm.square_().div_(x.shape[1]).add_(EPS).rsqrt_()
    return scale.to(x.dtype)


class _PixelNormSilu(torch.autograd.Function):
    """Keeps only the input and one number per position for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        scale = _inverse_rms(x)
        ctx.save_for_backward(x, scale)
        return F.silu(x * scale, inplace=True)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        x, scale = ctx.saved_tensors
        normed = x * scale
        inner: Tensor = torch.ops.aten.silu_backward(grad, normed)
        along = (inner * normed).mean(dim=1, keepdim=True)
        return inner.sub_(normed.mul_(along)).mul_(scale)

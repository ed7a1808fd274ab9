"""Blocks of the video VAE: residual stacks, space-to-depth down and depth-to-space up.

Legend: B batch, C channels, F frames, Y rows, X columns. Space-to-depth orders channels
(c, time, row, column), c slowest. Source: LTX-2 (Lightricks/LTX-2), video VAE; the averaging
shortcuts are those of DC-AE (Chen et al. 2024, arXiv:2410.10733).
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from einops import rearrange, reduce, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from .conv import CausalConv3d

Stride = tuple[int, int, int]


def pixel_norm_silu(x: Tensor, eps: float = 1e-8) -> Tensor:
    """SiLU of every position divided by the root mean square over its channels (axis 1)."""
    return F.silu(x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + eps))


class ResBlock(nn.Module):
    """Norm, SiLU, conv, norm, SiLU, conv, plus the input."""

    def __init__(self, channels: int, **conv: Any) -> None:
        super().__init__()
        self.conv1 = CausalConv3d(channels, channels, **conv)
        self.conv2 = CausalConv3d(channels, channels, **conv)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, F, Y, X]`` to the same shape."""
        return x + self.conv2(pixel_norm_silu(self.conv1(pixel_norm_silu(x))))


class ResStack(nn.Module):
    """``num_layers`` residual blocks (``res_x`` of the file)."""

    def __init__(self, channels: int, num_layers: int, **conv: Any) -> None:
        super().__init__()
        self.res_blocks = nn.ModuleList(ResBlock(channels, **conv) for _ in range(num_layers))

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, F, Y, X]`` to the same shape."""
        for block in self.res_blocks:
            x = block(x)
        return x


class Downsample(nn.Module):
    """Convolution then space-to-depth, plus the channel-averaged space-to-depth of the input.

    Raises:
        ValueError: the widths do not divide by the stride.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: Stride, **conv: Any) -> None:
        super().__init__()
        cells = prod(stride)
        if out_channels % cells or in_channels * cells % out_channels:
            raise ValueError(
                f"a compression by {stride} cannot turn {in_channels} channels into "
                f"{out_channels}; use a multiple of {cells} that divides {in_channels * cells}"
            )
        self.stride = stride
        self.group = in_channels * cells // out_channels
        self.conv = CausalConv3d(in_channels, out_channels // cells, **conv)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, F, Y, X]`` to ``[B, out, (F+1)/2 or F, Y/2 or Y, X/2 or X]``."""
        if self.stride[0] == 2:
            x = torch.cat([x[:, :, :1], x], dim=2)
        shortcut = reduce(
            space_to_depth(x, self.stride), "b (c g) f y x -> b c f y x", "mean", g=self.group
        )
        return space_to_depth(self.conv(x), self.stride) + shortcut


class Upsample(nn.Module):
    """Convolution then depth-to-space, optionally plus the tiled depth-to-space of the input.

    Raises:
        ValueError: the widths do not divide by the stride.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: Stride, *, residual: bool, **conv: Any
    ) -> None:
        super().__init__()
        cells = prod(stride)
        if residual and (in_channels % cells or out_channels * cells % in_channels):
            raise ValueError(
                f"a residual expansion by {stride} cannot turn {in_channels} channels into "
                f"{out_channels}; the input must be a multiple of {cells} and divide "
                f"{out_channels * cells}"
            )
        self.stride = stride
        self.tiles = out_channels * cells // in_channels if residual else 0
        self.conv = CausalConv3d(in_channels, out_channels * cells, **conv)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, F, Y, X]`` to ``[B, out, 2F-1 or F, 2Y or Y, 2X or X]``."""
        first = self.stride[0] - 1
        y = depth_to_space(self.conv(x), self.stride)[:, :, first:]
        if not self.tiles:
            return y
        shortcut = depth_to_space(x, self.stride)[:, :, first:]
        return y + repeat(shortcut, "b c f y x -> b (n c) f y x", n=self.tiles)


def space_to_depth(x: Tensor, stride: Stride) -> Tensor:
    """Move ``stride`` cells of time and space into the channels."""
    t, r, c = stride
    return rearrange(x, "b c (f t) (y r) (x s) -> b (c t r s) f y x", t=t, r=r, s=c)


def depth_to_space(x: Tensor, stride: Stride) -> Tensor:
    """Inverse of space_to_depth."""
    t, r, c = stride
    return rearrange(x, "b (c t r s) f y x -> b c (f t) (y r) (x s)", t=t, r=r, s=c)


def patchify(pixels_BCFYX: Tensor, size: int) -> Tensor:
    """Move ``size`` x ``size`` pixels into the channels, ordered (c, column, row)."""
    return rearrange(pixels_BCFYX, "b c f (y r) (x s) -> b (c s r) f y x", r=size, s=size)


def unpatchify(x: Tensor, size: int) -> Tensor:
    """Inverse of patchify."""
    return rearrange(x, "b (c s r) f y x -> b c f (y r) (x s)", r=size, s=size)

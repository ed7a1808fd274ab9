"""Blocks of the video VAE: residual stacks, space-to-depth down and depth-to-space up.

Legend: B batch, C channels, F frames, Y rows, X columns. All tensors read as BCFYX; in memory the
channels come last wherever that is faster. Blocks run on a whole clip, or on chunks of a Stream.
Source: LTX-2 (Lightricks/LTX-2), video VAE; the averaging and tiling shortcuts are those of DC-AE
(Chen et al. 2024, arXiv:2410.10733).
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from .conv import CausalConv3d
from .layout import Stride, depth_to_space, mean_of_pairs, space_to_depth
from .stream import Stream


class ResBlock(nn.Module):
    """Norm, SiLU, conv, norm, SiLU, conv, plus the input."""

    def __init__(self, channels: int, **conv: Any) -> None:
        super().__init__()
        self.conv1 = CausalConv3d(channels, channels, activate=True, **conv)
        self.conv2 = CausalConv3d(channels, channels, activate=True, **conv)

    def forward(self, x: Tensor, stream: Stream | None = None) -> Tensor:
        """``[B, C, F, Y, X]`` to the same shape."""
        y: Tensor = self.conv2(self.conv1(x, stream), stream)
        return y + (stream.delay(self, x, y.shape[2]) if stream else x)


class ResStack(nn.Module):
    """``num_layers`` residual blocks (``res_x`` of the file)."""

    def __init__(self, channels: int, num_layers: int, **conv: Any) -> None:
        super().__init__()
        self.res_blocks = nn.ModuleList(ResBlock(channels, **conv) for _ in range(num_layers))

    def forward(self, x: Tensor, stream: Stream | None = None) -> Tensor:
        """``[B, C, F, Y, X]`` to the same shape."""
        for block in self.res_blocks:
            x = block(x, stream)
        return x


class Downsample(nn.Module):
    """Convolution then space-to-depth, plus the channel-averaged space-to-depth of the input.

    A stream must pass an odd number of frames first, then even numbers, where time is halved.

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
        halved = [axis for axis in (2, 1, 0) if stride[axis] == 2]
        group = in_channels * cells // out_channels
        self.averaged = halved[: group.bit_length() - 1]
        t, r, s = (1 if axis in self.averaged else side for axis, side in enumerate(stride))
        self.rest = t, r, s
        # The first frame counts twice where time is halved.
        self.conv = CausalConv3d(in_channels, out_channels // cells, extra=stride[0] - 1, **conv)

    def forward(self, x: Tensor, stream: Stream | None = None) -> Tensor:
        """``[B, C, F, Y, X]`` to ``[B, out, (F+1)/2 or F, Y/2 or Y, X/2 or X]``."""
        opens = stream is None or stream.opens(self, x.shape[2])
        return space_to_depth(self.conv(x, stream), self.stride) + self._shortcut(x, opens)

    def _shortcut(self, x: Tensor, opens: bool) -> Tensor:
        # Averaging consecutive channels of space-to-depth is averaging its fastest cells. On
        # neighbours that is far cheaper; space first, so that little is copied for the first frame.
        for axis in (2, 1):
            x = mean_of_pairs(x, axis) if axis in self.averaged else x
        if self.stride[0] == 2 and opens:
            x = torch.cat([x[:, :, :1], x], dim=2)
        x = mean_of_pairs(x, 0) if 0 in self.averaged else x
        return space_to_depth(x, self.rest)


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
        self.residual = residual
        self.conv = CausalConv3d(in_channels, out_channels * cells, **conv)

    def forward(self, x: Tensor, stream: Stream | None = None) -> Tensor:
        """``[B, C, F, Y, X]`` to ``[B, out, 2F-1 or F, 2Y or Y, 2X or X]``."""
        y = self.conv(x, stream)
        frames = y.shape[2]
        opens = stream is None or stream.opens(self, frames)
        drop = self.stride[0] - 1 if opens else 0
        y_up = depth_to_space(y, self.stride)[:, :, drop:]
        if not self.residual:
            return y_up
        x = stream.delay(self, x, frames) if stream else x
        shortcut = depth_to_space(x, self.stride)[:, :, drop:]
        tiled = torch.unflatten(y_up, 1, (-1, shortcut.shape[1])) + shortcut.unsqueeze(1)
        return tiled.flatten(1, 2)

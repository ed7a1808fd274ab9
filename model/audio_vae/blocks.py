"""Layers of the audio VAE: 2-D convolutions that are causal in time, and pixel norm.

Images are spectrograms ``[B, C, A, M]``: rows are time (A audio frames), columns are mel bins.
Source: LTX-2 audio VAE, causality axis "height".
"""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

PIXEL_NORM_EPS = 1e-6


def pixel_norm(x: Tensor) -> Tensor:
    """Divide every position by the root mean square of its channels (dimension 1)."""
    return x * (x.square().mean(dim=1, keepdim=True) + PIXEL_NORM_EPS).rsqrt()


class CausalConv2d(nn.Module):
    """Square convolution that keeps the size and sees no row below its own."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        *,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.rows_above = kernel - 1
        self.conv = operations.Conv2d(
            channels_in, channels_out, kernel, padding=(0, kernel // 2), **factory
        )

    def forward(self, x_BCAM: Tensor) -> Tensor:
        """``[B, C, A, M]`` to ``[B, channels_out, A, M]``."""
        out: Tensor = self.conv(F.pad(x_BCAM, (0, 0, self.rows_above, 0)))
        return out


class ResBlock(nn.Module):
    """Norm, SiLU, conv, twice, plus the input (through a 1x1 convolution where widths change)."""

    def __init__(
        self, channels_in: int, channels_out: int, *, operations: Any = nn, **factory: Any
    ) -> None:
        super().__init__()
        layer = {"operations": operations, **factory}
        self.conv1 = CausalConv2d(channels_in, channels_out, 3, **layer)
        self.conv2 = CausalConv2d(channels_out, channels_out, 3, **layer)
        self.nin_shortcut: nn.Module = nn.Identity()
        if channels_in != channels_out:
            self.nin_shortcut = CausalConv2d(channels_in, channels_out, 1, **layer)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, channels_in, A, M]`` to ``[B, channels_out, A, M]``."""
        hidden = self.conv1(F.silu(pixel_norm(x)))
        hidden = self.conv2(F.silu(pixel_norm(hidden)))
        out: Tensor = self.nin_shortcut(x) + hidden
        return out


class Downsample(nn.Module):
    """Strided convolution: 2k+1 rows become k+1, M columns become M/2."""

    def __init__(self, channels: int, *, operations: Any = nn, **factory: Any) -> None:
        super().__init__()
        self.conv = operations.Conv2d(channels, channels, 3, stride=2, **factory)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, A, M]`` to ``[B, C, (A + 1) // 2, M // 2]``."""
        out: Tensor = self.conv(F.pad(x, (0, 1, 2, 0)))
        return out


class Upsample(nn.Module):
    """Nearest neighbour and convolution: k+1 rows become 2k+1, M columns become 2M."""

    def __init__(self, channels: int, *, operations: Any = nn, **factory: Any) -> None:
        super().__init__()
        self.conv = CausalConv2d(channels, channels, 3, operations=operations, **factory)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, A, M]`` to ``[B, C, 2A - 1, 2M]``."""
        out: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        # The first row repeats what the encoder's causal padding added.
        return out[:, :, 1:]

"""Residual blocks of the generators: HiFi-GAN types 1 and 2, BigVGAN-v2 AMP type 1.

Sources: Kong et al. 2020 (HiFi-GAN, arXiv:2010.05646); Lee et al. 2022 (BigVGAN,
arXiv:2206.04658). All blocks keep the shape ``[B, C, N]``.
"""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from .activation import AliasFreeSnake

LEAKY_SLOPE = 0.1


def same_convolutions(
    channels: int, kernel: int, dilations: tuple[int, ...], operations: Any, **factory: Any
) -> nn.ModuleList:
    """One convolution per dilation, padded to keep the length."""
    return nn.ModuleList(
        operations.Conv1d(
            channels,
            channels,
            kernel,
            dilation=dilation,
            padding=(kernel - 1) * dilation // 2,
            **factory,
        )
        for dilation in dilations
    )


class ResBlock1(nn.Module):
    """HiFi-GAN type 1: pairs of a dilated and a plain convolution."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilations: tuple[int, ...],
        *,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        plain = (1,) * len(dilations)
        self.convs1 = same_convolutions(channels, kernel, dilations, operations, **factory)
        self.convs2 = same_convolutions(channels, kernel, plain, operations, **factory)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        for dilated, plain in zip(self.convs1, self.convs2, strict=True):
            hidden = dilated(F.leaky_relu(x, LEAKY_SLOPE))
            x = x + plain(F.leaky_relu(hidden, LEAKY_SLOPE))
        return x


class ResBlock2(nn.Module):
    """HiFi-GAN type 2: dilated convolutions only."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilations: tuple[int, ...],
        *,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.convs = same_convolutions(channels, kernel, dilations, operations, **factory)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        for dilated in self.convs:
            x = x + dilated(F.leaky_relu(x, LEAKY_SLOPE))
        return x


class AmpBlock1(nn.Module):
    """BigVGAN-v2: as ``ResBlock1`` with alias-free Snake activations."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilations: tuple[int, ...],
        *,
        activation: str,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        plain = (1,) * len(dilations)
        self.convs1 = same_convolutions(channels, kernel, dilations, operations, **factory)
        self.convs2 = same_convolutions(channels, kernel, plain, operations, **factory)
        self.acts1 = nn.ModuleList(
            AliasFreeSnake(channels, activation, **factory) for _ in dilations
        )
        self.acts2 = nn.ModuleList(
            AliasFreeSnake(channels, activation, **factory) for _ in dilations
        )

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        pairs = zip(self.acts1, self.convs1, self.acts2, self.convs2, strict=True)
        for act1, dilated, act2, plain in pairs:
            x = x + plain(act2(dilated(act1(x))))
        return x

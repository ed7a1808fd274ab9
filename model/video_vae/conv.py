"""Causal 3x3x3 convolution that runs as one 2-D convolution over stacked frames on the CPU.

A 3x3x3 convolution over [F, Y, X] equals a 3x3 convolution over images whose channels are three
consecutive frames. CPU libraries run the latter several times faster, so there the frames become
the batch; the parameters stay those of ``Conv3d``. Legend: B batch, C channels, F frames,
Y rows, X columns.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F


class CausalConv3d(nn.Module):
    """Same-size 3x3x3 convolution; in time it sees two past frames, or one on either side.

    Frames beyond the ends repeat the first (and last) frame. The parameters live under ``conv``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        causal: bool,
        padding: str,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.causal = causal
        self.conv = operations.Conv3d(
            in_channels, out_channels, 3, padding=(0, 1, 1), padding_mode=padding, **factory
        )

    def forward(self, x_BCFYX: Tensor) -> Tensor:
        """Convolve ``[B, C, F, Y, X]`` to ``[B, out, F, Y, X]``."""
        x = self._pad_time(x_BCFYX)
        if x.device.type != "cpu" or not _is_plain(self.conv):
            return self.conv(x)
        return _folded_conv3d(x, self.conv.weight, self.conv.bias, self.conv.padding_mode)

    def _pad_time(self, x: Tensor) -> Tensor:
        if self.causal:
            return torch.cat([x[:, :, :1], x[:, :, :1], x], dim=2)
        return torch.cat([x[:, :, :1], x, x[:, :, -1:]], dim=2)


def _is_plain(conv: nn.Module) -> bool:
    """Whether the layer computes nothing beyond its own weights (no casting, hooks, patches)."""
    return type(conv) is nn.Conv3d and not conv._forward_hooks and not conv._forward_pre_hooks


def _folded_conv3d(x: Tensor, weight: Tensor, bias: Tensor | None, padding_mode: str) -> Tensor:
    """3x3x3 convolution without time padding: ``[B, C, F+2, Y, X]`` to ``[B, out, F, Y, X]``."""
    B, frames = x.shape[0], x.shape[2] - 2
    images = rearrange(x, "b c f y x -> (f b) c y x")
    folded = torch.cat([images[t * B : (t + frames) * B] for t in range(3)], dim=1)
    kernel = rearrange(weight, "o c t y x -> o (t c) y x")
    if padding_mode == "zeros":
        y = F.conv2d(folded, kernel, bias, padding=1)
    else:
        y = F.conv2d(F.pad(folded, (1, 1, 1, 1), mode=padding_mode), kernel, bias)
    return rearrange(y, "(f b) c y x -> b c f y x", b=B)

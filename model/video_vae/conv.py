"""Causal 3x3x3 convolution, streamed or whole, arranged for what CPU libraries do fast.

Legend: B batch, C channels, F frames, Y rows, X columns.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn

from .norm import pixel_norm_silu
from .stream import Stream

# PyTorch sends a float32 convolution of one clip with B*C*F*Y up to this to an im2col loop that is
# 2-8 times slower than oneDNN (aten/src/ATen/native/Convolution.cpp, use_mkldnn).
SLOW_PATH_ELEMENTS = 20480
# With this many weights per activation oneDNN spends its time reordering weights, not multiplying.
WIDE_WEIGHTS = 16


class CausalConv3d(nn.Module):
    """Same-size 3x3x3 convolution; in time it sees two past frames, or one on either side.

    Frames beyond the ends repeat the first (and last) frame; ``extra`` first frames more in front
    make the output so much longer. With ``activate`` the input first passes pixel norm and SiLU.
    The parameters live under ``conv``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        causal: bool,
        padding: str,
        activate: bool = False,
        extra: int = 0,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.front, self.back = (2 + extra, 0) if causal else (1 + extra, 1)
        self.activate = activate
        self.conv = operations.Conv3d(
            in_channels, out_channels, 3, padding=(0, 1, 1), padding_mode=padding, **factory
        )

    def forward(self, x_BCFYX: Tensor, stream: Stream | None = None) -> Tensor:
        """Convolve ``[B, C, F, Y, X]`` to ``[B, out, F + extra, Y, X]``.

        In a stream the output holds the frames that can be known so far, possibly none.
        """
        x = self._chunk(x_BCFYX, stream) if stream else self._whole(x_BCFYX)
        if x.shape[2] < 3:
            B, _, _, rows, columns = x.shape
            return x.new_empty(B, self.conv.out_channels, 0, rows, columns)
        if x.device.type != "cpu":
            convolved: Tensor = self.conv(x)
            return convolved
        return _convolve_on_cpu(self.conv, x)

    def _whole(self, x: Tensor) -> Tensor:
        """All frames of a clip between its repeated ends."""
        if self.activate:
            return pixel_norm_silu(x, self.front, self.back)
        return torch.cat([x[:, :, :1]] * self.front + [x] + [x[:, :, -1:]] * self.back, dim=2)

    def _chunk(self, x: Tensor, stream: Stream) -> Tensor:
        """The frames of a chunk behind those that earlier chunks left; none before the clip."""
        x = pixel_norm_silu(x) if self.activate else x
        past = stream.kept.get(self)
        if past is None:
            if x.shape[2] == 0:
                return x
            past = torch.cat([x[:, :, :1]] * self.front, dim=2)
        ends = stream.last and self.back
        final = x if x.shape[2] else past
        x = torch.cat([past, x, final[:, :, -1:]] if ends else [past, x], dim=2)
        stream.kept[self] = x[:, :, -2:].clone()
        return x


def _convolve_on_cpu(conv: nn.Conv3d, x: Tensor) -> Tensor:
    """Call ``conv`` on time-padded frames in the layout and batch that suit their shape."""
    B, C, frames, rows, _ = x.shape
    weights = 27 * C * conv.out_channels
    if weights > WIDE_WEIGHTS * x.numel():
        wide: Tensor = conv(x.contiguous())
        return wide
    x = x.contiguous(memory_format=torch.channels_last_3d)
    if B > 1 or frames < 4 or C * frames * rows > SLOW_PATH_ELEMENTS or not _is_float32(x):
        whole: Tensor = conv(x)
        return whole
    # Two half clips in one batch escape the slow path; each brings its own two past frames.
    half = (frames - 1) // 2
    if frames % 2:
        x = torch.cat([x, x[:, :, -1:]], dim=2)
    y: Tensor = conv(torch.cat([x[:, :, : half + 2], x[:, :, half:]]))
    joined: Tensor = rearrange(y, "b c f y x -> 1 c (b f) y x")
    return joined[:, :, : frames - 2]


def _is_float32(x: Tensor) -> bool:
    return x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")

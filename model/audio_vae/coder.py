"""Encoder and decoder of the audio VAE: three levels of residual blocks, mirrored."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from ..shapes import AUDIO_CHANNELS
from .blocks import CausalConv2d, Downsample, ResBlock, Upsample, pixel_norm
from .config import AudioVaeConfig

STEREO = 2


class Middle(nn.Module):
    """Two residual blocks at the deepest level."""

    def __init__(self, channels: int, **layer: Any) -> None:
        super().__init__()
        self.block_1 = ResBlock(channels, channels, **layer)
        self.block_2 = ResBlock(channels, channels, **layer)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        out: Tensor = self.block_2(self.block_1(x))
        return out


class Level(nn.Module):
    """Residual blocks of one width, then an optional change of resolution.

    ``resampler`` is stored under the attribute name that the file uses:
    ``downsample`` in the encoder, ``upsample`` in the decoder.
    """

    def __init__(
        self, widths: tuple[int, int], blocks: int, resampler: str | None = None, **layer: Any
    ) -> None:
        super().__init__()
        width_in, width = widths
        self.block = nn.ModuleList(
            ResBlock(width_in if index == 0 else width, width, **layer) for index in range(blocks)
        )
        self.resampler = resampler
        if resampler == "downsample":
            self.downsample = Downsample(width, **layer)
        elif resampler == "upsample":
            self.upsample = Upsample(width, **layer)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, A, M]`` to the width and resolution of the next level."""
        for block in self.block:
            x = block(x)
        return x if self.resampler is None else getattr(self, self.resampler)(x)


class AudioEncoder(nn.Module):
    """Log-mel ``[B, 2, 4k+1, 64]`` to mean and log-variance ``[B, 16, k+1, 16]``."""

    def __init__(self, config: AudioVaeConfig, **layer: Any) -> None:
        super().__init__()
        widths = [config.channels * multiplier for multiplier in config.multipliers]
        deepest = len(widths) - 1
        self.conv_in = CausalConv2d(STEREO, config.channels, 3, **layer)
        self.down = nn.ModuleList(
            Level(pair, config.res_blocks, "downsample" if index < deepest else None, **layer)
            for index, pair in enumerate(zip([config.channels, *widths], widths, strict=False))
        )
        self.mid = Middle(widths[-1], **layer)
        self.conv_out = CausalConv2d(widths[-1], 2 * AUDIO_CHANNELS, 3, **layer)

    def forward(self, mel_BCAM: Tensor) -> Tensor:
        """Means in the first 8 channels, log-variances in the last 8; not normalised."""
        x = self.conv_in(mel_BCAM)
        for level in self.down:
            x = level(x)
        out: Tensor = self.conv_out(F.silu(pixel_norm(self.mid(x))))
        return out


class AudioDecoder(nn.Module):
    """Latents ``[B, 8, T, 16]``, not normalised, to log-mel ``[B, 2, 4T-3, 64]``."""

    def __init__(self, config: AudioVaeConfig, **layer: Any) -> None:
        super().__init__()
        widths = [config.channels * multiplier for multiplier in config.multipliers]
        self.conv_in = CausalConv2d(AUDIO_CHANNELS, widths[-1], 3, **layer)
        self.mid = Middle(widths[-1], **layer)
        # Index 0 is the finest level and runs last, as in the file.
        self.up = nn.ModuleList(
            Level(pair, config.res_blocks + 1, "upsample" if index else None, **layer)
            for index, pair in enumerate(zip([*widths[1:], widths[-1]], widths, strict=True))
        )
        self.conv_out = CausalConv2d(widths[0], STEREO, 3, **layer)

    def forward(self, latent_BCAM: Tensor) -> Tensor:
        """Log-mel rows of 10 ms."""
        x = self.mid(self.conv_in(latent_BCAM))
        for level in reversed(self.up):
            x = level(x)
        out: Tensor = self.conv_out(F.silu(pixel_norm(x)))
        return out

"""Snake activations between a x2 upsampler and a x2 downsampler, so that harmonics do not alias.

Sources: Ziyin et al. 2020 (Snake, arXiv:2006.08195); Karras et al. 2021 (alias-free
activations, arXiv:2106.12423); Lee et al. 2022 (BigVGAN, arXiv:2206.04658).
The filters are buffers, because BigVGAN checkpoints store them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TAPS = 12
RATIO = 2
SNAKE_EPS = 1e-9


def kaiser_sinc(taps: int, cutoff: float, transition: float) -> Tensor:
    """Low-pass filter of unit sum: a sinc under a Kaiser window (Kaiser 1974).

    Args:
        taps: even length.
        cutoff: in cycles per sample, at most 0.5.
        transition: half the width of the transition band, in cycles per sample.

    Returns:
        ``[taps]``, float32.
    """
    attenuation = 2.285 * (taps // 2 - 1) * math.pi * 4 * transition + 7.95
    if attenuation > 50:
        beta = 0.1102 * (attenuation - 8.7)
    else:
        beta = 0.5842 * max(attenuation - 21, 0) ** 0.4 + 0.07886 * max(attenuation - 21, 0)
    window = torch.kaiser_window(taps, periodic=False, beta=beta, dtype=torch.float64)
    time = torch.arange(taps, dtype=torch.float64) - (taps - 1) / 2
    response = window * torch.sinc(2 * cutoff * time)
    return (response / response.sum()).float()


class Snake(nn.Module):
    """``x + sin(x * alpha)^2 / beta`` per channel, parameters in the log domain.

    "snake" has no ``beta`` of its own and divides by alpha; "snakebeta" learns both.
    """

    def __init__(self, channels: int, kind: str, **factory: Any) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(channels, **factory))
        if kind == "snakebeta":
            self.beta = nn.Parameter(torch.zeros(channels, **factory))

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape ``[B, C, N]``."""
        alpha = self.alpha.to(x)[:, None].exp()
        magnitude = self.beta.to(x)[:, None].exp() if hasattr(self, "beta") else alpha
        return x + torch.sin(x * alpha).square() / (magnitude + SNAKE_EPS)


class Upsample2(nn.Module):
    """Twice the samples, band-limited."""

    def __init__(self, **factory: Any) -> None:
        super().__init__()
        self.register_buffer("filter", _half_band(**factory))

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, N]`` to ``[B, C, 2N]``."""
        channels = x.shape[1]
        kernel = self.get_buffer("filter").to(x).expand(channels, -1, -1)
        pad = TAPS // RATIO - 1
        doubled = F.conv_transpose1d(
            F.pad(x, (pad, pad), mode="replicate"), kernel * RATIO, stride=RATIO, groups=channels
        )
        edge = pad * RATIO + (TAPS - RATIO) // 2
        return doubled[..., edge:-edge]


class LowPass(nn.Module):
    """Half the samples, band-limited."""

    def __init__(self, **factory: Any) -> None:
        super().__init__()
        self.register_buffer("filter", _half_band(**factory))

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, 2N]`` to ``[B, C, N]``."""
        channels = x.shape[1]
        kernel = self.get_buffer("filter").to(x).expand(channels, -1, -1)
        padded = F.pad(x, (TAPS // 2 - 1, TAPS // 2), mode="replicate")
        return F.conv1d(padded, kernel, stride=RATIO, groups=channels)


class Downsample2(nn.Module):
    """Holds ``LowPass`` under the name that the files give it."""

    def __init__(self, **factory: Any) -> None:
        super().__init__()
        self.lowpass = LowPass(**factory)

    def forward(self, x: Tensor) -> Tensor:
        """``[B, C, 2N]`` to ``[B, C, N]``."""
        out: Tensor = self.lowpass(x)
        return out


class AliasFreeSnake(nn.Module):
    """Snake at twice the rate."""

    def __init__(self, channels: int, kind: str, **factory: Any) -> None:
        super().__init__()
        self.act = Snake(channels, kind, **factory)
        self.upsample = Upsample2(**factory)
        self.downsample = Downsample2(**factory)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape ``[B, C, N]``."""
        out: Tensor = self.downsample(self.act(self.upsample(x)))
        return out


def _half_band(**factory: Any) -> Tensor:
    with torch.device("cpu"):
        response = kaiser_sinc(TAPS, cutoff=0.5 / RATIO, transition=0.6 / RATIO)
    return response.view(1, 1, TAPS).to(**factory)

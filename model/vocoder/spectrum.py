"""The causal log-mel spectrogram that the bandwidth extension reads.

Its bases are buffers, because LTX-2.3 files store them (in bfloat16, as they were in training);
fresh ones are computed here, so that a new network does not hear silence.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..audio_transform import mel_filterbank
from .config import BandwidthConfig

LOG_FLOOR = 1e-5


class FourierBases(nn.Module):
    """Windowed Fourier bases ``[n_fft + 2, 1, n_fft]``: cosine rows, then negative sine rows."""

    def __init__(self, n_fft: int, hop: int, **factory: Any) -> None:
        super().__init__()
        with torch.device("cpu"):
            forward, inverse = _bases(n_fft, hop)
        self.register_buffer("forward_basis", forward.to(**factory))
        # Not read here; other loaders of the format refuse a file without it.
        self.register_buffer("inverse_basis", inverse.to(**factory))


class CausalMel(nn.Module):
    """Log-mel frames of which each sees only samples up to the end of its own hop."""

    def __init__(self, config: BandwidthConfig, **factory: Any) -> None:
        super().__init__()
        self.hop = config.hop
        self.past = config.n_fft - config.hop
        self.stft_fn = FourierBases(config.n_fft, config.hop, **factory)
        with torch.device("cpu"):
            filters = mel_filterbank(
                config.n_fft, config.mel_bins, config.input_hz, config.input_hz / 2
            )
        self.register_buffer("mel_basis", filters.T.contiguous().to(**factory))

    def forward(self, waveform: Tensor) -> Tensor:
        """``[B, C, N]`` to log-mel ``[B, C, N // hop, M]``."""
        basis = self.stft_fn.get_buffer("forward_basis").to(waveform)
        flat = F.pad(waveform.reshape(-1, 1, waveform.shape[-1]), (self.past, 0))
        spectrum = F.conv1d(flat, basis, stride=self.hop)
        real, imaginary = spectrum.chunk(2, dim=1)
        # The floor keeps the gradient of the root finite in silence; it is far below LOG_FLOOR.
        magnitude = (real.square() + imaginary.square()).clamp_min(1e-20).sqrt()
        mel = self.get_buffer("mel_basis").to(waveform) @ magnitude
        log_mel = mel.clamp_min(LOG_FLOOR).log().transpose(1, 2)
        return log_mel.reshape(*waveform.shape[:2], *log_mel.shape[-2:])


def _bases(n_fft: int, hop: int) -> tuple[Tensor, Tensor]:
    """Analysis rows times a Hann window, and the synthesis rows that undo them by overlap-add."""
    frequencies = torch.arange(n_fft // 2 + 1, dtype=torch.float64)
    samples = torch.arange(n_fft, dtype=torch.float64)
    angle = 2 * math.pi / n_fft * frequencies[:, None] * samples
    rows = torch.cat([angle.cos(), -angle.sin()])
    window = torch.hann_window(n_fft, dtype=torch.float64)
    inverse = torch.linalg.pinv(rows * (n_fft / hop)).T
    return (rows * window)[:, None].float(), (inverse * window)[:, None].float()

"""How close a codec's round trip comes to the original: PSNR, SSIM, log-mel L1, kept onsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...model.audio_transform import resample
from ...model.audio_vae import AudioVaeConfig, log_mel
from ..world import SAMPLE_RATE
from .onset import onsets_s

SSIM_WINDOW, SSIM_SIGMA = 11, 1.5
ONSET_TOLERANCE_S = 1 / 24


@dataclass(frozen=True)
class OnsetCount:
    """Onsets of one clip, or of many: found where they should be, found in all, and true ones."""

    hits: int
    found: int
    wanted: int

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None with no onset at all."""
        total = self.found + self.wanted
        return 2 * self.hits / total if total else None

    @classmethod
    def pooled(cls, clips: Sequence[OnsetCount]) -> OnsetCount:
        """All onsets of all clips together."""
        return cls(*(sum(getattr(c, name) for c in clips) for name in ("hits", "found", "wanted")))


def psnr(made: np.ndarray, true: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of uint8 clips [F, H, W, 3], over the whole clip."""
    error = np.mean((made.astype(np.float32) - true.astype(np.float32)) ** 2, dtype=np.float64)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def ssim(made: np.ndarray, true: np.ndarray) -> float:
    """Structural similarity of uint8 clips [F, H, W, 3], mean over frames and colours.

    Wang et al. 2004, "Image quality assessment", with their Gaussian window of 11 pixels, sigma
    1.5, K1 0.01 and K2 0.03; windows that leave the picture are left out.
    """
    frames = [_ssim_frame(_planes(a), _planes(b)) for a, b in zip(made, true, strict=True)]
    return float(np.mean(frames))


def log_mel_l1(made: np.ndarray, true: np.ndarray) -> float:
    """Mean absolute difference (ln) of the audio VAE's log-mel spectrograms; [2, N] at 24 kHz."""
    return float((_mel(made) - _mel(true)).abs().mean())


def count_onsets(made: np.ndarray, true: np.ndarray) -> OnsetCount:
    """Onsets in `made` that are, within a frame, those in `true`."""
    found, wanted = (list(onsets_s(waveform, SAMPLE_RATE)) for waveform in (made, true))
    free, hits = list(found), 0
    for moment in wanted:
        nearest = min(free, key=lambda onset: abs(onset - moment), default=None)
        if nearest is not None and abs(nearest - moment) <= ONSET_TOLERANCE_S:
            free.remove(nearest)
            hits += 1
    return OnsetCount(hits, len(found), len(wanted))


def _planes(frame: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[:, None].float()


def _ssim_frame(x: Tensor, y: Tensor) -> float:
    small = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    stacked = _blur(torch.cat((x, y, x * x, y * y, x * y)))
    mean_x, mean_y, square_x, square_y, product = stacked.chunk(5)
    covariance = product - mean_x * mean_y
    variances = square_x - mean_x**2 + square_y - mean_y**2
    structure = (2 * covariance + small[1]) / (variances + small[1])
    luminance = (2 * mean_x * mean_y + small[0]) / (mean_x**2 + mean_y**2 + small[0])
    return float((luminance * structure).mean())


def _blur(planes: Tensor) -> Tensor:
    steps = torch.arange(SSIM_WINDOW) - SSIM_WINDOW // 2
    weights = torch.exp(-(steps**2) / (2 * SSIM_SIGMA**2))
    weights = weights / weights.sum()
    return F.conv2d(F.conv2d(planes, weights.view(1, 1, -1, 1)), weights.view(1, 1, 1, -1))


def _mel(waveform: np.ndarray) -> Tensor:
    config = AudioVaeConfig()
    sound = torch.from_numpy(np.ascontiguousarray(waveform, np.float32))[None]
    return log_mel(resample(sound, SAMPLE_RATE, config.sample_rate), config)

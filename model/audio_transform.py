"""Resampling, spectra and mel filters: torchaudio where it imports, the same in torch elsewhere.

torchaudio is looked for at the first call, never at import: a node pack must start quickly, and a
broken torchaudio (a wheel for another torch raises ``OSError``) must not take the package down.
Legend: B batch, C channels, A spectrum frames, M mel bins.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

LOWPASS_WIDTH = 6
ROLLOFF = 0.99
SLANEY_BREAK_HZ = 1000.0
SLANEY_HZ_PER_MEL = 200.0 / 3.0
SLANEY_LOG_STEP = math.log(6.4) / 27.0


def resample(waveform: Tensor, source_hz: int, target_hz: int) -> Tensor:
    """Band-limited resampling with a Hann-windowed sinc (Smith, Digital Audio Resampling).

    Args:
        waveform: ``[..., N]``, floating point.
        source_hz: rate of ``waveform``.
        target_hz: rate wanted.

    Returns:
        ``[..., ceil(N * target_hz / source_hz)]``; the same tensor when the rates are equal.

    Raises:
        ValueError: a rate is not positive.
    """
    if source_hz <= 0 or target_hz <= 0:
        raise ValueError(
            f"cannot resample audio from {source_hz} Hz to {target_hz} Hz; "
            "give two positive sample rates, for example 44100 and 16000"
        )
    if source_hz == target_hz:
        return waveform
    functional = _torchaudio_functional()
    if functional is not None:
        resampled: Tensor = functional.resample(waveform, source_hz, target_hz)
        return resampled
    return sinc_resample(waveform, source_hz, target_hz)


def mel_filterbank(n_fft: int, mel_bins: int, rate_hz: int, high_hz: float) -> Tensor:
    """Slaney mel filters of unit area (Auditory Toolbox), 0 Hz to ``high_hz``.

    Returns:
        ``[n_fft // 2 + 1, mel_bins]``, float32 on the CPU.
    """
    functional = _torchaudio_functional()
    if functional is None:
        return slaney_filterbank(n_fft, mel_bins, rate_hz, high_hz)
    filters: Tensor = functional.melscale_fbanks(
        n_fft // 2 + 1, 0.0, high_hz, mel_bins, rate_hz, norm="slaney", mel_scale="slaney"
    )
    return filters


def stft_magnitude(waveform: Tensor, n_fft: int, hop: int) -> Tensor:
    """Magnitudes of Hann-windowed spectra, frames centred on multiples of ``hop``.

    Args:
        waveform: ``[..., N]``; mirrored by ``n_fft // 2`` samples at both ends.

    Returns:
        ``[..., n_fft // 2 + 1, N // hop + 1]``, differentiable.

    Raises:
        ValueError: the waveform is too short to be mirrored.
    """
    if waveform.shape[-1] <= n_fft // 2:
        raise ValueError(
            f"audio of {waveform.shape[-1]} samples is too short for a {n_fft}-sample spectrum; "
            f"give at least {n_fft // 2 + 1} samples"
        )
    window = torch.hann_window(n_fft, device=waveform.device, dtype=waveform.dtype)
    flat = waveform.reshape(-1, waveform.shape[-1])
    spectrum = torch.stft(flat, n_fft, hop, window=window, pad_mode="reflect", return_complex=True)
    return spectrum.abs().reshape(*waveform.shape[:-1], *spectrum.shape[-2:])


def band_power(
    waveform: Tensor, n_fft: int, hop: int, bands: int, rate_hz: int, high_hz: float
) -> Tensor:
    """Power of a waveform ``[..., N]`` in mel bands up to ``high_hz``: ``[..., A, bands]``.

    Raises:
        ValueError: the waveform is too short to be mirrored.
    """
    power = stft_magnitude(waveform, n_fft, hop).square().transpose(-1, -2)
    return power @ mel_filterbank(n_fft, bands, rate_hz, high_hz).to(power)


def sinc_resample(
    waveform: Tensor, source_hz: int, target_hz: int, edges: str = "constant"
) -> Tensor:
    """``resample`` in plain torch: one convolution per output phase.

    Args:
        waveform: ``[..., N]``, floating point.
        source_hz: rate of ``waveform``.
        target_hz: rate wanted.
        edges: what lies beyond the ends, "constant" (silence) or "replicate" (the end samples).
    """
    divisor = math.gcd(source_hz, target_hz)
    source, target = source_hz // divisor, target_hz // divisor
    kernels, width = _sinc_kernels(source, target)
    flat = waveform.reshape(-1, 1, waveform.shape[-1])
    padded = F.pad(flat, (width, width + source), mode=edges)
    phases = F.conv1d(padded, kernels.to(waveform), stride=source)
    length = math.ceil(target * waveform.shape[-1] / source)
    return phases.transpose(1, 2).reshape(*waveform.shape[:-1], -1)[..., :length]


def slaney_filterbank(n_fft: int, mel_bins: int, rate_hz: int, high_hz: float) -> Tensor:
    """``mel_filterbank`` in plain torch: triangles between neighbouring mel points."""
    frequencies = torch.linspace(0, rate_hz / 2, n_fft // 2 + 1, dtype=torch.float64)
    mels = torch.linspace(0, hz_to_mel(high_hz), mel_bins + 2, dtype=torch.float64)
    edges = mel_to_hz(mels)
    widths = edges.diff()
    slopes = edges[None, :] - frequencies[:, None]
    rising = -slopes[:, :-2] / widths[:-1]
    falling = slopes[:, 2:] / widths[1:]
    area = 2.0 / (edges[2:] - edges[:-2])
    return (torch.minimum(rising, falling).clamp_min(0) * area).float()


@lru_cache(maxsize=16)
def _sinc_kernels(source: int, target: int) -> tuple[Tensor, int]:
    """Filters ``[target, 1, taps]`` and the half width in source samples, for coprime rates."""
    cutoff = min(source, target) * ROLLOFF
    width = math.ceil(LOWPASS_WIDTH * source / cutoff)
    # Kept for later calls, so it must not depend on the context of this one.
    with torch.inference_mode(False), torch.device("cpu"):
        taps = torch.arange(-width, width + source, dtype=torch.float64) / source
        phases = -torch.arange(target, dtype=torch.float64) / target
        time = (phases[:, None, None] + taps) * cutoff
        time = time.clamp(-LOWPASS_WIDTH, LOWPASS_WIDTH)
        window = torch.cos(time * math.pi / LOWPASS_WIDTH / 2) ** 2
        return torch.sinc(time) * window * (cutoff / source), width


def hz_to_mel(frequency_hz: float) -> float:
    """Place of a frequency on the Slaney mel scale: linear below 1 kHz, logarithmic above."""
    if frequency_hz < SLANEY_BREAK_HZ:
        return frequency_hz / SLANEY_HZ_PER_MEL
    above = math.log(frequency_hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP
    return SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL + above


def mel_to_hz(mels: Tensor) -> Tensor:
    """Inverse of `hz_to_mel`."""
    break_mel = SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL
    above = SLANEY_BREAK_HZ * torch.exp(SLANEY_LOG_STEP * (mels - break_mel))
    return torch.where(mels < break_mel, mels * SLANEY_HZ_PER_MEL, above)


@lru_cache(maxsize=1)
def _torchaudio_functional() -> Any | None:
    """``torchaudio.functional``, or None where torchaudio is absent or does not fit this torch."""
    try:
        import torchaudio.functional  # type: ignore[import-untyped,unused-ignore]
    except (ImportError, OSError):
        return None
    return torchaudio.functional

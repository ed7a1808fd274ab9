"""How loud sound is: ITU-R BS.1770-5 integrated loudness and true peak.

Legend: C channels, N samples.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .audio_transform import resample

BLOCK_S, STEP_S = 0.4, 0.1
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LUFS = -0.691
SURROUND_WEIGHT = 1.41
"""About +1.5 dB for channels at the sides and behind (annex 1, table 3)."""
TRUE_PEAK_OVERSAMPLING = 4
SETTLING_S = 0.5
"""Silence that keeps the end of the weighted sound from wrapping around to its start."""


def k_weighted(waveform_CN: Tensor, rate_hz: int) -> Tensor:
    """The waveform through the two filters of annex 1: a shelf for the head and a high-pass.

    They are applied as their exact frequency responses, so any sample rate will do.

    Args:
        waveform_CN: floating point, -1..1.
        rate_hz: sample rate.
    """
    samples = waveform_CN.shape[-1]
    padded = samples + round(SETTLING_S * rate_hz)
    turn = torch.arange(padded // 2 + 1, dtype=torch.float64) * (2 * math.pi / padded)
    response = _shelf(turn, rate_hz) * _high_pass(turn, rate_hz)
    spectrum = torch.fft.rfft(waveform_CN.double(), padded)
    weighted: Tensor = torch.fft.irfft(spectrum * response, padded)
    return weighted[..., :samples]


def integrated_loudness(waveform_CN: Tensor, rate_hz: int) -> float:
    """Gated loudness in LUFS; -inf for silence and for less than 0.4 s.

    Channels are mono, left and right, or 5.1 in the order L R C LFE Ls Rs (LFE does not count).

    Raises:
        ValueError: another number of channels.
    """
    weights = _channel_weights(len(waveform_CN))
    power = _block_power(k_weighted(waveform_CN, rate_hz), rate_hz)
    energy = (weights[:, None] * power).sum(dim=0)
    heard = energy[_lufs(energy) > ABSOLUTE_GATE_LUFS]
    if not len(heard):
        return -math.inf
    gate = float(_lufs(heard.mean())) + RELATIVE_GATE_LU
    return float(_lufs(heard[_lufs(heard) > gate].mean()))


def true_peak(waveform_CN: Tensor, rate_hz: int) -> float:
    """Largest magnitude between samples too, by four-fold oversampling (annex 2); 0 for none."""
    if not waveform_CN.numel():
        return 0.0
    dense = resample(waveform_CN.float(), rate_hz, TRUE_PEAK_OVERSAMPLING * rate_hz)
    return max(float(dense.abs().max()), float(waveform_CN.abs().max()))


def _lufs(energy: Tensor) -> Tensor:
    return OFFSET_LUFS + 10 * torch.log10(energy.clamp(min=1e-30))


def _block_power(weighted_CN: Tensor, rate_hz: int) -> Tensor:
    """Mean square ``[C, blocks]`` of blocks of 0.4 s, each 0.1 s after the last."""
    block, step = round(BLOCK_S * rate_hz), round(STEP_S * rate_hz)
    if weighted_CN.shape[-1] < block:
        return weighted_CN.new_zeros(len(weighted_CN), 0)
    total = torch.nn.functional.pad(weighted_CN.square().cumsum(dim=-1), (1, 0))
    starts = torch.arange(0, weighted_CN.shape[-1] - block + 1, step)
    return (total[:, starts + block] - total[:, starts]) / block


def _channel_weights(channels: int) -> Tensor:
    if channels in {1, 2}:
        return torch.ones(channels, dtype=torch.float64)
    if channels == 6:
        sides = [SURROUND_WEIGHT] * 2
        return torch.tensor([1.0, 1.0, 1.0, 0.0, *sides], dtype=torch.float64)
    raise ValueError(f"loudness of {channels} channels is not defined here; give 1, 2 or 6")


def _shelf(turn: Tensor, rate_hz: int) -> Tensor:
    """+4 dB above 1.7 kHz; the analogue filter behind the coefficients of annex 1, table 1."""
    frequency, gain_db, quality = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * frequency / rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    numerator = (
        high + band * k / quality + k * k,
        2 * (k * k - high),
        high - band * k / quality + k * k,
    )
    return _biquad(turn, numerator, _denominator(k, quality))


def _high_pass(turn: Tensor, rate_hz: int) -> Tensor:
    """38 Hz; the analogue filter behind the coefficients of annex 1, table 2."""
    frequency, quality = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * frequency / rate_hz)
    b0, b1, b2 = _denominator(k, quality)
    # Table 2 has the numerator 1, -2, 1 over a denominator that begins with 1.
    return _biquad(turn, (b0, -2 * b0, b0), (b0, b1, b2))


def _denominator(k: float, quality: float) -> tuple[float, float, float]:
    return 1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k


def _biquad(
    turn: Tensor, numerator: tuple[float, float, float], denominator: tuple[float, float, float]
) -> Tensor:
    delay = torch.polar(torch.ones_like(turn), -turn)
    above, below = (a + b * delay + c * delay**2 for a, b, c in (numerator, denominator))
    return above / below

"""How well a codec keeps pitch: f0 read from both sounds by YIN, compared in cents.

De Cheveigne and Kawahara 2002, "YIN, a fundamental frequency estimator for speech and music".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LOWEST_HZ, HIGHEST_HZ = 60.0, 1000.0
HOP_S = 0.01
WINDOW_S = 0.04
"""Length that is compared with itself one period later."""
APERIODICITY = 0.1
"""A frame is pitched when less than this share of its power is not repeated."""
QUIET = 1e-3
"""Frames below this share of the clip's loudest power have no pitch (-30 dB)."""
LEAST_FRAMES = 10
"""Pitched frames that a clip must have to be counted."""


@dataclass(frozen=True, eq=False)
class PitchError:
    """What became of the pitched frames of one clip, or of many.

    Attributes:
        errors: absolute difference in cents of each frame where both sounds are pitched.
        pitched: frames in which the true sound is pitched.
    """

    errors: np.ndarray
    pitched: int

    @property
    def cents(self) -> float:
        """Median of the errors; infinite without any."""
        return float(np.median(self.errors)) if len(self.errors) else float("inf")

    @property
    def kept(self) -> float:
        """Share of the true sound's pitched frames that are pitched in the other too."""
        return len(self.errors) / self.pitched

    @classmethod
    def pooled(cls, clips: Sequence[PitchError]) -> PitchError:
        """All frames of all clips together."""
        return cls(np.concatenate([c.errors for c in clips]), sum(c.pitched for c in clips))


def pitch_error(made: np.ndarray, true: np.ndarray, rate_hz: int) -> PitchError | None:
    """Compares waveforms [2, N] or [N]; None where the true one has hardly any pitched frame."""
    found, wanted = (f0_hz(waveform, rate_hz) for waveform in (made, true))
    frames = min(len(found), len(wanted))
    found, wanted = found[:frames], wanted[:frames]
    pitched = np.isfinite(wanted)
    both = pitched & np.isfinite(found)
    if pitched.sum() < LEAST_FRAMES:
        return None
    return PitchError(
        np.abs(1200 * np.log2(found[both] / wanted[both])), int(np.count_nonzero(pitched))
    )


def f0_hz(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Fundamental frequency every 10 ms, NaN where there is none; [2, N] or [N] in -1..1."""
    mono = np.atleast_2d(waveform).mean(0).astype(np.float64)
    window, longest = round(WINDOW_S * rate_hz), int(rate_hz / LOWEST_HZ) + 2
    if len(mono) < window + longest:
        return np.zeros(0)
    hops = np.lib.stride_tricks.sliding_window_view(mono, window + longest)
    frames = hops[:: round(HOP_S * rate_hz)]
    power = np.square(frames[:, :window]).mean(1)
    found = _periods(_normalised_difference(frames, window), int(rate_hz / HIGHEST_HZ))
    quiet = power <= QUIET * power.max(initial=0.0)
    return np.where(quiet, np.nan, rate_hz / found)


def _normalised_difference(frames: np.ndarray, window: int) -> np.ndarray:
    """Cumulative mean normalised difference [frames, lags] (eq. 8), lags from 0."""
    lags = frames.shape[1] - window
    size = 1 << (frames.shape[1] + window).bit_length()
    head = np.fft.rfft(frames[:, :window], size)
    product = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size), size)[:, :lags]
    squares = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    power = squares[:, window : window + lags] - squares[:, :lags]
    difference = np.maximum(power[:, :1] + power - 2 * product, 0)
    mean = np.cumsum(difference, axis=1) / np.maximum(np.arange(lags), 1)
    return np.where(np.arange(lags) == 0, 1.0, difference / np.maximum(mean, 1e-12))


def _periods(normalised: np.ndarray, shortest: int) -> np.ndarray:
    """Period in samples of each frame, by the first dip below the threshold; NaN without one."""
    lags = normalised.shape[1]
    inner = normalised[:, 1:-1]
    dip = (inner <= normalised[:, :-2]) & (inner < normalised[:, 2:]) & (inner < APERIODICITY)
    dip[:, : shortest - 1] = False
    lag = np.where(dip.any(1), dip.argmax(1) + 1, 0)
    rows = np.arange(len(normalised))
    safe = np.clip(lag, 1, lags - 2)
    before, at, after = (normalised[rows, safe + step] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    shift = np.where(bend > 0, (before - after) / np.maximum(2 * bend, 1e-12), 0.0)
    return np.where(lag > 0, safe + shift, np.nan)

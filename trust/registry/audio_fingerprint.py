"""A sound in small: landmarks to find it by, a coarse spectrogram to compare it with.

Landmarks are pairs of spectral peaks and the time between them (Wang, "An Industrial-Strength Audio
Search Algorithm", ISMIR 2003): they survive codecs, noise and cuts, and a common time offset of
several pairs is no coincidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RATE_HZ = 8000
_WINDOW, _HOP = 512, 256  # 64 ms and 32 ms
_BANDS = 32
_LOW_HZ, _HIGH_HZ = 120.0, 3600.0  # what a 4 kHz low-pass leaves
_REACH = 48  # frames from a peak to its partners, 1.5 s
_KEPT = 48  # landmarks kept of a clip
_MAX_FRAMES = 2000
_SILENCE = 1e-4
_RANGE_DB = 40  # below the loudest band; what is softer drowns in noise and codecs
_SAME, _OTHER = 0.85, 0.6  # as in video_fingerprint: the same 0.926 at worst, others 0.88


@dataclass(frozen=True)
class AudioFingerprint:
    """``landmarks`` [L, 2] (hash, frame) and ``levels`` [T, 32] uint8 of 32 ms frames."""

    landmarks: NDArray[np.int64]
    levels: NDArray[np.uint8]

    @classmethod
    def from_bytes(cls, levels: bytes) -> AudioFingerprint:
        """Return what was stored of a sound for comparison (its landmarks are indexed apart)."""
        table = np.frombuffer(levels, np.uint8).reshape(-1, _BANDS)
        return cls(np.zeros((0, 2), np.int64), table)


def fingerprint_of(audio: dict[str, Any], kept: int = _KEPT) -> AudioFingerprint | None:
    """Return the fingerprint of ``{"waveform": [B, C, N], "sample_rate": Hz}``; None for silence.

    ``kept`` bounds the landmarks: few are kept of a recorded clip, many are asked of a found one.
    """
    mono = np.asarray(audio["waveform"], dtype=np.float32).reshape(-1, audio["waveform"].shape[-1])
    samples = _at_8_khz(mono.mean(axis=0), int(audio["sample_rate"]))
    if len(samples) < 2 * _WINDOW or float(np.abs(samples).max()) < _SILENCE:
        return None
    levels = _levels(samples)
    scaled = (levels - levels.max() + _RANGE_DB).clip(0) / _RANGE_DB * 255
    return AudioFingerprint(_landmarks(levels, kept), scaled.round().astype(np.uint8))


def similarity(found: AudioFingerprint, known: AudioFingerprint) -> float:
    """Return the correlation -1..1 of two spectrograms at their best shift in time."""
    first, second = _centred(found.levels), _centred(known.levels)
    size = len(first) + len(second)
    spectra = np.fft.rfft(first, size, axis=0) * np.conj(np.fft.rfft(second, size, axis=0))
    products = np.fft.irfft(spectra.sum(axis=1), size)
    shifts = np.arange(size)
    shifts = np.where(shifts >= len(first), shifts - size, shifts)
    overlap = np.minimum(len(first), shifts + len(second)) - np.maximum(0, shifts)
    enough = overlap >= 0.5 * min(len(first), len(second))
    power = np.linalg.norm(first) / len(first) ** 0.5 * np.linalg.norm(second) / len(second) ** 0.5
    if power == 0 or not enough.any():
        return 0.0
    return float((products[enough] / (overlap[enough] * power)).max().clip(-1, 1))


def decide(score: float) -> bool | None:
    """Return whether a similarity means the same sound; None where it cannot be told."""
    if score >= _SAME:
        return True
    return False if score < _OTHER else None


def _centred(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = levels.astype(np.float64)
    return np.asarray(values - values.mean(axis=0, keepdims=True))


def _at_8_khz(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Resample through the spectrum: exact, and clips are short."""
    samples = samples[: _MAX_FRAMES * _HOP * max(1, rate_hz // _RATE_HZ)]
    if rate_hz == _RATE_HZ:
        return samples
    count = round(len(samples) * _RATE_HZ / rate_hz)
    spectrum = np.fft.rfft(samples)
    resized = np.zeros(count // 2 + 1, dtype=np.complex128)
    shared = min(len(spectrum), len(resized))
    resized[:shared] = spectrum[:shared]
    return (np.fft.irfft(resized, count) * (count / max(1, len(samples)))).astype(np.float32)


def _levels(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level in dB of 32 bands, spaced as the ear's, in each 32 ms frame ``[T, 32]``."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:_MAX_FRAMES]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    frequency = np.fft.rfftfreq(_WINDOW, 1 / _RATE_HZ)
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, _BANDS + 1)
    band = np.digitize(frequency, edges) - 1
    summed = np.zeros((len(power), _BANDS))
    for number in range(_BANDS):
        inside = band == number
        nearest = np.argmin(np.abs(frequency - (edges[number] * edges[number + 1]) ** 0.5))
        summed[:, number] = power[:, inside].mean(axis=1) if inside.any() else power[:, nearest]
    return np.asarray(10 * np.log10(summed + 1e-8))


def _landmarks(levels: NDArray[np.float64], kept: int) -> NDArray[np.int64]:
    """Return (hash, frame) of the pairs whose weaker peak is strongest."""
    padded = np.pad(levels, ((3, 3), (2, 2)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 5))
    peaks = (levels >= windows.max(axis=(2, 3))) & (levels > levels.max() - 50)
    times, bands = np.nonzero(peaks)
    pairs: list[tuple[float, int, int]] = []
    for first in range(len(times)):
        for second in range(first + 1, min(first + 12, len(times))):
            gap = int(times[second] - times[first])
            if not 1 <= gap < _REACH:
                continue
            strength = min(levels[times[first], bands[first]], levels[times[second], bands[second]])
            mark = (int(bands[first]) * _BANDS + int(bands[second])) * 64 + gap
            pairs.append((float(strength), mark, int(times[first])))
    pairs.sort(reverse=True)
    found = [(mark, at) for _, mark, at in pairs[:kept]]
    return np.array(found, dtype=np.int64).reshape(-1, 2)

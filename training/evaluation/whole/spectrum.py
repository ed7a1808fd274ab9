"""The sound as the ear gets it: log power in bands, a hundred times a second."""

from __future__ import annotations

import numpy as np

from ...world import SAMPLE_RATE

HOPS_PER_S = 100
WINDOW_S = 0.02
BANDS = 40
LOWEST_HZ, HIGHEST_HZ = 80.0, 7600.0
"""The audio VAE hears up to 8 kHz; what lies above is a vocoder's guess."""
FLOOR = 1e-7
"""Power below which nothing is heard, about 60 dB under a loud hit."""


def band_levels(waveform: np.ndarray, rate_hz: int = SAMPLE_RATE) -> np.ndarray:
    """Natural log of the power float32 [A, BANDS] in log-spaced bands of [2, N] or [N] in -1..1.

    Row a is centred on a / 100 s.
    """
    mono = np.atleast_2d(waveform).mean(0).astype(np.float32)
    hop, window = round(rate_hz / HOPS_PER_S), round(WINDOW_S * rate_hz)
    # Mirrored, so that a clip that begins in the middle of a sound starts none.
    padded = np.pad(mono, window // 2, mode="reflect")
    pieces = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    power = np.abs(np.fft.rfft(pieces * np.hanning(window), 2 * window)) ** 2 / window
    return np.log(power @ _bands(2 * window, rate_hz) + FLOOR).astype(np.float32)


def _bands(size: int, rate_hz: int) -> np.ndarray:
    """Triangular bands with log-spaced centres [size / 2 + 1, BANDS], each summing to 1."""
    frequency = np.fft.rfftfreq(size, 1 / rate_hz)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 2)
    # The lowest bands are narrower than a bin; none may be empty.
    reach = np.maximum(np.diff(edges), 1.2 * frequency[1])
    rise = (frequency[:, None] - (edges[1:-1] - reach[:-1])) / reach[:-1]
    fall = ((edges[1:-1] + reach[1:]) - frequency[:, None]) / reach[1:]
    weights = np.minimum(rise, fall).clip(0, 1)
    return np.asarray(weights / weights.sum(0))

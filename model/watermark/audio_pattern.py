"""The sound's tile: one second, a carrier on every whole hertz of the band that codecs keep.

A second is a whole number of samples at every usual rate, so the pattern is the same at all.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .carriers import Carriers, Complex
from .keystream import Keystream

LOW_HZ, HIGH_HZ = 300, 3800
MIN_RATE_HZ = 8000


class AudioPattern:
    """Keyed carriers of sound."""

    def __init__(self, key: bytes) -> None:
        self.hertz = np.arange(LOW_HZ, HIGH_HZ)
        self.carriers = Carriers([self.hertz[:, None]], Keystream(key, "audio"))
        self.second = lru_cache(maxsize=4)(self._second)

    def _second(self, identifier: int, rate_hz: int) -> NDArray[np.float32]:
        """Return the tile ``[rate_hz]`` of standard deviation 1."""
        spectrum = np.zeros(rate_hz // 2 + 1, dtype=np.complex128)
        spectrum[self.hertz] = self.carriers.coefficients(identifier)
        tile = np.fft.irfft(spectrum, rate_hz)
        return np.asarray(tile / tile.std(), dtype=np.float32)

    def received(self, tile: NDArray[np.float32]) -> Complex:
        """Return the coefficients ``[K]`` of a received tile (one second at any rate)."""
        received: Complex = np.fft.rfft(tile)[self.hertz]
        return received

"""Randomness that only the holder of the key can repeat, the same on every machine and version.

SHAKE-256 (FIPS 202) is the source: unlike a library's generator its stream is a standard, so a mark
made today is read by any later release.
"""

from __future__ import annotations

from hashlib import shake_256

import numpy as np
from numpy.typing import NDArray

MIN_KEY_BYTES = 16


class Keystream:
    """Draws for one purpose under one key; purposes with different labels are independent.

    Raises:
        ValueError: the key is shorter than 16 bytes.
    """

    def __init__(self, key: bytes, label: str) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(
                f"the watermark key has {len(key)} bytes, which can be guessed; "
                f"use at least {MIN_KEY_BYTES} random bytes, for example secrets.token_bytes(32)"
            )
        self._seed = len(key).to_bytes(4, "big") + key + label.encode()
        self._draws = 0

    def uniform(self, count: int) -> NDArray[np.float64]:
        """Return ``[count]`` numbers in 0..1; each call continues the stream."""
        self._draws += 1
        seed = self._seed + self._draws.to_bytes(4, "big")
        words = np.frombuffer(shake_256(seed).digest(8 * count), dtype=">u8")
        return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def phases(self, count: int) -> NDArray[np.complex128]:
        """Return ``[count]`` numbers on the unit circle."""
        return np.asarray(np.exp(2j * np.pi * self.uniform(count)))

    def permutation(self, count: int) -> NDArray[np.int64]:
        """Return the numbers 0..count-1 in a keyed order."""
        return np.argsort(self.uniform(count), kind="stable").astype(np.int64)

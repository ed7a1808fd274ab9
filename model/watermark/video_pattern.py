"""The picture's tile: which spatial frequencies carry the mark, and their tile for an identifier.

Everything is measured on a canonical grid on which the short side of the picture has 256 points,
so that a scaled picture carries the same pattern. The tile is 256 points square and repeats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .carriers import Carriers, Complex
from .keystream import Keystream

TILE = 256
SMOOTH_PERIODS = (8.0, 40.0)
"""Points of one cycle of the smooth pattern: survives small pictures and hard compression."""
FINE_PERIODS = (3.7, 6.0)
"""Of the fine pattern: there is little picture at these frequencies to be confused with."""
SMOOTH_SLOPE = 0.3
"""Amplitude falls with this power of frequency; codecs keep the low ones longer."""


class VideoPattern:
    """Keyed carriers of pictures, in one list: the smooth ones first."""

    def __init__(self, key: bytes) -> None:
        smooth, fine = _band(*SMOOTH_PERIODS), _band(*FINE_PERIODS)
        self.carriers = Carriers([smooth, fine], Keystream(key, "video"))
        frequencies = self.carriers.frequencies
        self.rows, self.columns = frequencies[:, 0] % TILE, frequencies[:, 1]
        self.cycles: NDArray[np.float64] = np.hypot(frequencies[:, 0], frequencies[:, 1])
        self.is_fine = self.cycles > TILE / SMOOTH_PERIODS[0]

    def tiles(self, identifier: int) -> NDArray[np.float32]:
        """Return the smooth and the fine tile, ``[2, 256, 256]``, each of standard deviation 1."""
        coefficients = self.carriers.coefficients(identifier)
        coefficients[~self.is_fine] *= self.cycles[~self.is_fine] ** -SMOOTH_SLOPE
        tiles = []
        for member in (~self.is_fine, self.is_fine):
            grid = np.zeros((TILE, TILE), dtype=np.complex128)
            grid[self.rows[member], self.columns[member]] = coefficients[member]
            tile = np.fft.ifft2(grid).real
            tiles.append(tile / tile.std())
        return np.stack(tiles).astype(np.float32)

    def received(self, tile: NDArray[np.float32]) -> Complex:
        """Return the coefficients ``[K]`` of a received tile ``[256, 256]``."""
        received: Complex = np.fft.fft2(tile)[self.rows, self.columns]
        return received


def _band(shortest: float, longest: float) -> NDArray[np.int64]:
    """Frequencies ``[K, 2]`` (down, across) of a ring, one of each pair of opposite ones."""
    half = TILE // 2
    down, across = np.mgrid[-half:half, 0:half]
    cycles = np.hypot(down, across)
    inside = (cycles > TILE / longest) & (cycles <= TILE / shortest)
    inside &= (across > 0) | (down > 0)
    return np.stack([down[inside], across[inside]], axis=1)

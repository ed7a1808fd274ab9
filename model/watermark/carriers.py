"""The secret pattern in the frequency domain: which frequency carries what, and how it is read.

A periodic tile (a square of picture, a second of sound) is described by its Fourier coefficients.
Some of them, the pilots, have phases that the key alone decides: they find the tile's place. Each
of the others carries one code bit as its sign. Shifting a tile only turns phases, so all places
are tried at once by one inverse transform. Legend: K carriers, D dimensions of the tile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .code import CODED_BITS, IDENTIFIER_BITS, decode, encode
from .keystream import Keystream

PILOT_SHARE = 5
"""One carrier in so many is a pilot."""
DECOYS = 4
"""Wrong keys that are tried beside the right one."""

PRIOR_PILOTS = 12
"""The strength of a band leans on the overall one as if it were seen on so many pilots."""

LEAST_LOG_P = -690.0
"""Of a word; about 1e-300, so that no chance is told as none."""

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Word:
    """An identifier that was read, and the chance that any of them fits noise so well."""

    identifier: int
    p_value: float


class Carriers:
    """Keyed carriers on given frequencies, lowest first in each band.

    Args:
        bands: arrays ``[k, D]`` of frequencies in whole cycles per tile, one of each pair of
            opposite frequencies. Each band carries the whole code word.
        keystream: decides phases, pilots, the place of every code bit, and the decoys.

    ``pilots`` are their numbers, ``guesses`` ``[1 + DECOYS, pilots]`` their phases: the right ones,
    then wrong ones, by which a detector learns what chance does with the same picture or sound.
    """

    def __init__(self, bands: list[NDArray[np.int64]], keystream: Keystream) -> None:
        frequencies = np.concatenate([_by_pitch(band) for band in bands])
        count = len(frequencies)
        self.frequencies = frequencies
        self.phases = keystream.phases(count)
        # Pilots and code bits are dealt out along the pitch, so that a codec which removes the
        # high frequencies takes a little of each bit and not all of some.
        groups = -(-count // PILOT_SHARE)
        offsets = (keystream.uniform(groups) * PILOT_SHARE).astype(np.int64)
        pilots = np.arange(groups) * PILOT_SHARE + offsets
        self.is_pilot = np.zeros(count, dtype=bool)
        self.is_pilot[pilots[pilots < count]] = True
        slots = count - int(self.is_pilot.sum())
        laps = -(-slots // CODED_BITS)
        deals = [keystream.permutation(CODED_BITS) for _ in range(laps)]
        self._bit_of_slot = np.concatenate(deals)[:slots]
        self.pilots: NDArray[np.int64] = np.flatnonzero(self.is_pilot)
        decoys = keystream.phases(DECOYS * len(self.pilots)).reshape(DECOYS, -1)
        self.guesses: Complex = np.concatenate([self.phases[None, self.pilots], decoys])

    def coefficients(self, identifier: int) -> Complex:
        """Return ``[K]``: unit coefficients of the tile that carries the identifier."""
        signs = np.ones(len(self.phases))
        signs[~self.is_pilot] = encode(identifier)[self._bit_of_slot]
        return self.phases * signs

    def code_bits(self, received: Complex) -> Floats:
        """Return soft code bits ``[320]`` from received coefficients ``[K]`` at the right place."""
        along = (received * self.phases.conj()).real[~self.is_pilot]
        bits = np.bincount(self._bit_of_slot, weights=along, minlength=CODED_BITS)
        return bits.astype(np.float64)

    def read(self, received: Complex) -> Word | None:
        """Return the word in received coefficients ``[K]``, or None.

        Where the phases of the coefficients have nothing to do with the key's, the correlation with
        one word reaches a height of h deviations with a chance of at most exp(-h * h / 2)
        (Chernoff), and one of all words with at most so many times that.
        """
        bits = self.code_bits(received)
        identifier = decode(bits)
        if identifier is None:
            return None
        height = float(bits @ encode(identifier)) / deviation(received[~self.is_pilot])
        log_p = IDENTIFIER_BITS * math.log(2) - max(height, 0.0) ** 2 / 2
        return Word(identifier, math.exp(min(max(log_p, LEAST_LOG_P), 0.0)))

    def strengths(self, received: Complex, pitch: Floats, bands: int) -> Floats:
        """Return the expected share of the mark in each of received coefficients ``[K]``.

        What happens to a clip spares some frequencies more than others; the pilots in each of
        ``bands`` equal bands of ``pitch`` ``[K]`` tell which.
        """
        along = (received * self.phases.conj()).real[self.pilots]
        edges = np.linspace(pitch.min(), pitch.max() + 1e-9, bands + 1)
        band = np.digitize(pitch, edges) - 1
        of_pilot = band[self.pilots]
        sums = np.bincount(of_pilot, weights=along, minlength=bands)
        counts = np.bincount(of_pilot, minlength=bands)
        strength = (sums + PRIOR_PILOTS * along.mean()) / (counts + PRIOR_PILOTS)
        return np.asarray(np.maximum(strength, 0.0)[band])

    def moved(self, received: Complex, shift: Floats, size: Floats) -> Complex:
        """Return coefficients ``[K]`` of the tile moved back by ``shift`` of ``size`` samples."""
        return np.asarray(received * np.exp(2j * np.pi * (self.frequencies @ (shift / size))))


def deviation(received: Complex) -> float:
    """Return the standard deviation over keys of the correlation with these coefficients."""
    return float(np.sqrt((np.abs(received) ** 2).sum() / 2)) + 1e-12


def _by_pitch(frequencies: NDArray[np.int64]) -> NDArray[np.int64]:
    """The frequencies of a band ``[k, D]``, the lowest first."""
    return frequencies[np.argsort((frequencies**2).sum(1), kind="stable")]

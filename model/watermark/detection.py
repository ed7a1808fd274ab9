"""What a detector answers, and how sure it may be.

Without a mark, the correlation of any picture or sound with a keyed pattern is normally
distributed over keys, because the pattern's phases are random; its scale is known exactly from the
received coefficients. A detector tries many places and takes the best, so the chance that noise
does as well is the expected number of peaks that high: for a smooth Gaussian field over D
dimensions it goes as z ** (D - 1) * exp(-z * z / 2) (Adler & Taylor, Random Fields and Geometry,
ch. 11). How many places are independent depends on the content (where all that is seen are a few
edges, another size is little more than another place), so the factor before it is learned from
decoys: the same search on the same content with wrong keys.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_P_VALUE = 1e-3
"""A mark is said to be there up to here."""
MAX_WORD_P_VALUE = 1e-6
"""An identifier is said to be read up to here: its word, not only its place, must stand out."""
READING_P_VALUE = 0.2
"""A place that stands out less is not worth the time of reading there."""


@dataclass(frozen=True)
class Detection:
    """The answer of a watermark detector.

    ``identifier`` is None unless a mark was found *and* read. ``p_value`` is the chance that an
    unmarked clip (or one marked under another key) looks like this: that the pilots peak so high
    or, where an identifier was read, that its word fits so well if that is less likely. Small
    without an identifier means that a mark is there but too damaged to read. ``score`` is the
    height of the peak in standard deviations. ``scale`` is the size of the pattern against the one
    embedded (1.25 after a crop of 10 % at each side), ``mirrored`` whether the clip was flipped
    left to right; both are meaningful only for a found mark.
    """

    identifier: int | None
    p_value: float
    score: float
    scale: float = 1.0
    mirrored: bool = False

    @property
    def found(self) -> bool:
        """Whether a mark of this key is there, readable or not."""
        return self.p_value <= MAX_P_VALUE


def peak_p_value(score: float, decoy_scores: NDArray[np.float64], dimensions: int) -> float:
    """Return the chance that the highest of a field of noise reaches ``score``.

    Under chance ``rarity`` is exponentially distributed with a rate that the content decides; with
    the decoys drawn from the same, this is the exact chance, whatever the rate.

    Args:
        score: height of the peak in standard deviations.
        decoy_scores: heights of the highest peaks that wrong keys gave in the same search.
        dimensions: of the field.
    """
    if score <= 1.0:  # nothing to be seen or heard; below one deviation the formula does not hold
        return 1.0
    of_decoys = sum(_rarity(float(decoy), dimensions) for decoy in decoy_scores)
    ratio = _rarity(score, dimensions) / of_decoys
    return -math.expm1(-len(decoy_scores) * math.log1p(ratio))


def _rarity(height: float, dimensions: int) -> float:
    """What the expected number of peaks of at least ``height`` is proportional to."""
    height = max(height, 1.0)
    return height ** (dimensions - 1) * math.exp(-height * height / 2)


def best_of(*p_values: float) -> float:
    """Return the p-value of the smallest of independent ones (Sidak)."""
    return -math.expm1(len(p_values) * math.log1p(-min(*p_values, 1 - 1e-16)))

"""What a detector answers, and how sure it may be.

Without a mark, the correlation of any picture or sound with a keyed pattern is normally
distributed over keys, because the pattern's phases are random; its scale is known exactly from the
received coefficients. A detector tries many places and takes the best, so the chance that noise
does as well is the expected number of peaks that high: for a smooth Gaussian field over D
dimensions it goes as z ** (D - 1) * exp(-z * z / 2) (Adler & Taylor, Random Fields and Geometry,
ch. 11). The constant before it depends on the search only and was measured on unmarked clips.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MAX_P_VALUE = 1e-3
"""A mark is claimed up to here, and only when its check sum is right too (another 1 in 65,536)."""


@dataclass(frozen=True)
class Detection:
    """The answer of a watermark detector.

    ``identifier`` is None unless a mark was found *and* read. ``p_value`` is the chance that an
    unmarked clip (or one marked under another key) scores this high; small without an identifier
    means that a mark is there but too damaged to read. ``score`` is the height of the peak in
    standard deviations. ``scale`` is the size of the pattern against the one embedded (1.25 after
    a crop of 10 % at each side), ``mirrored`` whether the clip was flipped left to right; both are
    meaningful only for a found mark.
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


def peak_p_value(score: float, trials: float, dimensions: int) -> float:
    """Return the chance that the highest of a field of noise reaches ``score``.

    Args:
        score: height of the peak in standard deviations.
        trials: size of the search, in the units in which its constant was measured.
        dimensions: of the field.
    """
    height = max(score, 1.0)  # below one deviation the formula leaves its range; p is 1 there
    expected = trials * height ** (dimensions - 1) * math.exp(-height * height / 2)
    return -math.expm1(-expected)


def best_of(*p_values: float) -> float:
    """Return the p-value of the smallest of independent ones (Sidak)."""
    return -math.expm1(len(p_values) * math.log1p(-min(*p_values, 1 - 1e-16)))

"""Frame rates as exact fractions."""

from __future__ import annotations

from fractions import Fraction

MAX_FPS = 1000
_NTSC_TOLERANCE = 5e-4


def exact_rate(fps: float | Fraction) -> Fraction:
    """Return the frame rate that a number means: 23.976 is 24000/1001, 12.5 is 25/2.

    Raises:
        ValueError: fps is not above 0 and at most 1000.
    """
    if not 0 < fps <= MAX_FPS:
        raise ValueError(f"fps {fps} is not above 0 and at most {MAX_FPS}; use for example 24")
    if isinstance(fps, Fraction):
        return fps
    ntsc = Fraction(round(fps * 1.001) * 1000, 1001)
    if fps != round(fps) and abs(float(ntsc) - fps) < _NTSC_TOLERANCE:
        return ntsc
    return Fraction(fps).limit_denominator(1000)

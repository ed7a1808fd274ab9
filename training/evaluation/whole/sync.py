"""Moments that are seen, heard and simulated, and how well they agree."""

from __future__ import annotations

from collections.abc import Sequence

MERGED_S = 0.06
"""Moments nearer than this are one event to the eye and the ear."""


def merged(moments_s: Sequence[float]) -> list[float]:
    """The first of every group of moments that follow each other closely."""
    kept: list[float] = []
    for moment in sorted(moments_s):
        if not kept or moment - kept[-1] > MERGED_S:
            kept.append(moment)
    return kept


def matches(
    found_s: Sequence[float], wanted_s: Sequence[float], tolerance_s: float
) -> list[tuple[float, float]]:
    """Pairs (found, wanted) within the tolerance, each moment in one pair, nearest first."""
    pairs = sorted((abs(found - wanted), found, wanted) for found in found_s for wanted in wanted_s)
    free_found, free_wanted = list(found_s), list(wanted_s)
    matched = []
    for gap, found, wanted in pairs:
        if gap <= tolerance_s and found in free_found and wanted in free_wanted:
            free_found.remove(found)
            free_wanted.remove(wanted)
            matched.append((found, wanted))
    return matched


def f1(found_s: Sequence[float], wanted_s: Sequence[float], tolerance_s: float) -> float | None:
    """F1 of moments found against moments wanted; None when there are none at all."""
    if not found_s and not wanted_s:
        return None
    hits = len(matches(found_s, wanted_s, tolerance_s))
    return 2 * hits / (len(found_s) + len(wanted_s))

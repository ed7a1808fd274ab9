"""Moments that are seen, heard and simulated, and how well they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .eye import Glance

MERGED_S = 0.06
"""Moments nearer than this are one event to the eye and the ear."""
SURE = 0.4
SAME_PLACE = 16.0
"""A point this near to one of the frame before is the same contact."""

Point = tuple[float, float, float]


def visible_contacts(glances: Sequence[Glance], height: int, fps: int) -> list[Point]:
    """Time in seconds, x and y in 1/256 heights of contacts that begin, rising in time.

    The frame in which a contact first shows lies at most a frame after it, hence half a frame off.
    """
    scale = 256 / height
    found: list[Point] = []
    for frame, glance in enumerate(glances):
        beside = _points(glances, frame - 1), _points(glances, frame + 1)
        for x, y, sure in glance.contacts * (scale, scale, 1.0):
            if sure < SURE or frame == 0:
                continue
            before, after = (_sureness_at(points * (scale, scale, 1), x, y) for points in beside)
            if sure > before and sure >= after:
                found.append(((frame - 0.5) / fps, float(x), float(y)))
    return found


def _points(glances: Sequence[Glance], frame: int) -> np.ndarray:
    return glances[frame].contacts if 0 <= frame < len(glances) else np.zeros((0, 3))


def _sureness_at(points: np.ndarray, x: float, y: float) -> float:
    near = np.hypot(points[:, 0] - x, points[:, 1] - y) < SAME_PLACE
    return float(points[near, 2].max(initial=0.0))


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

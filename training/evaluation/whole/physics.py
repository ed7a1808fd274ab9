"""Whether what moves obeys the world's laws: falls, collisions, and that nothing comes or goes.

Places are in 1/256 heights, times in seconds; nothing of the truth is used but what was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...world.scenes.layout import GRAVITY, MATERIALS
from .touch import Point
from .track import GAP, Track

SHORTEST_FALL, LONGEST_FALL = 6, 24
"""Frames of a free flight that acceleration is read from."""
STRAIGHT = 1.3
"""Largest root mean square distance from a parabola that still is one flight."""
AIRBORNE = 12.0
"""How far a thing must move up or down to be flying at all."""
BORDER = 10.0
WINDOW = 4
RESIN_DENSITY = MATERIALS["stone"].density


def fall_error(tracks: Sequence[Track], fps: int) -> float | None:
    """Relative error of the first flight's acceleration, the median of all things that fly.

    1 where nothing falls on a parabola. Asked only of drops, throws and shots, seen by cameras
    that neither zoom nor shake.
    """
    errors = [error for track in tracks if (error := _fall(track, fps)) is not None]
    return min(1.0, float(np.median(errors))) if errors else 1.0


def _fall(track: Track, fps: int) -> float | None:
    seen = np.flatnonzero(track.seen)
    if len(seen) < SHORTEST_FALL:
        return None
    best = None
    for length in range(SHORTEST_FALL, min(LONGEST_FALL, len(seen)) + 1):
        frames = seen[:length]
        y = track.places[frames, 1]
        curve = np.polyfit(frames / fps, y, 2)
        rest = y - np.polyval(curve, frames / fps)
        if np.sqrt((rest**2).mean()) > STRAIGHT:
            break
        if np.ptp(y) > AIRBORNE:
            best = abs(2 * curve[0] - GRAVITY) / GRAVITY
    return best


def momentum_drift(tracks: Sequence[Track], contacts: Sequence[Point], fps: int) -> float | None:
    """Change of the total momentum over the first collision of two things, over all momentum.

    Masses are area times density of the material seen. None where no collision is seen well.

    Args:
        tracks: of a clip with a still camera.
        contacts: time, x and y of the points of contact.
        fps: frames per second.
    """
    for time_s, x, y in contacts:
        frame = round(time_s * fps + 0.5)
        pair = [track for track in tracks if _touches(track, frame, x, y)]
        if len(pair) != 2:
            continue
        before = [_velocity(track, range(frame - WINDOW - 1, frame)) for track in pair]
        after = [_velocity(track, range(frame, frame + WINDOW + 1)) for track in pair]
        if any(velocity is None for velocity in (*before, *after)):
            continue
        masses = [_mass(track) for track in pair]
        moved = sum(m * np.hypot(*v) for m, v in zip(masses, before, strict=True))
        change = sum(
            m * (b - a)
            for m, a, b in zip(masses, before, after, strict=True)  # type: ignore[operator]
        )
        if moved > 0:
            return float(min(2.0, np.hypot(*change) / moved))
    return None


def _touches(track: Track, frame: int, x: float, y: float) -> bool:
    around = track.places[max(0, frame - 1) : frame + 2]
    gap = np.hypot(*(around - (x, y)).T)
    return bool(np.nanmin(gap, initial=np.inf) < max(track.half_width, track.half_height) + 9)


def _velocity(track: Track, frames: range) -> np.ndarray | None:
    """Mean velocity per frame over a window; None where it is not seen throughout."""
    chosen = [frame for frame in frames if 0 <= frame < len(track.places) and track.seen[frame]]
    if len(chosen) < 3:
        return None
    return np.asarray(np.polyfit(chosen, track.places[chosen], 1)[0])


def _mass(track: Track) -> float:
    density = RESIN_DENSITY
    if track.material in MATERIALS:
        density = MATERIALS[track.material].density
    area = 4 * track.half_width * track.half_height
    return density * area * (np.pi / 4 if track.shape == "ball" else 1.0)


def appearances(tracks: Sequence[Track], width: float) -> tuple[int, int]:
    """How many things vanish, and how many come out of nothing, away from the picture's edge."""
    lost = sum(
        track.last < len(track.places) - 1 - GAP and not _at_edge(track, track.last, width)
        for track in tracks
    )
    new = sum(track.first > GAP and not _at_edge(track, track.first, width) for track in tracks)
    return lost, new


def _at_edge(track: Track, frame: int, width: float) -> bool:
    x, y = track.places[frame]
    reach_x, reach_y = track.half_width + BORDER, track.half_height + BORDER
    return bool(x < reach_x or x > width - reach_x or y < reach_y or y > 256 - reach_y)

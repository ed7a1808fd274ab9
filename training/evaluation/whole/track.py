"""The state of a clip: which things there are, and where each of them is in every frame.

What the eye saw in single frames is joined from frame to frame where place, motion, size and
colour fit best (Kuhn 1955, the Hungarian method). Legend: F frames, n things in a frame.
Places and sizes are in 1/256 of the picture's height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from .eye import SHAPES, STUFFS, TONES, Glance

GAP = 8
"""Frames for which a thing may be hidden."""
SURE = 0.35
"""How sure the eye must be of a thing that it has not seen before."""
LEAST = 5
"""Frames in which something must be seen to count as a thing."""
REACH, COLOUR_WEIGHT, SIZE_WEIGHT, FARTHEST = 10.0, 0.6, 1.0, 3.0
FASTEST, JUMP, ALIKE = 20.0, 64.0, 1.35
"""Pixels a frame and pixels that what went unseen may have moved, and the ratio of its sizes."""


@dataclass(frozen=True, eq=False)
class Track:
    """One thing through a clip.

    Attributes:
        places: float [F, 2] x and y, NaN where it is not seen.
        half_width, half_height: of the outline, medians over time.
        shape, colour, material: words of the world; material "resin" for billiard balls.
    """

    places: np.ndarray
    half_width: float
    half_height: float
    shape: str
    colour: str
    material: str

    @property
    def seen(self) -> np.ndarray:
        """bool [F]."""
        return np.isfinite(self.places[:, 0])

    @property
    def first(self) -> int:
        """Frame in which it is seen first."""
        return int(np.flatnonzero(self.seen)[0])

    @property
    def last(self) -> int:
        """Frame in which it is seen last."""
        return int(np.flatnonzero(self.seen)[-1])


@dataclass
class _Growing:
    """A track while it is being joined: rows (frame, index into the glance)."""

    rows: list[tuple[int, int]] = field(default_factory=list)


def follow(glances: Sequence[Glance], height: int) -> list[Track]:
    """The things of a clip, those seen longest first.

    Args:
        glances: of all frames.
        height: of the picture in pixels.
    """
    growing: list[_Growing] = []
    for frame, glance in enumerate(glances):
        open_now = [track for track in growing if frame - track.rows[-1][0] <= GAP]
        taken = _join(glances, open_now, frame)
        for index in range(len(glance.places)):
            if index in taken:
                taken[index].rows.append((frame, index))
            elif glance.sureness[index] > SURE:
                growing.append(_Growing([(frame, index)]))
    long = [track for track in growing if len(track.rows) >= min(LEAST, len(glances))]
    long = _rejoined(glances, long)
    long.sort(key=lambda track: -len(track.rows))
    return [_track(glances, track.rows, 256 / height) for track in long]


def _join(glances: Sequence[Glance], tracks: list[_Growing], frame: int) -> dict[int, _Growing]:
    """Which thing of this frame goes on with which track."""
    glance = glances[frame]
    if not tracks or not len(glance.places):
        return {}
    cost = np.stack([_cost(glances, track.rows[-1], frame) for track in tracks])
    rows, columns = linear_sum_assignment(np.minimum(cost, 2 * FARTHEST))
    pairs = zip(rows, columns, strict=True)
    return {int(c): tracks[r] for r, c in pairs if cost[r, c] < FARTHEST}


def _cost(glances: Sequence[Glance], last: tuple[int, int], frame: int) -> np.ndarray:
    """[n]: how badly each thing of a frame goes on with one that was seen before."""
    glance, (before, index) = glances[frame], last
    earlier, gap = glances[before], frame - before
    expected = earlier.places[index] + gap * earlier.speeds[index]
    apart = np.hypot(*(glance.places - expected).T)
    free = REACH + 0.6 * gap * float(np.hypot(*earlier.speeds[index]))
    size = np.abs(np.log(glance.sizes / earlier.sizes[index])).sum(1)
    alike = np.exp(glance.colour) @ np.exp(earlier.colour[index])
    return np.asarray(apart / free + SIZE_WEIGHT * size + COLOUR_WEIGHT * (1 - alike))


def _rejoined(glances: Sequence[Glance], tracks: list[_Growing]) -> list[_Growing]:
    """Tracks of which one ends where another of the same colour and size begins, made one.

    What is hit, or moves a third of the picture in a few frames, is a smear for some of them, and
    goes on elsewhere than it was going to.
    """
    whole: list[_Growing] = []
    for late in sorted(tracks, key=lambda track: track.rows[0]):
        near = [(_jump(glances, early, late), n) for n, early in enumerate(whole)]
        jump, index = min(near, default=(np.inf, 0))
        if np.isfinite(jump):
            whole[index].rows += late.rows
        else:
            whole.append(_Growing(list(late.rows)))
    return whole


def _jump(glances: Sequence[Glance], early: _Growing, late: _Growing) -> float:
    """How far a thing that looks alike moved unseen; infinite where it cannot be the same."""
    (ended, last), (began, first) = early.rows[-1], late.rows[0]
    gap = began - ended
    if not 0 < gap <= GAP:
        return np.inf
    sizes = _size(glances, early.rows), _size(glances, late.rows)
    jump = float(np.hypot(*(glances[began].places[first] - glances[ended].places[last])))
    same = np.abs(np.log(sizes[0] / sizes[1])).max() < np.log(ALIKE) and (
        _voted(glances, early.rows, "colour") == _voted(glances, late.rows, "colour")
    )
    return jump if same and jump < min(FASTEST * gap, JUMP) else np.inf


def _track(glances: Sequence[Glance], rows: list[tuple[int, int]], scale: float) -> Track:
    places = np.full((len(glances), 2), np.nan)
    for frame, index in rows:
        places[frame] = glances[frame].places[index] * scale
    half_width, half_height = _size(glances, rows) * scale
    return Track(
        places=places,
        half_width=float(half_width),
        half_height=float(half_height),
        shape=SHAPES[_voted(glances, rows, "shape")],
        colour=TONES[_voted(glances, rows, "colour")],
        material=STUFFS[_voted(glances, rows, "material")],
    )


def _size(glances: Sequence[Glance], rows: list[tuple[int, int]]) -> np.ndarray:
    """[2]: medians of half width and half height."""
    return np.asarray(np.median([glances[frame].sizes[index] for frame, index in rows], axis=0))


def _voted(glances: Sequence[Glance], rows: list[tuple[int, int]], name: str) -> int:
    """The word that the frames agree on, the surest counting most."""
    votes = [glances[frame].sureness[i] * getattr(glances[frame], name)[i] for frame, i in rows]
    return int(np.argmax(np.sum(votes, axis=0)))


def count_at_start(tracks: Sequence[Track], frames: int = 4) -> int:
    """How many things the first frames show."""
    return sum(bool(track.seen[:frames].any()) for track in tracks)


@dataclass(frozen=True)
class Comparison:
    """A parsed clip against the simulated one.

    Attributes:
        found: share of the true things' frames inside the picture in which they were seen.
        invented: share of what was seen that is nowhere near a true thing.
        place_error: mean distance in 1/256 heights; None where nothing was found.
        speed_error: mean distance of the velocities over SPAN frames, in 1/256 heights per frame.
    """

    found: float
    invented: float
    place_error: float | None
    speed_error: float | None


NEAR = 14.0
INSIDE = 2.0
SPAN = 3
"""Frames that a velocity is read over, so that it is not the jitter of two readings."""


def compare(tracks: Sequence[Track], true_FN2: np.ndarray, width: float) -> Comparison | None:
    """Compares tracks with true places in 1/256 heights; None without any true thing."""
    frames = min([len(true_FN2), *(len(track.places) for track in tracks)])
    true = true_FN2[:frames]
    inside = _inside(true, width)
    if not inside.any():
        return None
    covered = np.zeros(inside.shape, bool)
    gaps: list[np.ndarray] = []
    speed_gaps: list[np.ndarray] = []
    wrong = total = 0
    for track in tracks:
        gap = track.places[:frames, None] - true
        apart = np.hypot(gap[..., 0], gap[..., 1])
        seen = track.seen[:frames]
        total += int(seen.sum())
        if not seen.any():
            continue
        thing = int(np.median(apart[seen], axis=0).argmin())
        near = seen & (np.nan_to_num(apart[:, thing], nan=np.inf) < NEAR)
        wrong += int((seen & ~near).sum())
        covered[:, thing] |= near
        gaps.append(apart[near, thing])
        speed_gaps.append(_speed_gaps(gap[:, thing], near))
    return Comparison(
        found=float((covered & inside).sum() / inside.sum()),
        invented=wrong / max(1, total),
        place_error=_mean(gaps),
        speed_error=_mean(speed_gaps),
    )


@dataclass(frozen=True)
class Continuation:
    """What became of the things that a clip began with, beside what should have.

    Attributes:
        followed: share of the later frames, of those in which a thing should be inside the picture,
            in which its track is seen at all.
        speed_error: mean distance of their velocities over SPAN frames then, wherever they are, in
            1/256 heights per frame; None where nothing is followed.
    """

    followed: float
    speed_error: float | None


def continuation(
    tracks: Sequence[Track], true_FN2: np.ndarray, width: float, begins: int
) -> Continuation | None:
    """Compares what comes after so many frames; None without any, or without things then.

    As PhyWorld (Kang et al. 2024, arXiv:2411.02385) does, which shows three frames.
    """
    frames = min([len(true_FN2), *(len(track.places) for track in tracks)])
    if frames <= begins:
        return None
    true = true_FN2[:frames]
    inside = _inside(true, width)
    wanted = followed = 0
    speed_gaps: list[np.ndarray] = []
    for thing in np.flatnonzero(inside[begins - 1]):
        later = inside[:, thing].copy()
        later[:begins] = False
        wanted += int(later.sum())
        gaps = [track.places[:frames] - true[:, thing] for track in tracks]
        apart = [_usual_distance(gap[:begins]) for gap in gaps]
        if not apart or min(apart) > NEAR:
            continue
        gap = gaps[int(np.argmin(apart))]
        later &= np.isfinite(gap[:, 0])
        followed += int(later.sum())
        speed_gaps.append(_speed_gaps(gap, later))
    return Continuation(followed / wanted, _mean(speed_gaps)) if wanted else None


def _inside(true_FN2: np.ndarray, width: float) -> np.ndarray:
    """bool [F, N]: which things' centres are inside the picture."""
    x, y = true_FN2[..., 0], true_FN2[..., 1]
    across, down = (x > INSIDE) & (x < width - INSIDE), (y > INSIDE) & (y < 256 - INSIDE)
    return np.asarray(across & down)


def _usual_distance(gap_F2: np.ndarray) -> float:
    """Median of the frames that have one; infinite without any."""
    apart = np.hypot(*gap_F2.T)
    seen = apart[np.isfinite(apart)]
    return float(np.median(seen)) if len(seen) else np.inf


def _speed_gaps(gap_F2: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Distances of velocities over SPAN frames, where both ends count."""
    both = counted[SPAN:] & counted[:-SPAN]
    return np.asarray(np.hypot(*((gap_F2[SPAN:] - gap_F2[:-SPAN])[both] / SPAN).T))


def _mean(parts: Sequence[np.ndarray]) -> float | None:
    values = np.concatenate([np.zeros(0), *parts])
    return float(values.mean()) if len(values) else None

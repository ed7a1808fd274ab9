"""The metrics, one definition each: what a reading must share with the truth behind its caption.

A metric is counted over the clips whose caption tells what it asks; docs/metrics.md has the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from ..world import Truth
from ..world.drops.scene import FLOOR_Y
from .reading import Reading

Item = TypeVar("Item")

SYNC_FRAMES = 2.0
MOVED = 1 / 16
"""Heights that an object must travel to count as moving; the lowest fall is twice as long."""


@dataclass(frozen=True)
class Metric:
    """One measured property.

    Attributes:
        name: key in JSON.
        label: in tables.
        measure: its value for one clip (0 or 1 for shares), None where it does not apply.
        told: whether the caption fixes it; always by default.
        scope: "prompt" compares with what a caption asks; "clip" with one very clip, which
            nothing but that clip and its round trip can match.
        average: of the clips' values.
    """

    name: str
    label: str
    measure: Callable[[Reading, Truth], float | None]
    told: Callable[[Truth], bool] = lambda _: True
    scope: Literal["prompt", "clip"] = "prompt"
    average: Literal["mean", "median"] = "mean"


@dataclass(frozen=True)
class Score:
    """The average of a metric and the number of clips it is over."""

    value: float
    count: int


def score(
    readings: Sequence[Reading],
    truths: Sequence[Truth],
    scopes: Sequence[str] = ("prompt", "clip"),
    told_only: bool = True,
    metrics: Sequence[Metric] | None = None,
) -> dict[str, Score]:
    """Scores readings against truths, pair by pair; metrics that apply to no clip are left out.

    Args:
        readings: of one source.
        truths: of the clips whose captions were asked for.
        scopes: which metrics; samples have only "prompt".
        told_only: count a clip only where its caption tells; False tests the instruments.
        metrics: of the playground; those of "drops" by default.
    """
    scores = {}
    for metric in METRICS if metrics is None else metrics:
        if metric.scope not in scopes:
            continue
        measured = [
            metric.measure(reading, truth)
            for reading, truth in zip(readings, truths, strict=True)
            if metric.told(truth) or not told_only
        ]
        values = [value for value in measured if value is not None]
        if values:
            average = np.mean if metric.average == "mean" else np.median
            scores[metric.name] = Score(float(average(values)), len(values))
    return scores


def shuffled(
    readings: Sequence[Reading], truths: Sequence[Truth]
) -> tuple[list[Reading], list[Truth]]:
    """Pictures, sounds and captions of three different clips each: what chance scores."""
    sounds, captions = len(readings) // 3, 2 * len(readings) // 3
    mixed = [
        replace(seen, onsets_s=heard.onsets_s, material=heard.material)
        for seen, heard in zip(readings, _rolled(readings, sounds), strict=True)
    ]
    return mixed, _rolled(truths, captions)


def true_paths(truth: Truth) -> np.ndarray:
    """Trajectories [F, objects, 2] in picture heights."""
    height_px = truth.floor_y_px * 256 / FLOOR_Y
    return truth.trajectories[:, :, :2].astype(np.float64) / height_px


def _rolled(items: Sequence[Item], by: int) -> list[Item]:
    return [*items[by:], *items[:by]]


def _impact(reading: Reading, truth: Truth) -> float | None:
    if truth.first_impact_s is None:
        return None
    return _within(reading.onsets_s[:1], truth.first_impact_s, reading.fps)


def _sync(reading: Reading, truth: Truth) -> float | None:  # noqa: ARG001 every metric gets both
    if reading.contact_s is None:
        return 0.0
    return _within(reading.onsets_s[:1], reading.contact_s, reading.fps)


def _within(onsets_s: Sequence[float], moment_s: float, fps: int) -> float:
    # Rounded, so that exactly two frames do not depend on the last bit.
    return float(any(round(abs(o - moment_s) * fps, 6) <= SYNC_FRAMES for o in onsets_s))


def _lag(reading: Reading) -> float | None:
    """Frames from the visible contact to the sound."""
    if reading.contact_s is None or not reading.onsets_s:
        return None
    return (reading.onsets_s[0] - reading.contact_s) * reading.fps


def _gap(reading: Reading, truth: Truth) -> float | None:  # noqa: ARG001
    lag = _lag(reading)
    return None if lag is None else abs(lag)


def _height_track(reading: Reading, truth: Truth) -> float | None:
    """Pearson correlation of the mean heights over time; 0 without a path."""
    true = true_paths(truth)[..., 1].mean(1)
    seen = reading.paths[..., 1].mean(1) if reading.count else np.full(len(true), np.nan)
    shown = min(len(true), len(seen))
    seen, true = seen[:shown], true[:shown]
    if not np.isfinite(seen).all() or not seen.std() or not true.std():
        return 0.0
    return float(np.corrcoef(seen, true)[0, 1])


def _path_error(reading: Reading, truth: Truth) -> float | None:
    """Mean distance in 1/256 of the height; None with the wrong number of objects."""
    if reading.count != truth.count:
        return None
    apart = np.hypot(*np.moveaxis(reading.paths - true_paths(truth), -1, 0))
    return float(apart.mean() * 256) if np.isfinite(apart).all() else None


def _speed_error(reading: Reading, truth: Truth) -> float | None:
    """Mean velocity error in 1/256 of the height per frame."""
    if reading.count != truth.count:
        return None
    apart = np.hypot(*np.moveaxis(np.diff(reading.paths - true_paths(truth), axis=0), -1, 0))
    return float(apart.mean() * 256) if np.isfinite(apart).all() else None


def _fall_told(truth: Truth) -> bool:
    """Whether the caption fixes the time of the impact: a low fall is short for every size."""
    return "height" in truth.words and ("size" in truth.words or truth.height == "low")


METRICS = (
    Metric("place", "place", lambda r, t: float(r.place == t.place)),
    Metric("colour", "colour, 8-way", lambda r, t: float(r.colour == t.objects[0].colour)),
    Metric("shape", "shape", lambda r, t: float(r.shape == t.objects[0].shape)),
    Metric("count", "count", lambda r, t: float(r.count == t.count)),
    Metric(
        "position",
        "position",
        lambda r, t: float(r.positions == tuple(thing.position for thing in t.objects)),
        told=lambda t: "position" in t.words,
    ),
    Metric(
        "size",
        "size",
        lambda r, t: float(r.size == t.objects[0].size),
        told=lambda t: "size" in t.words,
    ),
    Metric(
        "height",
        "height of the fall",
        lambda r, t: float(r.height == t.height),
        told=lambda t: "height" in t.words,
    ),
    Metric("moves", "every object moves", lambda r, _: float(r.travelled >= MOVED)),
    Metric(
        "material",
        "material by sound",
        lambda r, t: float(r.material == t.objects[0].material),
        told=lambda t: "material" in t.words or "sound" in t.words,
    ),
    Metric("impact", "sound within 2 frames of simulated impact", _impact, told=_fall_told),
    Metric("sync", "sound within 2 frames of visible contact", _sync),
    Metric("sync_gap", "sound to contact, frames (median)", _gap, average="median"),
    Metric(
        "sync_lag",
        "sound after contact, frames (median)",
        lambda r, _: _lag(r),
        average="median",
    ),
    Metric("height_track", "correlation of height over time", _height_track, told=_fall_told),
    Metric("path_error", "path error, 1/256 height", _path_error, scope="clip"),
    Metric("speed_error", "speed error, 1/256 height per frame", _speed_error, scope="clip"),
)

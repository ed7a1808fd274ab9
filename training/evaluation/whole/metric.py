"""The metrics of the whole playground, one definition each; docs/metrics.md has the words.

Scope "prompt" needs the caption's truth alone and is asked of samples too; "clip" compares with one
very clip, which only that clip and its round trip can match.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from ...world.truth import WholeTruth
from ..metric import Metric
from .events import EVENTS, event_of, kind_of
from .mouth import correlation
from .people import People
from .physics import appearances, fall_error, momentum_drift
from .reading import WholeReading
from .sync import f1, matches, merged
from .told import Group, best_track, groups, loudest_material, tells_tune
from .track import Comparison, Continuation, compare, continuation
from .words import says

BEGINS = 9
"""Frames of the clip that a continuation is given: two latent ones, so that speeds can be seen."""
TOLERANCE_FRAMES = 1.0
FALLING = ("drop", "throw", "hoop")
LEVEL_CAMERAS = ("still", "pan left", "pan right", "follow")
SPEAKS, SPEECH_SHARE = 0.5, 0.12
"""A hop holds speech from this probability on, a clip from this share of hops on."""

Measure = Callable[[WholeReading, WholeTruth], float | None]


def _always(_: WholeTruth) -> bool:
    return True


def _metric(
    name: str,
    label: str,
    measure: Measure,
    told: Callable[[WholeTruth], bool] = _always,
    scope: Literal["prompt", "clip"] = "prompt",
    average: Literal["mean", "median"] = "mean",
) -> Metric:
    return Metric(name, label, measure, told, scope, average)  # type: ignore[arg-type]


def true_places(truth: WholeTruth) -> np.ndarray:
    """Trajectories [F, objects, 2] in 1/256 heights, as the picture shows them."""
    return truth.trajectories[..., :2].astype(np.float64) * (212.0 / truth.floor_y_px)


def _kind(reading: WholeReading, truth: WholeTruth) -> float:
    return float(kind_of(reading.view.event) == truth.kind)


def _result(reading: WholeReading, truth: WholeTruth) -> float | None:
    event = event_of(truth.kind, truth.outcome)
    return None if event is None else float(reading.view.event == event)


def _word(name: str) -> Measure:
    return lambda reading, truth: float(getattr(reading.view, name) == getattr(truth, name))


def _says(name: str) -> Callable[[WholeTruth], bool]:
    return lambda truth: name in truth.words


def _has_things(truth: WholeTruth) -> bool:
    return bool(truth.objects)


def _count(reading: WholeReading, truth: WholeTruth) -> float:
    start = true_places(truth)[0]
    inside = ((start > 0) & (start < (reading.width, 256.0))).all(-1)
    return float(reading.count == int(inside.sum()))


def _look(agrees: Callable[[Group, WholeReading], bool | None]) -> Measure:
    """Share of the groups of things the caption names of which a thing with that look is seen."""

    def measure(reading: WholeReading, truth: WholeTruth) -> float | None:
        values = [value for group in groups(truth) if (value := agrees(group, reading)) is not None]
        return float(np.mean(values)) if values else None

    return measure


def _agrees(attribute: str) -> Callable[[Group, WholeReading], bool | None]:
    def agrees(group: Group, reading: WholeReading) -> bool | None:
        words = getattr(group, attribute)
        if not words:
            return None
        track = best_track(group, reading.tracks)
        return track is not None and getattr(track, attribute) in words

    return agrees


def _whole_look(group: Group, reading: WholeReading) -> bool | None:
    track = best_track(group, reading.tracks)
    return track is not None and group.agreement(track) == group.asked


def _f1(
    found: Callable[[WholeReading], Sequence[float]],
    wanted: Callable[[WholeReading, WholeTruth], Sequence[float]],
) -> Measure:
    def measure(reading: WholeReading, truth: WholeTruth) -> float | None:
        tolerance_s = TOLERANCE_FRAMES / reading.fps + 1e-6
        return f1(merged(found(reading)), merged(wanted(reading, truth)), tolerance_s)

    return measure


def _seen(reading: WholeReading, truth: WholeTruth | None = None) -> list[float]:  # noqa: ARG001
    return [time_s for time_s, _, _ in reading.contacts]


def _heard(reading: WholeReading) -> Sequence[float]:
    return reading.hearing.onsets_s


def _simulated(reading: WholeReading, truth: WholeTruth) -> list[float]:  # noqa: ARG001
    return [contact.time_s for contact in truth.contacts]


LAG_REACH_FRAMES = 3.0


def _lag(reading: WholeReading, truth: WholeTruth) -> float | None:  # noqa: ARG001
    """Median frames from what is seen to what is heard, over pairs within three frames."""
    pairs = matches(merged(_heard(reading)), merged(_seen(reading)), LAG_REACH_FRAMES / reading.fps)
    lags = [(heard - seen) * reading.fps for heard, seen in pairs]
    return float(np.median(lags)) if lags else None


def _compared(part: Callable[[Comparison], float | None]) -> Measure:
    def measure(reading: WholeReading, truth: WholeTruth) -> float | None:
        made = compare(reading.tracks, true_places(truth), reading.width)
        return None if made is None else part(made)

    return measure


def _continued(part: Callable[[Continuation], float | None]) -> Measure:
    def measure(reading: WholeReading, truth: WholeTruth) -> float | None:
        made = continuation(reading.tracks, true_places(truth), reading.width, BEGINS)
        return None if made is None else part(made)

    return measure


def _fall(reading: WholeReading, truth: WholeTruth) -> float | None:
    if truth.kind not in FALLING or truth.camera not in LEVEL_CAMERAS:
        return None
    return fall_error(reading.tracks, reading.fps)


def _momentum(reading: WholeReading, truth: WholeTruth) -> float | None:
    """Asked where two balls collide and nothing else does."""
    asked = {"roll": ("collide",), "billiards": ("hits",)}.get(truth.kind, ())
    alone = truth.outcome.get("count", 1) == 1
    if truth.outcome["result"] not in asked or not alone or truth.camera != "still":
        return None
    return momentum_drift(reading.tracks, reading.contacts, reading.fps)


def _steady(reading: WholeReading, truth: WholeTruth) -> float | None:
    """Dominoes are not asked: small equal things in a row change places with one another."""
    if not truth.objects or truth.kind == "domino":
        return None
    return float(not any(appearances(reading.tracks, reading.width)))


def _material(reading: WholeReading, truth: WholeTruth) -> float | None:
    loudest = loudest_material(truth)
    return None if loudest is None else float(reading.hearing.material == loudest)


def _speech(reading: WholeReading, truth: WholeTruth) -> float:
    heard = float((reading.hearing.speech > SPEAKS).mean()) > SPEECH_SHARE
    return float(heard == bool(truth.dialogue))


def _mouth_sound(reading: WholeReading, truth: WholeTruth) -> float | None:
    """Pearson's r of the widest open mouth and the loudness of voices."""
    if not truth.dialogue:
        return None
    if not reading.mouths.shape[1]:
        return 0.0
    return correlation(reading.mouths.max(1), reading.envelope)


def _mouth_error(reading: WholeReading, truth: WholeTruth) -> float | None:
    """Mean absolute difference of openings, each mouth against the true one on its side."""
    curves = _paired_mouths(reading, truth)
    return None if curves is None else float(np.abs(curves[0] - curves[1]).mean())


def _mouth_track(reading: WholeReading, truth: WholeTruth) -> float | None:
    curves = _paired_mouths(reading, truth)
    return None if curves is None else correlation(curves[0].ravel(), curves[1].ravel())


def _paired_mouths(
    reading: WholeReading, truth: WholeTruth
) -> tuple[np.ndarray, np.ndarray] | None:
    if not truth.cast or reading.mouths.shape[1] != len(truth.cast):
        return None
    order = np.argsort([who.x for who in truth.cast])
    shown = min(len(reading.mouths), len(truth.mouths))
    return reading.mouths[:shown], truth.mouths[:shown, order, 0]


def _speakers(reading: WholeReading, truth: WholeTruth) -> float | None:
    return float(reading.mouths.shape[1] == len(truth.cast)) if truth.cast else None


def _words(reading: WholeReading, truth: WholeTruth) -> float | None:
    if not truth.dialogue:
        return None
    line = truth.dialogue[0]
    return float(says(reading.said, line.text, line.language, truth.cast[line.speaker].voice))


_FIXED = (
    _metric("kind", "kind of event, 12-way", _kind),
    _metric("result", f"kind and result, {len(EVENTS)}-way", _result),
    _metric("place", "place, 7-way", _word("place"), _says("place")),
    _metric("time", "time of day, 4-way", _word("time"), _says("time")),
    _metric("weather", "weather, 6-way", _word("weather"), _says("weather")),
    _metric("style", "style, 4-way", _word("style"), _says("style")),
    _metric("camera", "camera move, 7-way", _word("camera"), _says("camera")),
    _metric("count", "number of things at the start", _count, _has_things),
    _metric("shape", "shape of what is named", _look(_agrees("shape"))),
    _metric("colour", "colour of what is named, 10-way", _look(_agrees("colour"))),
    _metric("material", "material of what is named, 6-way", _look(_agrees("material"))),
    _metric("look", "all of it on one thing", _look(_whole_look)),
    _metric("heard", "material by sound, 6-way", _material),
    _metric(
        "ambience",
        "ambience, 9-way",
        lambda r, t: float(r.hearing.ambience == t.ambience),
        _says("ambience"),
    ),
    _metric(
        "music", "music", lambda r, t: float(r.hearing.music == (t.tune is not None)), tells_tune
    ),
    _metric("speech", "speech or none", _speech),
    _metric("speakers", "number of speakers", _speakers),
    _metric("sync", "onset F1, sound against visible contacts", _f1(_heard, _seen), _has_things),
    _metric("lag", "sound after contact, frames (median)", _lag, _has_things, average="median"),
    _metric("mouth_sound", "mouth and loudness, correlation", _mouth_sound),
    _metric("words", "says the words, 1 of 20", _words),
    _metric("fall", "free fall, relative error of g (median)", _fall, average="median"),
    _metric("momentum", "momentum drift in a collision (median)", _momentum, average="median"),
    _metric("steady", "no thing lost or out of nothing", _steady),
    _metric("found", "true things found", _compared(lambda c: c.found), scope="clip"),
    _metric("invented", "seen where nothing is", _compared(lambda c: c.invented), scope="clip"),
    _metric(
        "place_error",
        "place error, 1/256 height",
        _compared(lambda c: c.place_error),
        scope="clip",
    ),
    _metric(
        "speed_error",
        "velocity error, 1/256 height per frame",
        _compared(lambda c: c.speed_error),
        scope="clip",
    ),
    _metric(
        "followed",
        f"things seen on after {BEGINS} frames",
        _continued(lambda c: c.followed),
        scope="clip",
    ),
    _metric(
        "speed_after",
        f"velocity error after {BEGINS} frames",
        _continued(lambda c: c.speed_error),
        scope="clip",
    ),
    _metric(
        "sound_f1",
        "onset F1, sound against simulation",
        _f1(_heard, _simulated),
        _has_things,
        "clip",
    ),
    _metric(
        "picture_f1",
        "onset F1, visible contacts against simulation",
        _f1(_seen, _simulated),
        _has_things,
        "clip",
    ),
    _metric("mouth_error", "mouth opening, mean error", _mouth_error, scope="clip"),
    _metric("mouth_track", "mouth opening, correlation", _mouth_track, scope="clip"),
)


def whole_metrics(people: People) -> tuple[Metric, ...]:
    """All metrics; `people` knows the speakers that identities are told from."""
    return (
        *_FIXED,
        _metric("looks_identity", "speaker by looks, 1 of 20", people.looks_match, scope="clip"),
        _metric("voice_identity", "speaker by voice, 1 of 20", people.voice_matches, scope="clip"),
    )

"""Mouths: where the truth has them, and how they open in a clip and in its truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import signal

from ...world.drawing.character import HEAD_UNITS, HEAD_Y, REACH_DOWN
from .eye import Glance

BELOW = 0.58
"""Middle of the mouth under the middle of the head, in heads."""


def mouth_places(
    cast: Sequence[dict[str, Any]], mouths: np.ndarray, view: np.ndarray
) -> np.ndarray:
    """float [F, speakers, 3]: x, y in a picture 256 high, and the opening.

    Heads bob by less than two units, which the truth does not tell.
    """
    places = np.zeros((len(view), len(cast), 3))
    for k, who in enumerate(cast):
        unit = HEAD_UNITS * who["size"]
        opening = mouths[:, k, 0]
        y = max(HEAD_Y, 268 - REACH_DOWN * unit) - 1.8 * opening + BELOW * unit
        places[:, k, 0] = 128 + (who["x"] - view[:, 0]) * view[:, 2]
        places[:, k, 1] = 128 + (y - view[:, 1]) * view[:, 2]
        places[:, k, 2] = opening
    return places


LEFT_OF = 0.5
MOUTH_SURE = 0.4


def mouth_curves(glances: Sequence[Glance], width_px: float) -> tuple[np.ndarray, np.ndarray]:
    """How open mouths are and where they are, from left to right.

    A picture with mouths on both sides in most frames has two speakers, else one.

    Returns:
        float [F, speakers] opening 0..1, frames without a mouth filled in linearly (empty where
        there is no mouth at all), and [speakers] x in pixels.
    """
    sides: list[list[tuple[int, float, float, float]]] = [[], []]
    for frame, glance in enumerate(glances):
        for x, _, opening, sure in glance.mouths:
            if sure > MOUTH_SURE:
                sides[int(x > LEFT_OF * width_px)].append((frame, opening, sure, x))
    frames = len(glances)
    shown = [rows for rows in sides if len({row[0] for row in rows}) > frames / 2]
    if not shown:
        together = sorted(sides[0] + sides[1])
        shown = [together] if len({row[0] for row in together}) > frames / 4 else []
    curves = [_curve(rows, frames) for rows in shown]
    places = [float(np.median([row[3] for row in rows])) for rows in shown]
    return np.array(curves).reshape(-1, frames).T, np.array(places)


def _curve(rows: list[tuple[int, float, float, float]], frames: int) -> np.ndarray:
    """One opening a frame, that of the surest mouth."""
    best: dict[int, tuple[float, float]] = {}
    for frame, opening, sure, _ in rows:
        best[frame] = max(best.get(frame, (0.0, 0.0)), (sure, opening))
    seen = sorted(best)
    return np.interp(np.arange(frames), seen, [best[frame][1] for frame in seen])


def sound_envelope(waveform: np.ndarray, rate_hz: int, frames: int, fps: int) -> np.ndarray:
    """float [F]: loudness of voices around each frame, over its loudest, to the power 0.7.

    Between 150 and 4000 Hz; the quietest tenth of the clip counts as silence.
    """
    mono = np.atleast_2d(waveform).mean(0)
    band = signal.sosfiltfilt(_voice_band(rate_hz), mono)
    power = np.concatenate([[0.0], np.cumsum(band**2)])
    centres = np.arange(frames) / fps * rate_hz
    half = 0.6 * rate_hz / fps
    low, high = (np.clip(centres + side * half, 0, len(mono)).astype(int) for side in (-1, 1))
    loud = np.sqrt((power[high] - power[low]) / np.maximum(high - low, 1))
    loud = np.maximum(loud - np.quantile(loud, 0.1), 0)
    opened = (loud / max(float(loud.max(initial=0)), 1e-9)) ** 0.7
    return np.asarray(np.convolve(np.pad(opened, 1, mode="edge"), [0.2, 0.6, 0.2], mode="valid"))


def _voice_band(rate_hz: int) -> np.ndarray:
    return np.asarray(signal.butter(4, (150, 4000), "bandpass", fs=rate_hz, output="sos"))


def correlation(one: np.ndarray, two: np.ndarray) -> float:
    """Pearson's r of two curves; 0 where either stands still."""
    shown = min(len(one), len(two))
    one, two = one[:shown], two[:shown]
    if not one.std() or not two.std():
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])

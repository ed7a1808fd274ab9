"""All contacts of a stage as sound: hits at their places, balls that roll, a ball in the net."""

from __future__ import annotations

import numpy as np
from scipy import fft

from ..clip import SAMPLE_RATE
from ..scenes.layout import FLOOR_Y
from ..scenes.physics import Hit
from ..scenes.stage import Stage
from .impact import REFERENCE_DV, strike

OTHER_LEVEL = 0.7
ROLL_BAND = (90.0, 620.0)


def add_contacts(dry: np.ndarray, stage: Stage, rng: np.random.Generator) -> None:
    """Adds every hit to `dry`, float32 [2, N], on the sample of its contact."""
    for hit in stage.motion.hits:
        onset = round(hit.time_s * SAMPLE_RATE)
        if onset >= dry.shape[1]:
            continue
        hardness = hit.dv / REFERENCE_DV
        thing = stage.layout.things[hit.first]
        for timbre, size, level in _sounds(stage, hit, thing.half_width):
            sound = strike(timbre, size, hardness, int(rng.integers(4)))
            add_at(dry, level * sound, onset, hit.x / stage.width)
    if stage.outcome.get("result") == "scores":
        _add_swish(dry, stage)


def _sounds(stage: Stage, hit: Hit, size: float) -> list[tuple[str, float, float]]:
    """(timbre, size, level) of both sides of a hit."""
    things = stage.layout.things
    billiards = stage.kind == "billiards"
    first = "resin" if billiards else things[hit.first].material
    sounds = [(first, _size(stage, hit.first), 1.0)]
    if hit.second >= 0:
        other = "resin" if billiards else things[hit.second].material
        sounds.append((other, _size(stage, hit.second), OTHER_LEVEL))
    elif hit.surface == "floor":
        sounds.append((stage.setting.place, 24.0, OTHER_LEVEL))
    else:
        sounds.append((hit.surface, max(size, 20.0), OTHER_LEVEL))
    return sounds


def _size(stage: Stage, index: int) -> float:
    thing = stage.layout.things[index]
    if thing.shape == "ball":
        return thing.half_width
    return float(np.sqrt(thing.half_width * thing.half_height))


def _add_swish(dry: np.ndarray, stage: Stage) -> None:
    y = stage.motion.paths[:, 0, 1]
    rim_y = float(stage.layout.facts["rim_y"])
    crossing = np.flatnonzero((y[1:] > rim_y + 8) & (y[:-1] <= rim_y + 8))
    if len(crossing):
        onset = round((crossing[0] + 1) / stage.motion.fps * SAMPLE_RATE)
        position = float(stage.layout.facts["rim_x"]) / stage.width
        add_at(dry, strike("net", 20.0, 1.0, 0), onset, position)


def add_at(dry: np.ndarray, sound: np.ndarray, onset: int, position: float) -> None:
    """Adds a mono sound from sample `onset`, panned with equal power, 0 left .. 1 right."""
    length = min(len(sound), dry.shape[1] - onset)
    if length <= 0:
        return
    pan = float(np.clip(0.12 + 0.76 * position, 0, 1)) * np.pi / 2
    dry[0, onset : onset + length] += np.float32(np.cos(pan)) * sound[:length]
    dry[1, onset : onset + length] += np.float32(np.sin(pan)) * sound[:length]


def add_rolling(dry: np.ndarray, stage: Stage, rng: np.random.Generator) -> None:
    """Adds a low rumble for every ball that rolls, as loud as it is fast."""
    loud = [
        (index, level)
        for index, thing in enumerate(stage.layout.things)
        if thing.shape == "ball" and (level := _roll_level(stage, index)).max() > 0.02
    ]
    if not loud:
        return
    samples = dry.shape[1]
    frequency = fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    low, high = ROLL_BAND
    shape = 1 / np.sqrt((1 + (frequency / high) ** 4) * (1 + (low / (frequency + 1)) ** 4))
    noise = fft.irfft(fft.rfft(rng.standard_normal(samples, dtype=np.float32)) * shape, samples)
    noise /= noise.std()
    seconds = np.arange(samples) / SAMPLE_RATE
    frames = np.arange(len(stage.motion.paths)) / stage.motion.fps
    for index, level in loud:
        gain = np.interp(seconds, frames, level)
        x = np.interp(seconds, frames, stage.motion.paths[:, index, 0]) / stage.width
        pan = np.clip(0.12 + 0.76 * x, 0, 1) * np.pi / 2
        # One revolution is heard as a slow throb.
        turns = np.interp(seconds, frames, stage.motion.paths[:, index, 2])
        sound = noise * gain * (1 + 0.35 * np.sin(turns))
        dry += np.stack([np.cos(pan) * sound, np.sin(pan) * sound]).astype(np.float32)


def _roll_level(stage: Stage, index: int) -> np.ndarray:
    """Loudness by frame of a ball on the floor, on a ramp or on a table; 0 in the air."""
    thing = stage.layout.things[index]
    paths, speeds = stage.motion.paths[:, index], stage.motion.speeds[:, index]
    speed = np.hypot(speeds[:, 0], speeds[:, 1])
    if stage.kind == "billiards":
        touching = np.full(len(speed), 0.5)
    else:
        touching = np.where(FLOOR_Y - paths[:, 1] - thing.half_width < 1.5, 1.0, 0.0)
        if stage.kind == "ramp" and index == 0:
            touching = np.maximum(touching, (speed > 10).astype(float))
    # Between frames the level is interpolated; a ball that lands must not be heard before it does.
    touching = np.minimum(touching, np.concatenate([touching[:1], touching[:-1]]))
    softness = {"rubber": 0.5, "wood": 0.9, "metal": 1.0, "glass": 0.8, "stone": 1.1}
    level = 0.035 * softness[thing.material] * np.minimum(speed / 150, 1.3) * touching
    return np.where(speed > 12, level, 0)

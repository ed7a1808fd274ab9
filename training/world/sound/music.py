"""Simple background music: a chord loop and a tune in one key, tempo and instrument."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..clip import SAMPLE_RATE
from ..scenes.dice import Dice
from ..scenes.stage import Tune
from .contact import add_at

TONICS = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 57, "B": 59}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
CHORDS = {"major": ((0, 3, 4, 0), (0, 5, 3, 4)), "minor": ((0, 5, 2, 4), (0, 3, 4, 0))}
TEMPOS = {"slow": (66, 84), "calm": (88, 104), "lively": (112, 132), "fast": (138, 160)}
LEVEL = 0.10
INSTRUMENTS: dict[str, tuple[tuple[float, ...], float, float]] = {
    "piano": ((1, 0.5, 0.28, 0.16, 0.09, 0.05), 3.2, 0.004),
    "guitar": ((1, 0.62, 0.5, 0.3, 0.2, 0.12, 0.08), 4.6, 0.002),
    "music box": ((1, 0.0, 0.35, 0.0, 0.16, 0.0, 0.05), 5.0, 0.001),
    "flute": ((1, 0.32, 0.1, 0.03), 0.6, 0.05),
    "organ": ((1, 0.6, 0.4, 0.3, 0.0, 0.2, 0.0, 0.12), 0.15, 0.02),
    "marimba": ((1, 0.0, 0.0, 0.35, 0.0, 0.0, 0.0, 0.08), 9.0, 0.002),
}
"""Gains of the harmonics, decay per second, seconds to rise."""


def draw_tune(dice: Dice) -> Tune:
    """Draws instrument, key and tempo."""
    tempo = dice.pick(list(TEMPOS))
    low, high = TEMPOS[tempo]
    return Tune(
        instrument=dice.pick(list(INSTRUMENTS)),
        tonic=dice.pick(list(TONICS)),
        mode=dice.pick(["major", "minor"]),
        tempo_bpm=2 * dice.integer(low // 2, high // 2),
        tempo=tempo,
    )


def add_music(dry: np.ndarray, tune: Tune, rng: np.random.Generator) -> None:
    """Adds the tune to `dry`, float32 [2, N], from its first sample on."""
    beat = 60 / tune.tempo_bpm
    tonic, scale = TONICS[tune.tonic], SCALES[tune.mode]
    chords = CHORDS[tune.mode][int(rng.integers(2))]
    sustained = tune.instrument in ("flute", "organ")
    steps = int(dry.shape[1] / SAMPLE_RATE / beat * 2) + 1
    degree = int(rng.integers(0, 5))
    for step in range(steps):
        onset = round(step * beat / 2 * SAMPLE_RATE)
        root = chords[(step // 4) % len(chords)]
        if step % 4 == 0:
            for k in (0, 2, 4) if not sustained else (0, 4):
                note = _note(tonic - 12, scale, root + k)
                sound = _tone(tune.instrument, note, 1 if not sustained else round(40 * beat))
                add_at(dry, (0.5 * LEVEL) * sound, onset, 0.35)
        if step % 2 == 0 or rng.random() < 0.55:
            degree = int(np.clip(degree + rng.integers(-2, 3), 0, 8))
            if step % 4 == 0:
                degree = root + (0, 2, 4)[int(rng.integers(3))]
            note = _note(tonic, scale, degree)
            sound = _tone(tune.instrument, note, 1 if not sustained else round(18 * beat))
            add_at(dry, LEVEL * sound, onset, 0.6)


def _note(tonic: int, scale: tuple[int, ...], degree: int) -> int:
    octave, step = divmod(degree, 7)
    return tonic + 12 * octave + scale[step]


@lru_cache(maxsize=384)
def _tone(instrument: str, note: int, twentieths: int) -> np.ndarray:
    """One note, MIDI number `note`; held for twentieths of a second where the instrument holds."""
    gains, decay, rise = INSTRUMENTS[instrument]
    pitch = 440 * 2 ** ((note - 69) / 12) * (2 if instrument == "music box" else 1)
    held = instrument in ("flute", "organ")
    length_s = twentieths / 20 + 0.08 if held else min(1.6, 5.5 / decay)
    time_s = np.arange(round(length_s * SAMPLE_RATE)) / SAMPLE_RATE
    sound = np.zeros(len(time_s))
    for k, gain in enumerate(gains, 1):
        if gain and k * pitch < 10_500:
            damping = np.exp(-time_s * decay * (1 + 0.35 * (k - 1)))
            sound += gain * damping * np.sin(2 * np.pi * k * pitch * time_s)
    if instrument == "flute":
        sound *= 1 + 0.12 * np.sin(2 * np.pi * 5.2 * time_s)
    sound *= np.minimum(1, time_s / rise) * np.minimum(1, (length_s - time_s) / 0.06)
    return (sound / np.abs(sound).max()).astype(np.float32)

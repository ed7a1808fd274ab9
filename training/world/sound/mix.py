"""The whole sound of a clip: everything dry at its place, then the room it sounds in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft, signal

from ..clip import SAMPLE_RATE, ClipSpec
from ..scenes.stage import Stage
from .ambience import ambience
from .contact import add_at, add_contacts, add_rolling
from .music import add_music

PEAK = 0.95
SPEECH_LEVEL = 0.42
REVERB = {
    "room": (0.35, 0.22),
    "gym": (1.2, 0.36),
    "meadow": (0.10, 0.05),
    "beach": (0.10, 0.05),
    "city": (0.30, 0.14),
    "desert": (0.14, 0.05),
    "snow": (0.08, 0.03),
}
"""Seconds to fall by 60 dB and level of the tail; the open air is almost dry, snow swallows."""


def synthesize(
    stage: Stage,
    speech: tuple[np.ndarray, ...],
    spec: ClipSpec,
    rng: np.random.Generator,
) -> np.ndarray:
    """float32 [2, N] at 24 kHz within -0.95..0.95; `speech` is each line's mono sound."""
    samples = spec.samples
    dry = np.zeros((2, samples), np.float32)
    add_contacts(dry, stage, rng)
    add_rolling(dry, stage, rng)
    for line, sound in zip(stage.lines, speech, strict=True):
        x = stage.cast[line.speaker].x / stage.width
        add_at(dry, SPEECH_LEVEL * sound, round(line.start_s * SAMPLE_RATE), x)
    wet = dry + _reverberate(dry, stage.setting.place)
    if stage.tune is not None:
        add_music(wet, stage.tune, rng)
    wet += ambience(stage.ambience, stage.setting.place, samples, rng)
    peak = float(np.abs(wet).max(initial=0))
    if peak > PEAK:
        wet *= np.float32(PEAK / peak)
    return wet


def _reverberate(dry: np.ndarray, place: str) -> np.ndarray:
    """A diffuse tail for both channels from what they have in common."""
    size, spectrum = _tail_spectrum(place, dry.shape[1])
    both = fft.rfft(dry.sum(0) * np.float32(0.7), size)
    return fft.irfft(both * spectrum, size)[:, : dry.shape[1]].astype(np.float32)


@lru_cache(maxsize=16)
def _tail_spectrum(place: str, samples: int) -> tuple[int, np.ndarray]:
    seconds, level = REVERB[place]
    rng = np.random.default_rng([0x4EEB, *place.encode()])
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal((2, len(time_s))) * np.exp(-6.9 * time_s / seconds)
    # First reflections come late enough not to smear the onset.
    tail[:, : round(0.008 * SAMPLE_RATE)] = 0
    tail = signal.lfilter([0.45], [1, -0.55], tail)
    tail *= level / np.sqrt((tail**2).sum(1, keepdims=True))
    size = fft.next_fast_len(samples + len(time_s), real=True)
    return size, fft.rfft(tail.astype(np.float32), size).astype(np.complex64)

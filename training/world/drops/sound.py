"""The sound of the hits: damped modes of the object and of the ground, and a breath of room tone.

Modal synthesis after van den Doel & Pai 1998, "The Sounds of Physical Shapes": each material has a
fundamental, partials and a decay; small objects ring higher, hard hits ring brighter. A hit starts
on the sample of its contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft, signal

from ..clip import SAMPLE_RATE, ClipSpec
from .physics import Hit, Motion
from .scene import Scene

REFERENCE_RADIUS = 31.0
REFERENCE_DV = 400.0
GROUND_LEVEL = 0.7
PEAK = 0.95
ROOM_TONE_RMS = 0.0012
CLICK_S = 0.012


@dataclass(frozen=True)
class _Timbre:
    """Modes of a material: Hz, partial ratios and gains, decay per s, share of noise, loudness."""

    pitch: float
    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    decay: float
    noise: float
    level: float
    noise_band: tuple[float, float] = (800, 6000)


_TIMBRES = {
    "rubber": _Timbre(118, (1, 1.9, 3.1), (1, 0.4, 0.15), 24, 0.10, 1.0, (200, 1500)),
    "wood": _Timbre(430, (1, 2.4, 4.1, 6.3), (1, 0.6, 0.35, 0.2), 32, 0.22, 0.85),
    "metal": _Timbre(
        820, (1, 1.53, 2.32, 3.47, 4.83, 6.1), (0.9, 1, 0.8, 0.6, 0.4, 0.3), 4.5, 0.12, 0.75
    ),
    "glass": _Timbre(1750, (1, 1.72, 2.61, 3.4), (1, 0.7, 0.45, 0.3), 13, 0.15, 0.6, (3000, 9000)),
    "stone": _Timbre(290, (1, 2.9, 5.7), (0.9, 0.5, 0.35), 60, 0.6, 0.9, (500, 5000)),
    # The grounds.
    "room": _Timbre(165, (1, 1.7, 2.9), (1, 0.5, 0.3), 22, 0.2, 0.75, (200, 2500)),
    "meadow": _Timbre(85, (1, 1.6), (1, 0.3), 40, 0.55, 0.6, (120, 1400)),
    "beach": _Timbre(70, (1,), (0.7,), 45, 0.9, 0.6, (900, 6500)),
    "street": _Timbre(210, (1, 2.2), (0.6, 0.4), 70, 0.7, 0.6, (700, 4500)),
}
_GROUND_NOISE_S = {"beach": 0.07, "meadow": 0.045}
_REVERB = {
    "room": (0.30, 0.26),
    "meadow": (0.10, 0.05),
    "beach": (0.10, 0.05),
    "street": (0.20, 0.13),
}
"""Seconds to fall by 60 dB and level of the tail; the open air is almost dry."""
_TONE_BAND = {"room": (60, 400), "meadow": (300, 2500), "beach": (150, 1800), "street": (60, 700)}


def synthesize(
    scene: Scene, motion: Motion, spec: ClipSpec, rng: np.random.Generator
) -> np.ndarray:
    """The clip's sound, float32 [2, N] at 24 kHz, within -0.95..0.95."""
    dry = np.zeros((2, spec.samples), np.float32)
    for hit in motion.hits:
        onset = round(hit.time_s * SAMPLE_RATE)
        if onset >= spec.samples:
            continue
        sound = _hit_sound(scene, hit, rng)[: spec.samples - onset]
        pan = np.clip(hit.x / scene.width, 0, 1) * np.pi / 2
        dry[:, onset : onset + len(sound)] += np.array([[np.cos(pan)], [np.sin(pan)]]) * sound
    waveform = dry + _reverberate(dry, scene.place)
    peak = float(np.abs(waveform).max(initial=0))
    if peak > PEAK:
        waveform *= PEAK / peak
    tone = _room_tone(scene.place)
    start = int(rng.integers(tone.shape[1]))
    return waveform + np.take(tone, np.arange(start, start + spec.samples), 1, mode="wrap")


def _hit_sound(scene: Scene, hit: Hit, rng: np.random.Generator) -> np.ndarray:
    """Mono sound of one hit: the object, and at 0.7 what it hit."""
    body = scene.bodies[hit.body]
    hardness = min(1.5, hit.dv / REFERENCE_DV)
    loudness = 0.7 * hardness**0.6
    sound = _strike(body.material, body.radius, hardness, rng)
    if hit.other == "floor":
        ground = _strike(scene.place, REFERENCE_RADIUS, hardness, rng)
        sound = _add(sound, GROUND_LEVEL * ground)
    elif hit.other.startswith("object"):
        other = scene.bodies[int(hit.other.split()[1])]
        sound = _add(sound, GROUND_LEVEL * _strike(other.material, other.radius, hardness, rng))
    return loudness * sound


def _strike(material: str, radius: float, hardness: float, rng: np.random.Generator) -> np.ndarray:
    timbre = _TIMBRES[material]
    modes = _modes(material, round(radius))
    # A harder hit excites the upper modes more; each hit differs a little.
    tilt = np.arange(len(modes)) * (hardness - 1) * 0.5
    gains = np.array(timbre.gains) * np.exp(tilt) * rng.uniform(0.85, 1.15, len(modes))
    gains *= (1 - 0.5 * timbre.noise) / np.abs(timbre.gains).sum()
    sound = gains.astype(np.float32) @ modes
    bank = _clicks(material)
    click = bank[int(rng.integers(len(bank)))]
    return timbre.level * _add(sound, timbre.noise * (0.4 + 0.6 * hardness) * click)


def _add(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Sum of two sounds of any lengths that start together."""
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    total = longer.copy()
    total[: len(shorter)] += shorter
    return total


@lru_cache(maxsize=256)
def _modes(material: str, radius: int) -> np.ndarray:
    """Unit-gain damped sines float32 [modes, samples], until they are 60 dB down."""
    timbre = _TIMBRES[material]
    pitch = timbre.pitch * (radius / REFERENCE_RADIUS) ** -0.7
    seconds = np.arange(round(min(1.6, 6.9 / timbre.decay) * SAMPLE_RATE)) / SAMPLE_RATE
    ratios = np.array(timbre.ratios)[:, None]
    # Upper modes die sooner; 11 kHz stays clear of the Nyquist frequency.
    frequency = np.minimum(pitch * ratios, 11_000)
    decay = timbre.decay * ratios**0.5
    rise = np.minimum(1, seconds / 0.0004)
    return (rise * np.exp(-decay * seconds) * np.sin(2 * np.pi * frequency * seconds)).astype(
        np.float32
    )


@lru_cache(maxsize=32)
def _clicks(material: str, count: int = 8) -> np.ndarray:
    """Short band-limited noise bursts float32 [count, samples] with peak 1."""
    rng = np.random.default_rng([0xC11C, *material.encode()])
    length_s = _GROUND_NOISE_S.get(material, CLICK_S)
    size = round(4 * length_s * SAMPLE_RATE)
    sections = signal.butter(2, _TIMBRES[material].noise_band, "band", fs=SAMPLE_RATE, output="sos")
    noise = signal.sosfilt(sections, rng.standard_normal((count, size)))
    burst = noise * np.exp(-np.arange(size) / (length_s * SAMPLE_RATE))
    return (burst / np.abs(burst).max(1, keepdims=True)).astype(np.float32)


def _reverberate(dry: np.ndarray, place: str) -> np.ndarray:
    """Diffuse tail of both channels; FFT convolution with a fixed decaying noise per place."""
    size, spectrum = _reverb_spectrum(place, dry.shape[1])
    return fft.irfft(fft.rfft(dry, size) * spectrum, size)[:, : dry.shape[1]].astype(np.float32)


@lru_cache(maxsize=16)
def _reverb_spectrum(place: str, samples: int) -> tuple[int, np.ndarray]:
    seconds, level = _REVERB[place]
    rng = np.random.default_rng([0x4EEB, *place.encode()])
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal((2, len(time_s))) * np.exp(-6.9 * time_s / seconds)
    # First reflections come late enough not to smear the onset.
    tail[:, : round(0.008 * SAMPLE_RATE)] = 0
    tail = signal.lfilter([0.45], [1, -0.55], tail)
    tail *= level / np.sqrt((tail**2).sum(1, keepdims=True))
    size = fft.next_fast_len(samples + len(time_s), real=True)
    return size, fft.rfft(tail.astype(np.float32), size)


@lru_cache(maxsize=8)
def _room_tone(place: str) -> np.ndarray:
    """Five seconds of very quiet steady noise float32 [2, samples], seamless when looped."""
    samples = 5 * SAMPLE_RATE
    rng = np.random.default_rng([0x70FE, *place.encode()])
    low, high = _TONE_BAND[place]
    frequency = fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shape = 1 / np.sqrt((1 + (frequency / high) ** 4) * (1 + (low / (frequency + 1)) ** 4))
    noise = fft.irfft(fft.rfft(rng.standard_normal((2, samples))) * shape, samples)
    noise *= ROOM_TONE_RMS / np.sqrt((noise**2).mean())
    return noise.astype(np.float32)

"""Steady sounds of weather and places: shaped noise that breathes, and what calls in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import fft

from ..clip import SAMPLE_RATE
from .contact import add_at

QUIET_RMS = 0.0012


def ambience(kind: str, place: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """float32 [2, samples]; never digital silence."""
    bed = np.zeros((2, samples), np.float32)
    maker = _MAKERS.get(kind)
    if maker is not None:
        maker(bed, rng)
    low, high = {"room": (60, 400), "gym": (70, 600), "city": (60, 700)}.get(place, (200, 2200))
    bed += QUIET_RMS * _noise(samples, rng, low, high)
    return bed


def _noise(samples: int, rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Two channels of unit-variance noise between two frequencies with gentle slopes."""
    frequency = fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shape = 1 / np.sqrt((1 + (frequency / high) ** 4) * (1 + (low / (frequency + 1)) ** 4))
    white = rng.standard_normal((2, samples), dtype=np.float32)
    noise = fft.irfft(fft.rfft(white) * shape.astype(np.float32), samples)
    return (noise / noise.std()).astype(np.float32)


def _swell(samples: int, rng: np.random.Generator, rate_hz: float, depth: float) -> np.ndarray:
    """A slow gain around 1."""
    time_s = np.arange(samples) / SAMPLE_RATE
    phases = rng.uniform(0, 2 * np.pi, 2)
    wave = 0.6 * np.sin(2 * np.pi * rate_hz * time_s + phases[0])
    wave += 0.4 * np.sin(2 * np.pi * 2.3 * rate_hz * time_s + phases[1])
    return (1 + depth * wave).astype(np.float32)


def _rain(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    bed += 0.016 * _noise(samples, rng, 1200, 7500) * _swell(samples, rng, 0.5, 0.15)
    time_s = np.arange(500) / SAMPLE_RATE
    for _ in range(int(30 * samples / SAMPLE_RATE)):
        pitch = rng.uniform(1800, 5200)
        drop = np.exp(-time_s * 320) * np.sin(2 * np.pi * pitch * time_s * (1 + 12 * time_s))
        level = 0.03 * rng.random() ** 2
        add_at(bed, (level * drop).astype(np.float32), int(rng.integers(samples)), rng.random())


def _wind(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    bed += 0.024 * _noise(samples, rng, 160, 560) * _swell(samples, rng, 0.55, 0.6)
    bed += 0.006 * _noise(samples, rng, 700, 1100) * _swell(samples, rng, 0.8, 0.8)


def _hum(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    time_s = np.arange(samples) / SAMPLE_RATE
    hum = sum(
        level * np.sin(2 * np.pi * hz * time_s + rng.uniform(0, 6))
        for hz, level in ((100, 0.010), (200, 0.007), (300, 0.004), (500, 0.002))
    )
    beat = 1 + 0.35 * np.sin(2 * np.pi * 7.2 * time_s)
    bed += (hum * beat).astype(np.float32)
    bed += 0.004 * _noise(samples, rng, 300, 1600)


def _crowd(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    for low, high, level in ((280, 700, 0.010), (700, 1500, 0.007), (1500, 3000, 0.003)):
        rate = rng.uniform(2.2, 4.0)
        bed += level * _noise(samples, rng, low, high) * _swell(samples, rng, rate, 0.45)


def _birds(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    for _ in range(int(rng.integers(3, 6))):
        start, position = int(rng.integers(samples)), rng.random()
        pitch, count = rng.uniform(2400, 4200), int(rng.integers(2, 5))
        for k in range(count):
            seconds = rng.uniform(0.05, 0.09)
            time_s = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
            sweep = pitch * (1 + rng.uniform(-0.2, 0.25) * time_s / seconds)
            chirp = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE)
            chirp *= np.sin(np.pi * time_s / seconds) ** 2 * 0.035
            onset = start + int(k * 0.12 * SAMPLE_RATE)
            add_at(bed, chirp.astype(np.float32), min(onset, samples), position)


def _crickets(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    time_s = np.arange(samples) / SAMPLE_RATE
    for pitch, rate, pan in ((4300, 2.1, 0.25), (4750, 1.7, 0.8)):
        phase = (time_s * rate + rng.random()) % 1
        pulses = (np.sin(2 * np.pi * 28 * time_s) > 0) * (phase < 0.35)
        smooth = np.convolve(pulses, np.ones(120) / 120, mode="same")
        song = 0.016 * smooth * np.sin(2 * np.pi * pitch * time_s)
        add_at(bed, song.astype(np.float32), 0, pan)


def _waves(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    bed += 0.016 * _noise(samples, rng, 250, 1900) * _swell(samples, rng, 0.35, 0.75)
    bed += 0.005 * _noise(samples, rng, 2500, 6000) * _swell(samples, rng, 0.5, 0.9)


def _traffic(bed: np.ndarray, rng: np.random.Generator) -> None:
    samples = bed.shape[1]
    bed += 0.012 * _noise(samples, rng, 60, 420)
    # One car passes, near the middle of the clip.
    time_s = np.arange(samples) / SAMPLE_RATE
    middle = samples / SAMPLE_RATE / 2 + rng.uniform(-0.3, 0.3)
    near = 1 / (1 + ((time_s - middle) / 0.45) ** 2)
    bed += (0.02 * near).astype(np.float32) * _noise(samples, rng, 120, 900)


_MAKERS: dict[str, Callable[[np.ndarray, np.random.Generator], None]] = {
    "rain": _rain,
    "wind": _wind,
    "hum": _hum,
    "crowd": _crowd,
    "birds": _birds,
    "crickets": _crickets,
    "waves": _waves,
    "traffic": _traffic,
}

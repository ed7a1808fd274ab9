"""The sound of one contact: damped modes and a click, made once per material and size.

Modal synthesis after van den Doel & Pai 1998, "The Sounds of Physical Shapes": each material has a
fundamental, partials and a decay; small things ring higher, hard hits ring brighter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..clip import SAMPLE_RATE

REFERENCE_SIZE = 20.0
REFERENCE_DV = 300.0


@dataclass(frozen=True)
class Timbre:
    """Modes: Hz, partial ratios and gains, decay per s, share of noise and its band, loudness."""

    pitch: float
    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    decay: float
    noise: float
    level: float
    noise_band: tuple[float, float] = (800, 6000)
    noise_s: float = 0.012


TIMBRES = {
    "rubber": Timbre(118, (1, 1.9, 3.1), (1, 0.4, 0.15), 24, 0.10, 1.0, (200, 1500)),
    "wood": Timbre(430, (1, 2.4, 4.1, 6.3), (1, 0.6, 0.35, 0.2), 32, 0.22, 0.85),
    "metal": Timbre(
        820, (1, 1.53, 2.32, 3.47, 4.83, 6.1), (0.9, 1, 0.8, 0.6, 0.4, 0.3), 4.5, 0.12, 0.75
    ),
    "glass": Timbre(1750, (1, 1.72, 2.61, 3.4), (1, 0.7, 0.45, 0.3), 13, 0.15, 0.6, (3000, 9000)),
    "stone": Timbre(290, (1, 2.9, 5.7), (0.9, 0.5, 0.35), 60, 0.6, 0.9, (500, 5000)),
    # Balls of a billiard table; the rim and the board of a hoop; the cushion.
    "resin": Timbre(1900, (1, 1.9, 2.7), (1, 0.5, 0.3), 110, 0.4, 0.8, (1500, 7000), 0.006),
    "rim": Timbre(340, (1, 2.2, 3.6, 5.2), (1, 0.8, 0.6, 0.4), 9, 0.15, 0.7),
    "backboard": Timbre(150, (1, 1.8, 2.9), (1, 0.6, 0.3), 20, 0.25, 0.8, (200, 2500)),
    "cushion": Timbre(105, (1, 2.1), (1, 0.3), 30, 0.2, 0.6, (150, 1200)),
    "ramp": Timbre(190, (1, 1.7, 2.6), (1, 0.5, 0.3), 26, 0.25, 0.7, (200, 2500)),
    "net": Timbre(60, (1,), (0.02,), 30, 1.0, 0.25, (2500, 9000), 0.09),
    # The grounds.
    "room": Timbre(165, (1, 1.7, 2.9), (1, 0.5, 0.3), 22, 0.2, 0.75, (200, 2500)),
    "gym": Timbre(190, (1, 1.6, 2.7), (1, 0.5, 0.35), 18, 0.15, 0.8, (200, 2500)),
    "meadow": Timbre(85, (1, 1.6), (1, 0.3), 40, 0.55, 0.6, (120, 1400), 0.045),
    "beach": Timbre(70, (1,), (0.7,), 45, 0.9, 0.6, (900, 6500), 0.07),
    "city": Timbre(210, (1, 2.2), (0.6, 0.4), 70, 0.7, 0.6, (700, 4500)),
    "desert": Timbre(75, (1,), (0.7,), 45, 0.85, 0.55, (700, 5000), 0.06),
    "snow": Timbre(66, (1,), (0.6,), 50, 0.9, 0.45, (300, 3000), 0.09),
}


def strike(timbre: str, size: float, hardness: float, variant: int) -> np.ndarray:
    """float32 mono sound of a hit; `hardness` 0..1.5 is the velocity change over the reference.

    Between two hardnesses the soft and the bright sound are blended.
    """
    step = round(6 * math.log2(max(size, 4.0) / REFERENCE_SIZE))
    share = min(1.0, hardness)
    soft = _table(timbre, step, 0, variant % 4)
    bright = _table(timbre, step, 1, variant % 4)
    return ((1 - share) * soft + share * bright) * np.float32(0.75 * min(1.5, hardness) ** 0.6)


@lru_cache(maxsize=512)
def _table(name: str, step: int, bright: int, variant: int) -> np.ndarray:
    """A unit hit at 2 ** (step / 6) times the reference size, until it is 60 dB down."""
    timbre = TIMBRES[name]
    rng = np.random.default_rng([0x51C2, *name.encode(), step + 64, variant])
    seconds = np.arange(round(min(1.5, 6.9 / timbre.decay) * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = timbre.pitch * 2 ** (-0.7 * step / 6) * rng.uniform(0.985, 1.015)
    ratios, gains = np.array(timbre.ratios), np.array(timbre.gains)
    gains = gains * np.exp(np.arange(len(gains)) * (0.0 if bright else -0.55))
    gains *= rng.uniform(0.85, 1.15, len(gains))
    gains *= (1 - 0.5 * timbre.noise) / np.abs(timbre.gains).sum()
    # Upper modes die sooner; 11 kHz stays clear of the Nyquist frequency.
    frequency = np.minimum(pitch * ratios, 11_000)[:, None]
    decay = (timbre.decay * ratios**0.5)[:, None]
    sound = gains @ (np.exp(-decay * seconds) * np.sin(2 * np.pi * frequency * seconds))
    sound *= np.minimum(1, seconds / 0.0004)
    click = band_noise(rng, round(5 * timbre.noise_s * SAMPLE_RATE), timbre.noise_band)
    click *= np.exp(-np.arange(len(click)) / (timbre.noise_s * SAMPLE_RATE))
    click *= timbre.noise * (1.0 if bright else 0.45) / max(np.abs(click).max(), 1e-9)
    longer = np.zeros(max(len(sound), len(click)))
    longer[: len(sound)] += sound
    longer[: len(click)] += click
    return (timbre.level * longer).astype(np.float32)


def band_noise(rng: np.random.Generator, samples: int, band: tuple[float, float]) -> np.ndarray:
    """White noise between two frequencies with soft edges, unit variance."""
    size = max(64, 1 << (samples - 1).bit_length())
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    low, high = band
    shape = 1 / np.sqrt((1 + (frequency / high) ** 6) * (1 + (low / (frequency + 1)) ** 6))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)[:samples]
    return noise / max(float(noise.std()), 1e-9)

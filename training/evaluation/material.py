"""What an object is made of, by the sound of its first hit.

A linear discriminant (Fisher 1936) on the decaying log spectrum after the onset, fitted on sounds
of the world itself, never on anything that a network made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..world import SAMPLE_RATE, ClipSpec
from ..world.drops.physics import simulate
from ..world.drops.scene import MATERIALS, draw_scene, stream
from ..world.drops.sound import synthesize
from .onset import HOP_S, band_power

FIT_SEED = 7
FIT_SOUNDS = 240
SPANS_S = ((0.0, 0.03), (0.03, 0.08), (0.08, 0.16), (0.16, 0.32))
"""Parts of the decay, in seconds after the onset; each gives one spectrum."""
FLOOR = 1e-4
"""Power below the clip's loudest band by this factor (-40 dB) is not listened to."""
SHRINKAGE = 0.1


@dataclass(frozen=True, eq=False)
class MaterialEar:
    """Scores of the materials are `features @ weights + offsets`; the highest wins."""

    weights: np.ndarray
    offsets: np.ndarray

    @classmethod
    def fit(cls, features: np.ndarray, materials: Sequence[str]) -> MaterialEar:
        """Fits on features [n, D] and the name of each sound's material."""
        labels = np.array([MATERIALS.index(name) for name in materials])
        known = np.arange(len(MATERIALS))
        means = np.stack([features[labels == label].mean(0) for label in known])
        within = np.cov((features - means[labels]).T)
        level = np.trace(within) / len(within)
        within = (1 - SHRINKAGE) * within + SHRINKAGE * level * np.eye(len(within))
        weights = np.linalg.solve(within, means.T)
        return cls(weights, -0.5 * (means.T * weights).sum(0))

    def name(self, waveform: np.ndarray, rate_hz: int, onset_s: float) -> str:
        """The material that the hit at `onset_s` sounds like."""
        scores = decay_features(waveform, rate_hz, onset_s) @ self.weights + self.offsets
        return MATERIALS[int(scores.argmax())]


def decay_features(waveform: np.ndarray, rate_hz: int, onset_s: float) -> np.ndarray:
    """Log band powers after the onset, one spectrum for each part of the decay, level removed."""
    power = band_power(waveform, rate_hz)
    first = round(onset_s / HOP_S)
    spectra = []
    for start_s, end_s in SPANS_S:
        rows = np.arange(first + round(start_s / HOP_S), first + round(end_s / HOP_S))
        # Where the clip ends sooner, its last moment stands for the rest.
        spectra.append(power[np.minimum(rows, len(power) - 1)].mean(0))
    level = np.log(np.array(spectra) + FLOOR * power.max() + 1e-12)
    return (level - level[0].mean()).ravel()


@lru_cache(maxsize=2)
def world_ear(sounds: int = FIT_SOUNDS) -> MaterialEar:
    """The ear fitted on `sounds` training clips of the world; takes about ten seconds."""
    spec = ClipSpec()
    features, materials = [], []
    for index in range(sounds):
        layout = stream(FIT_SEED, index, "train", "layout")
        scene = draw_scene(layout, spec.width / spec.scale, "train")
        motion = simulate(scene, spec.frames, spec.fps)
        noise = stream(FIT_SEED, index, "train", "audio")
        waveform = synthesize(scene, motion, spec, noise)
        features.append(decay_features(waveform, SAMPLE_RATE, motion.hits[0].time_s))
        materials.append(scene.bodies[0].material)
    return MaterialEar.fit(np.array(features), materials)

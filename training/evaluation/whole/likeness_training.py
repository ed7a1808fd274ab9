"""Teaches looks and voices: the reference and the clip of one speaker belong together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fitting import Course, fit
from .lessons import Lesson
from .likeness import Looks, VoiceFeatures

BATCH, RATE, TEMPERATURE = 64, 2e-3, 0.1


def fit_looks(lesson: Lesson, steps: int, state: Path | None = None) -> Looks:
    """Looks that were learned from `lessons.speakers`."""

    def losses(looks: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = np.sort(rng.choice(len(lesson), min(BATCH, len(lesson)), replace=False))
        views = torch.from_numpy(lesson.arrays["view"][chosen]).float()
        shown = torch.from_numpy(lesson.arrays["frame"][chosen]).float()
        return {"looks": _apart(looks(_worse(views, rng)), looks(_worse(shown, rng)))}

    torch.manual_seed(0)
    looks = Looks()
    fit(looks, Course(steps, RATE, 2e-2), losses, state)
    return looks


def fit_voices(lesson: Lesson, steps: int, state: Path | None = None) -> VoiceFeatures:
    """Voice features that were learned from `lessons.voices`."""
    facts = torch.from_numpy(np.array(lesson.arrays["facts"]))

    def losses(voices: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = torch.from_numpy(rng.choice(len(facts), min(BATCH, len(facts)), replace=False))
        heard = facts[chosen, torch.from_numpy(rng.integers(1, facts.shape[1], len(chosen)))]
        noisy = heard + 0.05 * torch.randn(heard.shape)
        both = voices(torch.cat((facts[chosen, 0], noisy)))
        return {"voices": _apart(*both.chunk(2))}

    torch.manual_seed(0)
    voices = VoiceFeatures()
    fit(voices, Course(steps, RATE, 2e-2), losses, state)
    return voices


def _apart(references: Tensor, clips: Tensor) -> Tensor:
    """InfoNCE in both directions."""
    likeness = references @ clips.T / TEMPERATURE
    own = torch.arange(len(likeness))
    return (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2


def _worse(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    shift = tuple(int(n) for n in rng.integers(-4, 5, 2))
    pictures = pictures.roll(shift, (1, 2))
    if rng.random() < 0.5:
        planes = F.avg_pool2d(pictures.permute(0, 3, 1, 2), 2)
        pictures = F.interpolate(planes, scale_factor=2, mode="bilinear").permute(0, 2, 3, 1)
    gain = float(rng.uniform(0.94, 1.06))
    return (pictures + float(rng.uniform(0, 6)) * torch.randn_like(pictures)) * gain

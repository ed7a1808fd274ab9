"""Teaches the ear from simulated contacts, lines and ambiences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .ear import AMBIENCES, Ear
from .eye import STUFFS
from .fitting import Course, fit
from .lessons import Lesson
from .spectrum import HOPS_PER_S

BATCH, RATE = 16, 3e-3
RARE = 6.0
"""How much more a missed onset weighs than a false one, since most hops have none."""


def fit_ear(lesson: Lesson, steps: int, state: Path | None = None) -> Ear:
    """An ear that learned from `lessons.sounds`."""
    levels = torch.from_numpy(lesson.arrays["levels"].astype(np.float32))
    each = [_wanted(truth, levels.shape[1]) for truth in lesson.truths]
    wanted = {key: torch.stack([one[key] for one in each]) for key in each[0]}

    def losses(ear: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = torch.from_numpy(rng.choice(len(lesson), min(BATCH, len(lesson)), replace=False))
        made = ear(_worse(levels[chosen], rng))
        return _losses(made, {key: value[chosen] for key, value in wanted.items()})

    torch.manual_seed(0)
    ear = Ear()
    fit(ear, Course(steps, RATE), losses, state)
    return ear


def _wanted(truth: dict[str, Any], hops: int) -> dict[str, Tensor]:
    onset, material = torch.zeros(hops), torch.zeros(hops, len(STUFFS))
    speech = torch.zeros(hops)
    for time_s, first, second, dv in truth["hits"]:
        hop = round(time_s * HOPS_PER_S)
        if hop >= hops:
            continue
        onset[hop] = 1.0
        for weight, index in ((1.0, first), (0.7, second)):
            if index >= 0:
                named = truth["materials"][index]
                stuff = STUFFS.index("resin" if truth["kind"] == "billiards" else named)
                # The net hears the material for a short while.
                material[hop : hop + 4, stuff] += weight * dv
    for start_s, end_s in truth["lines"]:
        speech[round(start_s * HOPS_PER_S) : round(end_s * HOPS_PER_S)] = 1.0
    material = material / material.sum(1, keepdim=True).clamp(min=1e-6)
    ambience = torch.tensor(AMBIENCES.index(truth["ambience"]))
    music = torch.tensor(float(truth["music"]))
    named = {"onset": onset, "material": material, "speech": speech}
    return named | {"ambience": ambience, "music": music}


def _worse(levels: Tensor, rng: np.random.Generator) -> Tensor:
    """Louder or quieter, tilted, with a higher floor and some noise, as codecs leave sounds."""
    clips, _, bands = levels.shape
    tilt = torch.from_numpy(rng.normal(0, 0.5, (clips, 1, 1))) * torch.linspace(-1, 1, bands)
    gain = torch.from_numpy(rng.normal(0, 0.5, (clips, 1, 1)))
    floor = torch.from_numpy(rng.uniform(-16, -11, (clips, 1, 1)))
    noise = torch.from_numpy(rng.uniform(0, 0.5, (clips, 1, 1))) * torch.randn(levels.shape)
    return torch.logaddexp(levels + gain + tilt + noise, floor).float()


def _losses(made: dict[str, Tensor], wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    onset = made["onset"][..., 0]
    # One hop off is almost right: neither asked for nor punished.
    near = F.max_pool1d(wanted["onset"][:, None], 3, 1, 1)[:, 0] - wanted["onset"]
    weight = (1 + (RARE - 1) * wanted["onset"]) * (1 - near)
    entropy = F.binary_cross_entropy_with_logits(onset, wanted["onset"], reduction="none")
    struck = wanted["material"].sum(2) > 0
    kinds = -(wanted["material"] * made["material"].log_softmax(2)).sum(2)[struck].mean()
    speech = F.binary_cross_entropy_with_logits(made["speech"][..., 0], wanted["speech"])
    music = F.binary_cross_entropy_with_logits(made["music"][:, 0], wanted["music"])
    ambience = F.cross_entropy(made["ambience"], wanted["ambience"])
    onsets = 4 * (weight * entropy).mean()
    named = {"onset": onsets, "material": kinds.nan_to_num()}
    return named | {"speech": speech, "music": music, "ambience": ambience}

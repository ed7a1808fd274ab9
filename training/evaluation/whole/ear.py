"""What a clip sounds like: when things hit and what they are made of, speech, ambience, music.

A small convolutional network over the sound's band levels, one output per hop of 10 ms.
Legend: A hops, B clips, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...world import SAMPLE_RATE
from .eye import STUFFS
from .spectrum import BANDS, HOPS_PER_S, band_levels

AMBIENCES = (
    "quiet",
    "hum",
    "crowd",
    "birds",
    "waves",
    "traffic",
    "wind",
    "rain",
    "crickets",
)
HOP_HEADS = {"onset": 1, "speech": 1, "material": len(STUFFS)}
CLIP_HEADS = {"ambience": len(AMBIENCES), "music": 1}
DILATIONS = (1, 2, 4, 8)
HEARD = 0.4
APART_S = 0.05
LEVEL, SPREAD = -11.0, 3.0
"""Usual mean and spread of band levels."""


class Ear(nn.Module):
    """Scores per hop and per clip from band levels [B, A, BANDS]."""

    def __init__(self, width: int = 56) -> None:
        super().__init__()
        self.enter = nn.Conv1d(2 * BANDS, width, 5, padding=2)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm1d(width),
                nn.ReLU(),
                nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
            )
            for dilation in DILATIONS
        )
        self.hops = nn.Conv1d(width, sum(HOP_HEADS.values()), 1)
        self.clip = nn.Linear(3 * width, sum(CLIP_HEADS.values()))

    def forward(self, levels_BAC: Tensor) -> dict[str, Tensor]:
        """Logits: per hop [B, A, n], per clip [B, n]."""
        level = ((levels_BAC - LEVEL) / SPREAD).transpose(1, 2)
        growth = F.pad(level, (1, 0), mode="replicate").diff(dim=2)
        hidden = self.enter(torch.cat((level, growth), 1))
        for layer in self.layers:
            hidden = hidden + layer(hidden)
        hidden = F.relu(hidden)
        pooled = torch.cat((hidden.mean(2), hidden.std(2), hidden.amin(2)), 1)
        hops = self.hops(hidden).transpose(1, 2).split(list(HOP_HEADS.values()), 2)
        clip = self.clip(pooled).split(list(CLIP_HEADS.values()), 1)
        return dict(zip(HOP_HEADS, hops, strict=True)) | dict(zip(CLIP_HEADS, clip, strict=True))


@dataclass(frozen=True, eq=False)
class Hearing:
    """What was heard.

    Attributes:
        onsets_s: when things hit, rising.
        materials: what each onset sounds like, one of eye.STUFFS.
        material: of all onsets together, the louder the weightier; None without onsets.
        speech: probability of speech for each hop of 10 ms.
        ambience: one of AMBIENCES.
        music: whether there is a tune.
    """

    onsets_s: tuple[float, ...]
    materials: tuple[str, ...]
    material: str | None
    speech: np.ndarray
    ambience: str
    music: bool


@torch.inference_mode()
def listen(ear: Ear, waveform: np.ndarray, rate_hz: int = SAMPLE_RATE) -> Hearing:
    """Listens to a sound [2, N] or [N] in -1..1."""
    levels = torch.from_numpy(band_levels(waveform, rate_hz))
    made = {key: value[0] for key, value in ear(levels[None]).items()}
    onset = made["onset"][:, 0].sigmoid().numpy()
    hops = _peaks(onset)
    kinds = made["material"].softmax(1).numpy()
    # A hit counts as much as it rises over what was heard before it.
    rise = [
        float((levels[h : h + 3].amax(0) - levels[max(0, h - 3)]).clamp(min=0).mean()) for h in hops
    ]
    together = sum((weight * kinds[h] for weight, h in zip(rise, hops, strict=True)), np.zeros(1))
    return Hearing(
        onsets_s=tuple(float(hop / HOPS_PER_S) for hop in hops),
        materials=tuple(STUFFS[int(kinds[hop].argmax())] for hop in hops),
        material=STUFFS[int(np.argmax(together))] if len(hops) else None,
        speech=made["speech"][:, 0].sigmoid().numpy(),
        ambience=AMBIENCES[int(made["ambience"].argmax())],
        music=bool(made["music"] > 0),
    )


def _peaks(onset_A: np.ndarray) -> list[int]:
    """Local maxima that count as heard, at least APART_S from each other."""
    reach = round(APART_S * HOPS_PER_S)
    return [
        int(hop)
        for hop in np.flatnonzero(onset_A > HEARD)
        if onset_A[hop] == onset_A[max(0, hop - reach) : hop + reach + 1].max()
    ]

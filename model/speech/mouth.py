"""How far a mouth opens with speech, and how well the mouth in a picture follows it.

Legend: N samples, F frames, Y rows, X columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

POWER = 0.7
"""Opening against loudness: jaws move less than sound pressure does."""
GATE = 0.06
WINDOW_FRAMES = 1.2
BLOCKS = 32
"""A picture is looked at in at most so many blocks a side."""
REACH_S = 0.5
SYLLABLE_S = 0.17
PLACES = 4
STILL = 0.02
"""Blocks whose motion has less than this share of the strongest one's power do not count."""


def mouth_opening(speech_N: Tensor, rate_hz: int, frames: int, fps: float) -> Tensor:
    """Opening ``[F]`` in 0..1 at each frame: loudness around it, over the loudest.

    Args:
        speech_N: speech from the first frame on, silent between lines.
        rate_hz: its sample rate.
        frames, fps: of the picture.
    """
    step = rate_hz / fps
    total = F.pad(speech_N.double().square().cumsum(0), (1, 0))
    centres = torch.arange(frames) * step
    low, high = (
        (centres + side * WINDOW_FRAMES / 2 * step).round().long().clamp(0, len(speech_N))
        for side in (-1, 1)
    )
    loudness = ((total[high] - total[low]) / (WINDOW_FRAMES * step)).sqrt().float()
    opening = (loudness / loudness.max().clamp(min=1e-9)) ** POWER
    opening = torch.where(opening < GATE, 0.0, opening)
    padded = F.pad(opening[None, None], (1, 1))
    smooth = torch.tensor([[[0.2, 0.6, 0.2]]])
    return F.conv1d(padded, smooth)[0, 0].clamp(0, 1)


@dataclass(frozen=True)
class Offset:
    """How far the picture of a mouth is from its speech.

    Attributes:
        seconds: above 0 the sound comes before the picture, below 0 after it.
        agreement: share of the quick motion in the few places that follow speech best which goes
            with it at this offset, 0..1.
    """

    seconds: float
    agreement: float


def av_offset(frames_FYXC: Tensor, opening_F: Tensor, fps: float) -> Offset:
    """The offset within half a second at which some place in the picture moves as speech does.

    Both are compared without what is slower than syllables, so that heads and cameras do not count,
    and only where the picture moves at all.

    Raises:
        ValueError: fewer than 5 frames, or frames and opening differ in length.
    """
    if len(frames_FYXC) != len(opening_F) or len(opening_F) < 5:
        raise ValueError(
            f"{len(frames_FYXC)} frames and {len(opening_F)} openings were given; give as many of "
            "each, at least 5"
        )
    rows, columns = (min(BLOCKS, side) for side in frames_FYXC.shape[1:3])
    grey = frames_FYXC.float().mean(dim=-1)[:, None]
    blocks = _quick(F.adaptive_avg_pool2d(grey, (rows, columns)).flatten(1), fps)
    opening = _quick(opening_F[:, None], fps)[:, 0]
    reach = min(round(REACH_S * fps), len(opening_F) // 3)
    found = torch.tensor([_agreement(blocks, opening, lag) for lag in range(-reach, reach + 1)])
    best = int(found.argmax())
    return Offset((best - reach + _between(found, best)) / fps, float(found[best]))


def _quick(values_FB: Tensor, fps: float) -> Tensor:
    """Values over time without their mean over a syllable around each moment."""
    reach = max(1, round(SYLLABLE_S * fps / 2))
    padded = F.pad(values_FB.T[:, None], (reach, reach), mode="replicate")
    return values_FB - F.avg_pool1d(padded, 2 * reach + 1, stride=1)[:, 0].T


def _agreement(blocks_FB: Tensor, opening_F: Tensor, lag: int) -> float:
    """Mean squared correlation of the best blocks with the opening ``lag`` frames before."""
    count = len(opening_F) - abs(lag)
    seen = blocks_FB[max(0, lag) : max(0, lag) + count]
    heard = opening_F[max(0, -lag) : max(0, -lag) + count]
    seen, heard = seen - seen.mean(dim=0), heard - heard.mean()
    power = seen.square().sum(dim=0)
    shares = (heard @ seen).square() / (power * heard.square().sum()).clamp(min=1e-12)
    moving = shares[power > STILL * power.max()]
    if not len(moving):
        return 0.0
    return float(moving.topk(min(PLACES, len(moving))).values.mean())


def _between(values: Tensor, best: int) -> float:
    """Where a parabola through the best value and its neighbours has its top."""
    if not 0 < best < len(values) - 1:
        return 0.0
    low, top, high = (float(value) for value in values[best - 1 : best + 2])
    bend = low - 2 * top + high
    return 0.5 * (low - high) / bend if bend < 0 else 0.0

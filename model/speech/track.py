"""Spoken lines to one dialogue track. Legend: C channels, N samples, A audio latents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..audio_transform import resample
from ..mixing import limited, normalised
from ..shapes import AUDIO_LATENT_RATE_HZ
from .script import Line, starts_of

RATE_HZ = 24_000
LOUDNESS_LUFS = -20.0
PEAK_DBTP = -1.0


@dataclass(frozen=True, eq=False)
class SpokenLine:
    """A line with its sound ``[N]`` at 24 kHz, and when it is heard."""

    line: Line
    sound: Tensor
    start_s: float

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.start_s + len(self.sound) / RATE_HZ


def lay_out(
    lines: Sequence[Line], sounds: Sequence[tuple[Tensor, int]], pause_s: float
) -> list[SpokenLine]:
    """The lines one after the other where they ask for no time, all as loud.

    ``sounds`` are (``[N]``, sample rate).
    """
    levelled = [_levelled(resample(sound, rate, RATE_HZ)) for sound, rate in sounds]
    lasts_s = [len(sound) / RATE_HZ for sound in levelled]
    starts = starts_of(lines, lasts_s, pause_s)
    return [
        SpokenLine(line, sound, start)
        for line, sound, start in zip(lines, levelled, starts, strict=True)
    ]


def track_of(spoken: Sequence[SpokenLine], seconds: float) -> Tensor:
    """The dialogue in stereo ``[2, N]`` at 24 kHz, that long; who talks over others adds up."""
    track = torch.zeros(round(seconds * RATE_HZ))
    for line in spoken:
        start = round(line.start_s * RATE_HZ)
        part = line.sound[: max(0, len(track) - start)]
        track[start : start + len(part)] += part
    return limited(track.expand(2, -1).clone(), RATE_HZ, PEAK_DBTP)


def latent_noise(
    spoken: Sequence[SpokenLine], latents: int, noises: Sequence[float], between: float
) -> Tensor:
    """How much of each audio latent is made anew, ``[A]``: ``noises`` of each line, else between.

    Where lines overlap the smaller counts.
    """
    amount = torch.full((latents,), float(between))
    said = torch.zeros(latents, dtype=torch.bool)
    for line, noise in zip(spoken, noises, strict=True):
        # Rounded, so that a line that ends with a latent does not reach into the next.
        first = math.floor(round(line.start_s * AUDIO_LATENT_RATE_HZ, 6))
        last = math.ceil(round(line.end_s * AUDIO_LATENT_RATE_HZ, 6))
        part = slice(first, last)
        own = torch.full_like(amount[part], noise)
        amount[part] = torch.where(said[part], torch.minimum(amount[part], own), own)
        said[part] = True
    return amount


def _levelled(sound_N: Tensor) -> Tensor:
    """The line at the loudness of dialogue; measured over repeats, since words can be short."""
    repeats = math.ceil(RATE_HZ / max(1, len(sound_N)))
    loud = normalised(sound_N.repeat(repeats)[None], RATE_HZ, LOUDNESS_LUFS)
    return loud[0, : len(sound_N)]

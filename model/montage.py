"""Takes to one clip: cuts and dissolves of the picture, sound that crosses them.

A take is made longer than it is shown where its sound begins before its picture (J-cut) or goes on
after it (L-cut). Legend: F frames, Y rows, X columns, C channels, N samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

EDGE_S = 0.005
"""Fade of a sound that ends where the next begins, against clicks."""
CROSS_S = 0.04


@dataclass(frozen=True, eq=False)
class Take:
    """One shot as it was made, and what of it is seen.

    Attributes:
        frames: ``[F, Y, X, 3]``.
        sound: ``[C, N]`` of the same duration.
        lead: frames before what is seen.
        shown: frames that are seen.
    """

    frames: Tensor
    sound: Tensor
    lead: int
    shown: int


@dataclass(frozen=True)
class Join:
    """How a take follows the one before.

    Attributes:
        dissolve: frames in which both are seen.
        sound_after_s: how long after the middle of the change of picture the sound changes; below
            0 before it.
    """

    dissolve: int = 0
    sound_after_s: float = 0.0


def starts_of(shown: Sequence[int], joins: Sequence[Join]) -> list[int]:
    """The frame of the clip at which each shot appears, and last the clip's length.

    ``joins`` are one fewer than the shots.

    Raises:
        ValueError: a shot is shorter than the dissolves at its ends.
    """
    overlaps = [0, *(join.dissolve for join in joins), 0]
    for number, (frames, (before, after)) in enumerate(
        zip(shown, pairwise(overlaps), strict=True), start=1
    ):
        if frames < max(1, before + after):
            raise ValueError(
                f"shot {number} is shown for {frames} frames and dissolves for {before + after} of "
                "them; make it longer or the dissolves shorter"
            )
    starts = [0]
    for frames, overlap in zip(shown, overlaps[1:], strict=True):
        starts.append(starts[-1] + frames - overlap)
    return starts


def picture(takes: Sequence[Take], joins: Sequence[Join]) -> Tensor:
    """Frames ``[F, Y, X, 3]`` of the whole clip."""
    starts = starts_of([take.shown for take in takes], joins)
    frames = takes[0].frames.new_empty(starts[-1], *takes[0].frames.shape[1:])
    for take, start, join in zip(takes, starts, [Join(), *joins], strict=False):
        seen = take.frames[take.lead : take.lead + take.shown]
        both = join.dissolve
        if both:
            weight = (torch.arange(both, dtype=seen.dtype) + 1) / (both + 1)
            old = frames[start : start + both]
            old += (seen[:both] - old) * weight.view(-1, 1, 1, 1)
        frames[start + both : start + take.shown] = seen[both:]
    return frames


def sound(takes: Sequence[Take], joins: Sequence[Join], fps: float, rate_hz: int) -> Tensor:
    """Sound ``[C, N]`` of the whole clip, each take's with a gain of its own over time."""
    starts = starts_of([take.shown for take in takes], joins)
    samples = round(starts[-1] / fps * rate_hz)
    begins = [
        round((start - take.lead) / fps * rate_hz)
        for take, start in zip(takes, starts, strict=False)
    ]
    ends = [begin + take.sound.shape[-1] for begin, take in zip(begins, takes, strict=True)]
    summed = takes[0].sound.new_zeros(len(takes[0].sound), samples)
    gains = [torch.ones(end - begin) for begin, end in zip(begins, ends, strict=True)]
    for index, join in enumerate(joins):
        wanted = (starts[index + 1] + join.dissolve / 2) / fps + join.sound_after_s
        lasts_s = max(CROSS_S, join.dissolve / fps)
        change = (round(wanted * rate_hz), round(lasts_s * rate_hz))
        _cross(gains, index, (begins[index + 1], ends[index]), change, begins, rate_hz)
    for take, gain, begin in zip(takes, gains, begins, strict=True):
        first, last = max(0, begin), min(samples, begin + len(gain))
        part = slice(first - begin, last - begin)
        summed[:, first:last] += take.sound[:, part] * gain[part]
    return summed


def _cross(
    gains: Sequence[Tensor],
    index: int,
    shared: tuple[int, int],
    change: tuple[int, int],
    begins: Sequence[int],
    rate_hz: int,
) -> None:
    """Let take ``index`` give way to the next, of equal power together, as far as both are there.

    ``shared`` is from where the next is there to where this one ends, ``change`` the middle of the
    change and how long it lasts, all in samples of the clip.
    """
    low, high = shared
    lasts = min(change[1], high - low)
    if lasts <= 0:
        edge = round(EDGE_S * rate_hz)
        _fade(gains[index], high - begins[index] - edge, edge, rises=False)
        _fade(gains[index + 1], 0, edge, rises=True)
        return
    start = min(max(change[0] - lasts // 2, low), high - lasts)
    _fade(gains[index], start - begins[index], lasts, rises=False)
    _fade(gains[index + 1], start - begins[index + 1], lasts, rises=True)


def _fade(gain: Tensor, start: int, lasts: int, *, rises: bool) -> None:
    """Multiply a gain by a quarter of a sine from ``start`` on, and 0 where nothing is heard."""
    progress = ((torch.arange(len(gain)) - start + 0.5) / max(1, lasts)).clamp(0, 1)
    gain *= torch.sin((progress if rises else 1 - progress) * (math.pi / 2))

"""A bank of oscillators of fixed frequencies, 5 Hz apart, that keep their phase through a clip.

All of them repeat together every 200 ms, so the whole bank is one small table and playing is a
matrix product; a partial sounds at most 2.5 Hz beside its place, which is 25 cents at 170 Hz.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from einops import rearrange
from torch import Tensor

from ..shapes import MEL_RATE_HZ

LOWEST_HZ, HIGHEST_HZ, STEP_HZ = 60, 3000, 5
ROWS = MEL_RATE_HZ // STEP_HZ
"""Spectrogram rows after which every oscillator is where it was."""


def frequencies() -> Tensor:
    """Of all oscillators, in Hz, rising."""
    return torch.arange(LOWEST_HZ, HIGHEST_HZ, STEP_HZ, dtype=torch.float32)


def nearest(frequency_hz: Tensor) -> Tensor:
    """Index of the oscillator that plays a frequency best."""
    last = (HIGHEST_HZ - LOWEST_HZ) // STEP_HZ - 1
    return ((frequency_hz - LOWEST_HZ) / STEP_HZ).round().long().clamp(0, last)


def play(amplitudes_BAO: Tensor, rate_hz: int) -> Tensor:
    """Sound of oscillators whose amplitudes are given every 10 ms and glide in between.

    Args:
        amplitudes_BAO: ``[B, rows, oscillators]``, row 0 at time 0.
        rate_hz: of the sound; a multiple of 100.

    Returns:
        ``[B, rows * rate_hz / 100]``.
    """
    batch, rows, _ = amplitudes_BAO.shape
    waves = _waves(rate_hz).to(amplitudes_BAO)
    samples = waves.shape[-1]
    whole = math.ceil(rows / ROWS) * ROWS
    after_last = amplitudes_BAO[:, -1:].expand(-1, whole - rows + 1, -1)
    held = torch.cat((amplitudes_BAO, after_last), 1)
    share = torch.arange(samples, device=waves.device, dtype=waves.dtype) / samples
    sound = waves.new_empty(batch, whole, samples)
    for row in range(ROWS):
        here, there = (a[:, row::ROWS] @ waves[row] for a in (held[:, :-1], held[:, 1:]))
        sound[:, row::ROWS] = here + (there - here) * share
    return sound[:, :rows].flatten(1)


@lru_cache(maxsize=2)
def _waves(rate_hz: int) -> Tensor:
    """What every oscillator plays in each of its rows: ``[ROWS, oscillators, samples]``."""
    # Kept for later calls, so it must not depend on the context of this one.
    with torch.inference_mode(False), torch.device("cpu"):
        pitch = frequencies().double()
        count = len(pitch)
        # Schroeder's phases: with equal ones all would meet in a click every 200 ms.
        phases = math.pi * torch.arange(count, dtype=torch.float64) ** 2 / count
        time = torch.arange(rate_hz // STEP_HZ, dtype=torch.float64) / rate_hz
        waves = torch.cos(2 * math.pi * pitch[:, None] * time + phases[:, None])
        return rearrange(waves, "O (R N) -> R O N", R=ROWS).float().contiguous()

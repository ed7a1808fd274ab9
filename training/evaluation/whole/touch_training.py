"""Teaches the reader of contacts from simulated paths, made as jittery and gappy as tracks are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fitting import Course, fit
from .lessons import Lesson
from .touch import TouchReader, clues

BATCH, RATE = 12, 3e-3
BESIDE = 0.3
"""What the frames beside a contact are taught: tracks lag or lead by a fraction of a frame."""
POSITIVE_WEIGHT = 2.0
JITTER, WANDER, GAPS, SIZES = (0.1, 1.2), (0.0, 2.5), 0.12, 0.15
"""In 1/256 heights: white noise, slow noise; share of frames missed, relative error of sizes."""
SHORTEST = 8


def fit_touch(lesson: Lesson, steps: int, state: Path | None = None) -> TouchReader:
    """A reader that learned from `lessons.paths`."""

    def losses(reader: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = rng.choice(len(lesson), BATCH, replace=len(lesson) < BATCH)
        batch = [_sample(lesson, row, rng) for row in chosen]
        inputs, wanted, weights = (
            torch.from_numpy(np.concatenate(parts)) for parts in zip(*batch, strict=True)
        )
        loss = F.binary_cross_entropy_with_logits(reader(inputs), wanted, weights)
        return {"touch": loss}

    torch.manual_seed(0)
    reader = TouchReader()
    fit(reader, Course(steps, RATE, 1e-2), losses, state)
    return reader


def _sample(
    lesson: Lesson, row: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clues, wanted probabilities and weights of the things of one clip, mirrored now and then."""
    there = np.isfinite(lesson.arrays["places"][row, :, :, 0]).any(0)
    places = lesson.arrays["places"][row][:, there].astype(np.float64)
    sizes = lesson.arrays["sizes"][row][there].astype(np.float64)
    hits = lesson.arrays["touched"][row][:, there].T
    if rng.random() < 0.5:
        places[..., 0] = 256 - places[..., 0]
    sizes = sizes * np.exp(SIZES * rng.uniform(-1, 1, sizes.shape))
    wanted, weights = _wanted(hits)
    seen = np.isfinite(places[..., 0]).T
    return clues(_jittery(places, rng), sizes), wanted, weights * seen


def _wanted(hits_nF: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and weights; 2 marks a contact, 1 one too soft to ask for."""
    hard = (hits_nF == 2).astype(np.float32)
    padded = np.pad(hard, ((0, 0), (1, 1)))
    beside = BESIDE * np.maximum(padded[:, :-2], padded[:, 2:])
    weights = np.where(hits_nF == 1, 0.0, 1.0 + (POSITIVE_WEIGHT - 1) * hard)
    return np.maximum(hard, beside), weights.astype(np.float32)


def _jittery(places_Fn2: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Places as tracks have them: white and slow noise, frames missed, late beginnings."""
    frames, things, _ = places_Fn2.shape
    white = rng.uniform(*JITTER) * rng.standard_normal(places_Fn2.shape)
    knots = rng.standard_normal((frames // 6 + 2, things, 2)) * rng.uniform(*WANDER)
    at = np.arange(frames) / 6
    low = at.astype(int)
    slow = knots[low] + (at - low)[:, None, None] * (knots[low + 1] - knots[low])
    noisy = places_Fn2 + white + slow
    missed = rng.random((frames, things)) < rng.uniform(0, GAPS)
    late = np.arange(frames)[:, None] < rng.integers(0, frames - SHORTEST, things) * (
        rng.random(things) < 0.15
    )
    noisy[missed | late] = np.nan
    return noisy

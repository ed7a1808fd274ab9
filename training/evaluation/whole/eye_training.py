"""Teaches the eye: from a truth to the maps it should see, and the fit.

Half of the pictures went through a video VAE and back, others are blurred and made noisy, so that
the eye reads what a codec leaves of a clip as well. Nothing that was sampled is shown to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .eye import (
    HEADS,
    MOUTH,
    SHAPES,
    SIZE_UNIT,
    SPEED_UNIT,
    STRIDE,
    STUFFS,
    THING,
    TONES,
    Eye,
    inputs,
)
from .fitting import Course, fit
from .lessons import SPEC, Lesson
from .mouth import mouth_places

BATCH, RATE = 8, 2.5e-3
DECODED_SHARE = 0.5
GRID = 256 // STRIDE
WEIGHTS = {"offset": 1.0, "size": 1.0, "speed": 0.5, "open": 2.0}


def fit_eye(lesson: Lesson, steps: int, state: Path | None = None) -> Eye:
    """An eye that learned from `lessons.sights`."""
    targets = [_targets(truth) for truth in lesson.truths]
    sights = lesson.arrays["frames"].shape[1]

    def losses(eye: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        clips = rng.choice(len(lesson), BATCH, replace=len(lesson) < BATCH)
        chosen = np.stack((clips, rng.integers(sights, size=BATCH)), 1)
        return _losses(eye, *_batch(lesson, targets, chosen, rng))

    torch.manual_seed(0)
    eye = Eye()
    fit(eye, Course(steps, RATE, 1e-3), losses, state)
    return eye


Seen = dict[str, np.ndarray]


def _targets(truth: dict[str, Any]) -> list[Seen]:
    """For each chosen frame what is there: rows of numbers for `things` and `mouths`."""
    paths = np.array(truth["trajectories"], np.float32).reshape(SPEC.frames, -1, 3)
    view = np.array(truth["view"], np.float32)
    mouths = mouth_places(truth["cast"], np.array(truth["mouths"]), view)
    return [_seen(truth, frame, paths, view, mouths) for frame in truth["frames"]]


def _seen(
    truth: dict[str, Any], frame: int, paths: np.ndarray, view: np.ndarray, mouths: np.ndarray
) -> Seen:
    after, before = min(frame + 1, len(paths) - 1), max(frame - 1, 0)
    speed = (paths[after] - paths[before]) / max(1, after - before)
    things = []
    for k, thing in enumerate(truth["things"]):
        x, y = paths[frame, k, :2]
        if not (0 <= x < 256 and 0 <= y < 256):
            continue
        tall = thing["half_width"] if thing["shape"] == "ball" else thing["half_height"]
        stuff = "resin" if thing["skin"] == "billiard" else thing["material"]
        words = (
            SHAPES.index(thing["shape"]),
            TONES.index(thing["colour"]),
            STUFFS.index(stuff),
        )
        zoom = view[frame, 2]
        things.append((x, y, thing["half_width"] * zoom, tall * zoom, *speed[k, :2], *words))
    return {
        "things": np.array(things, np.float32).reshape(-1, 9),
        "mouths": mouths[frame].astype(np.float32),
    }


def _batch(
    lesson: Lesson, targets: list[list[Seen]], chosen: np.ndarray, rng: np.random.Generator
) -> tuple[Tensor, list[Seen]]:
    decoded = rng.random() < DECODED_SHARE
    names = ("decoded", "decoded_beside") if decoded else ("frames", "beside")
    pixels, around = (
        torch.from_numpy(np.stack([lesson.arrays[name][n, k] for n, k in chosen])).float()
        for name in names
    )
    if not decoded and rng.random() < 0.6:
        pixels, around = _worse(pixels, around, rng)
    seen = [targets[n][k] for n, k in chosen]
    if rng.random() < 0.5:
        pixels, around = pixels.flip(2), around.flip(3)
        seen = [_mirrored(one) for one in seen]
    return inputs(pixels, around), seen


def _worse(pixels: Tensor, around: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """As another codec might leave them: blurred, noisy, a little darker or lighter."""
    share = float(rng.uniform(0.25, 1.0))
    planes = pixels.permute(0, 3, 1, 2)
    size = planes.shape[-2:]
    small = F.interpolate(planes, scale_factor=share, mode="bilinear", antialias=True)
    planes = F.interpolate(small, size, mode="bilinear")
    if share < 0.5:
        small = F.interpolate(around, scale_factor=2 * share, mode="bilinear", antialias=True)
        around = F.interpolate(small, around.shape[-2:], mode="bilinear")
    noise, gain = float(rng.uniform(0, 8)), float(rng.uniform(0.94, 1.06))
    planes = (planes + noise * torch.randn_like(planes)) * gain
    around = (around + 0.6 * noise * torch.randn_like(around)) * gain
    return planes.clamp(0, 255).permute(0, 2, 3, 1), around.clamp(0, 255)


def _mirrored(seen: Seen) -> Seen:
    flipped = {key: value.copy() for key, value in seen.items()}
    for value in flipped.values():
        value[:, 0] = 255.999 - value[:, 0]
    flipped["things"][:, 4] *= -1
    return flipped


def _losses(eye: nn.Module, pictures: Tensor, seen: list[Seen]) -> dict[str, Tensor]:
    maps = eye(pictures)
    heat = torch.from_numpy(np.stack([_heat(one) for one in seen]))
    losses = {"heat": _focal(maps["heat"], heat)}
    at, things = _cells(seen, "things")
    centres = things[:, :2] / STRIDE
    picked = {key: value.permute(0, 2, 3, 1)[at] for key, value in maps.items()}
    wanted = {
        "offset": centres - centres.floor(),
        "size": (things[:, 2:4] / SIZE_UNIT).log(),
        "speed": things[:, 4:6] / SPEED_UNIT,
    }
    for key, value in wanted.items():
        losses[key] = WEIGHTS[key] * F.smooth_l1_loss(picked[key], value, beta=0.1)
    for place, key in enumerate(("shape", "colour", "material")):
        losses[key] = F.cross_entropy(picked[key], things[:, 6 + place].long())
    at, mouths = _cells(seen, "mouths")
    if len(mouths):
        opening = maps["open"].permute(0, 2, 3, 1)[at][:, 0].sigmoid()
        losses["open"] = WEIGHTS["open"] * (opening - mouths[:, 2]).abs().mean()
    return {key: value for key, value in losses.items() if torch.isfinite(value)}


def _cells(seen: list[Seen], name: str) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Indices (picture, row, column) of all rows of one kind, and the rows."""
    rows = torch.from_numpy(np.concatenate([one[name] for one in seen]))
    pictures = np.repeat(np.arange(len(seen)), [len(one[name]) for one in seen])
    cells = (rows[:, :2] / STRIDE).long().clamp(0, GRID - 1)
    return (torch.from_numpy(pictures), cells[:, 1], cells[:, 0]), rows


def _heat(seen: Seen) -> np.ndarray:
    """float32 [2, 64, 64]: a bell around every centre, 1 in its own cell."""
    heat = np.zeros((HEADS["heat"], GRID, GRID), np.float32)
    for x, y, half_w, half_h, *_ in seen["things"]:
        _add_bell(heat[THING], x, y, float(np.clip(0.3 * min(half_w, half_h) / STRIDE, 0.6, 2.0)))
    for x, y, *_ in seen["mouths"]:
        _add_bell(heat[MOUTH], x, y, 1.2)
    return heat


def _add_bell(heat: np.ndarray, x: float, y: float, sigma: float) -> None:
    column, row = int(x / STRIDE), int(y / STRIDE)
    if not (0 <= row < GRID and 0 <= column < GRID):
        return
    grid = np.arange(GRID)
    bell = np.exp(-((grid - row)[:, None] ** 2 + (grid - column) ** 2) / (2 * sigma**2))
    np.maximum(heat, bell.astype(np.float32), out=heat)


def _focal(logits: Tensor, wanted: Tensor) -> Tensor:
    """Zhou et al. 2019, eq. 1, over all kinds of points together."""
    sure = logits.sigmoid().clamp(1e-5, 1 - 1e-5)
    centre = wanted == 1
    found = ((1 - sure) ** 2 * sure.log())[centre].sum()
    empty = ((1 - wanted) ** 4 * sure**2 * (1 - sure).log())[~centre].sum()
    return -(found + empty) / max(1, int(centre.sum()))

"""Teaches the viewer and the namer of camera moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...world.scenes.layout import CAMERAS
from .camera import CameraNamer, camera_steps
from .events import event_of
from .fitting import Course, fit
from .lessons import Lesson
from .viewer import WORDS, Viewer

BATCH, RATE = 16, 2e-3
UNKNOWN = -100
"""Events without a name are not learned."""
SIDES = {"pan left": "pan right", "pan right": "pan left"}


def fit_viewer(lesson: Lesson, steps: int, state: Path | None = None) -> Viewer:
    """A viewer that learned from `lessons.views`."""
    labels = torch.tensor([_labels(truth) for truth in lesson.truths])

    def losses(viewer: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = np.sort(rng.choice(len(lesson), min(BATCH, len(lesson)), replace=False))
        frames = torch.from_numpy(lesson.arrays["frames"][chosen]).float()
        made = viewer(_worse(frames, rng))
        wanted = labels[torch.from_numpy(chosen)]
        return {
            key: F.cross_entropy(
                logits, wanted[:, place], ignore_index=UNKNOWN, label_smoothing=0.05
            ).nan_to_num()
            for place, (key, logits) in enumerate(made.items())
        }

    torch.manual_seed(0)
    viewer = Viewer()
    fit(viewer, Course(steps, RATE, 2e-2), losses, state)
    return viewer


def fit_namer(lesson: Lesson, steps: int, state: Path | None = None) -> CameraNamer:
    """Names of camera moves, learned from the same clips."""
    moved = torch.from_numpy(np.stack([camera_steps(clip) for clip in lesson.arrays["frames"]]))
    moves = [truth["camera"] for truth in lesson.truths]
    known = torch.tensor([CAMERAS.index(move) for move in moves])
    turned = torch.tensor([CAMERAS.index(SIDES.get(move, move)) for move in moves])
    inputs = torch.cat((moved, moved * torch.tensor([-1.0, 1.0, 1.0])))
    wanted = torch.cat((known, turned))

    def losses(namer: nn.Module, rng: np.random.Generator) -> dict[str, Tensor]:
        chosen = torch.from_numpy(rng.integers(len(inputs), size=128))
        noisy = inputs[chosen] + 0.02 * torch.randn(128, *inputs.shape[1:])
        return {"camera": F.cross_entropy(namer(noisy), wanted[chosen])}

    torch.manual_seed(0)
    namer = CameraNamer()
    fit(namer, Course(steps, 3e-3, 3e-2), losses, state)
    return namer


def _labels(truth: dict[str, object]) -> list[int]:
    event = event_of(str(truth["kind"]), truth["outcome"])  # type: ignore[arg-type]
    labels = [UNKNOWN if event is None else WORDS["event"].index(event)]
    return labels + [WORDS[key].index(str(truth[key])) for key in WORDS if key != "event"]


def _worse(frames: Tensor, rng: np.random.Generator) -> Tensor:
    """Mirrored, blurred, noisy, lighter or darker, and moved by a few pixels."""
    if rng.random() < 0.5:
        frames = frames.flip(3)
    if rng.random() < 0.4:
        planes = frames.permute(0, 1, 4, 2, 3).flatten(0, 1)
        planes = F.interpolate(F.avg_pool2d(planes, 2), scale_factor=2, mode="bilinear")
        frames = planes.unflatten(0, frames.shape[:2]).permute(0, 1, 3, 4, 2)
    shift = tuple(int(n) for n in rng.integers(-3, 4, 2))
    frames = frames.roll(shift, (2, 3)) if rng.random() < 0.5 else frames
    noise, gain = float(rng.uniform(0, 6)), float(rng.uniform(0.95, 1.05))
    return (frames + noise * torch.randn_like(frames)) * gain

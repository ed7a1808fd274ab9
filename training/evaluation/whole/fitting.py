"""How every instrument is fitted: a short training that can be stopped and gone on with anytime.

The state is saved as it goes, and every draw comes from a generator seeded with the step, so that a
stopped fit goes on exactly where it was. What counts is the running average of the weights.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...ema import WeightAverage
from ...state import load_state, save_state

log = logging.getLogger("hibari.evaluate")

WARM_UP, COOL_DOWN = 0.05, 0.35
"""Shares of the steps in which the rate rises and falls."""
DECAY = 0.985
SAVED_EVERY_S = 30.0


@dataclass(frozen=True)
class Course:
    """How long and how fast: steps, learning rate, weight decay, and the seed of all draws."""

    steps: int
    rate: float
    weight_decay: float = 1e-2
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: up, level, down to zero."""
        rise = (step + 1) / max(1, self.steps * WARM_UP)
        fall = (self.steps - step) / max(1, self.steps * COOL_DOWN)
        return self.rate * min(1.0, rise, fall)


Losses = Callable[[nn.Module, np.random.Generator], dict[str, Tensor]]


def fit(pupil: nn.Module, course: Course, losses: Losses, state: Path | None = None) -> nn.Module:
    """Fits and returns the pupil with averaged weights, ready to be used.

    Args:
        pupil: fresh; where there is a state, what it says takes the place of its weights.
        course: how long and how fast.
        losses: of one batch that it draws itself; their sum is made small.
        state: where to save and go on from; None saves nothing.
    """
    optimiser = torch.optim.AdamW(pupil.parameters(), course.rate, weight_decay=course.weight_decay)
    average = WeightAverage(pupil, DECAY)
    first = 0
    if state is not None and state.is_file():
        first = int(load_state(state, pupil, average.tensors, optimiser)["step"])
    saved_s = time.monotonic()
    pupil.train()
    for step in range(first, course.steps):
        torch.manual_seed(course.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = course.rate_at(step)
        parts = losses(pupil, np.random.default_rng([course.seed, step]))
        optimiser.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        nn.utils.clip_grad_norm_(pupil.parameters(), 10.0)
        optimiser.step()
        average.update(pupil, step)
        last = step + 1 == course.steps
        if state is not None and (last or time.monotonic() - saved_s > SAVED_EVERY_S):
            saved_s = time.monotonic()
            save_state(state, pupil, average.tensors, optimiser, {"step": step + 1})
            told = " ".join(f"{name} {value.item():.2f}" for name, value in parts.items())
            log.info("%s %d/%d %s", type(pupil).__name__, step + 1, course.steps, told)
    pupil.load_state_dict(average.state_dict_of(pupil))
    return pupil.eval()

"""Makes a transformer need less work per clip: first no guidance, then fewer steps.

Guidance distillation (Meng et al. 2022, arXiv:2210.03142, with one fixed scale): the student learns
the velocity that its teacher predicts with classifier-free guidance, at every noise level, and then
needs one evaluation per step. Step distillation (progressive distillation: Salimans & Ho 2022,
arXiv:2202.00512, on the rectified flow): the student learns to go in one Euler step where its
teacher goes in several; its noise levels are every n-th of the teacher's. Conditions of every kind
are drawn as in the stage before, so they survive.

Chosen over consistency and distribution matching because it has nothing to balance: one network,
one teacher, a regression. Departure: the loss is that of the velocity, the same at all levels.
Shapes: B samples, N levels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...model.sampling import Guidance, ltx2_schedule
from ..config import TrainConfig, from_table
from ..loop import autocast
from ..state import read_tensors_with_config
from .flow_batch import FlowBatch, FlowObjective, Pair, draw_sigmas
from .transformer import Buckets, TransformerTrainer, compile_blocks, facts_of


@dataclass(frozen=True)
class DistillationObjective(FlowObjective):
    """What is distilled, beside what the objective of the stage before tells.

    Attributes:
        teacher: result of a transformer or distillation stage; the student starts as its copy.
        guidance: scale of the teacher's classifier-free guidance; 1 where it has none left.
        interval: lowest and highest noise level at which it is guided (see `Guidance`).
        steps: steps that the student shall need; 0 distils guidance alone, at all noise levels.
        advised_steps: how many are recommended where guidance alone was distilled; 0: as many as
            for its teacher.
        teacher_steps: steps of the teacher that make the same way, a multiple of ``steps``.
        schedule_steps: steps of the LTX-2 schedule of which both use every n-th level; a multiple
            of ``teacher_steps``.
    """

    teacher: str = ""
    guidance: float = 1.0
    interval: tuple[float, float] = (0.0, 1.0)
    steps: int = 0
    advised_steps: int = 0
    teacher_steps: int = 0
    schedule_steps: int = 32

    def check(self) -> None:
        """Raise ValueError where the numbers of steps do not divide each other."""
        if not self.teacher:
            raise ValueError("objective.teacher is empty; name the result of a transformer stage")
        if self.steps < 0 or (self.steps == 0 and self.guidance == 1):
            raise ValueError(
                f"objective.steps is {self.steps} and objective.guidance {self.guidance:g}, which "
                "leaves nothing to distil; set guidance to 2, say, or steps to 8"
            )
        if self.advised_steps < 0 or (self.advised_steps and self.steps):
            raise ValueError(
                f"objective.advised_steps is {self.advised_steps} beside steps {self.steps}; a "
                "student of steps recommends its own, so set advised_steps to 0, or steps to 0"
            )
        Guidance(interval=self.interval)  # refuses what is no interval of noise levels
        few, many, most = self.steps, self.teacher_steps, self.schedule_steps
        if few and not (few < many <= most and many % few == 0 and most % many == 0):
            raise ValueError(
                f"objective has steps {few}, teacher_steps {many} and schedule_steps {most}; each "
                "must be a multiple of the one before, as 8, 32 and 32, or 4, 8 and 32"
            )


def levels(schedule_steps: int, steps: int, tokens: int) -> Tensor:
    """Every n-th level of the LTX-2 schedule, ``[steps + 1]``, from 1 to 0."""
    return ltx2_schedule(schedule_steps, tokens)[:: schedule_steps // steps]


class DistillationTrainer(TransformerTrainer):
    """Stage ``distillation``; exports ``transformer.safetensors`` with what is recommended now."""

    objective: DistillationObjective

    def __init__(self, config: TrainConfig, buckets: Buckets | None = None) -> None:
        objective = self._read_objective(config)
        tensors, told = read_tensors_with_config(Path(objective.teacher))
        # A student is as large as its teacher.
        model = {name: told[name] for name in ("transformer", "text_encoder")}
        super().__init__(replace(config, model=model), buckets)
        self.teacher = self.new_networks().eval().requires_grad_(False)
        self.teacher.load_state_dict(tensors)
        self.module.load_state_dict(tensors, strict=False)
        if config.run.compile:
            compile_blocks(self.teacher, self.device)
        self.walk: Walk | None = None
        if objective.steps:
            longest = max(self.data["train"][0].durations(objective.frames))
            self.walk = Walk.of(objective, self.data["train"][0].tokens(longest))
        taught, learned = facts_of(objective.teacher), self._learned()
        self.facts = taught | learned
        self.facts["recommended"] = (
            taught.get("recommended", {}) | learned.get("recommended", {}) | self._recommended()
        )
        self.drawer.noise = self._draw_sigmas

    def _read_objective(self, config: TrainConfig) -> DistillationObjective:
        objective = from_table(DistillationObjective, config.objective, "objective")
        objective.check()
        return objective

    def _recommended(self) -> dict[str, Any]:
        """Settings for the student; guidance is inside its weights."""
        advice: dict[str, Any] = {"guidance": 1.0}
        if self.objective.advised_steps:
            advice["steps"] = self.objective.advised_steps
        if self.walk is not None:
            sigmas = [round(float(level), 6) for level in self.walk.student]
            advice |= {"steps": len(sigmas) - 1, "sigmas": sigmas}
        return advice

    def _draw_sigmas(
        self, objective: FlowObjective, batch: int, generator: torch.Generator
    ) -> Pair:
        """Noise levels that the student will meet; a modality is sometimes clean, as it can be."""
        video, audio = draw_sigmas(objective, batch, generator)
        if self.walk is None:
            return video, audio
        index = torch.randint(len(self.walk.student) - 1, (batch,), generator=generator)
        start = self.walk.student[index]
        zero = torch.zeros(())
        return torch.where(video > 0, start, zero), torch.where(audio > 0, start, zero)

    @torch.no_grad()
    def targets(self, batch: FlowBatch, noisy: Pair) -> Pair:
        """The teacher's guided velocity, or its mean velocity over one step of the student."""
        if self.walk is None:
            return self.guided(batch, noisy)
        start = torch.maximum(*batch.sigmas)
        path = self.walk.paths[self.walk.step_of(start)]
        made = noisy
        for now, following in zip(path.T[:-1], path.T[1:], strict=True):
            at = batch.at(now)
            velocities = self.guided(at, made)
            made = _moved(made, velocities, following - now, at)
        way = path[:, 0] - path[:, -1]
        video, audio = (
            (before - after) / _like(way, before) for before, after in zip(noisy, made, strict=True)
        )
        return video, audio

    def guided(self, batch: FlowBatch, noisy: Pair) -> Pair:
        """The teacher's velocity with its guidance; where a caption is dropped there is none."""
        told = self.velocities(self.teacher, batch, noisy)
        scales = [self._scale(sigma) for sigma in batch.sigmas]
        if all((scale == 1).all() for scale in scales):
            return told
        untold = self.velocities(self.teacher, batch, noisy, [""] * len(batch.captions))
        video, audio = (
            without + _like(scale, without) * (with_caption - without)
            for with_caption, without, scale in zip(told, untold, scales, strict=True)
        )
        return video, audio

    def _scale(self, sigma: Tensor) -> Tensor:
        """The scale of guidance at noise levels ``[B]``."""
        low, high = self.objective.interval
        # As in `Guidance.at`, a first level may be rounded to a little more than 1.
        acts = (sigma >= low) & (sigma.clamp(max=1.0) <= high)
        return torch.where(acts, self.objective.guidance, 1.0)

    def _told(self, batch: FlowBatch, errors: list[Tensor]) -> dict[str, float]:
        return {}

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Share of the teacher's velocity that the student misses on held-out clips, by level."""
        asked = self.walk.student[:-1].tolist() if self.walk is not None else (0.5, 0.9)
        numbers = {}
        for level in asked:
            batch = self.held_out(level)
            noisy = batch.noisy
            with autocast(self.config.run.precision, self.device):
                wanted = self.targets(batch, noisy)
                made = self.velocities(self.module, batch, noisy)
            for name, own, target in zip("va", made, wanted, strict=True):
                missed = (own - target).square().mean() / target.square().mean()
                numbers[f"{name}{level:.3f}"] = float(missed)
        return numbers


@dataclass(frozen=True)
class Walk:
    """The noise levels of student and teacher.

    Attributes:
        student: ``[steps + 1]``.
        paths: ``[steps, n + 1]``, the teacher's levels within each step of the student.
    """

    student: Tensor
    paths: Tensor

    @classmethod
    def of(cls, objective: DistillationObjective, tokens: int) -> Walk:
        """Levels for clips of so many video tokens."""
        count = objective.teacher_steps // objective.steps
        teacher = levels(objective.schedule_steps, objective.teacher_steps, tokens)
        student = levels(objective.schedule_steps, objective.steps, tokens)
        return cls(student, teacher.unfold(0, count + 1, count))

    def step_of(self, sigma: Tensor) -> Tensor:
        """The step of the student that starts at a level ``[B]``."""
        return (self.student[:-1] - sigma[:, None]).abs().argmin(dim=1)


def _moved(latents: Pair, velocities: Pair, by: Tensor, batch: FlowBatch) -> Pair:
    """Latents after an Euler step of ``by`` ``[B]`` levels; clean tokens stay."""
    video, audio = (
        latent + _like(by, latent) * velocity * (level > 0).to(latent)
        for latent, velocity, level in zip(latents, velocities, batch.levels, strict=True)
    )
    return video, audio


def _like(values: Tensor, latent: Tensor) -> Tensor:
    """``[B]`` shaped to broadcast over a latent."""
    return values.to(latent).view(-1, *[1] * (latent.ndim - 1))

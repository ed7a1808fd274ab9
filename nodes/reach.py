"""What a checkpoint can make, and the clip nearest to a wish beyond that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..model.shapes import SPACE_STRIDE
from .clip_plan import CUSTOM, ClipPlan, plan_clip

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.checkpoint import Checkpoint

LTX2_MAX_POSITIONS = (20.0, 2048.0, 2048.0)
"""Seconds, rows and columns that LTX-2 gives positions to, where a file does not say."""
# One frame more than 8k is free (2 s at 24 fps are 49 frames), so 2.04 s are not too long.
FREE_FRAMES = 1


@dataclass(frozen=True)
class Reach:
    """Largest picture (in pixels of area) and longest clip (in s) of a checkpoint, and its fps."""

    area_px: float
    seconds: float
    fps: float


@dataclass(frozen=True)
class Fit:
    """A clip to make, the size in px that it is scaled to, and what became of the wish."""

    plan: ClipPlan
    width: int
    height: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        made = f"{self.width}x{self.height} px, {self.plan.seconds:.2f} s at {self.plan.fps:g} fps"
        return "; ".join((made, *self.notes))


def reach_of(file: Checkpoint) -> Reach:
    """Return what a checkpoint was made for, or what its positions cover where it does not say."""
    advice = file.info.recommended
    if "hibari" in file.metadata:
        return Reach(advice.width * advice.height, advice.seconds, advice.fps)
    transformer: Mapping[str, Any] = file.config.get("transformer", {})
    seconds, rows, columns = transformer.get("positional_embedding_max_pos", LTX2_MAX_POSITIONS)
    return Reach(float(rows) * float(columns), float(seconds), advice.fps)


def fit(width: int, height: int, seconds: float, reach: Reach) -> Fit:
    """Return the clip nearest to a wish (px, s): its aspect is kept, the rest as far as it goes.

    Raises:
        ValueError: a size or duration out of any range.
    """
    shrink = min(1.0, math.sqrt(reach.area_px / (width * height)))
    sides = (max(SPACE_STRIDE, round(side * shrink)) for side in (width, height))
    too_long = seconds > reach.seconds + FREE_FRAMES / reach.fps
    plan = plan_clip(CUSTOM, *sides, reach.seconds if too_long else seconds, reach.fps)
    notes = []
    if (plan.shape.width, plan.shape.height) != (width, height):
        notes.append(f"made at {plan.shape.width}x{plan.shape.height} and scaled")
    if too_long:
        notes.append(
            f"{seconds:g} s were asked for, and {reach.seconds:g} s are what the checkpoint was "
            "made for"
        )
    return Fit(plan, width, height, tuple(notes))


def scaled(images: Tensor, width: int, height: int) -> Tensor:
    """Return frames [F, H, W, 3] that cover width x height px; what juts out is cut off evenly."""
    import torch
    from torch.nn.functional import interpolate

    from ..host import check_interrupted

    if images.shape[1:3] == (height, width):
        return images
    grow = max(width / images.shape[2], height / images.shape[1])
    rows, columns = (
        max(side, round(size * grow))
        for side, size in zip((height, width), images.shape[1:3], strict=True)
    )
    top, left = (rows - height) // 2, (columns - width) // 2
    covered = images.new_empty(len(images), height, width, images.shape[3])
    for index, frame in enumerate(images):
        check_interrupted()
        large = interpolate(
            frame.movedim(-1, 0)[None].float(), (rows, columns), mode="bicubic", antialias=True
        )[0]
        part = large[:, top : top + height, left : left + width].clamp(0, 1)
        covered[index] = part.movedim(0, -1).to(torch.float32)
    return covered

"""Guidance: push the prediction away from what a weaker model would have said.

Each term compares the prediction with one that lacks something: the prompt (classifier-free
guidance, Ho & Salimans 2022, arXiv:2207.12598), attention in some blocks (spatio-temporal skip
guidance, Hyung et al. 2024, arXiv:2411.18664) or the other modality. Terms add up on the clean
prediction, separately for video and audio, and the result may be rescaled to the spread of the
unguided one (Lin et al. 2023, arXiv:2305.08891). Source: LTX-2 multi-modal guider.
Departures: spreads are measured for each sample, so that a batch does not mix; guidance may be
limited to an interval of noise levels (Kynkäänniemi et al. 2024, arXiv:2404.07724).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Branch = Literal["positive", "negative", "perturbed", "isolated"]


@dataclass(frozen=True)
class Guidance:
    """Weights of the guidance terms; the defaults are neutral and cost nothing.

    Attributes:
        video_cfg, audio_cfg: how strongly each modality follows the prompt; 1 is neutral.
        stg_scale: weight of the comparison with skipped self-attention; 0 is neutral.
        stg_blocks: transformer blocks that skip it.
        modality_scale: how strongly picture and sound follow each other; 1 is neutral.
        rescale: share of the rescaling, 0..1; 0 is neutral.
        interval: lowest and highest noise level at which any of this acts; outside of it a step
            takes one evaluation.
    """

    video_cfg: float = 1.0
    audio_cfg: float = 1.0
    stg_scale: float = 0.0
    stg_blocks: frozenset[int] = frozenset()
    modality_scale: float = 1.0
    rescale: float = 0.0
    interval: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        for name in ("video_cfg", "audio_cfg", "stg_scale", "modality_scale"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"guidance {name} is {value}; use a number of at least 0")
        if not 0 <= self.rescale <= 1:
            raise ValueError(f"guidance rescale is {self.rescale}; use 0 to 1")
        if self.stg_scale and not self.stg_blocks:
            raise ValueError(
                f"guidance stg_scale is {self.stg_scale} without blocks; name the blocks that skip "
                "self-attention, or set it to 0"
            )
        low, high = self.interval
        if not 0 <= low <= high <= 1:
            raise ValueError(
                f"guidance interval is {low} to {high}; use noise levels from 0 to 1, the lower "
                "first"
            )

    def at(self, sigma: float) -> Guidance:
        """What acts at a noise level: this, or outside of its interval nothing."""
        low, high = self.interval
        # A schedule's first level may be rounded to a little more than 1.
        return self if low <= min(sigma, 1.0) <= high else Guidance()

    @classmethod
    def uniform(cls, cfg: float) -> Guidance:
        """Classifier-free guidance alone, equal for video and audio."""
        return cls(video_cfg=cfg, audio_cfg=cfg)

    @property
    def follows_negative(self) -> bool:
        """Whether a cfg below 1 moves towards the negative prompt instead of away from it."""
        return self.video_cfg < 1 or self.audio_cfg < 1

    def branches(self, video: bool = True, audio: bool = True) -> tuple[Branch, ...]:
        """The model evaluations that these weights need, for the modalities that are sampled."""
        needed: list[Branch] = ["positive"]
        if (video and self.video_cfg != 1) or (audio and self.audio_cfg != 1):
            needed.append("negative")
        if self.stg_scale:
            needed.append("perturbed")
        if video and audio and self.modality_scale != 1:
            needed.append("isolated")
        return tuple(needed)

    def combine(self, cfg: float, predictions: Mapping[Branch, Tensor]) -> Tensor:
        """The guided prediction of one modality from the branches' clean predictions.

        Args:
            cfg: that modality's ``video_cfg`` or ``audio_cfg``.
            predictions: float32 tensors of one shape, for each branch that was evaluated.
        """
        positive = predictions["positive"]
        weights: dict[Branch, float] = {
            "negative": cfg - 1,
            "perturbed": self.stg_scale,
            "isolated": self.modality_scale - 1,
        }
        guided = positive
        for branch, weight in weights.items():
            if weight and branch in predictions:
                guided = guided + weight * (positive - predictions[branch])
        if self.rescale and guided is not positive:
            guided = guided * rescale_factor(positive, guided, self.rescale)
        return guided


def rescale_factor(positive: Tensor, guided: Tensor, share: float) -> Tensor:
    """``share * std(positive) / std(guided) + 1 - share`` of each sample, [B, 1, ...]."""
    axes = tuple(range(1, positive.ndim))
    ratio = positive.std(axes, keepdim=True) / guided.std(axes, keepdim=True)
    return share * ratio + 1 - share

"""What an evaluation needs to know about one playground: its instruments, metrics and splits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..world import ClipSpec, Truth
from .material import MaterialEar
from .metric import METRICS, Metric, shuffled
from .reading import read_clip


@dataclass(frozen=True)
class Kit:
    """The instruments and the metrics of one playground.

    Attributes:
        playground: of the clips, "drops" or "whole".
        read: reads a clip: frames uint8 [F, H, W, 3], waveform [2, N] at 24 kHz, frames per second.
        metrics: what a reading is asked, clip by clip.
        splits: parts of the clips by name, each with the question whether a truth belongs to it.
        shuffled: pictures, sounds and truths of different clips: what chance scores.
        indices: of the clips to measure: seed, number and size give their indices, rising.
        begins: first frames, 1 + 8k, that a continuation is given; 0 makes none.
    """

    playground: str
    read: Callable[[np.ndarray, np.ndarray, int], Any]
    metrics: tuple[Metric, ...]
    splits: Mapping[str, Callable[[Any], bool]]
    shuffled: Callable[[Sequence[Any], Sequence[Any]], tuple[list[Any], list[Any]]]
    indices: Callable[[int, int, ClipSpec], Iterable[int]]
    begins: int = 0


DROPS_SPLITS: dict[str, Callable[[Truth], bool]] = {
    "seen kinds": lambda t: not (t.held_out_combination or t.held_out_sentence),
    "held-out combination": lambda t: t.held_out_combination,
    "held-out sentence": lambda t: t.held_out_sentence,
}


def first_indices(seed: int, clips: int, spec: ClipSpec) -> Iterable[int]:  # noqa: ARG001
    """The first clips of the data set."""
    return range(clips)


def drops_kit(ear: MaterialEar) -> Kit:
    """The narrow playground; `ear` tells materials by their sound."""
    return Kit(
        playground="drops",
        read=lambda frames, waveform, fps: read_clip(frames, waveform, fps, ear),
        metrics=METRICS,
        splits=DROPS_SPLITS,
        shuffled=shuffled,
        indices=first_indices,
    )

"""Subjects that a clip shows again: clean tokens from before its start, and guidance towards them.

Each subject (a cameo, say) brings views and a voice. Its views stand in its own eight frames before
the clip, one frame each, on their own grid of pixels; voices stand one behind the other before the
sound. Subjects are ordered by role, so the order in which they were given does not matter.
Guidance leaves one subject out and moves away from that prediction, with its own strength for looks
and voice (classifier-free guidance over references: Ho & Salimans 2022, arXiv:2207.12598, as in
InstructPix2Pix, Brooks et al. 2023, arXiv:2211.09800, section 3.2.1). Strength 1 costs nothing, 0
leaves the part out.
Shapes: V views, C channels, Y rows, X columns, R reference tokens, B batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from einops import rearrange
from torch import Tensor

from ..shapes import SPACE_STRIDE, TIME_STRIDE, VIDEO_CHANNELS
from ..transformer import TransformerInputs

REFERENCES = "hibari_references"
"""Option of a conditioning that holds :class:`SealedReferences`."""

MAX_SUBJECTS = 3
MAX_STRENGTH = 10.0
Velocities = tuple[Tensor | None, Tensor | None]
Entries = Sequence[tuple[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class Reference:
    """One subject: ``views`` [V, 128, Y, X] latents, ``voice`` [R, 128] tokens, strengths."""

    role: str
    views: Tensor | None = None
    voice: Tensor | None = None
    likeness: float = 1.0
    voice_strength: float = 1.0

    def __post_init__(self) -> None:
        for name in ("likeness", "voice_strength"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= MAX_STRENGTH):
                raise ValueError(
                    f"{name} is {value}; use 0 (off) to {MAX_STRENGTH:g}, 1 is neutral"
                )
        views = self.views
        if views is not None and (
            views.ndim != 4 or views.shape[1] != VIDEO_CHANNELS or len(views) > TIME_STRIDE
        ):
            raise ValueError(
                f"views of {self.role} have shape {list(views.shape)}; give at most {TIME_STRIDE} "
                f"latents [views, {VIDEO_CHANNELS}, rows, columns]"
            )

    @property
    def is_guided(self) -> bool:
        """Whether it takes a further evaluation of the model."""
        looks = self.views is not None and self.likeness not in (0.0, 1.0)
        return looks or (self.voice is not None and self.voice_strength not in (0.0, 1.0))


class SealedReferences(Protocol):
    """References as they travel in a conditioning: opened only when sampling starts."""

    def begin(
        self, held: Sequence[SealedReferences], entries: Entries, clips: int
    ) -> list[tuple[Reference, ...]]:
        """The references of each of ``held``, for a run of so many clips that follows ``entries``.

        Raises:
            ValueError: they may not be used in this run.
        """
        ...


def held_references(conditionings: Sequence[Entries]) -> list[SealedReferences]:
    """The distinct sealed references of some conditionings, in order."""
    found: dict[int, SealedReferences] = {}
    for entries in conditionings:
        for _, options in entries:
            held = options.get(REFERENCES)
            if held is not None:
                found.setdefault(id(held), held)
    return list(found.values())


def begin(
    conditionings: Sequence[Entries], attracting: Sequence[Entries], clips: int
) -> dict[int, tuple[Reference, ...]]:
    """Open the references of a run that makes ``clips``; keys are the ids of the sealed ones.

    ``attracting`` are the conditionings that the run moves towards, whose prompts must be allowed.
    """
    held = held_references(conditionings)
    if not held:
        return {}
    prompts = [entry for entries in attracting for entry in entries]
    opened = held[0].begin(held, prompts, clips)
    return {id(sealed): references for sealed, references in zip(held, opened, strict=True)}


def in_order(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """The references by role.

    Raises:
        ValueError: too many, or two in one role.
    """
    roles = sorted(reference.role for reference in references)
    if len(roles) > MAX_SUBJECTS:
        raise ValueError(f"{len(roles)} subjects were given; a clip takes at most {MAX_SUBJECTS}")
    if len(set(roles)) < len(roles):
        raise ValueError(f"two subjects share the role {roles[0]!r}; give each its own")
    return tuple(sorted(references, key=lambda reference: reference.role))


def place(
    inputs: TransformerInputs, references: Sequence[Reference], without: int | None = None
) -> TransformerInputs:
    """The inputs with reference tokens; ``without`` leaves a subject out, the others stay put."""
    tokens, coordinates, voices = [], [], []
    for slot, reference in enumerate(references):
        if slot == without:
            continue
        if reference.views is not None and reference.likeness:
            tokens.append(rearrange(reference.views, "V C Y X -> 1 (V Y X) C"))
            coordinates.append(view_coordinates(reference.views, slot))
        if reference.voice is not None and reference.voice_strength:
            voices.append(reference.voice[None])
    return replace(
        inputs,
        reference_video=torch.cat(tokens, dim=1) if tokens else None,
        reference_coordinates=torch.cat(coordinates, dim=2) if coordinates else None,
        reference_audio=torch.cat(voices, dim=1) if voices else inputs.reference_audio,
    )


def view_coordinates(views_VCYX: Tensor, slot: int) -> Tensor:
    """[start, end) in frames and pixels ``[1, 3, V*Y*X, 2]`` of the views of subject ``slot``.

    Subject 0 has the frames -8..-1, subject 1 those before; view v stands in the v-th of them.
    """
    count, _, rows, columns = views_VCYX.shape
    first = -TIME_STRIDE * (slot + 1)
    frame = torch.arange(count, dtype=torch.float32) + first
    down = torch.arange(rows, dtype=torch.float32) * SPACE_STRIDE
    right = torch.arange(columns, dtype=torch.float32) * SPACE_STRIDE
    start = torch.stack(torch.meshgrid(frame, down, right, indexing="ij"))
    size = torch.tensor([1.0, SPACE_STRIDE, SPACE_STRIDE]).view(3, 1, 1, 1)
    return rearrange(torch.stack((start, start + size), dim=-1), "A V Y X E -> 1 A (V Y X) E")


def guided(
    predict: Callable[[TransformerInputs], Velocities],
    inputs: TransformerInputs,
    references: Sequence[Reference],
) -> Velocities:
    """Velocities with references, each subject's guidance added.

    ``predict`` runs the transformer. Being linear, the guidance of velocities is that of clean
    latents at the same noise level.
    """
    if not references:
        return predict(inputs)
    full = predict(place(inputs, references))
    video, audio = full
    for slot, reference in enumerate(references):
        if not reference.is_guided:
            continue
        less_video, less_audio = predict(place(inputs, references, without=slot))
        if video is not None and less_video is not None and reference.likeness:
            video = video + (reference.likeness - 1) * (_given(full[0]) - less_video)
        if audio is not None and less_audio is not None and reference.voice_strength:
            audio = audio + (reference.voice_strength - 1) * (_given(full[1]) - less_audio)
    return video, audio


def _given(velocity: Tensor | None) -> Tensor:
    assert velocity is not None  # both evaluations have the same streams
    return velocity

"""Which references a batch is shown, placed exactly as the sampler places those of cameos.

All samples of a batch have the same slots: so many views of each subject, with or without its
voice. Which subject stands in which slot is drawn for every sample, because at sampling time the
slots follow the names that people give. Parts are left out at random, for guidance.
Shapes: B samples, R reference tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...model.sampling.references import MAX_SUBJECTS, place
from ...model.transformer import TransformerInputs
from ..reference_store import ClipReferences, SubjectLatents


@dataclass(frozen=True)
class Slot:
    """What is shown of one subject: so many views (0 leaves its looks out), its voice."""

    views: int
    voice: bool


@dataclass(frozen=True, eq=False)
class Shown:
    """The slots of a batch and the clips that can fill them."""

    slots: tuple[Slot, ...]
    clips: Tensor

    @property
    def is_empty(self) -> bool:
        """Whether every part was left out."""
        return not any(slot.views or slot.voice for slot in self.slots)


@dataclass(frozen=True, eq=False)
class Subjects:
    """Of every clip with references: how many subjects it has, and whether they speak."""

    counts: Tensor
    speaks: Tensor
    views: int

    @classmethod
    def of(cls, references: Sequence[ClipReferences]) -> Subjects:
        """Counted once for a store."""
        views = [len(subject.views) for clip in references for subject in clip.subjects]
        return cls(
            torch.tensor([len(clip.subjects) for clip in references]),
            torch.tensor([clip.speaks for clip in references]),
            min(views, default=0),
        )


def draw_shown(subjects: Subjects, dropout: float, generator: torch.Generator) -> Shown:
    """Draws the slots of a batch: speakers as often as things, whatever their share of the clips.

    Args:
        subjects: of every clip.
        dropout: share in which the looks, or the voice, of a subject are left out.
        generator: of the draw.
    """
    counts, speaks = subjects.counts, subjects.speaks & (subjects.counts > 0)
    things = ~speaks & (counts > 0)
    speaking = bool(speaks.any()) and (not bool(things.any()) or _chance(0.5, generator))
    pool = (speaks if speaking else things).nonzero().flatten()
    some = int(counts[pool[_below(len(pool), generator)]])
    slots = tuple(
        Slot(
            0 if _chance(dropout, generator) else 1 + _below(subjects.views, generator),
            speaking and not _chance(dropout, generator),
        )
        for _ in range(1 + _below(min(MAX_SUBJECTS, some), generator))
    )
    return Shown(slots, pool[counts[pool] >= len(slots)])


def with_references(
    inputs: TransformerInputs,
    shown: Shown,
    clips: Sequence[ClipReferences],
    generator: torch.Generator,
) -> TransformerInputs:
    """The inputs with the reference tokens ``[B, R, 128]`` of a batch of clips."""
    order = [torch.randperm(len(clip.subjects), generator=generator).tolist() for clip in clips]
    chosen = [
        [clip.subjects[k] for k in places[: len(shown.slots)]]
        for clip, places in zip(clips, order, strict=True)
    ]
    lengths = [
        _shortest(slot) if part.voice else 0
        for part, slot in zip(shown.slots, zip(*chosen, strict=True), strict=True)
    ]
    placed = [
        place(
            inputs,
            [
                subject.reference(f"subject {k}", part.views, length)
                for k, (subject, part, length) in enumerate(
                    zip(subjects, shown.slots, lengths, strict=True)
                )
            ],
        )
        for subjects in chosen
    ]
    return replace(
        inputs,
        reference_video=_batched([one.reference_video for one in placed]),
        reference_coordinates=placed[0].reference_coordinates,
        reference_audio=_batched([one.reference_audio for one in placed]),
    )


def _shortest(subjects: Sequence[SubjectLatents]) -> int:
    """Voice tokens that all of them have."""
    return min(len(subject.voice) for subject in subjects if subject.voice is not None)


def _batched(tokens: Sequence[Tensor | None]) -> Tensor | None:
    given = [one for one in tokens if one is not None]
    return torch.cat(given) if given else None


def _below(limit: int, generator: torch.Generator) -> int:
    return int(torch.randint(limit, (), generator=generator))


def _chance(probability: float, generator: torch.Generator) -> bool:
    return float(torch.rand((), generator=generator)) < probability

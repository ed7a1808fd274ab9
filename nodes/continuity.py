"""What a shot shares with those before: the picture of an earlier shot, shown to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.sampling.references import Entries, Reference, SealedReferences
    from .conditioning import Conditioning

# Sorts behind the roles of cameos, which are letters, so that they keep their places.
ROLE = "~shot"


@dataclass(frozen=True, eq=False)
class ShotReferences:
    """The pictures ``views`` [V, 128, Y, X] of an earlier shot, and the cameos of this one."""

    views: Tensor = field(repr=False)
    strength: float
    cameos: SealedReferences | None = None

    def begin(
        self, held: Sequence[SealedReferences], entries: Entries, clips: int
    ) -> list[tuple[Reference, ...]]:
        """The references of a run; those of cameos are opened with their own checks.

        Raises:
            ValueError: a cameo may not be used, or there are too many subjects.
        """
        from ..model.sampling.references import Reference, in_order

        sets = [one for one in held if isinstance(one, ShotReferences)]
        if len(sets) != len(held):
            raise ValueError("a shot was mixed with other conditionings; connect it as it is")
        with_cameos = [one.cameos for one in sets if one.cameos is not None]
        opened = with_cameos[0].begin(with_cameos, entries, clips) if with_cameos else []
        cameos = iter(opened)
        return [
            in_order(
                [
                    *(next(cameos) if one.cameos is not None else ()),
                    Reference(ROLE, one.views, likeness=one.strength),
                ]
            )
            for one in sets
        ]


def with_earlier_shot(conditioning: Conditioning, views: Tensor, strength: float) -> Conditioning:
    """Return a conditioning, and the empty prompt that it carries, that refers to an earlier shot.

    ``views`` [V, 128, Y, X] are latents of its frames; ``strength`` 1 shows them, above 1 pushes
    towards them.
    """
    from ..host import with_references
    from ..model.sampling.references import REFERENCES
    from .conditioning import UNCONDITIONAL

    told: Conditioning = []
    for context, options in conditioning:
        sealed = ShotReferences(views, strength, options.get(REFERENCES))
        ((again, fresh),) = with_references([[context, options]], sealed)
        if fresh.get(UNCONDITIONAL) is not None:
            fresh[UNCONDITIONAL] = with_references(fresh[UNCONDITIONAL], sealed)
        told.append([again, fresh])
    return told


def views_of(frames: Tensor, vae: Any) -> Tensor:
    """Return latents [V, 128, Y, X] of frames [V, H, W, 3], each encoded as a clip of its own."""
    import torch

    return torch.stack([vae.encode(frame[None])[0, :, 0] for frame in frames])

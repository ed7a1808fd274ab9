"""Cameos on the CONDITIONING wire: sealed until sampling starts, and checked again then.

Latents are kept encrypted under a key of this process, so no block that walks a conditioning finds
tensors of a person in it, and nothing of it can be saved. Opening them is one act with the check of
every grant, the check of the words that are really sampled, and the record of one use.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from ...model.sampling.references import (
    MAX_SUBJECTS,
    REFERENCES,
    Entries,
    Reference,
    SealedReferences,
    in_order,
)
from .bundle import Bundle
from .container import CameoError
from .sealing import decrypt, encrypt, new_content_key

_PROCESS_KEY = new_content_key()


@dataclass(frozen=True)
class SealedArray:
    """An array that only this process can open."""

    sealed: bytes = field(repr=False)
    shape: tuple[int, ...]
    place: str

    @classmethod
    def of(cls, array: np.ndarray) -> SealedArray:
        """Seal a float32 array."""
        values = np.ascontiguousarray(array, np.float32)
        place = os.urandom(8).hex()
        return cls(encrypt(_PROCESS_KEY, values.tobytes(), place), values.shape, place)

    def open(self) -> np.ndarray:
        """The array."""
        raw = decrypt(_PROCESS_KEY, self.sealed, self.place)
        return np.frombuffer(raw, np.float32).reshape(self.shape).copy()


@dataclass(frozen=True, eq=False)
class CameoReference:
    """One cameo in a role: ``views`` [V, C, Y, X] and ``voice`` [R, C] latents, sealed."""

    bundle: Bundle = field(repr=False)
    role: str
    views: SealedArray | None
    voice: SealedArray | None
    likeness: float = 1.0
    voice_strength: float = 1.0

    def open(self) -> Reference:
        """The reference as the sampler takes it."""
        import torch

        views = None if self.views is None else torch.from_numpy(self.views.open())
        voice = None if self.voice is None else torch.from_numpy(self.voice.open())
        return Reference(self.role, views, voice, self.likeness, self.voice_strength)


@dataclass(frozen=True, eq=False)
class CameoReferences:
    """Up to three cameos of one conditioning, in the order of their roles."""

    references: tuple[CameoReference, ...]

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a conditioning with a cameo cannot be saved or copied out of this process; apply the "
            "cameo again where it is needed"
        )

    def begin(
        self, held: Sequence[SealedReferences], entries: Entries, clips: int
    ) -> list[tuple[Reference, ...]]:
        """Check grants and words, record a use of each cameo a clip, and open the references.

        Raises:
            CameoError: a cameo may not be used in this run.
        """
        from .use import begin_use

        sets = [one for one in held if isinstance(one, CameoReferences)]
        if len(sets) != len(held):
            raise CameoError("a conditioning holds references that are no cameos")
        bundles = {
            reference.bundle.header.sha256: reference.bundle
            for one in sets
            for reference in one.references
        }
        begin_use(list(bundles.values()), entries, clips)
        return [in_order([reference.open() for reference in one.references]) for one in sets]

    def with_reference(self, reference: CameoReference) -> CameoReferences:
        """These and another cameo, ordered by role whatever was applied first.

        Raises:
            CameoError: too many, or its role or the cameo itself is there already.
        """
        for known in self.references:
            if known.role == reference.role:
                raise CameoError(f"the role @{reference.role} is taken; give each cameo its own")
            if known.bundle.header.id == reference.bundle.header.id:
                raise CameoError(f"{reference.bundle.header.name} is in this clip already")
        everyone = (*self.references, reference)
        if len(everyone) > MAX_SUBJECTS:
            raise CameoError(f"a clip takes at most {MAX_SUBJECTS} cameos; remove one")
        return CameoReferences(tuple(sorted(everyone, key=lambda one: one.role)))


def references_of(options: Mapping[str, Any]) -> CameoReferences:
    """The cameos that a conditioning has, possibly none."""
    held = options.get(REFERENCES)
    return held if isinstance(held, CameoReferences) else CameoReferences(())

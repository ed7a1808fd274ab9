"""Who is shown and heard: the own reference is looked up among those of 19 other speakers."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from ...world.drawing.reference import draw_references
from ...world.scenes.cast import Character, draw_cast
from ...world.scenes.dice import Dice
from ...world.truth import WholeTruth
from ...world.voice.reference import speak_references
from .instruments import Instruments
from .lessons import FACE_PX
from .likeness import voice_facts
from .reading import WholeReading

CHOICES = 20
CROWD_SEED = 6_400


class People:
    """The references of other speakers, the same ones for every clip."""

    def __init__(self, instruments: Instruments) -> None:
        self.instruments = instruments

    @cached_property
    def crowd(self) -> list[Character]:
        """Nineteen speakers that no clip was drawn for."""
        return [
            draw_cast(Dice(np.random.default_rng([CROWD_SEED, index])), 256.0)[0]
            for index in range(CHOICES - 1)
        ]

    @cached_property
    def crowd_looks(self) -> np.ndarray:
        """float [19, 32]."""
        return np.concatenate([self._looks((who,)) for who in self.crowd])

    @cached_property
    def crowd_voices(self) -> np.ndarray:
        """float [19, 24]."""
        return np.concatenate([self._voices((who,)) for who in self.crowd])

    def looks_match(self, reading: WholeReading, truth: WholeTruth) -> float | None:
        """Share of the speakers whose own reference view is the nearest; 0 with a wrong number."""
        if not truth.cast:
            return None
        if len(reading.looks) != len(truth.cast):
            return 0.0
        cast = tuple(sorted(truth.cast, key=lambda who: who.x))
        own = self._looks(cast)
        return float(np.mean(_nearest(reading.looks, own, self.crowd_looks)))

    def voice_matches(self, reading: WholeReading, truth: WholeTruth) -> float | None:
        """Whether the reference voice of the only one who speaks is the nearest."""
        heard = {line.speaker for line in truth.dialogue}
        if len(heard) != 1:
            return None
        own = self._voices((truth.cast[heard.pop()],))
        return float(_nearest(reading.voice[None], own, self.crowd_voices)[0])

    @torch.inference_mode()
    def _looks(self, cast: tuple[Character, ...]) -> np.ndarray:
        views = draw_references((), cast, FACE_PX)
        pictures = torch.from_numpy(np.stack([views[who.role] for who in cast]))
        return np.asarray(self.instruments.looks(pictures).numpy())

    @torch.inference_mode()
    def _voices(self, cast: tuple[Character, ...]) -> np.ndarray:
        sounds = [speak_references((who,))[who.role] for who in cast]
        facts = torch.from_numpy(np.stack([voice_facts(sound) for sound in sounds]))
        return np.asarray(self.instruments.voices(facts).numpy())


def _nearest(seen: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """bool [n]: whether each is nearer to its own reference than to any other."""
    return np.asarray((seen * own).sum(1) > (seen @ others.T).max(1))

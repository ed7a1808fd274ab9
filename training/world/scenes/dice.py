"""Random draws of a scene, and what training never gets to see.

A validation clip may carry one challenge: a "combination" of colour, shape and material or of kind
and place that no training clip shows, a number from the "hole" in the middle of its range or from
"beyond" its training range, or (chosen by the caption) words or sentence shapes that are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from .layout import COLOURS, MATERIALS

T = TypeVar("T")

HELD_OUT_LOOKS = (
    ("red", "ball", "metal"),
    ("blue", "box", "wood"),
    ("yellow", "ball", "glass"),
    ("green", "box", "rubber"),
    ("purple", "ball", "stone"),
    ("orange", "box", "metal"),
    ("pink", "ball", "wood"),
    ("teal", "box", "glass"),
)
"""(colour, shape, material) that no training clip shows, while every pair of the three occurs."""
HELD_OUT_PLACES = (
    ("pendulum", "beach"),
    ("domino", "desert"),
    ("ramp", "snow"),
    ("tower", "gym"),
    ("talk", "snow"),
)
"""(kind, place) that no training clip shows."""
HOLE = (0.45, 0.55)
BEYOND = 0.9
"""Training draws a number from [0, 0.45], [0.55, 0.9] of its range; the rest is for validation."""
CHALLENGES = ("", "combination", "hole", "beyond", "sentence", "synonyms")
CHALLENGE_SHARES = (0.4, 0.15, 0.1, 0.1, 0.15, 0.1)


class Dice:
    """Draws from one random stream under a challenge; `numbers` remembers every banded draw."""

    def __init__(self, rng: np.random.Generator, challenge: str = "") -> None:
        self.rng = rng
        self.challenge = challenge
        self.numbers: dict[str, float] = {}
        self._combined = False

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options, equally likely or by weight."""
        if weights is None:
            return options[int(self.rng.integers(len(options)))]
        edges = np.cumsum(weights)
        return options[int(np.searchsorted(edges, self.rng.random() * edges[-1], side="right"))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def uniform(self, low: float, high: float) -> float:
        """A number that carries no challenge."""
        return float(self.rng.uniform(low, high))

    def integer(self, low: int, high: int) -> int:
        """A whole number in low..high, both included."""
        return int(self.rng.integers(low, high + 1))

    def number(self, name: str, low: float, high: float) -> float:
        """A number of the event itself, from the band that the challenge asks for."""
        share = self.rng.random()
        if self.challenge == "hole":
            share = HOLE[0] + share * (HOLE[1] - HOLE[0])
        elif self.challenge == "beyond":
            share = BEYOND + share * (1 - BEYOND)
        else:
            share *= BEYOND - (HOLE[1] - HOLE[0])
            share += HOLE[1] - HOLE[0] if share > HOLE[0] else 0.0
        self.numbers[name] = share
        return low + share * (high - low)

    def colour(self, besides: Sequence[str] = ()) -> str:
        """A colour that is none of `besides`."""
        return self.pick([colour for colour in COLOURS if colour not in besides])

    def look(
        self,
        shape: str,
        materials: Sequence[str] = tuple(MATERIALS),
        besides: Sequence[str] = (),
    ) -> tuple[str, str]:
        """Colour and material; under the challenge "combination" the first look is a new one."""
        if self.challenge == "combination" and not self._combined:
            held = [
                (c, m)
                for c, s, m in HELD_OUT_LOOKS
                if s == shape and m in materials and c not in besides
            ]
            if held:
                self._combined = True
                return self.pick(held)
        while True:
            colour, material = self.colour(besides), self.pick(list(materials))
            if (colour, shape, material) not in HELD_OUT_LOOKS:
                return colour, material

    def start_again(self) -> None:
        """Forgets what was drawn for a layout that is thrown away; the stream goes on."""
        self.numbers = {}
        self._combined = False

    @property
    def combined(self) -> bool:
        """Whether a new combination was really drawn."""
        return self._combined


STREAMS = ("scene", "look", "speech", "audio", "caption", "paraphrases", "subjects")
SPLITS = ("train", "validation")


def stream(seed: int, index: int, split: str, name: str) -> np.random.Generator:
    """One of the independent random streams of a clip: a draw more in one moves no other.

    Raises:
        ValueError: for a negative seed or index, or an unknown split.
    """
    if seed < 0 or index < 0:
        raise ValueError(f"seed {seed} and index {index} must not be negative")
    if split not in SPLITS:
        raise ValueError(f'split is "{split}", but must be "train" or "validation"')
    return np.random.default_rng([0x3A11D, seed, index, SPLITS.index(split), STREAMS.index(name)])


def draw_challenge(rng: np.random.Generator, split: str) -> str:
    """What is new about a validation clip; training clips have no challenge."""
    if split == "train":
        return ""
    edges = np.cumsum(CHALLENGE_SHARES)
    return CHALLENGES[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]

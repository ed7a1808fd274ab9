"""Sentences about what happened, in English and French.

A sentence shape is a template whose slots are filled from the outcome of the simulation. Every
sentence names colour, shape and place; each further detail is left out now and then. Some
shapes never occur in training, so that a test can ask in words the model has not seen in order.

Slots: {S} who, {P} where, {O} what it does after the fall, {N} the sound, {H} from what height,
{X} at what position; "one|many" picks the verb form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .scene import Scene
from .words import ENGLISH, FRENCH, Language, Options

FRENCH_SHARE = 0.15
VAGUE_OUTCOME = 0.25
"""Share of bouncing clips whose caption does not count the bounces."""
DROP_DETAIL = 0.1
"""What a caption leaves out the model can only guess, and it learns the words more slowly."""
PARAPHRASES_DROP_DETAIL = 0.4
"""But a model that rarely meets an open detail draws none of its values, or several at once."""


@dataclass
class Caption:
    """A sentence and the attribute words it uses, by attribute."""

    text: str
    language: str
    held_out: bool
    words: dict[str, str] = field(default_factory=dict)


def write_caption(
    scene: Scene,
    bounces: tuple[int, ...],
    landed: bool,
    rng: np.random.Generator,
    split: str,
    drop_detail: float = DROP_DETAIL,
) -> Caption:
    """Describes the scene; `landed` tells whether anything hit the floor before the end.

    `drop_detail` is the share of sizes, materials, heights and positions that are left open.
    """
    language = FRENCH if rng.random() < FRENCH_SHARE else ENGLISH
    held_out = split == "validation" and rng.random() < 0.5
    shapes = language.held_out_shapes if held_out else language.shapes
    shape = shapes[int(rng.integers(len(shapes)))]
    if not landed:
        shape = language.falling_shape
        held_out = False
    teller = _Teller(scene, bounces, language, rng, drop_detail)
    slots = {slot: teller.say(slot) for slot in "SPONHX" if f"{{{slot}}}" in shape}
    text = _tidy(_inflect(shape, len(scene.bodies)).format(**slots))
    if text.count(". ") == 0 and rng.random() < 0.25:
        text = text.removesuffix(".")
    return Caption(text, language.name, held_out, teller.words)


def _inflect(text: str, count: int) -> str:
    """Picks the side of every one|many pair."""
    return re.sub(r"([^\s|,.{}]+)\|([^\s|,.{}]+)", r"\1" if count == 1 else r"\2", text)


def _tidy(text: str) -> str:
    """Closes the gaps that dropped details leave and starts every sentence with a capital."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.])", r"\1", text).lstrip(", ")
    text = re.sub(r"\bde (un)", r"d'\1", text)
    text = re.sub(r"(^|\. )(\w)", lambda match: match[1] + match[2].upper(), text)
    return text


class _Teller:
    """Fills slots for one scene and remembers the words it used."""

    def __init__(
        self,
        scene: Scene,
        bounces: tuple[int, ...],
        language: Language,
        rng: np.random.Generator,
        drop_detail: float,
    ) -> None:
        self.scene = scene
        self.bounces = bounces
        self.language = language
        self.rng = rng
        self.drop_detail = drop_detail
        self.words: dict[str, str] = {}

    def say(self, slot: str) -> str:
        """The words for one slot; empty when an optional detail is dropped."""
        if slot in "HX" and self.rng.random() < self.drop_detail:
            return ""
        say: dict[str, Callable[[], str]] = {
            "S": self._subject,
            "P": partial(self._word, "place", self.language.places, self.scene.place),
            "O": self._outcome,
            "N": partial(self._word, "sound", self.language.sounds, self.scene.bodies[0].material),
            "H": partial(self._word, "height", self.language.heights, self.scene.height),
            "X": self._position,
        }
        return say[slot]()

    def _word(self, attribute: str, table: Options, value: str) -> str:
        return self._note(attribute, self._pick(table[value]))

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def _note(self, attribute: str, word: str) -> str:
        self.words[attribute] = word
        return word

    def _subject(self) -> str:
        body = self.scene.bodies[0]
        language = self.language
        noun = self._word("shape", language.nouns, body.shape)
        colour = self._word("colour", language.colours, body.colour)
        size = material = ""
        if self.rng.random() >= self.drop_detail:
            size = self._word("size", language.sizes, body.size)
        if self.rng.random() >= self.drop_detail:
            material = self._word("material", language.materials, body.material)
        self.words["count"] = str(len(self.scene.bodies))
        return language.subject(noun, colour, size, material, len(self.scene.bodies))

    def _outcome(self) -> str:
        key = self._outcome_key()
        outcome = self._pick(self.language.outcomes[key])
        outcome = outcome.replace("{G}", self._pick(self.language.grounds[self.scene.place]))
        self.words["outcome"] = key
        return _inflect(outcome, len(self.scene.bodies))

    def _outcome_key(self) -> str:
        least, most = min(self.bounces), max(self.bounces)
        if least == 0 < most:
            return "mixed"
        if least != most or (least > 0 and self.rng.random() < VAGUE_OUTCOME):
            return "some"
        return "many" if least > 3 else str(least)

    def _position(self) -> str:
        positions = [body.position for body in self.scene.bodies]
        if len(positions) == 1:
            return self._word("position", self.language.positions, positions[0])
        return self._note("position", self.language.pairs[" ".join(positions)])

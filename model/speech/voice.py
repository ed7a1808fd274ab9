"""From a description of a voice to the settings of a speech synthesiser."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TypeVar

Meaning = TypeVar("Meaning")

NORMAL_WPM = 165
MEN, WOMEN = ("m1", "m2", "m3", "m4", "m7"), ("f1", "f2", "f3", "f4")
# Words, in English and French, and what they change.
_KINDS = {
    WOMEN: "woman women female girl lady feminine mother femme fille dame mere mère",
    MEN: "man men male boy gentleman masculine father homme garcon garçon monsieur pere père",
    ("whisper",): "whisper whispering whispers whispered chuchote chuchotant murmure",
    ("croak",): "croaky hoarse raspy rauque",
}
_PITCH = {
    25: "deep low grave bass basse profonde",
    72: "high bright light shrill aigu aigue aiguë claire",
    88: "child childlike little tiny enfant petite petit",
}
_SPEED = {
    125: "slow slowly calm sleepy old lent lente calme vieux vieille",
    205: "fast quick quickly hurried excited nervous rapide presse pressé excite excité",
}


@dataclass(frozen=True)
class Voice:
    """How somebody speaks.

    Attributes:
        variant: of espeak-ng, one for each kind of throat.
        pitch: 0..99, 50 is usual.
        words_per_minute: how fast.
    """

    variant: str
    pitch: int = 50
    words_per_minute: int = NORMAL_WPM


def voice_of(speaker: str, description: str = "") -> Voice:
    """The voice of a speaker: as it is described, and always the same one of those for a name."""
    words = set(re.findall(r"\w+", description.lower()))
    kinds = _meant(_KINDS, words) or MEN + WOMEN
    variant = kinds[zlib.crc32(speaker.casefold().encode()) % len(kinds)]
    return Voice(variant, _meant(_PITCH, words) or 50, _meant(_SPEED, words) or NORMAL_WPM)


def _meant(table: dict[Meaning, str], words: set[str]) -> Meaning | None:
    """The first meaning of which a word is there."""
    return next((meaning for meaning, names in table.items() if words & {*names.split()}), None)

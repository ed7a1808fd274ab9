"""The talking characters: people of varied looks and animals, each with a voice of its own."""

from __future__ import annotations

from dataclasses import dataclass

from .dice import Dice

SKINS: tuple[tuple[int, int, int], ...] = (
    (250, 218, 190),
    (240, 196, 160),
    (222, 170, 128),
    (188, 134, 94),
    (146, 98, 66),
    (108, 72, 50),
)
HAIR_COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (58, 48, 56),
    "brown": (120, 78, 50),
    "blond": (230, 190, 104),
    "red": (196, 92, 50),
    "grey": (168, 166, 168),
}
HAIRS = ("short", "curly", "long", "bun", "bald", "cap")
ANIMALS = ("cat", "dog", "bear", "rabbit", "fox", "robot")
FURS: dict[str, tuple[tuple[str, tuple[int, int, int]], ...]] = {
    "cat": (("orange", (238, 152, 72)), ("grey", (158, 160, 170)), ("black", (84, 78, 92))),
    "dog": (("brown", (168, 112, 70)), ("white", (236, 226, 210)), ("golden", (226, 178, 104))),
    "bear": (("brown", (150, 102, 66)), ("white", (232, 232, 232)), ("black", (88, 80, 84))),
    "rabbit": (("white", (240, 234, 232)), ("grey", (176, 172, 178)), ("brown", (184, 144, 108))),
    "fox": (("orange", (232, 122, 52)), ("red", (206, 86, 50))),
    "robot": (("blue", (104, 152, 206)), ("green", (110, 182, 140)), ("grey", (168, 176, 188))),
}
VOICES = ("deep", "low", "middle", "high", "squeaky")


NARROW = 0.95 * 256
"""Width in units below which there is room for one speaker."""


@dataclass(frozen=True)
class Voice:
    """A speaker's voice.

    Attributes:
        name: one of VOICES, or "robotic".
        pitch_hz: of the middle of the range.
        tract: length of the vocal tract over an adult man's; formants scale by its inverse.
        breath: share of noise in the source, 0..0.3.
        pace: speed over the usual one.
        lift: how far the pitch moves, in semitones.
    """

    name: str
    pitch_hz: float
    tract: float
    breath: float
    pace: float
    lift: float


@dataclass(frozen=True)
class Character:
    """One speaker: looks, place in the picture, voice. x in units, size over the usual one."""

    role: str
    species: str
    word: str
    fur: str
    skin: tuple[int, int, int]
    hair: str
    hair_colour: str
    glasses: bool
    beard: bool
    clothes: str
    x: float
    size: float
    voice: Voice


def draw_cast(dice: Dice, width: float) -> tuple[Character, ...]:
    """One speaker in the middle, or two side by side where the picture is not narrow."""
    count = dice.pick([1, 2], [0.6, 0.4] if width >= NARROW else [1.0, 0.0])
    places = [0.5] if count == 1 else [0.27, 0.73]
    clothes: list[str] = []
    cast: list[Character] = []
    for k, place in enumerate(places):
        clothes.append(dice.colour(clothes))
        x = width * place + dice.uniform(-5, 5)
        size = dice.uniform(0.92, 1.08) if count == 1 else dice.uniform(0.68, 0.76)
        cast.append(_draw_character(dice, f"speaker {k + 1}", clothes[k], x, size, cast))
    return tuple(cast)


def _draw_character(
    dice: Dice, role: str, clothes: str, x: float, size: float, others: list[Character]
) -> Character:
    word = dice.pick(["man", "woman", "boy", "girl", *ANIMALS], [3, 3, 2, 2, 1.6, 1.6, 1, 1, 1, 1])
    if any(other.word == word for other in others):
        word = dice.pick([w for w in ("man", "woman", "girl", "cat", "dog") if w != others[0].word])
    species = word if word in ANIMALS else "person"
    fur, skin = "", dice.pick(SKINS)
    hair, hair_colour = "", ""
    if species == "person":
        hair_colour = dice.pick(list(HAIR_COLOURS), [3, 3, 2, 1, 1 if word in _ADULTS else 0])
        options = {
            "man": ["short", "curly", "bald", "cap"],
            "woman": ["long", "bun", "curly", "short"],
            "boy": ["short", "curly", "cap"],
            "girl": ["long", "bun", "curly", "cap"],
        }
        hair = dice.pick(options[word])
    else:
        fur, skin = dice.pick(FURS[species])
    return Character(
        role=role,
        species=species,
        word=word,
        fur=fur,
        skin=skin,
        hair=hair,
        hair_colour=hair_colour,
        glasses=species == "person" and dice.chance(0.28),
        beard=word == "man" and dice.chance(0.35),
        clothes=clothes,
        x=x,
        size=size * (0.9 if word in ("boy", "girl") else 1.0),
        voice=_draw_voice(dice, word),
    )


_ADULTS = ("man", "woman")
_PITCHES = {
    "deep": (84, 98, 1.06),
    "low": (104, 126, 1.0),
    "middle": (150, 184, 0.92),
    "high": (200, 236, 0.86),
    "squeaky": (280, 340, 0.74),
}
_VOICES_BY_WORD = {
    "man": ("deep", "low"),
    "woman": ("middle", "high"),
    "boy": ("high", "squeaky"),
    "girl": ("high", "squeaky"),
    "bear": ("deep",),
    "dog": ("low", "middle"),
    "cat": ("high", "squeaky"),
    "rabbit": ("squeaky",),
    "fox": ("middle", "high"),
}


def _draw_voice(dice: Dice, word: str) -> Voice:
    if word == "robot":
        return Voice("robotic", dice.uniform(110, 150), 0.95, 0.02, 1.0, 0.0)
    name = dice.pick(_VOICES_BY_WORD[word])
    low, high, tract = _PITCHES[name]
    return Voice(
        name=name,
        pitch_hz=dice.uniform(low, high),
        tract=tract * dice.uniform(0.96, 1.04),
        breath=dice.uniform(0.02, 0.14),
        pace=dice.uniform(0.95, 1.15),
        lift=dice.uniform(2.0, 4.5),
    )

"""Other words for what captions of this playground say.

People write "in the city" where captions say "in the street". The captions of clips stay as they
are, for the same seed must give the same clip; training may tell them otherwise.
"""

from __future__ import annotations

import re
from random import Random

REPLACED_SHARE = 0.5
"""Of the phrases of a caption that have other words."""

_ROOM = (
    *("indoors", "inside", "inside a house", "at home", "in the kitchen", "in the living room"),
    *("in a hall", "on the parquet", "on the floorboards"),
)
_MEADOW = (
    *("in a park", "in the park", "in a garden", "in a field", "on a green field", "on grass"),
    *("in the countryside", "outside on the grass"),
)
_BEACH = (
    *("by the sea", "by the ocean", "at the seaside", "on the shore", "near the water"),
    *("on the coast", "in the sand"),
)
_STREET = (
    *("in the city", "in a city", "in town", "downtown", "on the road", "on a road"),
    *("on the pavement", "on concrete"),
)
_HIGH = ("from the sky", "from far above", "from very high", "from the top")
_LOW = ("from close to the ground", "from a small height", "from low above the ground")
_WOOD = ("timber", "oak", "pine")
_STONE = ("granite", "marble", "concrete")
_SMALL, _BIG = ("tiny", "mini", "miniature"), ("huge", "giant", "enormous", "massive")

ENGLISH = {
    "on a wooden floor": _ROOM,
    "on the wooden floor": _ROOM,
    "in a room": _ROOM,
    "in a bright room": _ROOM,
    "in a room with a wooden floor": _ROOM,
    "indoors on a wooden floor": _ROOM,
    "in a meadow": _MEADOW,
    "in a sunny meadow": _MEADOW,
    "on the grass": _MEADOW,
    "on the lawn": _MEADOW,
    "on a beach": _BEACH,
    "at the beach": _BEACH,
    "on the sand": _BEACH,
    "on a sandy beach by the sea": _BEACH,
    "in the street": _STREET,
    "in a city street": _STREET,
    "on the asphalt": _STREET,
    "on a street in the city": _STREET,
    "wooden floor": ("parquet", "floorboards"),
    "asphalt": ("road", "pavement"),
    "red": ("bright red", "dark red", "scarlet", "crimson"),
    "orange": ("bright orange", "tangerine"),
    "yellow": ("bright yellow", "golden", "lemon yellow"),
    "green": ("dark green", "light green", "lime green", "emerald"),
    "teal": ("aqua", "blue-green"),
    "turquoise": ("aqua", "aquamarine"),
    "blue": ("dark blue", "light blue", "navy"),
    "purple": ("lilac", "dark purple", "lavender"),
    "pink": ("bright pink", "magenta", "hot pink"),
    "ball": ("orb", "globe", "round ball", "toy ball"),
    "balls": ("orbs", "globes", "toy balls"),
    "sphere": ("orb", "globe"),
    "spheres": ("orbs", "globes"),
    "box": ("package", "parcel", "case"),
    "boxes": ("packages", "parcels", "cases"),
    "crate": ("chest", "case"),
    "crates": ("chests", "cases"),
    "cube": ("square block", "die"),
    "cubes": ("square blocks", "dice"),
    "rubber": ("bouncy", "elastic", "squishy"),
    "wooden": _WOOD,
    "wood": _WOOD,
    "metal": ("iron", "metallic", "aluminium", "tin"),
    "steel": ("iron", "metallic"),
    "glass": ("crystal", "see-through"),
    "stone": _STONE,
    "rock": _STONE,
    "small": _SMALL,
    "little": _SMALL,
    "big": _BIG,
    "large": _BIG,
    "two": ("a pair of", "2", "a couple of"),
    "from high up": _HIGH,
    "from a great height": _HIGH,
    "from up high": _HIGH,
    "from low down": _LOW,
    "from a low height": _LOW,
    "from just above the ground": _LOW,
    "on the left": ("to the left", "at the left", "on the left-hand side"),
    "on the left side": ("to the left", "on the left-hand side"),
    "in the middle": ("in the center", "at the centre"),
    "in the centre": ("in the center", "at the middle"),
    "on the right": ("to the right", "at the right", "on the right-hand side"),
    "on the right side": ("to the right", "on the right-hand side"),
    "falls": ("plummets", "plunges", "drops down"),
    "fall": ("plummet", "plunge", "drop down"),
    "falling": ("plummeting", "plunging"),
    "drops": ("plummets", "goes down", "is dropped"),
    "drop": ("plummet", "go down"),
    "dropped": ("let go", "released"),
    "dropping": ("plummeting", "going down"),
    "bounces": ("hops", "rebounds", "jumps up"),
    "bounce": ("hop", "rebound", "jump up"),
    "without a bounce": ("without bouncing", "and that is it"),
    "two times": ("twice",),
    "three times": ("3 times", "thrice"),
    "lands": ("comes down", "touches down"),
    "land": ("come down", "touch down"),
    "hits": ("strikes", "slams into"),
    "hit": ("strike", "slam into"),
    "a soft thump": ("a muffled bump", "a dull bump"),
    "a rubbery thud": ("a muffled bump", "a boing"),
    "a wooden knock": ("a knock", "a knocking sound"),
    "a clang": ("a loud clang", "a ringing sound"),
    "a clink": ("a tinkle", "a chime"),
    "a heavy thud": ("a heavy bump", "a thud"),
}

_PIECE = ("dans la maison", "à l'intérieur", "dans le salon", "dans la cuisine")
_PRE = ("dans un parc", "dans un jardin", "dans un champ", "sur la pelouse", "dans l'herbe")
_PLAGE = ("au bord de la mer", "à la plage", "à la mer", "sur le rivage")
_RUE = ("en ville", "dans une ville", "sur la route", "sur le trottoir")
_HAUT = ("du ciel", "d'une grande hauteur", "de tout en haut")
_BAS = ("d'une faible hauteur", "de près du sol")

FRENCH = {
    "sur un plancher en bois": _PIECE,
    "sur le parquet": _PIECE,
    "dans une pièce": _PIECE,
    "dans une chambre claire": _PIECE,
    "dans un pré": _PRE,
    "dans une prairie ensoleillée": _PRE,
    "sur l'herbe": _PRE,
    "sur la plage": _PLAGE,
    "sur le sable": _PLAGE,
    "sur une plage au bord de la mer": _PLAGE,
    "dans la rue": _RUE,
    "dans une rue de la ville": _RUE,
    "sur l'asphalte": _RUE,
    "balle": ("bille", "boule"),
    "balles": ("billes", "boules"),
    "boîte": ("malle", "caisse"),
    "boîtes": ("malles", "caisses"),
    "cube": ("dé", "bloc"),
    "cubes": ("dés", "blocs"),
    "en caoutchouc": ("en gomme",),
    "en bois": ("en chêne", "en pin"),
    "en métal": ("en fer", "en acier"),
    "en verre": ("en cristal",),
    "en pierre": ("en granit", "en béton"),
    "petit": ("minuscule",),
    "petite": ("minuscule",),
    "petits": ("minuscules",),
    "petites": ("minuscules",),
    "gros": ("énorme", "géant"),
    "grand": ("énorme", "géant"),
    "grosse": ("énorme", "géante"),
    "grande": ("énorme", "géante"),
    "deux": ("2", "une paire de"),
    "deux fois": ("2 fois",),
    "trois fois": ("3 fois",),
    "de haut": _HAUT,
    "de très haut": _HAUT,
    "de bas": _BAS,
    "de faible hauteur": _BAS,
    "à gauche": ("du côté gauche",),
    "sur la gauche": ("du côté gauche",),
    "à droite": ("du côté droit",),
    "sur la droite": ("du côté droit",),
    "tombe": ("chute", "dégringole"),
    "tombent": ("chutent", "dégringolent"),
    "rebondit": ("bondit", "saute"),
    "rebondissent": ("bondissent", "sautent"),
}

_IS_FRENCH = re.compile(r"\b(une?|deux)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(a|an)\b(?= (\w))", re.IGNORECASE)


def _pattern(table: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """Finds the longest phrases first."""
    phrases = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.compile(rf"\b({phrases})\b", re.IGNORECASE)


_TABLES = {False: (_pattern(ENGLISH), ENGLISH), True: (_pattern(FRENCH), FRENCH)}


def in_other_words(caption: str, rng: Random, share: float = REPLACED_SHARE) -> str:
    """The caption with so large a share of its known phrases replaced, drawn one by one."""
    french = bool(_IS_FRENCH.search(caption))
    pattern, table = _TABLES[french]

    def replaced(match: re.Match[str]) -> str:
        phrase = match[0]
        if rng.random() >= share:
            return phrase
        other = rng.choice(table[phrase.lower()])
        return other[0].upper() + other[1:] if phrase[0].isupper() else other

    text = pattern.sub(replaced, caption)
    return text if french else _ARTICLE.sub(_fitting_article, text)


def _fitting_article(match: re.Match[str]) -> str:
    article = "an" if match[2].lower() in "aeiou" else "a"
    return article.capitalize() if match[1][0].isupper() else article

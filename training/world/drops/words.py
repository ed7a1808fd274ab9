"""The vocabulary and the sentence shapes of the captions, one `Language` each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Options = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Language:
    """Words by attribute value, sentence shapes, and how a subject is put together."""

    name: str
    colours: Options
    nouns: Options
    materials: Options
    sizes: Options
    heights: Options
    positions: Options
    pairs: dict[str, str]
    places: Options
    grounds: Options
    sounds: Options
    outcomes: Options
    shapes: tuple[str, ...]
    held_out_shapes: tuple[str, ...]
    falling_shape: str
    subject: Callable[[str, str, str, str, int], str]


_PLURALS = {"box": "boxes"}


def _english_subject(noun: str, colour: str, size: str, material: str, count: int) -> str:
    if count == 1:
        words = [word for word in (size, colour, material, noun) if word]
        return ("an " if words[0][0] in "aeiou" else "a ") + " ".join(words)
    noun = _PLURALS.get(noun, noun + "s")
    return " ".join(word for word in ("two", size, colour, material, noun) if word)


_FEMININE = {"balle", "boule", "sphère", "boîte", "caisse"}
_FRENCH_FEMININE = {"vert": "verte", "bleu": "bleue", "violet": "violette", "petit": "petite"} | {
    "gros": "grosse",
    "grand": "grande",
}
_FRENCH_INVARIABLE = {"orange", "turquoise", "cyan", "gros"}


def _french_agree(word: str, feminine: bool, plural: bool) -> str:
    agreed = _FRENCH_FEMININE.get(word, word) if feminine else word
    return agreed + "s" if plural and agreed not in _FRENCH_INVARIABLE else agreed


def _french_subject(noun: str, colour: str, size: str, material: str, count: int) -> str:
    feminine, plural = noun in _FEMININE, count > 1
    article = "deux" if plural else "une" if feminine else "un"
    words = [
        article,
        _french_agree(size, feminine, plural) if size else "",
        noun + "s" if plural else noun,
        _french_agree(colour, feminine, plural),
        material,
    ]
    return " ".join(word for word in words if word)


ENGLISH = Language(
    name="en",
    colours={
        "red": ("red",),
        "orange": ("orange",),
        "yellow": ("yellow",),
        "green": ("green",),
        "teal": ("teal", "turquoise", "cyan"),
        "blue": ("blue",),
        "purple": ("purple", "purple", "violet"),
        "pink": ("pink",),
    },
    nouns={
        "ball": ("ball", "ball", "ball", "sphere"),
        "box": ("box", "box", "cube", "crate", "block"),
    },
    materials={
        "rubber": ("rubber",),
        "wood": ("wooden", "wood"),
        "metal": ("metal", "metal", "steel"),
        "glass": ("glass",),
        "stone": ("stone", "stone", "rock"),
    },
    sizes={"small": ("small", "small", "little"), "big": ("big", "big", "large")},
    heights={
        "high": ("from high up", "from a great height", "from up high"),
        "low": ("from low down", "from a low height", "from just above the ground"),
    },
    positions={
        "left": ("on the left", "on the left side"),
        "middle": ("in the middle", "in the centre"),
        "right": ("on the right", "on the right side"),
    },
    pairs={
        "left right": "on the left and on the right",
        "left middle": "on the left and in the middle",
        "middle right": "in the middle and on the right",
    },
    places={
        "room": (
            "on a wooden floor",
            "on the wooden floor",
            "in a room",
            "in a bright room",
            "in a room with a wooden floor",
            "indoors on a wooden floor",
        ),
        "meadow": ("in a meadow", "in a sunny meadow", "on the grass", "on the lawn"),
        "beach": ("on a beach", "at the beach", "on the sand", "on a sandy beach by the sea"),
        "street": (
            "in the street",
            "in a city street",
            "on the asphalt",
            "on a street in the city",
        ),
    },
    grounds={
        "room": ("floor", "wooden floor"),
        "meadow": ("grass", "ground"),
        "beach": ("sand", "ground"),
        "street": ("asphalt", "ground"),
    },
    sounds={
        "rubber": ("a soft thump", "a rubbery thud"),
        "wood": ("a wooden knock", "a hollow knock"),
        "metal": ("a clang", "a metallic clang", "a ringing clang"),
        "glass": ("a clink", "a bright glassy clink"),
        "stone": ("a heavy thud", "a dull clack"),
    },
    outcomes={
        "0": (
            "lands|land and stays|stay there",
            "comes|come to rest on the {G}",
            "hits|hit the {G} and stays|stay there",
            "lands|land on the {G} without a bounce",
        ),
        "1": ("bounces|bounce once", "bounces|bounce one time"),
        "2": ("bounces|bounce twice", "bounces|bounce two times"),
        "3": ("bounces|bounce three times",),
        "many": ("bounces|bounce again and again", "bounces|bounce several times"),
        "mixed": ("hits|hit the {G}",),
        "some": ("bounces|bounce", "bounces|bounce off the {G}", "bounces|bounce up again"),
    },
    shapes=(
        "{S} drops|drop {H} {X} {P} and {O}.",
        "{P}, {S} falls|fall {H} {X} and {O}.",
        "{S} {O} {P}.",
        "dropped {H}, {S} {X} {O} {P}.",
        "{S} falls|fall {H} {P} {X} and lands|land with {N}.",
        "{P}, {S} drops|drop {H} {X} and lands|land with {N}.",
        "{S} falls|fall {H} {X} {P}. It|They {O}.",
        "{P}, {S} dropped {H} {X} {O}, with {N}.",
        "{H} {X}, {S} drops|drop {P} and {O}.",
        "{X}, {S} falls|fall {H} {P} and {O}.",
        "a video of {S} falling {H} {X} {P}.",
        "{S} dropped {H} {P} {X}.",
        "{S} tumbles|tumble down {H} {X} and {O} {P}.",
        "we see {S} {P} {X}. It|They drops|drop {H} and {O}.",
        "{S} falls|fall {H} {X} {P}. We hear {N} as it|they hits|hit the ground.",
        "{S} falling {H} {X} {P}, with {N}.",
        "{P}, {S} {O}.",
        "{S} {P} {X}, dropping {H}.",
    ),
    held_out_shapes=(
        "watch {S} drop {H} {X} {P}.",
        "with {N}, {S} dropped {H} lands|land {P} {X}.",
        "there is|are {S} {P}, falling {H} {X}, and it|they {O}.",
        "{P}, {S} comes|come down {H} {X}. It|They {O}, with {N}.",
    ),
    falling_shape="{S} falls|fall {H} {X} {P}.",
    subject=_english_subject,
)

FRENCH = Language(
    name="fr",
    colours={
        "red": ("rouge",),
        "orange": ("orange",),
        "yellow": ("jaune",),
        "green": ("vert",),
        "teal": ("turquoise", "cyan"),
        "blue": ("bleu",),
        "purple": ("violet",),
        "pink": ("rose",),
    },
    nouns={
        "ball": ("balle", "balle", "boule", "sphère"),
        "box": ("boîte", "boîte", "cube", "caisse"),
    },
    materials={
        "rubber": ("en caoutchouc",),
        "wood": ("en bois",),
        "metal": ("en métal",),
        "glass": ("en verre",),
        "stone": ("en pierre",),
    },
    sizes={"small": ("petit",), "big": ("gros", "grand")},
    heights={
        "high": ("de haut", "de très haut"),
        "low": ("de bas", "de faible hauteur"),
    },
    positions={
        "left": ("à gauche", "sur la gauche"),
        "middle": ("au milieu", "au centre"),
        "right": ("à droite", "sur la droite"),
    },
    pairs={
        "left right": "à gauche et à droite",
        "left middle": "à gauche et au milieu",
        "middle right": "au milieu et à droite",
    },
    places={
        "room": (
            "sur un plancher en bois",
            "sur le parquet",
            "dans une pièce",
            "dans une chambre claire",
        ),
        "meadow": ("dans un pré", "dans une prairie ensoleillée", "sur l'herbe"),
        "beach": ("sur la plage", "sur le sable", "sur une plage au bord de la mer"),
        "street": ("dans la rue", "dans une rue de la ville", "sur l'asphalte"),
    },
    grounds={
        "room": ("le parquet", "le sol"),
        "meadow": ("l'herbe", "le sol"),
        "beach": ("le sable", "le sol"),
        "street": ("l'asphalte", "le sol"),
    },
    sounds={
        "rubber": ("un bruit mou", "un bruit sourd"),
        "wood": ("un bruit de bois", "un choc creux"),
        "metal": ("un bruit métallique", "un son métallique"),
        "glass": ("un tintement de verre", "un tintement clair"),
        "stone": ("un bruit lourd", "un choc sec"),
    },
    outcomes={
        "0": (
            "s'arrête|s'arrêtent sur {G}",
            "reste|restent sur {G}",
            "touche|touchent {G} sans rebondir",
        ),
        "1": ("rebondit|rebondissent une fois",),
        "2": ("rebondit|rebondissent deux fois",),
        "3": ("rebondit|rebondissent trois fois",),
        "many": ("rebondit|rebondissent encore et encore", "rebondit|rebondissent plusieurs fois"),
        "mixed": ("touche|touchent {G}",),
        "some": ("rebondit|rebondissent", "rebondit|rebondissent sur {G}"),
    },
    shapes=(
        "{S} tombe|tombent {H} {X} {P} et {O}.",
        "{P}, {S} tombe|tombent {H} {X} et {O}.",
        "{S} {O} {P}.",
        "{S} tombe|tombent {H} {X} {P} avec {N}.",
        "{X}, {S} tombe|tombent {H} {P} et {O}.",
        "une vidéo de {S} tombant {H} {X} {P}.",
    ),
    held_out_shapes=(
        "on voit {S} tomber {H} {X} {P}.",
        "avec {N}, {S} tombe|tombent {H} {P} {X}.",
    ),
    falling_shape="{S} tombe|tombent {H} {X} {P}.",
    subject=_french_subject,
)

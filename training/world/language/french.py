"""French captions: words with their gender, events, sentence shapes."""

from __future__ import annotations

from ..scenes.cast import Character
from .tongue import NounPhrase, Options, Tongue

NUMBERS = ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
_FEMININE = {"balle", "boule", "sphère", "boîte", "caisse", "planche"}
_FEMININE_FORMS = {
    "vert": "verte",
    "bleu": "bleue",
    "violet": "violette",
    "petit": "petite",
    "grand": "grande",
    "gros": "grosse",
    "brun": "brune",
    "minuscule": "minuscule",
}
_INVARIABLE = {"orange", "turquoise", "marron", "gros", "émeraude", "lilas"}


def agree(word: str, feminine: bool, plural: bool) -> str:
    """An adjective, or two joined by "et", in the gender and number of its noun."""
    if " et " in word:
        return " et ".join(agree(part, feminine, plural) for part in word.split(" et "))
    agreed = _FEMININE_FORMS.get(word, word) if feminine else word
    return agreed + "s" if agreed and plural and agreed not in _INVARIABLE else agreed


def phrase(said: NounPhrase) -> str:
    """For instance "une grosse balle rouge en caoutchouc"."""
    feminine, plural = said.noun in _FEMININE, said.count != 1
    article = NUMBERS[said.count] if plural else "une" if feminine else "un"
    noun = said.noun + "s" if plural else said.noun
    words = [
        article,
        agree(said.size, feminine, plural),
        noun,
        agree(said.colour, feminine, plural),
        said.material,
    ]
    return " ".join(word for word in words if word)


_PEOPLE = {"man": "un homme", "woman": "une femme", "boy": "un garçon", "girl": "une fille"}
_ANIMALS = {"cat": "un chat", "dog": "un chien", "bear": "un ours", "rabbit": "un lapin",
            "fox": "un renard", "robot": "un robot"}  # fmt: skip
_HAIRS = {"short": "aux cheveux courts", "curly": "aux cheveux bouclés",
          "long": "aux cheveux longs", "bun": "avec un chignon", "bald": "sans cheveux",
          "cap": "avec une casquette"}  # fmt: skip
_FURS = {"orange": "orange", "grey": "gris", "black": "noir", "brown": "brun", "white": "blanc",
         "golden": "doré", "red": "roux", "blue": "bleu", "green": "vert"}  # fmt: skip


def person(who: Character, detail: int) -> str:
    """A character with the clothes and up to `detail` more features."""
    shirt = agree(_WORDS["colour"][who.clothes][0], True, False)
    if who.species != "person":
        return f"{_ANIMALS[who.word]} {_FURS[who.fur]} en chemise {shirt}"
    features = [_HAIRS[who.hair]]
    if who.glasses:
        features.append("avec des lunettes")
    if who.beard:
        features.append("avec une barbe")
    return " ".join([_PEOPLE[who.word], *features[:detail], f"en chemise {shirt}"])


def stranger(who: Character) -> str:
    """For instance "une femme" or "un chat"."""
    return (_PEOPLE | _ANIMALS)[who.word]


_WORDS: dict[str, Options] = {
    "colour": {
        "red": ("rouge",), "orange": ("orange",), "yellow": ("jaune",), "green": ("vert",),
        "teal": ("turquoise",), "blue": ("bleu",), "purple": ("violet",), "pink": ("rose",),
        "brown": ("brun", "marron"), "white": ("blanche",),
    },
    "material": {
        "rubber": ("en caoutchouc",), "wood": ("en bois",), "metal": ("en métal", "en acier"),
        "glass": ("en verre",), "stone": ("en pierre",),
    },
    "noun": {
        "ball": ("balle", "balle", "boule"), "box": ("boîte", "boîte", "cube"),
        "crate": ("caisse", "boîte"), "domino": ("domino",), "plank": ("planche",),
        "bob": ("boule",),
    },
    "size": {"small": ("petit",), "big": ("gros", "grand"), "": ("",)},
    "place": {
        "room": ("dans une pièce", "sur un parquet"),
        "gym": ("dans un gymnase", "dans une salle de sport"),
        "meadow": ("dans un pré", "sur l'herbe", "à la campagne"),
        "beach": ("sur la plage", "sur le sable", "au bord de la mer"),
        "city": ("en ville", "dans la rue", "sur l'asphalte"),
        "desert": ("dans le désert", "parmi les cactus"),
        "snow": ("dans la neige", "à la montagne enneigée"),
    },
    "time": {
        "morning": ("le matin",), "noon": ("en plein jour", ""),
        "sunset": ("au coucher du soleil", "le soir"), "night": ("la nuit", "au clair de lune"),
    },
    "weather": {
        "clear": ("",), "cloudy": ("sous un ciel gris",), "windy": ("dans le vent",),
        "rainy": ("sous la pluie",), "snowy": ("sous les flocons",),
        "foggy": ("dans le brouillard",),
    },
    "style": {
        "bright": ("un dessin coloré", "une illustration vive"),
        "pastel": ("un dessin aux tons pastel",),
        "sketch": ("un croquis au crayon", "un dessin au crayon"),
        "night": ("une scène de nuit",),
    },
    "ambience": {
        "quiet": ("tout est calme",), "hum": ("un ventilateur ronronne",),
        "crowd": ("la foule murmure",), "rain": ("la pluie tombe",),
        "wind": ("le vent souffle",), "birds": ("des oiseaux chantent",),
        "crickets": ("des grillons chantent",), "waves": ("les vagues bruissent",),
        "traffic": ("une voiture passe",),
    },
    "sound": {
        "rubber": ("des bruits mous",), "wood": ("des chocs de bois",),
        "metal": ("des sons métalliques",), "glass": ("des tintements de verre",),
        "stone": ("des chocs de pierre",), "resin": ("des claquements secs",),
        "speech": ("une voix",), "none": ("presque rien",),
    },
    "camera": {
        "pan left": ("la caméra va vers la gauche",),
        "pan right": ("la caméra va vers la droite",),
        "zoom in": ("la caméra se rapproche",), "zoom out": ("la caméra s'éloigne",),
        "follow": ("la caméra suit le mouvement",), "shake": ("la caméra tremble",),
        "still": ("la caméra ne bouge pas",),
    },
    "side": {"left": ("depuis la gauche",), "right": ("depuis la droite",)},
    "spot": {
        "left": ("à gauche",), "middle": ("au milieu", "au centre"), "right": ("à droite",),
        "left right": ("à gauche et à droite",), "left middle right": ("côte à côte",),
    },
    "height": {"high": ("de haut",), "low": ("de bas",), "": ("",)},
    "times": {"1": ("une fois",), "2": ("deux fois",), "3": ("trois fois",)},
    "tempo": {"slow": ("lent",), "calm": ("calme",), "lively": ("gai",), "fast": ("rapide",)},
    "voice": {
        "deep": ("d'une voix grave",), "low": ("d'une voix basse",),
        "middle": ("d'une voix claire",), "high": ("d'une voix haute",),
        "squeaky": ("d'une voix aiguë",), "robotic": ("d'une voix de robot",),
    },
}  # fmt: skip

_EVENTS: Options = {
    "drop stays": ("{S} tombe|tombent {H} {X} sans rebondir",
                   "{S} tombe|tombent {H} {X} et reste|restent là"),
    "drop bounces": ("{S} tombe|tombent {H} {X} et rebondit|rebondissent {K}",),
    "drop mixed": ("{S} tombe|tombent {H} {X}",),
    "drop in the air": ("{S} tombe|tombent {H} {X}",),
    "drop leaves": ("{S} tombe|tombent {H} {X} et sort|sortent de l'image",),
    "throw bounces": ("{S} arrive {L} et rebondit {K}", "{S} rebondit {K} {L}"),
    "throw lands": ("{S} arrive {L} et roule au sol",),
    "throw in the air": ("{S} vole {L}",),
    "throw leaves": ("{S} passe {L}",),
    "hoop scores clean": ("{S} passe net dans le panier",),
    "hoop scores rim": ("{S} touche l'arceau et tombe dans le panier",),
    "hoop scores backboard": ("{S} rebondit sur la planche et entre dans le panier",),
    "hoop misses rim": ("{S} touche l'arceau et rebondit à côté",),
    "hoop misses backboard": ("{S} touche la planche et manque le panier",),
    "hoop misses air": ("{S} manque complètement le panier",),
    "hoop in the air": ("{S} vole vers un panier de basket",),
    "ramp rolls": ("{S} descend une rampe {L}",),
    "ramp rolls out": ("{S} descend une rampe {L} et sort de l'image",),
    "ramp short": ("{S} descend une rampe sans atteindre {O}",),
    "ramp knocks over": ("{S} descend une rampe {L} et renverse {O}",),
    "ramp bumps": ("{S} descend une rampe {L} et heurte {O}",),
    "roll crosses": ("{S} roule au sol {L}",),
    "roll creeps": ("{S} roule lentement {L}",),
    "roll leaves": ("{S} traverse l'image {L} et en sort",),
    "roll short": ("{S} roule vers {O} sans l'atteindre",),
    "roll pushes": ("{S} roule {L} contre {O} et la pousse",),
    "roll bumps": ("{S} roule {L} et heurte {O}",),
    "roll collide": ("{S} et {O} se heurtent",),
    "roll rebound": ("{S} et {O} se heurtent et repartent en arrière",),
    "billiards hits": ("la boule blanche frappe {O} {W}",),
    "billiards breaks": ("la boule blanche casse un triangle de six boules et {N} bougent",),
    "billiards misses": ("la boule blanche ne touche rien",),
    "billiards leaves": ("la boule blanche roule lentement sans rien toucher",),
    "pendulum swings": ("{S} se balance au bout d'une tige",),
    "pendulum short": ("{S} se balance sans toucher {O}",),
    "pendulum knocks over": ("{S} se balance {L} et renverse {O}",),
    "pendulum pushes": ("{S} se balance {L} et pousse {O}",),
    "pendulum bumps": ("{S} se balance {L} et heurte {O}",),
    "cradle clicks": ("un pendule de Newton avec {B} claque en va-et-vient",
                      "dans un pendule de Newton avec {B}, le choc passe d'un bout à l'autre"),
    "cradle hangs": ("un pendule de Newton avec {B} reste immobile",),
    "domino all": ("{S} pousse {O}, qui tombent tous l'un après l'autre",),
    "domino some": ("{S} pousse {O}, mais seulement {N} tombent",),
    "domino none": ("{S} heurte {O}, mais aucun ne tombe",),
    "tower topples": ("{S} heurte une tour de {O} et {N} tombent",
                      "une tour de {O} s'écroule quand {S} la frappe"),
    "tower loses one": ("{S} fait tomber un élément d'une tour de {O}",),
    "tower wobbles": ("{S} heurte une tour de {O}, qui bouge mais tient",),
    "tower stands": ("{S} heurte une tour de {O}, qui ne tombe pas",),
    "tower misses": ("{S} manque une tour de {O}",),
    "seesaw flies": ("{O} tombe sur une balançoire et {S} s'envole",),
    "seesaw lifts": ("{O} tombe sur une balançoire et soulève un peu {S}",),
    "seesaw stays": ("{O} tombe près d'une balançoire et {S} ne bouge pas",),
    "seesaw leaves": ("{O} tombe sur une balançoire et {S} sort de l'image",),
    "talk one": ("{S} dit {V} : « {Q} »", "{S} parle {V} et dit « {Q} »"),
    "talk two": ("{S} dit « {Q} » et {O} répond « {R} »",),
    "talk listens": ("{S} dit « {Q} » et {O} écoute",),
}  # fmt: skip

FRENCH = Tongue(
    name="fr",
    words=_WORDS,
    new_words={
        "colour": {"red": ("écarlate",), "green": ("émeraude",), "purple": ("lilas",)},
        "size": {"small": ("minuscule",)},
        "place": {"beach": ("sur le rivage",), "city": ("au centre-ville",)},
    },
    events=_EVENTS,
    shapes=(
        "{E} {P}.",
        "{P}, {E}.",
        "{Y} : {E} {P}.",
        "on voit {P} comment {E}.",
        "{E}. Cela se passe {P}.",
        "{P}, on voit ceci : {E}.",
        "dans {Y}, {E} {P}.",
        "{E} {P}, avec {N}.",
        "{P}, {E}. On entend {N}.",
        "{E} {P} pendant que {A}.",
        "{A}. {P}, {E}.",
        "une vidéo où {E} {P}.",
    ),
    new_shapes=(
        "regardez : {E} {P}.",
        "voici {Y} où {E} {P}.",
        "que se passe-t-il {P} ? {E}.",
    ),
    tails={
        "A": ("{A}.", "en fond, {A}."),
        "N": ("on entend {N}.", "le son : {N}."),
        "M": ("on entend {M}.", "la musique : {M}."),
        "Y": ("c'est {Y}.", "le style : {Y}."),
        "C": ("{C}.", "pendant ce temps, {C}."),
    },
    phrase=phrase,
    person=person,
    stranger=stranger,
    anybody=("quelqu'un",),
    numbers=NUMBERS,
    table=("sur un billard", "sur une table de billard vue d'en haut"),
    again=("plusieurs fois", "encore et encore"),
    tunes=("un air {T} {I} en {K}", "un air {T} {I} en {K} à {B} battements par minute"),
    instruments={
        "piano": "au piano",
        "guitar": "à la guitare",
        "music box": "de boîte à musique",
        "flute": "à la flûte",
        "organ": "à l'orgue",
        "marimba": "au marimba",
    },
    drives={},
    basketball=("balle",),
    conjunction="et",
    cushion=", qui touche la bande",
)

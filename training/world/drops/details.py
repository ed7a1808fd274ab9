"""What captions of this playground nearly always tell, and people often do not."""

from ....model.checkpoint.details import Detail

_PLACES = ("left", "right", "middle", "centre", "center", "gauche", "droite", "droit", "milieu")
_COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink")
_OTHER_COLOURS = (
    *("teal", "cyan", "violet", "white", "black", "brown", "gray", "grey", "golden", "silver"),
    *("rouge", "jaune", "vert", "verte", "bleu", "bleue", "violette", "rose", "blanc", "blanche"),
    *("noir", "noire", "gris", "grise", "marron", "dore", "doree", "argente", "argentee"),
    *("scarlet", "crimson", "tangerine", "lemon", "lime", "emerald", "aqua", "aquamarine", "navy"),
    *("lilac", "lavender", "magenta", "ecarlate", "indigo", "beige"),
)
_PAIRS = ("two", "2", "pair", "couple", "both", "deux", "paire")

DETAILS = (
    Detail(
        "colour",
        told=(*_COLOURS, *(f"{colour}s" for colour in _OTHER_COLOURS), *_OTHER_COLOURS, "oranges"),
        choices=_COLOURS,
    ),
    Detail(
        "position",
        told=(*_PLACES, *_PAIRS),
        choices=("on the left", "in the middle", "on the right"),
    ),
    Detail(
        "positions",
        told=_PLACES,
        choices=(
            "on the left and on the right",
            "on the left and in the middle",
            "in the middle and on the right",
        ),
        needs=_PAIRS,
    ),
    Detail(
        "height",
        told=(
            *("high", "height", "low", "above", "sky", "ceiling", "roof", "top", "close"),
            *("haut", "hauteur", "bas", "dessus", "ras", "ciel", "plafond", "toit", "pres"),
        ),
        choices=("from high up", "from low down"),
    ),
)

"""What captions of this playground nearly always tell, and people often do not."""

from ....model.checkpoint.details import Detail

_PLACES = ("left", "right", "middle", "centre", "center", "gauche", "droite", "milieu")
_PAIRS = ("two", "pair", "both", "deux")

DETAILS = (
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
        told=("high", "height", "low", "above", "haut", "hauteur", "bas", "dessus", "ras"),
        choices=("from high up", "from low down"),
    ),
)

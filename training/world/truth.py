"""The truth of a clip of the whole playground: what an evaluator may ask about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from .clip import Contact, Truth
from .scenes.cast import Character
from .scenes.layout import Outcome, Thing
from .scenes.physics import Hit
from .scenes.stage import Line, Tune


@dataclass(frozen=True)
class FullContact(Contact):
    """A contact with its impulse (mass x velocity in world units), height, and the other side.

    `second` is the index of the other thing or -1; `other` then names the fixed edge.
    """

    impulse: float
    y_px: float
    second: int


@dataclass(frozen=True, eq=False)
class WholeTruth(Truth):
    """Everything about a clip of the whole playground.

    Attributes:
        kind: of event, one of scenes.layout.KINDS.
        time, weather, style, ambience: of the setting.
        camera: kind of move.
        view: float32 [frames, 3], the camera's centre x, y in world units and its zoom;
            trajectories are as the picture shows them, camera included.
        roles: of the objects, then of the speakers.
        outcome: what happened, by name; always has a "result".
        numbers: drawn parameters of the event as shares of their range.
        dialogue: spoken lines with their times.
        mouths: float32 [frames, speakers, 2], how open and how wide each mouth is, 0..1.
        cast: the speakers with looks and voices.
        tune: background music, or None.
        held_out: what training never shows: "", "combination", "hole", "beyond", "sentence",
            "synonyms".
        things: as laid out, in world units; with `cast` enough to draw reference views.
    """

    kind: str
    time: str
    weather: str
    style: str
    ambience: str
    camera: str
    view: np.ndarray
    roles: tuple[str, ...]
    outcome: Outcome
    numbers: dict[str, float]
    dialogue: tuple[Line, ...]
    mouths: np.ndarray
    cast: tuple[Character, ...]
    tune: Tune | None
    held_out: str
    things: tuple[Thing, ...]

    def reference_views(self, size: int = 128) -> dict[str, np.ndarray]:
        """uint8 [size, size, 3] of every role alone on a plain ground, in bright style."""
        from .drawing.reference import draw_references

        return draw_references(self.things, self.cast, size)

    def reference_voices(self) -> dict[str, np.ndarray]:
        """float32 mono at 24 kHz of every speaker saying the same neutral sentence."""
        from .voice.reference import speak_references

        return speak_references(self.cast)

    def to_dict(self) -> dict[str, object]:
        """Plain lists, numbers and strings, ready for json.dumps."""
        plain = super().to_dict()
        plain |= {
            "view": np.round(self.view.astype(float), 3).tolist(),
            "mouths": np.round(self.mouths.astype(float), 4).tolist(),
            "dialogue": [asdict(line) for line in self.dialogue],
            "cast": [asdict(who) for who in self.cast],
            "tune": None if self.tune is None else asdict(self.tune),
            "things": [asdict(thing) for thing in self.things],
        }
        return plain


def contact_of(hit: Hit, x_px: float, y_px: float) -> FullContact:
    """A contact as the truth tells it."""
    other = hit.surface if hit.second < 0 else f"object {hit.second}"
    return FullContact(hit.time_s, hit.first, other, hit.dv, x_px, hit.impulse, y_px, hit.second)

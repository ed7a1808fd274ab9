"""The empty places, drawn anew for every clip from a handful of random choices.

A place is two layers, so that a moving camera shows depth: `far` (sky, hills, houses, the wall of a
room) and `near` (the ground and what stands on it). Both span more than the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import skia

from ..scenes.layout import Setting
from . import indoors, outdoors
from .paint import DARK, WHITE, Brush, Light, colour, mix
from .scenery import MARGIN_X, MARGIN_Y, Scenery, sky

__all__ = ["MARGIN_X", "MARGIN_Y", "draw_carpet", "draw_far", "draw_near"]


def draw_far(canvas: skia.Canvas, setting: Setting, rng: np.random.Generator, width: float) -> None:
    """Sky and distance, or the wall of a room."""
    light = Light.of(setting)
    scenery = Scenery(Brush(canvas, light), light, rng, width)
    if not setting.indoors:
        sky(scenery)
    _FAR[setting.place](scenery)
    if setting.weather == "foggy":
        haze = skia.Paint(Color=colour((232, 234, 234), 0.34))
        canvas.drawRect(skia.Rect.MakeLTRB(scenery.left, -40, scenery.right, 300), haze)


def draw_near(
    canvas: skia.Canvas, setting: Setting, rng: np.random.Generator, width: float
) -> None:
    """The ground and what grows or lies on it."""
    light = Light.of(setting)
    scenery = Scenery(Brush(canvas, light), light, rng, width)
    _NEAR[setting.place](scenery)
    if light.sketch:
        _hatch_ground(scenery)


def draw_carpet(
    canvas: skia.Canvas, setting: Setting, rng: np.random.Generator, width: float
) -> None:
    """A floor seen from above, for what lies on it."""
    light = Light.of(setting)
    scenery = Scenery(Brush(canvas, light), light, rng, width)
    rug = scenery.pick(((206, 178, 150), (186, 196, 206), (204, 186, 196), (190, 202, 180)))
    scenery.band(-MARGIN_Y, 256 + MARGIN_Y, mix(rug, WHITE, 0.2), mix(rug, DARK, 0.12))
    stripe = scenery.brush.fill(mix(rug, WHITE, 0.4), 0.4)
    for y in range(2, 270, 32):
        canvas.drawRect(skia.Rect.MakeXYWH(scenery.left, y, width + 2 * MARGIN_X, 10), stripe)


def _hatch_ground(s: Scenery) -> None:
    stroke = s.brush.stroke((70, 66, 60), 1.9, 0.4)
    for _ in range(9):
        x, y = s.at(-0.15, 1.15), s.some(222, 254)
        s.brush.canvas.drawLine(x, y, x + s.some(-8, 8), y - s.some(6, 11), stroke)
    edge = s.brush.stroke((40, 36, 34), 2.4, 0.7)
    s.brush.canvas.drawLine(s.left, 184, s.right, 184, edge)


_FAR: dict[str, Callable[[Scenery], None]] = {
    "room": indoors.room_far,
    "gym": indoors.gym_far,
    "meadow": outdoors.meadow_far,
    "beach": outdoors.beach_far,
    "city": outdoors.city_far,
    "desert": outdoors.desert_far,
    "snow": outdoors.snow_far,
}
_NEAR: dict[str, Callable[[Scenery], None]] = {
    "room": indoors.room_near,
    "gym": indoors.gym_near,
    "meadow": outdoors.meadow_near,
    "beach": outdoors.beach_near,
    "city": outdoors.city_near,
    "desert": outdoors.desert_near,
    "snow": outdoors.snow_near,
}

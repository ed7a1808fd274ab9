"""Reference views: each thing or character alone, in the middle, in even light."""

from __future__ import annotations

import numpy as np
import skia

from ..scenes.cast import Character
from ..scenes.layout import Thing
from .character import HEAD_UNITS, Expression, draw_character
from .paint import Light, colour
from .things import sprite_of

LIGHT = Light("bright", "noon", "clear", indoors=False)
GROUND = (232, 232, 236)


def draw_references(
    things: tuple[Thing, ...], cast: tuple[Character, ...], size: int
) -> dict[str, np.ndarray]:
    """uint8 [size, size, 3] by role."""
    views = {thing.role: _view(size, thing, None) for thing in things}
    return views | {who.role: _view(size, None, who) for who in cast}


def _view(size: int, thing: Thing | None, who: Character | None) -> np.ndarray:
    surface = skia.Surface.MakeRasterN32Premul(size, size)
    canvas = surface.getCanvas()
    canvas.clear(colour(GROUND))
    canvas.translate(size / 2, size / 2)
    if thing is not None:
        scale = 0.4 * size / max(thing.half_width, thing.half_height)
        canvas.scale(scale, scale)
        sprite_of(thing, LIGHT, scale).draw(canvas, 0.0)
    if who is not None:
        scale = 0.24 * size / (HEAD_UNITS * who.size)
        canvas.translate(0, -0.08 * size)
        canvas.scale(scale, scale)
        draw_character(canvas, who, Expression(0.0, 0.3, 1.0, 0.0, 0.0), LIGHT, scale)
    return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3].copy()

"""Reference views: each thing or character alone, in the middle, in even light."""

from __future__ import annotations

import numpy as np
import skia

from ..scenes.cast import Character
from ..scenes.layout import Thing
from .character import HEAD_UNITS, Expression, draw_character
from .paint import Light, colour
from .things import sprite_of

EXPRESSIONS = (
    Expression(0.0, 0.3, 1.0, 0.0, 0.0),
    Expression(0.6, 0.5, 1.0, 0.7, 0.6),
    Expression(0.2, 0.8, 0.0, 0.2, -0.6),
)
TURNS_DEG, SCALES = (0.0, -7.0, 6.0), (1.0, 0.86, 0.94)
"""How the further views of one subject differ from its first."""
VIEWS = len(EXPRESSIONS)
LIGHT = Light("bright", "noon", "clear", indoors=False)
GROUND = (232, 232, 236)


def draw_references(
    things: tuple[Thing, ...], cast: tuple[Character, ...], size: int
) -> dict[str, np.ndarray]:
    """uint8 [size, size, 3] by role."""
    return {subject.role: _view(size, subject, 0) for subject in (*things, *cast)}


def draw_views(subject: Thing | Character, size: int, count: int = VIEWS) -> np.ndarray:
    """uint8 [count, size, size, 3]: the reference view, then others of the same subject."""
    return np.stack([_view(size, subject, index) for index in range(count)])


def _view(size: int, subject: Thing | Character, index: int) -> np.ndarray:
    surface = skia.Surface.MakeRasterN32Premul(size, size)
    canvas = surface.getCanvas()
    canvas.clear(colour(GROUND))
    canvas.translate(size / 2, size / 2)
    if isinstance(subject, Thing):
        scale = 0.4 * size / max(subject.half_width, subject.half_height)
        canvas.scale(scale * SCALES[index], scale * SCALES[index])
        sprite_of(subject, LIGHT, scale).draw(canvas, 3 * TURNS_DEG[index])
    else:
        scale = 0.24 * size / (HEAD_UNITS * subject.size)
        canvas.translate(0, -0.08 * size)
        canvas.rotate(TURNS_DEG[index])
        canvas.scale(scale * SCALES[index], scale * SCALES[index])
        draw_character(canvas, subject, EXPRESSIONS[index], LIGHT, scale)
    return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3].copy()

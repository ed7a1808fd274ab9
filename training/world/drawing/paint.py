"""Colours and the style-aware brush that all scenery, furniture and characters are drawn with.

What is drawn must survive strong compression: soft gradients, thick mid-toned outlines, no black
hairlines. A sketch keeps the shapes, pales the fills and strokes every edge in mid-grey pencil.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import skia

from ..drops.backdrop import Rgb, colour, mix
from ..scenes.layout import Setting

__all__ = ["DARK", "PAPER", "PENCIL", "WHITE", "Brush", "Light", "Rgb", "colour", "mix"]

WHITE: Rgb = (255, 255, 255)
DARK: Rgb = (44, 32, 56)
PAPER: Rgb = (247, 241, 230)
PENCIL: Rgb = (148, 141, 135)
NIGHT: Rgb = (26, 34, 86)
Point = tuple[float, float]

_TIME_TINTS: dict[str, tuple[Rgb, float]] = {
    "morning": ((255, 222, 184), 0.12),
    "noon": (WHITE, 0.0),
    "sunset": ((255, 142, 82), 0.22),
    "night": (NIGHT, 0.58),
}
_WEATHER_TINTS: dict[str, tuple[Rgb, float]] = {
    "cloudy": ((150, 158, 174), 0.16),
    "rainy": ((122, 136, 160), 0.28),
    "foggy": ((224, 228, 232), 0.38),
    "snowy": ((222, 230, 242), 0.14),
    "windy": (WHITE, 0.0),
    "clear": (WHITE, 0.0),
}


@dataclass(frozen=True)
class Light:
    """How a setting changes colours; scenery takes the full tint, things about half of it."""

    style: str
    time: str
    weather: str
    indoors: bool

    @classmethod
    def of(cls, setting: Setting) -> Light:
        """The light of a setting."""
        return cls(setting.style, setting.time, setting.weather, setting.indoors)

    @property
    def sketch(self) -> bool:
        """Whether this is pencil on paper."""
        return self.style == "sketch"

    def scenery(self, rgb: Rgb) -> Rgb:
        """The colour of a part of the place."""
        if self.sketch:
            return mix(rgb, PAPER, 0.84)
        for tint, share in (_TIME_TINTS[self.time], _WEATHER_TINTS[self.weather]):
            rgb = mix(rgb, tint, share * (0.45 if self.indoors else 1.0))
        return self._pastel(rgb)

    def thing(self, rgb: Rgb) -> Rgb:
        """The colour of something that matters, which must stay recognisable."""
        if self.sketch:
            return mix(rgb, PAPER, 0.22)
        for tint, share in (_TIME_TINTS[self.time], _WEATHER_TINTS[self.weather]):
            rgb = mix(rgb, tint, share * (0.28 if self.indoors else 0.4))
        return self._pastel(rgb, 0.26)

    def _pastel(self, rgb: Rgb, share: float = 0.46) -> Rgb:
        return mix(rgb, (255, 246, 242), share) if self.style == "pastel" else rgb

    def outline(self, rgb: Rgb) -> Rgb:
        """The edge of a thing: its own colour, darker; in a sketch, pencil."""
        if self.sketch:
            return mix(PENCIL, DARK, 0.32)
        return mix(rgb, DARK, 0.3 if self.style == "pastel" else 0.46)


class Brush:
    """Draws on a canvas in world units under a light.

    `tone` is the light's mapping for scenery or for things, which callers choose by making one
    brush for each.
    """

    def __init__(self, canvas: skia.Canvas, light: Light, things: bool = False) -> None:
        self.canvas = canvas
        self.light = light
        self.things = things

    def tone(self, rgb: Rgb) -> Rgb:
        """The colour under this light."""
        return self.light.thing(rgb) if self.things else self.light.scenery(rgb)

    def fill(self, rgb: Rgb, alpha: float = 1.0) -> skia.Paint:
        """An anti-aliased paint of a toned colour."""
        return skia.Paint(AntiAlias=True, Color=colour(self.tone(rgb), alpha))

    def stroke(self, rgb: Rgb, width: float, alpha: float = 1.0) -> skia.Paint:
        """A round pen of a toned colour."""
        return pen(self.tone(rgb), width, alpha)

    def fade(self, top: float, bottom: float, first: Rgb, second: Rgb) -> skia.Paint:
        """A vertical gradient of toned colours."""
        ends = [colour(self.tone(first)), colour(self.tone(second))]
        shader = skia.GradientShader.MakeLinear([(0, top), (0, bottom)], ends)
        return skia.Paint(AntiAlias=True, Shader=shader)

    def path(
        self, path: skia.Path, rgb: Rgb, second: Rgb | None = None, edge: float | None = None
    ) -> None:
        """A filled shape, optionally fading to a second colour downwards; sketches get an edge."""
        if second is None:
            self.canvas.drawPath(path, self.fill(rgb))
        else:
            bounds = path.getBounds()
            self.canvas.drawPath(path, self.fade(bounds.top(), bounds.bottom(), rgb, second))
        if self.light.sketch:
            self.canvas.drawPath(path, pen(PENCIL, 1.9 if edge is None else edge, 0.75))
        elif edge:
            self.canvas.drawPath(path, pen(self.light.outline(self.tone(rgb)), edge))

    def box(self, rect: tuple[float, float, float, float], rgb: Rgb, corner: float = 2.0) -> None:
        """A rounded rectangle of x, y, width, height."""
        x, y, width, height = rect
        path = skia.Path()
        path.addRoundRect(skia.Rect.MakeXYWH(x, y, width, height), corner, corner)
        self.path(path, rgb)

    def disc(self, x: float, y: float, radius: float, rgb: Rgb) -> None:
        """A circle."""
        path = skia.Path()
        path.addCircle(x, y, radius)
        self.path(path, rgb)

    def oval(self, rect: tuple[float, float, float, float], rgb: Rgb) -> None:
        """An ellipse in left, top, right, bottom."""
        path = skia.Path()
        path.addOval(skia.Rect.MakeLTRB(*rect))
        self.path(path, rgb)

    def polygon(self, points: Sequence[Point], rgb: Rgb, second: Rgb | None = None) -> None:
        """A closed polygon."""
        path = skia.Path()
        path.addPoly([skia.Point(*point) for point in points], True)
        self.path(path, rgb, second)

    def line(self, start: Point, end: Point, rgb: Rgb, width: float, alpha: float = 1.0) -> None:
        """A straight stroke."""
        paint = self.stroke(rgb, width, alpha)
        self.canvas.drawLine(*start, *end, paint)

    def glow(self, x: float, y: float, radius: float, rgb: Rgb, alpha: float) -> None:
        """A soft round light."""
        ends = [colour(rgb, alpha), colour(rgb, alpha * 0.3), colour(rgb, 0)]
        shader = skia.GradientShader.MakeRadial((x, y), radius, ends, [0, 0.45, 1])
        self.canvas.drawCircle(x, y, radius, skia.Paint(AntiAlias=True, Shader=shader))


def pen(rgb: Rgb, width: float, alpha: float = 1.0) -> skia.Paint:
    """A round pen of exactly this colour."""
    return skia.Paint(
        AntiAlias=True,
        Color=colour(rgb, alpha),
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )

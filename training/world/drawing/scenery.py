"""What all places are painted with: random choices over a brush, the sky, hills."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import skia

from .paint import WHITE, Brush, Light, Rgb, colour, mix

MARGIN_X, MARGIN_Y = 52.0, 14.0
"""How far the layers reach beyond the picture, in world units."""
HORIZON = 182.0
SKIES: dict[str, tuple[Rgb, Rgb]] = {
    "morning": ((148, 200, 240), (255, 236, 210)),
    "noon": ((108, 184, 242), (226, 242, 252)),
    "sunset": ((246, 150, 104), (255, 224, 170)),
    "night": ((24, 32, 84), (66, 82, 150)),
}
GREY_SKIES: dict[str, tuple[Rgb, Rgb]] = {
    "cloudy": ((160, 178, 198), (220, 226, 230)),
    "rainy": ((122, 138, 160), (182, 192, 204)),
    "snowy": ((176, 190, 210), (228, 234, 242)),
    "foggy": ((206, 214, 220), (232, 234, 234)),
}
LIT: Rgb = (255, 220, 128)


@dataclass
class Scenery:
    """A brush with the random choices of one clip and the horizontal extent."""

    brush: Brush
    light: Light
    rng: np.random.Generator
    width: float

    @property
    def left(self) -> float:
        """Left end of the layer."""
        return -MARGIN_X

    @property
    def right(self) -> float:
        """Right end of the layer."""
        return self.width + MARGIN_X

    def at(self, low: float, high: float) -> float:
        """A random x between two shares of the picture's width."""
        return float(self.rng.uniform(low, high)) * self.width

    def some(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def pick(self, options: tuple[Rgb, ...]) -> Rgb:
        """One of some colours."""
        return options[int(self.rng.integers(len(options)))]

    def band(self, top: float, bottom: float, first: Rgb, second: Rgb | None = None) -> None:
        """A full-width stripe, without pencil edges."""
        rect = skia.Rect.MakeLTRB(self.left, top, self.right, bottom)
        paint = (
            self.brush.fill(first)
            if second is None
            else self.brush.fade(top, bottom, first, second)
        )
        self.brush.canvas.drawRect(rect, paint)


def hill(s: Scenery, x: float, top: float, half: float, base: float, rgb: Rgb) -> None:
    """A rounded hill, `half` its width on either side of its top."""
    path = skia.Path()
    path.moveTo(x - half, base)
    path.cubicTo(x - 0.5 * half, base, x - 0.45 * half, top, x, top)
    path.cubicTo(x + 0.45 * half, top, x + 0.5 * half, base, x + half, base)
    s.brush.path(path, mix(rgb, WHITE, 0.14), rgb)


def sky(s: Scenery) -> None:
    """Sky with sun or moon, and the clouds of the weather."""
    light = s.light
    if light.sketch:
        s.band(-MARGIN_Y, 256, WHITE)
    else:
        top, bottom = GREY_SKIES.get(light.weather, SKIES[light.time])
        if light.time == "night":
            top, bottom = SKIES["night"]
        ends = [
            colour(mix(end, (255, 246, 242), 0.3 if light.style == "pastel" else 0))
            for end in (top, bottom)
        ]
        shader = skia.GradientShader.MakeLinear([(0, -MARGIN_Y), (0, HORIZON)], ends)
        rect = skia.Rect.MakeLTRB(s.left, -MARGIN_Y, s.right, 256)
        s.brush.canvas.drawRect(rect, skia.Paint(Shader=shader))
    if light.time == "night":
        _stars_and_moon(s)
    elif light.weather in ("clear", "windy"):
        _sun(s)
    clouds = {"clear": 2, "windy": 2, "foggy": 0}.get(light.weather, 4)
    for k in range(clouds):
        x = s.left + (k + s.some(0.1, 0.9)) * (s.width + 2 * MARGIN_X) / clouds
        _cloud(s, x, s.some(22, 66), s.some(11, 18))


def _sun(s: Scenery) -> None:
    x, low = s.at(0.12, 0.88), s.light.time != "noon"
    y = s.some(66, 92) if low else s.some(34, 52)
    radius = s.some(15, 19)
    if s.light.sketch:
        s.brush.disc(x, y, radius, (250, 226, 150))
        for k in range(8):
            turn = k * math.pi / 4
            start = (x + 1.35 * radius * math.cos(turn), y + 1.35 * radius * math.sin(turn))
            end = (x + 1.75 * radius * math.cos(turn), y + 1.75 * radius * math.sin(turn))
            s.brush.line(start, end, (90, 70, 20), 1.8)
        return
    core: Rgb = (255, 240, 170) if s.light.time != "sunset" else (255, 214, 120)
    s.brush.glow(x, y, radius * 3.0, (255, 246, 206), 0.8)
    s.brush.canvas.drawCircle(x, y, radius, skia.Paint(AntiAlias=True, Color=colour(core)))


def _stars_and_moon(s: Scenery) -> None:
    canvas = s.brush.canvas
    if s.light.weather in ("clear", "windy"):
        for _ in range(16):
            paint = skia.Paint(AntiAlias=True, Color=colour((226, 232, 255), s.some(0.4, 0.9)))
            canvas.drawCircle(s.at(-0.2, 1.2), s.some(-6, 104), s.some(0.9, 1.5), paint)
    x, y = s.at(0.12, 0.88), s.some(32, 58)
    s.brush.glow(x, y, 58, (244, 240, 206), 0.5)
    canvas.drawCircle(x, y, 15, skia.Paint(AntiAlias=True, Color=colour((252, 244, 208))))
    dent = skia.Paint(AntiAlias=True, Color=colour((228, 216, 176)))
    for dx, dy, radius in ((-5, -3, 3.2), (4, 4, 2.6), (5, -6, 1.9)):
        canvas.drawCircle(x + dx, y + dy, radius, dent)


def _cloud(s: Scenery, x: float, y: float, size: float) -> None:
    path = skia.Path()
    for dx, dy, radius in ((-1.1, 0.15, 0.6), (-0.3, -0.25, 0.85), (0.6, -0.05, 0.7)):
        puff = skia.Path()
        puff.addCircle(x + dx * size, y + dy * size, radius * size)
        path = skia.Op(path, puff, skia.PathOp.kUnion_PathOp) if s.light.sketch else path
        if not s.light.sketch:
            path.addPath(puff)
    base = skia.Rect.MakeLTRB(x - 1.7 * size, y + 0.1 * size, x + 1.4 * size, y + 0.75 * size)
    tail = skia.Path()
    tail.addRoundRect(base, 0.32 * size, 0.32 * size)
    if s.light.sketch:
        path = skia.Op(path, tail, skia.PathOp.kUnion_PathOp)
        s.brush.path(path, WHITE)
        return
    path.addPath(tail)
    rgb: Rgb = {"rainy": (150, 160, 176), "cloudy": (206, 212, 220), "snowy": (214, 222, 234)}.get(
        s.light.weather, WHITE
    )
    alpha = 0.3 if s.light.time == "night" else 0.88
    s.brush.canvas.drawPath(path, s.brush.fill(rgb, alpha))

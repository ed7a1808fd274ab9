"""What moves in a place by itself: rain, snow, leaves, birds, a fan, waves, fireflies, the crowd.

Every steady sound of the world has something to see here. Few and large shapes: what flickers in
many small pieces is noise to a codec.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia

from ..scenes.layout import Setting
from .paint import DARK, WHITE, Brush, Rgb, colour, mix, pen


@dataclass(frozen=True)
class Air:
    """The random choices of what moves in a place, drawn once per clip."""

    setting: Setting
    ambience: str
    seeds: np.ndarray
    width: float

    def draw_behind(self, brush: Brush, time_s: float) -> None:
        """What moves behind the scene: birds, waves, a fan, spectators, a passing car."""
        draw = _BEHIND.get(self.ambience)
        if draw is not None:
            draw(self, brush, time_s)

    def draw_in_front(self, brush: Brush, time_s: float) -> None:
        """What moves before the scene: rain, snow, leaves, fireflies."""
        if self.setting.indoors:
            return
        if self.setting.weather == "rainy":
            _rain(self, brush, time_s)
        elif self.setting.weather == "snowy":
            _snow(self, brush, time_s)
        elif "wind" in (self.setting.weather[:4], self.ambience):
            _leaves(self, brush, time_s)
        elif self.ambience == "crickets":
            _fireflies(self, brush, time_s)


def draw_air(setting: Setting, ambience: str, rng: np.random.Generator, width: float) -> Air:
    """Draws the random choices."""
    return Air(setting, ambience, rng.random((32, 3)), width)


def _rain(air: Air, brush: Brush, time_s: float) -> None:
    tone = (150, 160, 176) if brush.light.sketch else (226, 236, 250)
    paint = pen(tone, 1.7, 0.5)
    for x, y, z in air.seeds[:26]:
        fall = (y * 290 + time_s * (300 + 90 * z)) % 290 - 20
        left = (x * 1.3 - 0.1) * air.width - 0.16 * fall
        brush.canvas.drawLine(left, fall, left - 2.6, fall + 15, paint)


def _snow(air: Air, brush: Brush, time_s: float) -> None:
    tone: Rgb = (176, 184, 196) if brush.light.sketch else WHITE
    paint = skia.Paint(AntiAlias=True, Color=colour(tone, 0.85))
    for x, y, z in air.seeds[:24]:
        fall = (y * 280 + time_s * (40 + 24 * z)) % 280 - 10
        left = (x * 1.2 - 0.1) * air.width + 8 * math.sin(1.4 * time_s + 9 * z)
        brush.canvas.drawCircle(left, fall, 1.8 + 1.4 * z, paint)


def _leaves(air: Air, brush: Brush, time_s: float) -> None:
    tones: dict[str, Rgb] = {"desert": (206, 150, 96), "snow": (236, 242, 250)}
    rgb = tones.get(air.setting.place, (224, 150, 66))
    paint = brush.fill(mix(rgb, DARK, 0.3) if brush.light.sketch else rgb)
    gust = pen(WHITE if not brush.light.sketch else (180, 176, 170), 1.6, 0.45)
    canvas = brush.canvas
    reach = air.width + 60
    for x, y, z in air.seeds[:8]:
        left = (x * reach + time_s * (120 + 60 * z)) % reach - 30
        top = 30 + 150 * y + 10 * math.sin(3 * time_s + 9 * z)
        canvas.save()
        canvas.translate(left, top)
        canvas.rotate(200 * time_s * (0.5 + z) + 300 * x)
        canvas.drawOval(skia.Rect.MakeLTRB(-4.2, -2.0, 4.2, 2.0), paint)
        canvas.restore()
    for x, y, z in air.seeds[8:11]:
        left = (x * reach + time_s * 190) % reach - 30
        top = 24 + 120 * y
        path = skia.Path()
        path.moveTo(left, top)
        path.cubicTo(left + 12, top - 5, left + 20, top + 5, left + 34 + 10 * z, top)
        canvas.drawPath(path, gust)


def _fireflies(air: Air, brush: Brush, time_s: float) -> None:
    for x, y, z in air.seeds[:6]:
        alpha = max(0.0, math.sin(2.6 * time_s + 20 * z))
        left, top = x * air.width + 8 * math.sin(time_s + 9 * y), 120 + 90 * y
        if alpha > 0.05:
            brush.glow(left, top, 7, (230, 255, 140), 0.9 * alpha)


def _birds(air: Air, brush: Brush, time_s: float) -> None:
    paint = pen(brush.tone((70, 66, 90)), 2.2, 0.9)
    for x, y, z in air.seeds[:3]:
        left = (x * 1.2 * air.width + time_s * (26 + 14 * z)) % (1.2 * air.width) - 0.1 * air.width
        top = 26 + 50 * y + 3 * math.sin(2 * time_s + 9 * z)
        flap = 4.5 * math.sin(9 * time_s + 20 * z)
        path = skia.Path()
        path.moveTo(left - 8, top - flap)
        path.quadTo(left - 4, top - 4, left, top)
        path.quadTo(left + 4, top - 4, left + 8, top - flap)
        brush.canvas.drawPath(path, paint)


def _waves(air: Air, brush: Brush, time_s: float) -> None:
    paint = brush.stroke((244, 252, 252), 2.6, 0.7)
    for x, y, z in air.seeds[:6]:
        left = x * air.width + 5 * math.sin(1.7 * time_s + 9 * z)
        top = 134 + 38 * y
        reach = (10 + 12 * z) * (0.7 + 0.3 * math.sin(2.1 * time_s + 9 * y))
        brush.canvas.drawLine(left - reach, top, left + reach, top, paint)
    surf = 181 + 2.4 * math.sin(1.6 * time_s + 6 * air.seeds[0, 2])
    foam = brush.fill((250, 252, 248), 0.75)
    brush.canvas.drawRect(skia.Rect.MakeLTRB(-60, 176, air.width + 60, surf), foam)


def _fan(air: Air, brush: Brush, time_s: float) -> None:
    x = (0.4 + 0.2 * air.seeds[0, 0]) * air.width
    brush.line((x, -20), (x, 9), (120, 116, 124), 3)
    blade = brush.fill((186, 150, 118), 0.95)
    canvas = brush.canvas
    for k in range(3):
        turn = 15 * time_s + k * 2 * math.pi / 3
        reach = 44 * math.cos(turn)
        canvas.drawOval(
            skia.Rect.MakeLTRB(
                min(0, reach) + x, 7, max(0, reach) + x + 0.1, 12 + 2 * math.sin(turn)
            ),
            blade,
        )
    brush.oval((x - 7, 4, x + 7, 14), (150, 120, 96))


def _crowd(air: Air, brush: Brush, time_s: float) -> None:
    tones: tuple[Rgb, ...] = (
        (196, 122, 112), (120, 150, 190), (214, 178, 110), (138, 172, 140), (170, 136, 180),
    )  # fmt: skip
    canvas = brush.canvas
    for row in range(2):
        for k in range(12):
            x, y, z = air.seeds[(7 * row + 5 * k) % 32]
            hop = max(0.0, math.sin((5 + 3 * z) * time_s + 20 * x)) * 3
            left = (k + 0.5 * row) * (air.width + 60) / 12 - 24 + 6 * y
            top = 128 + 34 * row - hop
            shirt = brush.fill(mix(tones[(k + row) % 5], (180, 170, 160), 0.25))
            canvas.drawRoundRect(skia.Rect.MakeXYWH(left - 8, top + 5, 16, 26), 6, 6, shirt)
            skin = brush.fill(((240, 200, 168), (196, 146, 108), (140, 98, 70))[int(3 * z)])
            canvas.drawCircle(left, top, 6.4, skin)


def _car(air: Air, brush: Brush, time_s: float) -> None:
    x, y, z = air.seeds[0]
    right = x < 0.5
    speed = 120 + 60 * z
    shift = (0.2 + 0.6 * y) * air.width + speed * (time_s - 1.0) * (1 if right else -1)
    rgb = ((216, 92, 84), (84, 136, 196), (236, 196, 92))[int(3 * z)]
    canvas = brush.canvas
    canvas.save()
    canvas.translate(shift, 189)
    canvas.scale(1 if right else -1, 1)
    cabin = skia.Path()
    cabin.addPoly([skia.Point(-15, -14), skia.Point(-9, -24), skia.Point(8, -24),
                   skia.Point(15, -14)], True)  # fmt: skip
    brush.path(cabin, mix(rgb, (214, 232, 250), 0.7))
    brush.box((-27, -15, 54, 13), rgb, 5)
    for left in (-15, 15):
        canvas.drawCircle(left, -2, 5.6, brush.fill((64, 60, 72)))
        canvas.drawCircle(left, -2, 2.4, brush.fill((190, 190, 196)))
    if brush.light.time == "night":
        brush.glow(30, -9, 16, (255, 240, 180), 0.8)
    canvas.restore()


_BEHIND: dict[str, Callable[[Air, Brush, float], None]] = {
    "birds": _birds,
    "waves": _waves,
    "hum": _fan,
    "crowd": _crowd,
    "traffic": _car,
}

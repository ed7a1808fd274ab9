"""The empty places, drawn anew for every clip from a handful of random choices.

A place is two layers, so that a moving camera shows depth: `far` (sky, hills, houses, the wall of a
room) and `near` (the ground and what stands on it). Both span more than the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia

from ..scenes.layout import Setting
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


def draw_far(canvas: skia.Canvas, setting: Setting, rng: np.random.Generator, width: float) -> None:
    """Sky and distance, or the wall of a room."""
    light = Light.of(setting)
    scenery = Scenery(Brush(canvas, light), light, rng, width)
    if not setting.indoors:
        _sky(scenery)
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


def _sky(s: Scenery) -> None:
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


def _hill(s: Scenery, x: float, top: float, half: float, base: float, rgb: Rgb) -> None:
    path = skia.Path()
    path.moveTo(x - half, base)
    path.cubicTo(x - 0.5 * half, base, x - 0.45 * half, top, x, top)
    path.cubicTo(x + 0.45 * half, top, x + 0.5 * half, base, x + half, base)
    s.brush.path(path, mix(rgb, WHITE, 0.14), rgb)


def _tree(s: Scenery, x: float, base: float, size: float, leaf: Rgb) -> None:
    s.brush.box((x - 0.11 * size, base - size, 0.22 * size, size), (144, 102, 72), 1)
    s.brush.disc(x, base - 1.25 * size, 0.62 * size, leaf)
    if not s.light.sketch:
        spot = mix(leaf, (255, 255, 206), 0.3)
        s.brush.disc(x - 0.16 * size, base - 1.42 * size, 0.34 * size, spot)


def _fir(s: Scenery, x: float, base: float, size: float, snowy: bool) -> None:
    s.brush.box((x - 0.09 * size, base - 0.3 * size, 0.18 * size, 0.3 * size), (120, 88, 70), 0)
    for k in range(3):
        y, half = base - (0.2 + 0.42 * k) * size, (0.52 - 0.12 * k) * size
        points = [(x - half, y), (x, y - 0.72 * size), (x + half, y)]
        s.brush.polygon(points, (92, 142, 122))
        if snowy:
            cap = [
                (x - 0.4 * half, y - 0.43 * size),
                (x, y - 0.72 * size),
                (x + 0.4 * half, y - 0.43 * size),
            ]
            s.brush.polygon(cap, (240, 246, 252))


def _meadow_far(s: Scenery) -> None:
    _hill(s, s.at(-0.1, 0.4), s.some(104, 126), 0.8 * s.width, 192, (158, 206, 154))
    _hill(s, s.at(0.6, 1.1), s.some(112, 134), 0.75 * s.width, 192, (128, 190, 126))


def _meadow_near(s: Scenery) -> None:
    leaf = s.pick(((84, 158, 94), (98, 168, 88), (214, 150, 72)))
    for x in (s.at(-0.1, 0.25), s.at(0.75, 1.1), s.at(0.3, 0.7)):
        _tree(s, x, 187, s.some(28, 48), leaf)
    grass = s.pick(((150, 208, 96), (164, 212, 104), (138, 198, 102)))
    s.band(182, 276, mix(grass, (255, 255, 214), 0.15), mix(grass, (36, 116, 52), 0.42))
    petals: tuple[Rgb, ...] = ((252, 246, 236), (250, 190, 212), (252, 232, 140))
    for k in range(9):
        x, y = s.at(-0.15, 1.15), s.some(222, 256)
        s.brush.disc(x, y, 2.6 + (y - 222) / 24, petals[k % 3])


def _beach_far(s: Scenery) -> None:
    if s.some(0, 1) < 0.5:
        _hill(s, s.at(0.1, 0.9), s.some(92, 108), 0.34 * s.width, 128, (150, 190, 152))
    s.band(124, 190, (64, 160, 204), (138, 216, 222))
    if s.light.sketch:
        s.brush.line((s.left, 124), (s.right, 124), (60, 60, 60), 1.5)
    foam = s.brush.stroke((238, 250, 250), 2.6, 0.6)
    for _ in range(6):
        x, y = s.at(-0.1, 1.1), s.some(134, 172)
        s.brush.canvas.drawLine(x, y, x + s.some(14, 32), y, foam)
    if s.some(0, 1) < 0.7:
        _sailboat(s, s.at(0.1, 0.9), 138)


def _sailboat(s: Scenery, x: float, y: float) -> None:
    hull = [(x - 18.0, y), (x + 18.0, y), (x + 11.0, y + 9.0), (x - 12.0, y + 9.0)]
    s.brush.polygon(hull, s.pick(((206, 96, 76), (84, 116, 170), (196, 150, 80))))
    s.brush.polygon([(x - 1, y - 34), (x + 17, y - 4), (x - 1, y - 4)], (255, 252, 242))
    s.brush.polygon([(x - 4, y - 28), (x - 4, y - 4), (x - 15, y - 4)], (250, 220, 150))


def _beach_near(s: Scenery) -> None:
    s.band(176, 184, (250, 250, 240))
    sand = s.pick(((246, 222, 164), (248, 226, 176), (242, 214, 158)))
    s.band(180, 276, mix(sand, (255, 255, 240), 0.2), mix(sand, (200, 150, 90), 0.38))
    if s.some(0, 1) < 0.45:
        _palm(s, s.at(-0.05, 0.15) if s.some(0, 1) < 0.5 else s.at(0.88, 1.05))
    for _ in range(5):
        x, y = s.at(-0.1, 1.1), s.some(228, 252)
        s.brush.oval((x, y, x + 13, y + 5), (232, 198, 146))


def _palm(s: Scenery, x: float) -> None:
    trunk = skia.Path()
    trunk.moveTo(x - 4, 190)
    trunk.quadTo(x + 2, 140, x + 10, 100)
    trunk.lineTo(x + 16, 102)
    trunk.quadTo(x + 10, 142, x + 6, 190)
    s.brush.path(trunk, (186, 138, 92))
    for k in range(5):
        turn = -0.5 + k * 0.95
        leaf = skia.Path()
        leaf.moveTo(x + 13, 102)
        tip = (x + 13 + 36 * math.cos(turn + 2.6), 102 - 22 + 24 * abs(math.sin(turn)))
        leaf.quadTo(x + 13 + 20 * math.cos(turn + 2.6), 74, *tip)
        leaf.quadTo(x + 13 + 14 * math.cos(turn + 2.6), 92, x + 13, 102)
        s.brush.path(leaf, (96, 168, 98))


def _city_far(s: Scenery) -> None:
    tones: tuple[Rgb, ...] = (
        (206, 170, 156), (170, 186, 214), (224, 206, 172), (178, 200, 190), (200, 180, 206),
    )  # fmt: skip
    x = s.left - s.some(0, 30)
    far = s.some(0, 40)
    while x < s.right:
        width = s.some(30, 48)
        s.brush.box((x, s.some(60, 96), width, 130), mix(s.pick(tones), (196, 212, 236), 0.62), 0)
        x += width
    x = s.left - far
    while x < s.right:
        width = s.some(52, 78)
        _house(s, x, width, s.some(74, 124), s.pick(tones))
        x += width


def _house(s: Scenery, x: float, width: float, top: float, rgb: Rgb) -> None:
    s.brush.box((x, top, width - 2, 184 - top), rgb, 1)
    s.brush.box((x - 1, top, width, 6), mix(rgb, (70, 56, 66), 0.25), 1)
    columns = max(2, round(width / 24))
    step = (width - 2) / columns
    for column in range(columns):
        for y in np.arange(top + 14, 166, 27):
            lit = s.light.time == "night" and s.some(0, 1) < 0.55
            rect = skia.Rect.MakeXYWH(x + step * (column + 0.5) - 5.5, float(y), 11, 14)
            pane = LIT if lit else s.brush.tone(mix(rgb, (222, 238, 255), 0.72))
            if s.light.time == "night" and not lit:
                pane = s.brush.tone(mix(rgb, (60, 66, 110), 0.4))
            s.brush.canvas.drawRoundRect(
                rect, 1.5, 1.5, skia.Paint(AntiAlias=True, Color=colour(pane))
            )


def _city_near(s: Scenery) -> None:
    s.band(180, 192, (222, 218, 210), (200, 198, 194))
    s.band(190, 194, (160, 160, 166))
    road = s.pick(((148, 150, 160), (158, 158, 164), (140, 146, 158)))
    s.band(194, 276, road, mix(road, (70, 72, 88), 0.4))
    start = s.left - s.some(0, 70)
    for x in np.arange(start, s.right, 76):
        s.brush.box((float(x), 236, 40, 6), (240, 234, 208), 2)
    if s.some(0, 1) < 0.6:
        x = s.at(0.05, 0.95)
        s.brush.box((x - 1.6, 108, 3.2, 78), (110, 116, 130), 1)
        s.brush.box((x - 1.6, 106, 18, 3), (110, 116, 130), 1)
        if s.light.time == "night":
            s.brush.glow(x + 15, 112, 30, (255, 226, 150), 0.7)
        s.brush.oval((x + 9, 107, x + 21, 115), (255, 240, 200))


def _desert_far(s: Scenery) -> None:
    _hill(s, s.at(-0.2, 0.3), s.some(108, 130), 0.7 * s.width, 194, (222, 158, 112))
    _hill(s, s.at(0.6, 1.2), s.some(98, 126), 0.8 * s.width, 194, (210, 140, 104))
    mesa = s.at(0.25, 0.75)
    s.brush.polygon(
        [(mesa - 40, 190), (mesa - 26, 132), (mesa + 24, 132), (mesa + 40, 190)],
        (214, 148, 110), (224, 168, 122),
    )  # fmt: skip


def _desert_near(s: Scenery) -> None:
    sand = s.pick(((240, 202, 140), (246, 212, 148), (236, 190, 130)))
    s.band(182, 276, mix(sand, WHITE, 0.15), mix(sand, (180, 120, 70), 0.4))
    for x in (s.at(-0.1, 0.2), s.at(0.3, 0.6), s.at(0.82, 1.1)):
        _cactus(s, x, 190, s.some(28, 46))
    for _ in range(4):
        x, y = s.at(-0.1, 1.1), s.some(230, 252)
        s.brush.oval((x, y, x + 16, y + 6), (206, 156, 110))


def _cactus(s: Scenery, x: float, base: float, size: float) -> None:
    path = skia.Path()
    thick = 0.2 * size
    path.addRoundRect(
        skia.Rect.MakeLTRB(x - thick / 2, base - size, x + thick / 2, base), thick / 2, thick / 2
    )
    for side, low in ((-1, 0.35), (1, 0.5)):
        arm = skia.Path()
        near, far = x + side * thick * 0.3, x + side * 0.34 * size
        left, right = min(near, far), max(near, far)
        arm.addRoundRect(
            skia.Rect.MakeLTRB(left, base - low * size - thick * 0.8, right, base - low * size),
            3, 3,
        )  # fmt: skip
        arm.addRoundRect(
            skia.Rect.MakeLTRB(
                far - thick * 0.4, base - (low + 0.36) * size, far + thick * 0.4, base - low * size
            ),
            3, 3,
        )  # fmt: skip
        path = skia.Op(path, arm, skia.PathOp.kUnion_PathOp)
    s.brush.path(path, (96, 164, 104))


def _snow_far(s: Scenery) -> None:
    for low, high in ((-0.2, 0.25), (0.35, 0.7), (0.8, 1.2)):
        x, top = s.at(low, high), s.some(78, 116)
        half = s.some(70, 100)
        s.brush.polygon([(x - half, 190), (x, top), (x + half, 190)], (172, 190, 218))
        cap = [(x - 0.3 * half, top + 0.3 * (190 - top)), (x, top),
               (x + 0.3 * half, top + 0.3 * (190 - top)), (x + 0.1 * half, top + 0.24 * (190 - top)),
               (x - 0.1 * half, top + 0.34 * (190 - top))]  # fmt: skip
        s.brush.polygon(cap, (250, 252, 255))
    _hill(s, s.at(0.2, 0.8), s.some(150, 162), 0.9 * s.width, 194, (222, 232, 246))


def _snow_near(s: Scenery) -> None:
    for x in (s.at(-0.12, 0.2), s.at(0.35, 0.65), s.at(0.8, 1.12)):
        _fir(s, x, 190, s.some(36, 54), snowy=True)
    s.band(182, 276, (246, 249, 253), (206, 220, 240))
    for _ in range(4):
        x, y = s.at(-0.1, 1.1), s.some(226, 252)
        s.brush.oval((x, y, x + 26, y + 6), (222, 232, 246))


def _room_far(s: Scenery) -> None:
    wall = s.pick(((196, 222, 206), (246, 226, 196), (204, 216, 238), (240, 212, 212)))
    s.band(-MARGIN_Y, 184, mix(wall, WHITE, 0.3), wall)
    if s.some(0, 1) < 0.5:
        stripe = s.brush.fill(mix(wall, WHITE, 0.35), 0.5)
        for x in np.arange(s.left, s.right, 26):
            s.brush.canvas.drawRect(skia.Rect.MakeXYWH(float(x), -MARGIN_Y, 9, 190), stripe)
    first = s.some(0, 1) < 0.5
    _window(s, s.at(0.04, 0.1) if first else s.at(0.58, 0.64))
    x = s.at(0.62, 0.74) if first else s.at(0.06, 0.3)
    y, width, height = s.some(26, 40), s.some(38, 54), s.some(36, 50)
    s.brush.box((x, y, width, height), (190, 142, 92), 3)
    s.brush.box((x + 5, y + 5, width - 10, height - 10), (248, 242, 226), 1)
    s.brush.disc(
        x + width / 2, y + height / 2, 0.2 * height, s.pick(((238, 130, 96), (104, 160, 200)))
    )


def _window(s: Scenery, x: float) -> None:
    y, width, height = 26.0, s.some(66, 82), s.some(72, 84)
    s.brush.box((x - 6, y - 6, width + 12, height + 12), (252, 248, 240), 5)
    canvas = s.brush.canvas
    canvas.save()
    canvas.clipRect(skia.Rect.MakeXYWH(x, y, width, height), True)
    top, bottom = GREY_SKIES.get(s.light.weather, SKIES[s.light.time])
    if s.light.time == "night":
        top, bottom = SKIES["night"]
    if s.light.sketch:
        top, bottom = s.brush.tone(top), s.brush.tone(bottom)
    shader = skia.GradientShader.MakeLinear(
        [(0, y), (0, y + height)], [colour(top), colour(bottom)]
    )
    canvas.drawRect(skia.Rect.MakeXYWH(x, y, width, height), skia.Paint(Shader=shader))
    outside = Scenery(Brush(canvas, Light(s.light.style, s.light.time, s.light.weather, False)),
                      s.light, s.rng, s.width)  # fmt: skip
    _hill(outside, x + 0.3 * width, y + 0.6 * height, 0.7 * width, y + height, (140, 196, 128))
    _hill(outside, x + 0.9 * width, y + 0.68 * height, 0.6 * width, y + height, (120, 182, 120))
    if s.light.time == "night":
        moon = skia.Paint(AntiAlias=True, Color=colour((250, 242, 206)))
        canvas.drawCircle(x + 0.7 * width, y + 0.26 * height, 7, moon)
    canvas.restore()
    s.brush.box((x + width / 2 - 2.5, y, 5, height), (252, 248, 240), 0)
    s.brush.box((x, y + height * 0.45, width, 5), (252, 248, 240), 0)


def _room_near(s: Scenery) -> None:
    s.band(170, 182, (250, 244, 232))
    board = s.pick(((206, 152, 102), (196, 140, 96), (214, 166, 118)))
    s.band(180, 276, board, mix(board, (110, 66, 36), 0.32))
    seam = s.brush.stroke(mix(board, (90, 50, 30), 0.5), 1.8, 0.6)
    for y in (196, 222, 250):
        s.brush.canvas.drawLine(s.left, y, s.right, y, seam)
    middle = s.width / 2
    for k in range(-6, 7):
        for top, bottom, shift in ((180, 196, 20), (196, 222, -12), (222, 250, 26)):
            near, far = 1 + (top - 180) * 0.004, 1 + (bottom - 180) * 0.004
            start, end = middle + (62 * k + shift) * near, middle + (62 * k + shift) * far
            s.brush.canvas.drawLine(start, top, end, bottom, seam)
    if s.some(0, 1) < 0.5:
        _plant(s, s.at(-0.02, 0.08) if s.some(0, 1) < 0.5 else s.at(0.92, 1.02))


def _plant(s: Scenery, x: float) -> None:
    for turn in (-0.7, -0.25, 0.25, 0.7):
        leaf = skia.Path()
        leaf.moveTo(x, 172)
        tip_x, tip_y = x + 34 * math.sin(turn), 172 - 42 * math.cos(turn)
        leaf.quadTo(x + 26 * math.sin(turn) - 8, 172 - 20, tip_x, tip_y)
        leaf.quadTo(x + 20 * math.sin(turn) + 8, 172 - 18, x, 172)
        s.brush.path(leaf, (96, 164, 104))
    pot = [(x - 13.0, 168.0), (x + 13.0, 168.0), (x + 9.0, 192.0), (x - 9.0, 192.0)]
    s.brush.polygon(pot, (206, 122, 88), (180, 98, 70))


def _gym_far(s: Scenery) -> None:
    wall = s.pick(((226, 214, 186), (206, 218, 230), (222, 206, 206)))
    s.band(-MARGIN_Y, 122, mix(wall, WHITE, 0.25), wall)
    stripe = s.pick(((210, 96, 84), (86, 128, 190), (92, 160, 120)))
    s.band(64, 74, stripe)
    for k in range(5):
        x = s.left + 20 + k * 76
        s.brush.box(
            (x, 8, 44, 26), (230, 240, 248) if s.light.time != "night" else (58, 66, 112), 2
        )
    for row in range(2):
        top = 104 + 34 * row
        s.band(top + 14, top + 50, mix((150, 128, 116), WHITE, 0.18 - 0.1 * row))
    s.band(174, 186, (186, 148, 110))


def _gym_near(s: Scenery) -> None:
    floor = s.pick(((222, 170, 112), (214, 158, 102)))
    s.band(182, 276, mix(floor, WHITE, 0.16), mix(floor, (120, 70, 36), 0.28))
    line = s.brush.fill((250, 246, 236), 0.8)
    s.brush.canvas.drawRect(skia.Rect.MakeLTRB(s.left, 190, s.right, 194), line)
    arc = skia.Rect.MakeXYWH(s.at(0.3, 0.6), 226, 150, 40)
    s.brush.canvas.drawArc(arc, 180, 180, False, s.brush.stroke((250, 246, 236), 3.4, 0.7))


def _hatch_ground(s: Scenery) -> None:
    stroke = s.brush.stroke((60, 56, 52), 1.5, 0.5)
    for _ in range(16):
        x, y = s.at(-0.15, 1.15), s.some(222, 254)
        s.brush.canvas.drawLine(x, y, x + s.some(-8, 8), y - s.some(6, 11), stroke)
    edge = s.brush.stroke((40, 36, 34), 2.0, 0.8)
    s.brush.canvas.drawLine(s.left, 184, s.right, 184, edge)


_FAR: dict[str, Callable[[Scenery], None]] = {
    "room": _room_far,
    "gym": _gym_far,
    "meadow": _meadow_far,
    "beach": _beach_far,
    "city": _city_far,
    "desert": _desert_far,
    "snow": _snow_far,
}
_NEAR: dict[str, Callable[[Scenery], None]] = {
    "room": _room_near,
    "gym": _gym_near,
    "meadow": _meadow_near,
    "beach": _beach_near,
    "city": _city_near,
    "desert": _desert_near,
    "snow": _snow_near,
}

"""The outdoor places: meadow, beach, city, desert, snow."""

from __future__ import annotations

import math

import numpy as np
import skia

from .paint import WHITE, Rgb, colour, mix
from .scenery import LIT, Scenery, hill


def meadow_far(s: Scenery) -> None:
    """The distance of the meadow."""
    hill(s, s.at(-0.1, 0.4), s.some(104, 126), 0.8 * s.width, 192, (158, 206, 154))
    hill(s, s.at(0.6, 1.1), s.some(112, 134), 0.75 * s.width, 192, (128, 190, 126))


def meadow_near(s: Scenery) -> None:
    """The ground of the meadow."""
    leaf = s.pick(((84, 158, 94), (98, 168, 88), (214, 150, 72)))
    for x in (s.at(-0.1, 0.25), s.at(0.75, 1.1), s.at(0.3, 0.7)):
        _tree(s, x, 187, s.some(28, 48), leaf)
    grass = s.pick(((150, 208, 96), (164, 212, 104), (138, 198, 102)))
    s.band(182, 276, mix(grass, (255, 255, 214), 0.15), mix(grass, (36, 116, 52), 0.42))
    petals: tuple[Rgb, ...] = ((252, 246, 236), (250, 190, 212), (252, 232, 140))
    for k in range(9):
        x, y = s.at(-0.15, 1.15), s.some(222, 256)
        s.brush.disc(x, y, 2.6 + (y - 222) / 24, petals[k % 3])


def beach_far(s: Scenery) -> None:
    """The distance of the beach."""
    if s.some(0, 1) < 0.5:
        hill(s, s.at(0.1, 0.9), s.some(92, 108), 0.34 * s.width, 128, (150, 190, 152))
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


def beach_near(s: Scenery) -> None:
    """The ground of the beach."""
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


def city_far(s: Scenery) -> None:
    """The distance of the city."""
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
    columns = max(2, round(width / 31))
    step = (width - 2) / columns
    for column in range(columns):
        for y in np.arange(top + 15, 162, 36):
            lit = s.light.time == "night" and s.some(0, 1) < 0.55
            rect = skia.Rect.MakeXYWH(x + step * (column + 0.5) - 7, float(y), 14, 19)
            pane = LIT if lit else s.brush.tone(mix(rgb, (222, 238, 255), 0.6))
            if s.light.time == "night" and not lit:
                pane = s.brush.tone(mix(rgb, (60, 66, 110), 0.4))
            s.brush.canvas.drawRoundRect(rect, 2, 2, skia.Paint(AntiAlias=True, Color=colour(pane)))


def city_near(s: Scenery) -> None:
    """The ground of the city."""
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


def desert_far(s: Scenery) -> None:
    """The distance of the desert."""
    hill(s, s.at(-0.2, 0.3), s.some(108, 130), 0.7 * s.width, 194, (222, 158, 112))
    hill(s, s.at(0.6, 1.2), s.some(98, 126), 0.8 * s.width, 194, (210, 140, 104))
    mesa = s.at(0.25, 0.75)
    s.brush.polygon(
        [(mesa - 40, 190), (mesa - 26, 132), (mesa + 24, 132), (mesa + 40, 190)],
        (214, 148, 110), (224, 168, 122),
    )  # fmt: skip


def desert_near(s: Scenery) -> None:
    """The ground of the desert."""
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


def snow_far(s: Scenery) -> None:
    """The distance of the snow."""
    for low, high in ((-0.2, 0.25), (0.35, 0.7), (0.8, 1.2)):
        x, top = s.at(low, high), s.some(78, 116)
        half = s.some(70, 100)
        s.brush.polygon([(x - half, 190), (x, top), (x + half, 190)], (172, 190, 218))
        tall = 190 - top
        cap = [
            (x + share * half, top + down * tall)
            for share, down in ((-0.3, 0.3), (0, 0), (0.3, 0.3), (0.1, 0.24), (-0.1, 0.34))
        ]
        s.brush.polygon(cap, (250, 252, 255))
    hill(s, s.at(0.2, 0.8), s.some(150, 162), 0.9 * s.width, 194, (222, 232, 246))


def snow_near(s: Scenery) -> None:
    """The ground of the snow."""
    for x in (s.at(-0.12, 0.2), s.at(0.35, 0.65), s.at(0.8, 1.12)):
        _fir(s, x, 190, s.some(36, 54), snowy=True)
    s.band(182, 276, (246, 249, 253), (206, 220, 240))
    for _ in range(4):
        x, y = s.at(-0.1, 1.1), s.some(226, 252)
        s.brush.oval((x, y, x + 26, y + 6), (222, 232, 246))


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

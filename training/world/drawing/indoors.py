"""The indoor places: a room with a window, a gym with a stand."""

from __future__ import annotations

import math

import numpy as np
import skia

from .paint import WHITE, Brush, Light, colour, mix
from .scenery import GREY_SKIES, MARGIN_Y, SKIES, Scenery, hill


def room_far(s: Scenery) -> None:
    """The wall of the room."""
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
    hill(outside, x + 0.3 * width, y + 0.6 * height, 0.7 * width, y + height, (140, 196, 128))
    hill(outside, x + 0.9 * width, y + 0.68 * height, 0.6 * width, y + height, (120, 182, 120))
    if s.light.time == "night":
        moon = skia.Paint(AntiAlias=True, Color=colour((250, 242, 206)))
        canvas.drawCircle(x + 0.7 * width, y + 0.26 * height, 7, moon)
    canvas.restore()
    s.brush.box((x + width / 2 - 2.5, y, 5, height), (252, 248, 240), 0)
    s.brush.box((x, y + height * 0.45, width, 5), (252, 248, 240), 0)


def room_near(s: Scenery) -> None:
    """The floor of the room."""
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


def gym_far(s: Scenery) -> None:
    """The wall of the gym."""
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


def gym_near(s: Scenery) -> None:
    """The floor of the gym."""
    floor = s.pick(((222, 170, 112), (214, 158, 102)))
    s.band(182, 276, mix(floor, WHITE, 0.16), mix(floor, (120, 70, 36), 0.28))
    line = s.brush.fill((250, 246, 236), 0.8)
    s.brush.canvas.drawRect(skia.Rect.MakeLTRB(s.left, 190, s.right, 194), line)
    arc = skia.Rect.MakeXYWH(s.at(0.3, 0.6), 226, 150, 40)
    s.brush.canvas.drawArc(arc, 180, 180, False, s.brush.stroke((250, 246, 236), 3.4, 0.7))

"""Talking characters: a still portrait drawn once, and the parts of the face that move.

Drawn around the chin-to-brow centre of the head in units where the head is about 1 tall and wide;
the caller scales. The mouth takes how open and how wide the speech makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import skia

from ..scenes.cast import HAIR_COLOURS, Character
from ..scenes.layout import COLOURS
from .paint import DARK, WHITE, Brush, Light, Rgb, colour, mix, pen

HEAD_UNITS = 50.0
"""World units from the middle of the head to its edge at size 1."""
HEAD_Y = 128.0
REACH_X, REACH_UP, REACH_DOWN = 1.75, 1.75, 2.75


@dataclass(frozen=True)
class Expression:
    """What moves: mouth open and wide 0..1, eyes open 0..1, brows raised 0..1, gaze -1..1."""

    mouth: float
    wide: float
    eyes: float
    brows: float
    gaze: float


@lru_cache(maxsize=64)
def portrait(who: Character, light: Light, scale: float) -> skia.Image:
    """Everything of a character that does not move, at `scale` pixels per world unit."""
    pixels = scale * HEAD_UNITS * who.size * 1.25
    width, height = round(2 * REACH_X * pixels), round((REACH_UP + REACH_DOWN) * pixels)
    surface = skia.Surface.MakeRasterN32Premul(width, height)
    canvas = surface.getCanvas()
    canvas.scale(width / (2 * REACH_X), height / (REACH_UP + REACH_DOWN))
    canvas.translate(REACH_X, REACH_UP)
    _Portrait(Brush(canvas, light, things=True), who).draw()
    return surface.makeImageSnapshot()


class _Portrait:
    """Draws one character's still parts."""

    def __init__(self, brush: Brush, who: Character) -> None:
        self.brush = brush
        self.who = who
        self.skin: Rgb = who.skin
        self.edge = 0.055

    def draw(self) -> None:
        if self.who.species == "person":
            self._hair_behind()
            self._shoulders()
            self._ears()
            self._head()
            self._hair_in_front()
        else:
            self._shoulders()
            getattr(self, f"_{self.who.species}")()

    def _oval(self, left: float, top: float, right: float, bottom: float, rgb: Rgb) -> None:
        path = skia.Path()
        path.addOval(skia.Rect.MakeLTRB(left, top, right, bottom))
        self.brush.path(path, rgb, edge=self.edge)

    def _shape(self, path: skia.Path, rgb: Rgb, second: Rgb | None = None) -> None:
        self.brush.path(path, rgb, second, edge=self.edge)

    def _plain(self, left: float, top: float, right: float, bottom: float, rgb: Rgb) -> None:
        rect = skia.Rect.MakeLTRB(left, top, right, bottom)
        self.brush.canvas.drawOval(rect, self.brush.fill(rgb))

    def _shoulders(self) -> None:
        rgb = COLOURS[self.who.clothes]
        neck = skia.Path()
        neck.addRoundRect(skia.Rect.MakeLTRB(-0.3, 0.7, 0.3, 1.45), 0.15, 0.15)
        self._shape(neck, mix(self.skin, DARK, 0.1))
        body = skia.Path()
        body.moveTo(-1.25, 2.9)
        body.cubicTo(-1.3, 1.75, -1.1, 1.4, -0.45, 1.28)
        body.quadTo(0, 1.62, 0.45, 1.28)
        body.cubicTo(1.1, 1.4, 1.3, 1.75, 1.25, 2.9)
        body.close()
        self._shape(body, mix(rgb, WHITE, 0.1), mix(rgb, DARK, 0.12))
        collar = skia.Path()
        collar.moveTo(-0.47, 1.27)
        collar.quadTo(0, 1.64, 0.47, 1.27)
        paint = self.brush.stroke(mix(rgb, WHITE, 0.45), 0.11)
        self.brush.canvas.drawPath(collar, paint)

    def _ears(self) -> None:
        for side in (-1, 1):
            x = 0.93 * side
            self._oval(x - 0.19, -0.22, x + 0.19, 0.26, self.skin)
            self._plain(x - 0.09, -0.1, x + 0.09, 0.14, mix(self.skin, (200, 90, 80), 0.25))

    def _head(self) -> None:
        self._shape(_head_path(), mix(self.skin, WHITE, 0.08), mix(self.skin, (190, 90, 70), 0.1))
        self._cheeks()

    def _cheeks(self) -> None:
        blush = colour(self.brush.tone(mix(self.skin, (244, 110, 104), 0.5)), 0.5)
        for x in (-0.6, 0.6):
            shader = skia.GradientShader.MakeRadial((x, 0.36), 0.24, [blush, blush & 0xFFFFFF])
            paint = skia.Paint(AntiAlias=True, Shader=shader)
            self.brush.canvas.drawCircle(x, 0.36, 0.24, paint)

    @property
    def hair_rgb(self) -> Rgb:
        return HAIR_COLOURS.get(self.who.hair_colour, (120, 78, 50))

    def _hair_behind(self) -> None:
        if self.who.hair == "long":
            path = skia.Path()
            path.addRoundRect(skia.Rect.MakeLTRB(-1.16, -1.12, 1.16, 1.75), 0.85, 0.85)
            self._shape(path, self.hair_rgb, mix(self.hair_rgb, DARK, 0.2))
        elif self.who.hair == "bun":
            self._oval(-0.42, -1.65, 0.42, -0.85, self.hair_rgb)
        elif self.who.hair == "curly":
            for k in range(9):
                x, y = -0.98 + 0.245 * k, -0.5 - 0.55 * (1 - ((k - 4) / 4) ** 2)
                self._oval(x - 0.33, y - 0.33, x + 0.33, y + 0.33, self.hair_rgb)

    def _hair_in_front(self) -> None:
        rgb = self.hair_rgb
        if self.who.beard:
            beard = skia.Path()
            beard.moveTo(-0.9, 0.1)
            beard.cubicTo(-0.9, 1.3, 0.9, 1.3, 0.9, 0.1)
            beard.cubicTo(0.7, 0.42, -0.7, 0.42, -0.9, 0.1)
            self._shape(beard, rgb)
        if self.who.hair == "cap":
            self._cap()
            return
        if self.who.hair == "bald":
            return
        top = skia.Path()
        top.moveTo(-0.97, -0.12)
        top.cubicTo(-1.12, -1.4, 1.12, -1.4, 0.97, -0.12)
        if self.who.hair in ("short", "curly"):
            top.cubicTo(0.78, -0.6, 0.3, -0.62, -0.1, -0.62)
            top.cubicTo(-0.5, -0.62, -0.8, -0.5, -0.97, -0.12)
        else:
            top.cubicTo(0.85, -0.55, 0.4, -0.78, -0.25, -0.78)
            top.cubicTo(-0.4, -0.6, -0.85, -0.5, -0.97, -0.12)
        top.close()
        self._shape(top, mix(rgb, WHITE, 0.08), rgb)

    def _cap(self) -> None:
        rgb = COLOURS[self.who.clothes]
        cap = skia.Path()
        cap.moveTo(-1.0, -0.42)
        cap.cubicTo(-1.02, -1.5, 1.02, -1.5, 1.0, -0.42)
        cap.close()
        self._shape(cap, mix(rgb, WHITE, 0.12), rgb)
        brim = skia.Path()
        brim.addRoundRect(skia.Rect.MakeLTRB(-1.08, -0.56, 1.22, -0.36), 0.1, 0.1)
        self._shape(brim, mix(rgb, DARK, 0.18))

    def _muzzle(self, width: float, rgb: Rgb, nose: Rgb) -> None:
        self._plain(-width, 0.12, width, 0.95, rgb)
        self._plain(-0.15, 0.12, 0.15, 0.32, nose)

    def _pointed_ears(self, tall: float, inner: Rgb) -> None:
        for side in (-1, 1):
            ear = [(0.92 * side, -0.35), (0.82 * side, -0.95 - tall), (0.18 * side, -0.82)]
            path = skia.Path()
            path.addPoly([skia.Point(*point) for point in ear], True)
            self._shape(path, self.skin)
            inside = [(0.8 * side, -0.55), (0.75 * side, -0.78 - tall * 0.8), (0.38 * side, -0.8)]
            small = skia.Path()
            small.addPoly([skia.Point(*point) for point in inside], True)
            self.brush.canvas.drawPath(small, self.brush.fill(inner))

    def _cat(self) -> None:
        self._pointed_ears(0.55, (244, 170, 168))
        self._shape(_head_path(), mix(self.skin, WHITE, 0.12), self.skin)
        self._muzzle(0.46, mix(self.skin, WHITE, 0.6), (226, 110, 120))
        whisker = self.brush.stroke(mix(self.skin, DARK, 0.5), 0.045, 0.7)
        for side in (-1, 1):
            for y in (0.32, 0.46):
                self.brush.canvas.drawLine(side * 0.5, y, side * 1.2, y * 1.7 - 0.22, whisker)

    def _fox(self) -> None:
        self._pointed_ears(0.75, (90, 66, 70))
        self._shape(_head_path(), mix(self.skin, WHITE, 0.1), self.skin)
        for side in (-1, 1):
            path = skia.Path()
            path.moveTo(side * 0.02, 0.2)
            path.cubicTo(side * 0.5, 0.2, side * 0.95, 0.2, side * 0.93, 0.1)
            path.cubicTo(side * 0.85, 0.75, side * 0.4, 1.02, side * 0.0, 1.03)
            path.close()
            self.brush.canvas.drawPath(path, self.brush.fill((250, 242, 232)))
        self._plain(-0.14, 0.14, 0.14, 0.34, (70, 54, 60))

    def _dog(self) -> None:
        self._shape(_head_path(), mix(self.skin, WHITE, 0.12), self.skin)
        for side in (-1, 1):
            path = skia.Path()
            path.moveTo(side * 0.5, -0.86)
            path.cubicTo(side * 1.3, -1.1, side * 1.5, 0.1, side * 1.12, 0.5)
            path.cubicTo(side * 0.9, 0.4, side * 0.86, -0.3, side * 0.5, -0.86)
            self._shape(path, mix(self.skin, (90, 56, 40), 0.45))
        self._muzzle(0.52, mix(self.skin, WHITE, 0.55), (74, 58, 62))

    def _bear(self) -> None:
        for side in (-1, 1):
            x = 0.74 * side
            self._oval(x - 0.34, -1.2, x + 0.34, -0.52, self.skin)
            self._plain(x - 0.18, -1.04, x + 0.18, -0.68, mix(self.skin, (240, 190, 160), 0.5))
        self._shape(_head_path(), mix(self.skin, WHITE, 0.1), self.skin)
        self._muzzle(0.5, mix(self.skin, (246, 226, 196), 0.6), (66, 52, 56))

    def _rabbit(self) -> None:
        for side in (-1, 1):
            x = 0.42 * side
            self._oval(x - 0.24, -1.72, x + 0.24, -0.5, self.skin)
            self._plain(x - 0.12, -1.56, x + 0.12, -0.7, (246, 186, 190))
        self._shape(_head_path(), mix(self.skin, WHITE, 0.2), self.skin)
        self._cheeks()
        self._muzzle(0.4, mix(self.skin, WHITE, 0.7), (232, 130, 140))

    def _robot(self) -> None:
        self.brush.line((0, -0.9), (0, -1.4), (110, 116, 130), 0.09)
        self._oval(-0.14, -1.6, 0.14, -1.32, (240, 96, 76))
        for side in (-1, 1):
            bolt = skia.Path()
            x = 1.02 * side
            bolt.addRoundRect(skia.Rect.MakeLTRB(x - 0.15, -0.28, x + 0.15, 0.28), 0.08, 0.08)
            self._shape(bolt, (150, 156, 168))
        head = skia.Path()
        head.addRoundRect(skia.Rect.MakeLTRB(-0.95, -0.95, 0.95, 1.02), 0.3, 0.3)
        self._shape(head, mix(self.skin, WHITE, 0.25), self.skin)
        panel = skia.Rect.MakeLTRB(-0.72, -0.52, 0.72, 0.16)
        self.brush.canvas.drawRoundRect(
            panel, 0.25, 0.25, self.brush.fill(mix(self.skin, DARK, 0.22))
        )


def _head_path() -> skia.Path:
    path = skia.Path()
    path.moveTo(0, -1.02)
    path.cubicTo(0.72, -1.02, 0.98, -0.5, 0.96, 0.05)
    path.cubicTo(0.94, 0.66, 0.5, 1.04, 0, 1.04)
    path.cubicTo(-0.5, 1.04, -0.94, 0.66, -0.96, 0.05)
    path.cubicTo(-0.98, -0.5, -0.72, -1.02, 0, -1.02)
    path.close()
    return path


def draw_character(
    canvas: skia.Canvas, who: Character, look: Expression, light: Light, scale: float
) -> None:
    """Draws a character whose head centre is the canvas origin, in world units."""
    unit = HEAD_UNITS * who.size
    canvas.scale(unit, unit)
    rect = skia.Rect.MakeLTRB(-REACH_X, -REACH_UP, REACH_X, REACH_DOWN)
    canvas.drawImageRect(
        portrait(who, light, scale), rect, skia.SamplingOptions(skia.FilterMode.kLinear)
    )
    brush = Brush(canvas, light, things=True)
    _eyes(brush, who, look)
    _mouth(brush, who, look)


def _eyes(brush: Brush, who: Character, look: Expression) -> None:
    canvas = brush.canvas
    white, dark = brush.fill(WHITE), brush.fill(DARK)
    for x in (-0.36, 0.36):
        if look.eyes < 0.3:
            canvas.drawLine(x - 0.18, -0.1, x + 0.18, -0.1, pen(brush.tone(DARK), 0.07))
        else:
            tall = 0.24 * look.eyes
            canvas.drawOval(skia.Rect.MakeLTRB(x - 0.2, -0.12 - tall, x + 0.2, -0.12 + tall), white)
            canvas.drawCircle(x + 0.07 * look.gaze, -0.1, 0.115, dark)
            canvas.drawCircle(x + 0.07 * look.gaze - 0.04, -0.14, 0.04, white)
        if who.species != "robot":
            brow = who.hair_colour or "brown"
            tone = mix(HAIR_COLOURS[brow], DARK, 0.3) if who.fur == "" else mix(who.skin, DARK, 0.5)
            lift = -0.48 - 0.12 * look.brows
            slant = 0.04 if x < 0 else -0.04
            paint = brush.stroke(tone, 0.085)
            canvas.drawLine(x - 0.17, lift + slant, x + 0.17, lift - slant, paint)
    if who.glasses:
        rim = pen(brush.tone((70, 62, 80)), 0.07)
        for x in (-0.36, 0.36):
            canvas.drawCircle(x, -0.11, 0.31, rim)
        canvas.drawLine(-0.05, -0.12, 0.05, -0.12, rim)


def _mouth(brush: Brush, who: Character, look: Expression) -> None:
    canvas = brush.canvas
    y = 0.56 if who.species == "person" else 0.6
    half = 0.2 + 0.14 * look.wide
    lip = mix(who.skin, (150, 40, 50), 0.55) if who.species != "robot" else DARK
    if look.mouth < 0.1:
        smile = skia.Rect.MakeLTRB(-0.3, y - 0.3, 0.3, y + 0.08)
        canvas.drawArc(smile, 35, 110, False, brush.stroke(mix(lip, DARK, 0.25), 0.07))
        return
    tall = 0.05 + 0.33 * look.mouth
    if who.species == "robot":
        grill = skia.Rect.MakeLTRB(-0.4, y - tall / 2, 0.4, y + tall / 2)
        canvas.drawRoundRect(grill, 0.08, 0.08, brush.fill((250, 226, 140)))
        for x in (-0.2, 0.0, 0.2):
            canvas.drawLine(x, y - tall / 2, x, y + tall / 2, brush.stroke(DARK, 0.05))
        return
    opening = skia.Path()
    opening.moveTo(-half, y - 0.3 * tall)
    opening.quadTo(0, y - 0.62 * tall, half, y - 0.3 * tall)
    opening.cubicTo(half, y + 0.95 * tall, -half, y + 0.95 * tall, -half, y - 0.3 * tall)
    opening.close()
    canvas.drawPath(opening, brush.fill((112, 34, 44)))
    canvas.save()
    canvas.clipPath(opening, True)
    canvas.drawOval(
        skia.Rect.MakeLTRB(-0.7 * half, y + 0.22 * tall, 0.7 * half, y + 1.1 * tall),
        brush.fill((238, 112, 116)),
    )
    if look.mouth > 0.3:
        canvas.drawRect(
            skia.Rect.MakeLTRB(-half, y - 0.7 * tall, half, y - 0.22 * tall), brush.fill(WHITE)
        )
    canvas.restore()
    canvas.drawPath(opening, brush.stroke(mix(lip, DARK, 0.15), 0.06))

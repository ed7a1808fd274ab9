"""Pictures of the objects: one recorded drawing per look, replayed at every pose.

A ball keeps its light from the upper left while its marks turn with it; a box turns as a whole.
Outlines are thick and mid-toned, glass is opaque: what is thin, black or transparent does not
survive strong compression.
"""

from __future__ import annotations

from functools import lru_cache

import skia

from .backdrop import Rgb, colour, fill, mix
from .scene import BOX_HALF_SIDE, COLOURS

WHITE: Rgb = (255, 255, 255)
DARK: Rgb = (40, 26, 50)


class Sprite:
    """An object of radius 1 around the origin: `still` keeps upright, `turning` rotates."""

    def __init__(self, shape: str, colour_name: str, material: str) -> None:
        self.shape = shape
        base = COLOURS[colour_name]
        outline = skia.Path()
        if shape == "ball":
            outline.addCircle(0, 0, 1)
        else:
            side = BOX_HALF_SIDE
            outline.addRoundRect(skia.Rect.MakeLTRB(-side, -side, side, side), 0.14, 0.14)
        self.body = _record(lambda canvas: canvas.drawPath(outline, _body_paint(base, material)))
        self.marks = _record(lambda canvas: _draw_marks(canvas, outline, shape, base, material))
        self.light = _record(lambda canvas: _draw_light(canvas, outline, shape, base, material))

    def draw(self, canvas: skia.Canvas, radius: float, degrees: float) -> None:
        """Draws at the canvas origin."""
        canvas.scale(radius, radius)
        if self.shape == "box":
            canvas.rotate(degrees)
        canvas.drawPicture(self.body)
        canvas.save()
        if self.shape == "ball":
            canvas.rotate(degrees)
        canvas.drawPicture(self.marks)
        canvas.restore()
        canvas.drawPicture(self.light)


@lru_cache(maxsize=128)
def sprite(shape: str, colour_name: str, material: str) -> Sprite:
    """The cached sprite of a look."""
    return Sprite(shape, colour_name, material)


def _record(draw: object) -> skia.Picture:
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect.MakeLTRB(-1.2, -1.2, 1.2, 1.2))
    draw(canvas)  # type: ignore[operator]
    return recorder.finishRecordingAsPicture()


def _body_paint(base: Rgb, material: str) -> skia.Paint:
    if material == "metal":
        stops = [mix(base, WHITE, 0.55), base, mix(base, DARK, 0.42), mix(base, WHITE, 0.2)]
        shader = skia.GradientShader.MakeLinear(
            [(-0.75, -0.9), (0.75, 0.9)], [colour(stop) for stop in stops], [0, 0.36, 0.72, 1]
        )
    elif material == "glass":
        stops = [mix(base, WHITE, 0.5), mix(base, WHITE, 0.22), base, mix(base, DARK, 0.35)]
        shader = skia.GradientShader.MakeRadial(
            (0.1, 0.15), 1.15, [colour(stop) for stop in stops], [0, 0.5, 0.78, 1]
        )
    else:
        tone = mix(base, (150, 146, 140), 0.24) if material == "stone" else base
        lift = {"rubber": 0.22, "wood": 0.12, "stone": 0.14}[material]
        stops = [mix(tone, WHITE, lift), tone, mix(tone, DARK, 0.28)]
        shader = skia.GradientShader.MakeRadial(
            (-0.3, -0.35), 1.6, [colour(stop) for stop in stops], [0, 0.5, 1]
        )
    return skia.Paint(AntiAlias=True, Shader=shader)


def _stroke(rgb: Rgb, width: float, alpha: float = 1.0) -> skia.Paint:
    paint = skia.Paint(
        AntiAlias=True,
        Color=colour(rgb, alpha),
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
    )
    paint.setStrokeCap(skia.Paint.kRound_Cap)
    return paint


def _draw_marks(
    canvas: skia.Canvas, outline: skia.Path, shape: str, base: Rgb, material: str
) -> None:
    canvas.save()
    canvas.clipPath(outline, True)
    if material == "rubber":
        canvas.drawRect(skia.Rect.MakeLTRB(-1.1, -0.2, 1.1, 0.2), fill((255, 250, 240), 0.92))
    elif material == "wood":
        _draw_grain(canvas, shape, base)
    elif material == "metal":
        _draw_rivets(canvas, shape, base)
    elif material == "stone":
        grey = mix(base, (90, 86, 92), 0.6)
        for x, y, radius in ((-0.42, 0.3, 0.19), (0.36, -0.44, 0.22), (0.4, 0.42, 0.14)):
            canvas.drawCircle(x, y, radius, fill(grey, 0.75))
        pale = mix(base, (236, 232, 226), 0.6)
        for x, y, radius in ((-0.35, -0.4, 0.14), (0.02, 0.1, 0.17), (-0.05, 0.68, 0.13)):
            canvas.drawCircle(x, y, radius, fill(pale, 0.75))
    canvas.restore()


def _draw_grain(canvas: skia.Canvas, shape: str, base: Rgb) -> None:
    grain = _stroke(mix(base, (88, 48, 20), 0.55), 0.13, 0.85)
    if shape == "box":
        for y in (-0.3, 0.3):
            canvas.drawLine(-1, y, 1, y, grain)
        canvas.drawLine(-0.55, -0.55, 0.55, 0.55, _stroke(mix(base, (88, 48, 20), 0.4), 0.16, 0.7))
        return
    for radius in (0.28, 0.58):
        canvas.drawCircle(0.12, 0.05, radius, grain)


def _draw_rivets(canvas: skia.Canvas, shape: str, base: Rgb) -> None:
    rivet, shine = fill(mix(base, DARK, 0.55)), fill(mix(base, WHITE, 0.75))
    if shape == "box":
        spots = [(x, y) for x in (-0.6, 0.6) for y in (-0.6, 0.6)]
        rim = skia.Rect.MakeLTRB(-0.38, -0.38, 0.38, 0.38)
        canvas.drawRoundRect(rim, 0.08, 0.08, _stroke(mix(base, DARK, 0.35), 0.09, 0.8))
    else:
        spots = [(0.0, -0.68), (0.0, 0.68), (-0.68, 0.0), (0.68, 0.0)]
    for x, y in spots:
        canvas.drawCircle(x, y, 0.13, rivet)
        canvas.drawCircle(x - 0.03, y - 0.04, 0.055, shine)


def _draw_light(
    canvas: skia.Canvas, outline: skia.Path, shape: str, base: Rgb, material: str
) -> None:
    rim = {"glass": 0.5, "metal": 0.5, "stone": 0.45}.get(material, 0.42)
    canvas.drawPath(outline, _stroke(mix(base, DARK, rim), 0.13))
    strength = {"glass": 0.95, "metal": 0.8, "rubber": 0.45, "wood": 0.25, "stone": 0.12}[material]
    spot = fill(WHITE, strength)
    if shape == "ball":
        canvas.save()
        canvas.translate(-0.36, -0.44)
        canvas.rotate(-42)
        canvas.drawOval(skia.Rect.MakeLTRB(-0.26, -0.13, 0.26, 0.13), spot)
        canvas.restore()
    elif material in ("glass", "metal"):
        canvas.drawLine(-0.5, -0.1, -0.1, -0.5, _stroke(WHITE, 0.18, strength))
    else:
        canvas.drawLine(-0.55, -0.66, 0.3, -0.66, _stroke(WHITE, 0.12, strength))
    if material == "glass":
        glint = skia.Rect.MakeLTRB(-0.72, -0.72, 0.72, 0.72)
        if shape == "ball":
            canvas.drawArc(glint, 20, 55, False, _stroke(mix(base, WHITE, 0.8), 0.12, 0.9))
        else:
            canvas.drawLine(0.2, 0.55, 0.55, 0.2, _stroke(mix(base, WHITE, 0.8), 0.14, 0.9))

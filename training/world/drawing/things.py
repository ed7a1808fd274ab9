"""The moving things as small pictures, drawn once per look and size and replayed at every pose.

A ball keeps its light from the upper left while its marks turn with it; a box turns as a whole.
Glass is opaque enough to see. The pictures are cached by look, so a stream of clips shares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import skia

from ..scenes.layout import COLOURS, Thing
from .paint import DARK, WHITE, Brush, Light, Rgb, colour, mix, pen

LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)
OVERSAMPLE = 1.5
_PAD = 1.14
"""Half the side of the picture over the half-size of the thing, for the outline."""
_WHITE_BALL: Rgb = (244, 240, 230)


@dataclass(frozen=True)
class Sprite:
    """`base` and `light` keep upright for balls, `marks` turn; a box has a base alone."""

    base: skia.Image
    marks: skia.Image | None
    light: skia.Image | None
    half_width: float
    half_height: float

    def draw(self, canvas: skia.Canvas, degrees: float) -> None:
        """Draws at the canvas origin, in world units."""
        reach = skia.Rect.MakeLTRB(
            -self.half_width, -self.half_height, self.half_width, self.half_height
        )
        if self.marks is None and self.light is None:
            canvas.rotate(degrees)
        _draw_image(canvas, self.base, reach)
        if self.marks is not None:
            canvas.save()
            canvas.rotate(degrees)
            _draw_image(canvas, self.marks, reach)
            canvas.restore()
        if self.light is not None:
            _draw_image(canvas, self.light, reach)


def _draw_image(canvas: skia.Canvas, image: skia.Image, reach: skia.Rect) -> None:
    canvas.drawImageRect(image, reach, LINEAR)


def sprite_of(thing: Thing, light: Light, scale: float) -> Sprite:
    """The cached sprite of a thing under a light at `scale` pixels per unit."""
    half_width = thing.half_width
    half_height = thing.half_width if thing.shape == "ball" else thing.half_height
    # One picture serves all sizes within a few per cent; it is drawn at the exact size.
    size = 2 ** (round(math.log2(max(half_width, half_height) * scale) * 8) / 8)
    aspect = round(half_height / half_width, 1 if thing.shape == "plank" else 2)
    # A rubber band across the middle would run through the eyes.
    skin = thing.skin or ("grip" if thing.face and thing.material == "rubber" else "")
    images = _images(thing.shape, thing.colour, thing.material, skin, light, round(size, 2), aspect)
    longer = max(half_width, half_height)
    pad = (_PAD - 1) * (longer if thing.shape != "plank" else 4 * half_height)
    return Sprite(*images, half_width + pad, half_height + pad)


@lru_cache(maxsize=1024)
def _images(
    shape: str, colour_name: str, material: str, skin: str, light: Light, size: float, aspect: float
) -> tuple[skia.Image, skia.Image | None, skia.Image | None]:
    half_width, half_height = (1.0, aspect) if aspect <= 1 else (1 / aspect, 1.0)
    rgb = light.thing(_WHITE_BALL if colour_name == "white" else COLOURS[colour_name])
    look = _Look(shape, rgb, material, skin, light, half_width, half_height)
    pad = (_PAD - 1) * (1.0 if shape != "plank" else 4 * half_height)
    frame = (size, half_width + pad, half_height + pad)
    if shape != "ball":
        return _picture(look.draw_box, frame), None, None
    marks = None if look.plain else _picture(look.draw_ball_marks, frame)
    return _picture(look.draw_ball_base, frame), marks, _picture(look.draw_ball_light, frame)


def _picture(draw: Callable[[skia.Canvas], None], frame: tuple[float, float, float]) -> skia.Image:
    size, reach_x, reach_y = frame
    scale = size * OVERSAMPLE
    width, height = math.ceil(2 * reach_x * scale), math.ceil(2 * reach_y * scale)
    surface = skia.Surface.MakeRasterN32Premul(max(4, width), max(4, height))
    canvas = surface.getCanvas()
    canvas.scale(width / (2 * reach_x), height / (2 * reach_y))
    canvas.translate(reach_x, reach_y)
    draw(canvas)
    return surface.makeImageSnapshot()


@dataclass(frozen=True)
class _Look:
    """A thing of half-size 1 around the origin."""

    shape: str
    rgb: Rgb
    material: str
    skin: str
    light: Light
    half_width: float
    half_height: float

    @property
    def plain(self) -> bool:
        """Whether turning shows nothing."""
        return self.material == "glass" and not self.skin

    @property
    def edge(self) -> Rgb:
        return self.light.outline(self.rgb)

    def _shade(self, share: float) -> Rgb:
        """Darker, or for negative shares lighter; a sketch stays flat."""
        if self.light.sketch:
            share *= 0.3
        return mix(self.rgb, DARK, share) if share > 0 else mix(self.rgb, WHITE, -share)

    def draw_ball_base(self, canvas: skia.Canvas) -> None:
        canvas.drawCircle(0, 0, 1, self._body_paint())

    def _body_paint(self) -> skia.Paint:
        if self.material == "metal" and self.skin in ("", "bob"):
            stops = [self._shade(share) for share in (-0.6, -0.05, 0.4, -0.15)]
            shader = skia.GradientShader.MakeLinear(
                [(-0.7 * self.half_width, -0.9 * self.half_height),
                 (0.7 * self.half_width, 0.9 * self.half_height)],
                [colour(stop) for stop in stops], [0, 0.36, 0.74, 1],
            )  # fmt: skip
        elif self.material == "glass" and not self.skin:
            stops = [self._shade(share) for share in (-0.55, -0.3, 0.0, 0.22)]
            shader = skia.GradientShader.MakeRadial(
                (0.1, 0.15), 1.2, [colour(stop) for stop in stops], [0, 0.5, 0.8, 1]
            )
        else:
            lift = {"rubber": -0.24, "wood": -0.14, "stone": -0.14}.get(self.material, -0.2)
            tone = self.rgb if self.material != "stone" or self.skin else self._stony()
            stops = [mix(tone, WHITE, -lift), tone, mix(tone, DARK, 0.26)]
            if self.light.sketch:
                stops = [mix(tone, WHITE, 0.12), tone, tone]
            shader = skia.GradientShader.MakeRadial(
                (-0.3, -0.38), 1.6, [colour(stop) for stop in stops], [0, 0.5, 1]
            )
        return skia.Paint(AntiAlias=True, Shader=shader)

    def _stony(self) -> Rgb:
        return mix(self.rgb, (152, 148, 142), 0.26)

    def draw_ball_marks(self, canvas: skia.Canvas) -> None:
        clip = skia.Path()
        clip.addCircle(0, 0, 1)
        canvas.clipPath(clip, True)
        draw = {
            "basketball": self._basketball,
            "billiard": self._billiard,
            "bob": self._bob,
            "grip": self._grip,
        }.get(self.skin)
        if draw is not None:
            draw(canvas)
        elif self.material == "rubber":
            band = skia.Paint(AntiAlias=True, Color=colour(self._shade(-0.82), 0.95))
            canvas.drawRect(skia.Rect.MakeLTRB(-1.1, -0.2, 1.1, 0.2), band)
        elif self.material == "wood":
            grain = pen(mix(self.rgb, (88, 48, 20), 0.5), 0.12, 0.8)
            for radius in (0.28, 0.6):
                canvas.drawCircle(0.14, 0.06, radius, grain)
        elif self.material == "metal":
            self._rivets(canvas, [(0.0, -0.68), (0.0, 0.68), (-0.68, 0.0), (0.68, 0.0)])
        elif self.material == "stone":
            self._speckles(canvas)

    def _basketball(self, canvas: skia.Canvas) -> None:
        seam = pen(mix(self.rgb, DARK, 0.6), 0.12)
        canvas.drawLine(-1, 0, 1, 0, seam)
        canvas.drawLine(0, -1, 0, 1, seam)
        for x in (-1.35, 1.35):
            canvas.drawCircle(x, 0, 0.95, seam)

    def _billiard(self, canvas: skia.Canvas) -> None:
        spot = skia.Paint(AntiAlias=True, Color=colour((250, 246, 238), 0.95))
        if self.rgb != self.light.thing(_WHITE_BALL):
            canvas.drawCircle(0.2, -0.1, 0.4, spot)
        else:
            canvas.drawCircle(0.4, 0.1, 0.2, skia.Paint(AntiAlias=True, Color=colour(
                mix(self.rgb, (210, 60, 60), 0.7))))  # fmt: skip

    def _grip(self, canvas: skia.Canvas) -> None:
        knob = skia.Paint(AntiAlias=True, Color=colour(self._shade(-0.75), 0.9))
        for k in range(8):
            turn = k * math.pi / 4
            x, y = 0.77 * math.cos(turn), 0.77 * math.sin(turn)
            canvas.drawCircle(x * self.half_width, y * self.half_height, 0.1, knob)

    def _bob(self, canvas: skia.Canvas) -> None:
        if self.material == "metal":
            self._rivets(canvas, [(0.66 * math.cos(k), 0.66 * math.sin(k)) for k in range(0, 7, 2)])
        elif self.material == "wood":
            grain = pen(mix(self.rgb, (88, 48, 20), 0.5), 0.12, 0.8)
            canvas.drawCircle(0.1, 0.05, 0.55, grain)

    def _rivets(self, canvas: skia.Canvas, spots: list[tuple[float, float]]) -> None:
        rivet = skia.Paint(AntiAlias=True, Color=colour(self._shade(0.5)))
        shine = skia.Paint(AntiAlias=True, Color=colour(self._shade(-0.75)))
        for x, y in spots:
            canvas.drawCircle(x, y, 0.12, rivet)
            canvas.drawCircle(x - 0.03, y - 0.04, 0.05, shine)

    def _speckles(self, canvas: skia.Canvas) -> None:
        grey = skia.Paint(AntiAlias=True, Color=colour(mix(self.rgb, (90, 86, 92), 0.5), 0.75))
        pale = skia.Paint(AntiAlias=True, Color=colour(mix(self.rgb, (236, 232, 226), 0.5), 0.75))
        for x, y, radius in ((-0.42, 0.3, 0.19), (0.36, -0.44, 0.2), (0.42, 0.42, 0.13)):
            canvas.drawCircle(x * self.half_width, y * self.half_height, radius, grey)
        for x, y, radius in ((-0.35, -0.4, 0.14), (0.02, 0.1, 0.15), (-0.05, 0.68, 0.12)):
            canvas.drawCircle(x * self.half_width, y * self.half_height, radius, pale)

    def draw_ball_light(self, canvas: skia.Canvas) -> None:
        if self.light.sketch:
            canvas.drawCircle(0, 0, 0.97, pen(self.edge, 0.1))
            hatch = pen(self.edge, 0.06, 0.45)
            for k in range(3):
                canvas.drawLine(
                    0.2 + 0.2 * k, 0.75 - 0.12 * k, 0.6 + 0.12 * k, 0.2 - 0.1 * k, hatch
                )
            return
        shade = [colour(DARK, 0), colour(DARK, 0), colour(DARK, 0.22)]
        shader = skia.GradientShader.MakeRadial((-0.25, -0.3), 1.45, shade, [0, 0.55, 1])
        canvas.drawCircle(0, 0, 1, skia.Paint(AntiAlias=True, Shader=shader))
        canvas.drawCircle(0, 0, 0.95, pen(self.edge, 0.12))
        strength = {"glass": 0.95, "metal": 0.8, "rubber": 0.5, "wood": 0.3, "stone": 0.15}
        alpha = 0.75 if self.skin == "billiard" else strength[self.material]
        canvas.save()
        canvas.translate(-0.36, -0.44)
        canvas.rotate(-42)
        spot = skia.Paint(AntiAlias=True, Color=colour(WHITE, alpha))
        canvas.drawOval(skia.Rect.MakeLTRB(-0.25, -0.13, 0.25, 0.13), spot)
        canvas.restore()
        if self.material == "glass" and not self.skin:
            arc = skia.Rect.MakeLTRB(-0.7, -0.7, 0.7, 0.7)
            canvas.drawArc(arc, 20, 55, False, pen(self._shade(-0.8), 0.11, 0.9))

    def draw_box(self, canvas: skia.Canvas) -> None:
        x, y = self.half_width, self.half_height
        small = min(x, y)
        corner = 0.14 * (small if small > 0.5 else 2.2 * small)
        outline = skia.Path()
        outline.addRoundRect(skia.Rect.MakeLTRB(-x, -y, x, y), corner, corner)
        canvas.drawPath(outline, self._body_paint())
        canvas.save()
        canvas.clipPath(outline, True)
        if self.shape == "plank":
            self._plank_marks(canvas)
        else:
            self._box_marks(canvas, small)
        canvas.restore()
        width = 0.12 if small > 0.5 else 0.09
        if self.light.sketch:
            canvas.drawPath(outline, pen(self.edge, 0.08 if self.shape != "plank" else 0.03))
            return
        canvas.drawPath(outline, pen(self.edge, width if self.shape != "plank" else 0.022))
        if self.shape != "plank":
            shine = {"glass": 0.9, "metal": 0.7, "rubber": 0.45, "wood": 0.3, "stone": 0.15}
            alpha = shine[self.material]
            paint = pen(WHITE, 0.1, alpha)
            canvas.drawLine(-0.62 * x, -0.74 * y, 0.3 * x, -0.74 * y, paint)

    def _plank_marks(self, canvas: skia.Canvas) -> None:
        grain = pen(mix(self.rgb, (88, 48, 20), 0.4), 0.013, 0.45)
        for k in (-0.4, 0.3):
            canvas.drawLine(-0.95, k * self.half_height, 0.95, k * self.half_height, grain)

    def _box_marks(self, canvas: skia.Canvas, small: float) -> None:
        x, y = self.half_width, self.half_height
        if self.material == "wood":
            dark = mix(self.rgb, (88, 48, 20), 0.42)
            for k in (-0.36, 0.36):
                canvas.drawLine(-x, k * y, x, k * y, pen(dark, 0.12, 0.6))
            if small > 0.5:
                canvas.drawLine(-0.7 * x, 0.7 * y, 0.7 * x, -0.7 * y, pen(dark, 0.14, 0.5))
        elif self.material == "metal":
            spots = [(sx * 0.62 * x, sy * (y - 0.38 * small)) for sx in (-1, 1) for sy in (-1, 1)]
            if small > 0.5:
                rim = skia.Rect.MakeLTRB(-0.36 * x, -0.36 * y, 0.36 * x, 0.36 * y)
                canvas.drawRoundRect(rim, 0.08, 0.08, pen(self._shade(0.35), 0.08, 0.8))
                self._rivets(canvas, spots)
        elif self.material == "stone":
            self._speckles(canvas)
        elif self.skin == "grip":
            self._grip(canvas)
        elif self.material == "rubber":
            band = skia.Paint(AntiAlias=True, Color=colour(self._shade(-0.8), 0.9))
            canvas.drawRect(skia.Rect.MakeLTRB(-x, -0.17 * y, x, 0.17 * y), band)
        elif self.material == "glass":
            canvas.drawLine(
                0.2 * x, 0.62 * y, 0.62 * x, 0.2 * y, pen(self._shade(-0.85), 0.12, 0.9)
            )
            canvas.drawLine(-0.62 * x, -0.1 * y, -0.1 * x, -0.55 * y, pen(WHITE, 0.16, 0.85))


@dataclass(frozen=True)
class Face:
    """Eyes and a mouth on a thing of radius 1: gaze x, y in -1..1; eyes and mouth open 0..1."""

    gaze_x: float
    gaze_y: float
    eyes: float
    mouth: float


def draw_face(canvas: skia.Canvas, face: Face, brush: Brush) -> None:
    """Draws a face of a thing of half-size 1 at the origin."""
    white = skia.Paint(AntiAlias=True, Color=colour(brush.light.thing(WHITE)))
    dark = skia.Paint(AntiAlias=True, Color=colour(DARK))
    for x in (-0.32, 0.32):
        if face.eyes < 0.3:
            canvas.drawLine(x - 0.17, -0.14, x + 0.17, -0.14, pen(DARK, 0.09))
            continue
        tall = 0.25 * face.eyes
        canvas.drawOval(skia.Rect.MakeLTRB(x - 0.21, -0.14 - tall, x + 0.21, -0.14 + tall), white)
        canvas.drawCircle(x + 0.08 * face.gaze_x, -0.14 + 0.08 * face.gaze_y, 0.12, dark)
    if face.mouth > 0.25:
        tall = 0.06 + 0.16 * face.mouth
        canvas.drawOval(skia.Rect.MakeLTRB(-0.16, 0.36 - tall, 0.16, 0.36 + tall), dark)
    else:
        smile = skia.Rect.MakeLTRB(-0.26, 0.06, 0.26, 0.46)
        canvas.drawArc(smile, 30, 120, False, pen(DARK, 0.09))

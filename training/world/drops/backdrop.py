"""The empty places: bright, large, soft shapes that an aggressive codec can keep.

Every place has three fixed pictures. They are drawn in world units (256 high, any width) and
cached per process as finished pixels, so a clip only pays for its objects.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import skia

Rgb = tuple[int, int, int]


def colour(rgb: Rgb, alpha: float = 1.0) -> int:
    """The skia colour of an (r, g, b) triple in 0..255 and an opacity in 0..1."""
    return int(skia.ColorSetARGB(round(255 * alpha), *rgb))


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`first` with `share` (0..1) of `second` blended in."""
    blended = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return (blended[0], blended[1], blended[2])


def fill(rgb: Rgb, alpha: float = 1.0) -> skia.Paint:
    """An anti-aliased filling paint."""
    return skia.Paint(AntiAlias=True, Color=colour(rgb, alpha))


def fade(y_top: float, y_bottom: float, top: Rgb, bottom: Rgb) -> skia.Paint:
    """A vertical gradient paint."""
    shader = skia.GradientShader.MakeLinear(
        [(0, y_top), (0, y_bottom)], [colour(top), colour(bottom)]
    )
    return skia.Paint(AntiAlias=True, Shader=shader)


class _Painter:
    """Draws named scenery on a canvas in world units."""

    def __init__(self, canvas: skia.Canvas, width: float) -> None:
        self.canvas = canvas
        self.width = width

    def band(self, top: float, bottom: float, paint: skia.Paint) -> None:
        self.canvas.drawRect(skia.Rect.MakeLTRB(-2, top, self.width + 2, bottom), paint)

    def box(self, rect: tuple[float, float, float, float], rgb: Rgb, corner: float = 3) -> None:
        x, y, w, h = rect
        self.canvas.drawRoundRect(skia.Rect.MakeXYWH(x, y, w, h), corner, corner, fill(rgb))

    def sun(self, x: float, y: float, radius: float) -> None:
        glow = skia.GradientShader.MakeRadial(
            (x, y), radius * 2.6, [colour((255, 244, 200), 0.75), colour((255, 244, 200), 0)]
        )
        self.canvas.drawCircle(x, y, radius * 2.6, skia.Paint(AntiAlias=True, Shader=glow))
        self.canvas.drawCircle(x, y, radius, fill((255, 236, 160)))

    def cloud(self, x: float, y: float, size: float) -> None:
        puff = fill((255, 255, 255), 0.85)
        path = skia.Path()
        for dx, dy, radius in ((-1.1, 0.15, 0.6), (-0.3, -0.25, 0.85), (0.6, -0.05, 0.7)):
            path.addCircle(x + dx * size, y + dy * size, radius * size)
        path.addRoundRect(
            skia.Rect.MakeLTRB(x - 1.7 * size, y + 0.1 * size, x + 1.4 * size, y + 0.75 * size),
            0.32 * size,
            0.32 * size,
        )
        self.canvas.drawPath(path, puff)

    def hill(self, x: float, top: float, half_width: float, base: float, rgb: Rgb) -> None:
        path = skia.Path()
        path.moveTo(x - half_width, base)
        path.cubicTo(x - 0.5 * half_width, base, x - 0.45 * half_width, top, x, top)
        path.cubicTo(x + 0.45 * half_width, top, x + 0.5 * half_width, base, x + half_width, base)
        self.canvas.drawPath(path, fade(top, base, mix(rgb, (255, 255, 255), 0.12), rgb))

    def tree(self, x: float, base: float, size: float, leaf: Rgb) -> None:
        trunk = skia.Rect.MakeLTRB(x - 0.13 * size, base - size, x + 0.13 * size, base)
        self.canvas.drawRect(trunk, fill((142, 100, 70)))
        self.canvas.drawCircle(x, base - 1.25 * size, 0.62 * size, fill(leaf))
        self.canvas.drawCircle(
            x - 0.15 * size, base - 1.4 * size, 0.36 * size, fill(mix(leaf, (255, 255, 210), 0.25))
        )

    def house(self, x: float, width: float, top: float, base: float, rgb: Rgb) -> None:
        self.box((x, top, width, base - top + 2), rgb, 2)
        self.box((x, top, width, 7), mix(rgb, (60, 50, 60), 0.22), 2)
        pane = mix(rgb, (226, 240, 255), 0.75)
        columns = max(1, round(width / 34))
        step = width / columns
        for column in range(columns):
            for y in np.arange(top + 16, base - 22, 36):
                left = x + step * (column + 0.5) - 8.5
                self.box((left, float(y), 17, 22), pane, 2.5)

    def window(self, x: float, y: float, width: float, height: float, view: Rgb) -> None:
        self.box((x - 6, y - 6, width + 12, height + 12), (252, 248, 240), 5)
        pane = skia.Rect.MakeXYWH(x, y, width, height)
        self.canvas.save()
        self.canvas.clipRect(pane, True)
        self.canvas.drawRect(pane, fade(y, y + height, (142, 204, 244), (218, 240, 250)))
        self.hill(x + 0.3 * width, y + 0.62 * height, 0.7 * width, y + height, view)
        self.hill(x + 0.9 * width, y + 0.7 * height, 0.6 * width, y + height, view)
        self.canvas.restore()
        frame = fill((252, 248, 240))
        self.canvas.drawRect(skia.Rect.MakeXYWH(x + width / 2 - 2.5, y, 5, height), frame)
        self.canvas.drawRect(skia.Rect.MakeXYWH(x, y + height * 0.45, width, 5), frame)

    def picture(self, x: float, y: float, width: float, height: float, rgb: Rgb) -> None:
        self.box((x, y, width, height), (190, 142, 92), 3)
        self.box((x + 5, y + 5, width - 10, height - 10), (248, 242, 226), 1)
        self.canvas.drawCircle(x + width / 2, y + height / 2, 0.24 * height, fill(rgb))


def _room(p: _Painter, variant: int) -> None:
    wall = ((196, 222, 206), (246, 226, 196), (204, 216, 238))[variant]
    p.band(0, 176, fade(0, 176, mix(wall, (255, 255, 255), 0.3), wall))
    w = p.width
    if variant == 0:
        p.window(0.1 * w, 26, 74, 78, (132, 190, 120))
        p.picture(0.68 * w, 34, 52, 46, (238, 130, 96))
    elif variant == 1:
        p.window(0.58 * w, 22, 82, 84, (150, 200, 130))
        p.picture(0.1 * w, 30, 44, 58, (104, 160, 200))
        p.picture(0.32 * w, 40, 36, 36, (240, 178, 92))
    else:
        p.box((0.08 * w, 40, 96, 7), (176, 128, 88), 2)
        for i, book in enumerate(
            ((224, 150, 130), (150, 190, 160), (240, 206, 140), (160, 160, 200))
        ):
            p.box((0.08 * w + 8 + 17 * i, 10 + 4 * (i % 2), 14, 30 - 4 * (i % 2)), book, 2)
        p.window(0.6 * w, 30, 68, 74, (140, 196, 150))
    p.band(168, 178, fill((250, 244, 232)))
    board: Rgb = ((206, 152, 102), (196, 140, 96), (214, 166, 118))[variant]
    p.band(178, 256, fade(178, 256, board, mix(board, (110, 66, 36), 0.3)))
    seam = skia.Paint(
        AntiAlias=True, Color=colour(mix(board, (90, 50, 30), 0.5), 0.75), StrokeWidth=2
    )
    for y in (194, 220):
        p.canvas.drawLine(0, y, w, y, seam)
    for k in range(-4, 5):
        top, middle, bottom = (w / 2 + k * step for step in (62, 66, 76))
        p.canvas.drawLine(top + 20, 178, top + 22, 194, seam)
        p.canvas.drawLine(middle - 12, 194, middle - 14, 220, seam)
        p.canvas.drawLine(bottom + 26, 220, bottom + 30, 256, seam)


def _meadow(p: _Painter, variant: int) -> None:
    w = p.width
    top = ((112, 188, 242), (136, 202, 246), (120, 180, 236))[variant]
    p.band(0, 190, fade(0, 180, top, (228, 244, 252)))
    p.sun((0.78, 0.2, 0.56)[variant] * w, (40, 44, 36)[variant], 17)
    for x, y, size in (
        ((0.22, 42, 17), (0.52, 70, 12)),
        ((0.62, 38, 18), (0.9, 74, 13)),
        ((0.16, 58, 15), (0.85, 46, 17)),
    )[variant]:
        p.cloud(x * w, y, size)
    far, near = (162, 208, 158), (132, 192, 128)
    peaks = (((0.15, 112), (0.8, 124)), ((0.5, 108), (1.0, 128)), ((0.05, 126), (0.68, 106)))
    (x1, y1), (x2, y2) = peaks[variant]
    p.hill(x1 * w, y1, 0.75 * w, 192, far)
    p.hill(x2 * w, y2, 0.7 * w, 192, near)
    leaf: Rgb = (88, 160, 96)
    trees = (((0.1, 46), (0.9, 38)), ((0.82, 50), (0.14, 34)), ((0.32, 36), (0.93, 48)))[variant]
    for x, size in trees:
        p.tree(x * w, 186, size, leaf)
    grass = ((150, 208, 96), (164, 212, 104), (142, 202, 100))[variant]
    p.band(
        182, 256, fade(182, 256, mix(grass, (255, 255, 220), 0.15), mix(grass, (40, 120, 50), 0.4))
    )
    for i in range(7):
        left, down = (
            (i * 0.155 + 0.04 + 0.03 * variant) * w,
            232 + 13 * ((i * 2 + variant) % 3 - 0.4),
        )
        petal = ((252, 246, 236), (250, 196, 214), (252, 232, 140))[(i + variant) % 3]
        p.canvas.drawCircle(left, down, 3.6, fill(petal))


def _beach(p: _Painter, variant: int) -> None:
    w = p.width
    sky = ((116, 198, 240), (140, 208, 240), (124, 190, 238))[variant]
    p.band(0, 130, fade(0, 126, sky, (240, 244, 232)))
    p.sun((0.5, 0.82, 0.16)[variant] * w, (44, 38, 46)[variant], 18)
    for x, y, size in (((0.16, 56, 15), (0.84, 40, 17)), ((0.3, 48, 17),), ((0.62, 44, 18),))[
        variant
    ]:
        p.cloud(x * w, y, size)
    if variant == 2:
        p.hill(0.78 * w, 96, 0.34 * w, 128, (150, 190, 150))
    p.band(124, 184, fade(124, 182, (60, 160, 200), (132, 214, 222)))
    foam = skia.Paint(AntiAlias=True, Color=colour((236, 250, 250), 0.6), StrokeWidth=3)
    foam.setStrokeCap(skia.Paint.kRound_Cap)
    for x, y in ((0.1, 142), (0.45, 152), (0.78, 140), (0.26, 164), (0.66, 166)):
        p.canvas.drawLine((x + 0.04 * variant) * w, y, (x + 0.04 * variant + 0.11) * w, y, foam)
    if variant == 0:
        _sailboat(p, 0.72 * w, 136)
    if variant == 1:
        _sailboat(p, 0.2 * w, 140)
    sand = ((246, 222, 164), (248, 226, 176), (242, 216, 162))[variant]
    p.band(
        178, 256, fade(178, 256, mix(sand, (255, 255, 240), 0.2), mix(sand, (200, 150, 90), 0.35))
    )
    p.band(176, 182, fill((250, 250, 240), 0.7))
    for x, y in ((0.08, 240), (0.4, 246), (0.9, 238)):
        p.canvas.drawOval(
            skia.Rect.MakeXYWH((x + 0.02 * variant) * w, y, 16, 6), fill((236, 204, 150))
        )


def _sailboat(p: _Painter, x: float, y: float) -> None:
    hull, sail = skia.Path(), skia.Path()
    hull.addPoly([(x - 18, y), (x + 18, y), (x + 11, y + 9), (x - 12, y + 9)], True)
    sail.addPoly([(x - 1, y - 34), (x + 17, y - 4), (x - 1, y - 4)], True)
    sail.addPoly([(x - 4, y - 28), (x - 4, y - 4), (x - 15, y - 4)], True)
    p.canvas.drawPath(hull, fill((206, 110, 84)))
    p.canvas.drawPath(sail, fill((255, 252, 242)))


def _street(p: _Painter, variant: int) -> None:
    w = p.width
    sky = ((150, 206, 240), (174, 212, 242), (158, 198, 236))[variant]
    p.band(0, 180, fade(0, 150, sky, (240, 240, 236)))
    p.cloud((0.3, 0.72, 0.5)[variant] * w, 30, 15)
    rows: tuple[tuple[float, float, float, Rgb], ...] = (
        (
            (0.0, 0.27, 70, (214, 170, 150)),
            (0.27, 0.2, 100, (176, 190, 212)),
            (0.47, 0.3, 54, (226, 206, 170)),
            (0.77, 0.25, 88, (180, 200, 188)),
        ),
        (
            (0.0, 0.22, 96, (184, 198, 214)),
            (0.22, 0.3, 60, (222, 190, 168)),
            (0.52, 0.2, 104, (196, 206, 180)),
            (0.72, 0.3, 72, (206, 184, 204)),
        ),
        (
            (0.0, 0.3, 60, (220, 204, 178)),
            (0.3, 0.24, 92, (204, 166, 156)),
            (0.54, 0.24, 66, (178, 196, 206)),
            (0.78, 0.24, 100, (220, 190, 160)),
        ),
    )[variant]
    for x, width, top, rgb in rows:
        p.house(x * w, width * w, top, 178, rgb)
    p.band(176, 190, fade(176, 190, (220, 216, 208), (196, 194, 190)))
    p.band(188, 193, fill((166, 166, 168)))
    road: Rgb = ((150, 152, 162), (158, 158, 164), (144, 148, 160))[variant]
    p.band(193, 256, fade(193, 256, road, mix(road, (70, 72, 88), 0.4)))
    for x in np.arange(-20 + 22 * variant, w, 76):
        p.box((float(x), 236, 40, 6), (238, 232, 206), 2)


_PLACES: dict[str, Callable[[_Painter, int], None]] = {
    "room": _room,
    "meadow": _meadow,
    "beach": _beach,
    "street": _street,
}


@lru_cache(maxsize=32)
def draw_backdrop(place: str, variant: int, height: int, width: int) -> np.ndarray:
    """The empty place as read-only uint8 [height, width, 4], opaque RGBA."""
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = skia.Surface(pixels)
    canvas = surface.getCanvas()
    canvas.scale(height / 256, height / 256)
    _PLACES[place](_Painter(canvas, 256 * width / height), variant)
    surface.flushAndSubmit()
    pixels[..., 3] = 255
    pixels.setflags(write=False)
    return pixels

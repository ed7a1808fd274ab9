"""Props that do not move: ramp, hoop, pivot, hook and frame to hang things from, billiard table.

What stands behind the moving things and what stands in front of them are drawn apart, so that a
ball really falls through a net.
"""

from __future__ import annotations

from collections.abc import Callable

import skia

from ..scenes.layout import COLOURS, FLOOR_Y, Prop
from .paint import DARK, WHITE, Brush, Rgb, colour, mix, pen

WOOD: Rgb = (178, 120, 76)
STEEL: Rgb = (128, 134, 150)


def draw_behind(brush: Brush, prop: Prop) -> None:
    """The part of a prop that moving things pass in front of."""
    _BEHIND[prop.kind](brush, prop)


def draw_in_front(brush: Brush, prop: Prop) -> None:
    """The part of a prop that hides moving things."""
    if prop.kind == "hoop":
        _hoop_front(brush, prop)


def _ramp(brush: Brush, prop: Prop) -> None:
    (top_x, top_y), (foot_x, foot_y) = prop.points
    path = skia.Path()
    path.addPoly([skia.Point(top_x, top_y), skia.Point(foot_x, foot_y),
                  skia.Point(top_x, foot_y)], True)  # fmt: skip
    brush.path(path, mix(WOOD, WHITE, 0.12), mix(WOOD, DARK, 0.12), edge=2.2)
    canvas = brush.canvas
    canvas.save()
    canvas.clipPath(path, True)
    grain = brush.stroke(mix(WOOD, DARK, 0.35), 1.8, 0.5)
    steps = 4
    for k in range(1, steps):
        y = top_y + (foot_y - top_y) * k / steps
        canvas.drawLine(min(top_x, foot_x), y, max(top_x, foot_x), y, grain)
    canvas.restore()


def _hoop(brush: Brush, prop: Prop) -> None:
    (rim_x, rim_y), (board_x, board_top) = prop.points
    away = 1 if board_x > rim_x else -1
    pole = board_x + 9 * away
    path = skia.Path()
    path.addRoundRect(skia.Rect.MakeLTRB(pole - 3.5, board_top + 10, pole + 3.5, FLOOR_Y), 2, 2)
    brush.path(path, WOOD, edge=1.6)
    board = skia.Path()
    near, far = board_x - away, board_x + 6 * away
    board.addRoundRect(
        skia.Rect.MakeLTRB(min(near, far), board_top, max(near, far), rim_y + 10), 2, 2
    )
    brush.path(board, (250, 248, 244), edge=1.8)
    mark = brush.fill((222, 70, 52))
    middle = (near + far) / 2
    brush.canvas.drawRect(
        skia.Rect.MakeLTRB(middle - 1.2, rim_y - 30, middle + 1.2, rim_y - 6), mark
    )
    half = abs(board_x - rim_x) - 7
    back = skia.Rect.MakeLTRB(rim_x - half, rim_y - 5, rim_x + half, rim_y + 5)
    brush.canvas.drawArc(back, 180, 180, False, brush.stroke((190, 62, 44), 3))
    brush.line((rim_x + half * away, rim_y), (board_x, rim_y), (190, 62, 44), 3)


def _hoop_front(brush: Brush, prop: Prop) -> None:
    (rim_x, rim_y), (board_x, _) = prop.points
    half = abs(board_x - rim_x) - 7
    net = pen(WHITE if not brush.light.sketch else (150, 146, 142), 1.5, 0.85)
    path = skia.Path()
    low = rim_y + 33
    for k in range(7):
        share = k / 6 * 2 - 1
        path.moveTo(rim_x + share * half, rim_y + 4 * (1 - share * share))
        path.lineTo(rim_x + 0.58 * share * half, low)
    for row in (0.35, 0.7, 1.0):
        reach = half * (1 - 0.42 * row)
        y = rim_y + 33 * row
        path.moveTo(rim_x - reach, y)
        path.quadTo(rim_x, y + 5, rim_x + reach, y)
    brush.canvas.drawPath(path, net)
    front = skia.Rect.MakeLTRB(rim_x - half, rim_y - 5, rim_x + half, rim_y + 5)
    brush.canvas.drawArc(front, 0, 180, False, brush.stroke((226, 82, 54), 3.4))


def _pivot(brush: Brush, prop: Prop) -> None:
    (x, top), (_, base) = prop.points
    path = skia.Path()
    path.addPoly([skia.Point(x, top), skia.Point(x + 19, base), skia.Point(x - 19, base)], True)
    brush.path(path, mix(STEEL, WHITE, 0.25), mix(STEEL, DARK, 0.2), edge=2.0)


def _hook(brush: Brush, prop: Prop) -> None:
    ((x, y),) = prop.points
    path = skia.Path()
    path.addRoundRect(skia.Rect.MakeLTRB(x - 92, y - 9, x + 92, y - 1), 3, 3)
    brush.path(path, WOOD, edge=2.0)
    brush.canvas.drawCircle(x, y, 3.4, brush.fill(mix(STEEL, DARK, 0.3)))


def _hook_legs(brush: Brush, prop: Prop) -> None:
    ((x, y),) = prop.points
    for side in (-1, 1):
        leg = [(x + side * 84 - 3, y - 2), (x + side * 84 + 3, y - 2),
               (x + side * 96 + 4, FLOOR_Y), (x + side * 96 - 4, FLOOR_Y)]  # fmt: skip
        path = skia.Path()
        path.addPoly([skia.Point(*point) for point in leg], True)
        brush.path(path, mix(WOOD, WHITE, 0.08), edge=1.8)
    _hook(brush, prop)


def _frame(brush: Brush, prop: Prop) -> None:
    (left, top), (right, base) = prop.points
    for x in (left, right):
        path = skia.Path()
        path.addRoundRect(skia.Rect.MakeLTRB(x - 3.5, top - 4, x + 3.5, base), 2, 2)
        brush.path(path, WOOD, edge=1.8)
    beam = skia.Path()
    beam.addRoundRect(skia.Rect.MakeLTRB(left - 6, top - 7, right + 6, top + 1), 3, 3)
    brush.path(beam, WOOD, edge=1.8)


def _table(brush: Brush, prop: Prop) -> None:
    (left, top), (right, bottom) = prop.points
    edge = 12
    rail = skia.Path()
    rail.addRoundRect(
        skia.Rect.MakeLTRB(left - edge, top - edge, right + edge, bottom + edge), 9, 9
    )
    brush.path(rail, mix(WOOD, WHITE, 0.05), mix(WOOD, DARK, 0.25), edge=2.2)
    cloth = mix(COLOURS[prop.colour], (60, 120, 90), 0.25)
    felt = skia.Path()
    felt.addRect(skia.Rect.MakeLTRB(left, top, right, bottom))
    brush.path(felt, mix(cloth, WHITE, 0.12), mix(cloth, DARK, 0.12))
    brush.canvas.drawPath(felt, pen(brush.tone(mix(cloth, DARK, 0.3)), 3))
    third = left + (right - left) * 0.25
    brush.line((third, top + 2), (third, bottom - 2), mix(cloth, WHITE, 0.4), 1.4, 0.6)
    dot = brush.fill((250, 236, 206))
    for share in (0.2, 0.4, 0.6, 0.8):
        x = left + (right - left) * share
        for y in (top - 6, bottom + 6):
            brush.canvas.drawCircle(x, y, 1.6, dot)


def draw_rod(brush: Brush, start: tuple[float, float], end: tuple[float, float]) -> None:
    """The string or rod between an anchor and what hangs from it."""
    brush.canvas.drawLine(*start, *end, pen(brush.tone((92, 86, 104)), 2.2))


def draw_table_shadow(canvas: skia.Canvas, x: float, y: float, radius: float) -> None:
    """The shadow of a ball on a table seen from above."""
    canvas.drawCircle(
        x + 2.5, y + 3, radius, skia.Paint(AntiAlias=True, Color=colour((20, 30, 30), 0.3))
    )


_BEHIND: dict[str, Callable[[Brush, Prop], None]] = {
    "ramp": _ramp,
    "hoop": _hoop,
    "pivot": _pivot,
    "hook": _hook_legs,
    "frame": _frame,
    "table": _table,
}

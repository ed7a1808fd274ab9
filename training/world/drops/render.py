"""Pictures of a motion: the empty place, and in every frame only the few pixels that differ.

Each frame starts as a copy of the backdrop; shadows, dust and objects are drawn on one scratch
picture whose touched region is copied over and then wiped with the backdrop again.
"""

from __future__ import annotations

import math

import numpy as np
import skia

from ..clip import ClipSpec
from .backdrop import Rgb, colour, draw_backdrop
from .physics import Hit, Motion
from .scene import FLOOR_Y, Body, Scene
from .sprite import sprite

SQUASH = {"rubber": 0.26, "wood": 0.08, "metal": 0.05, "glass": 0.05, "stone": 0.05}
SQUASH_S = 0.28
DUST_S = 0.34
DUST_DV = 70.0
DUST: dict[str, Rgb] = {
    "room": (244, 226, 204),
    "meadow": (214, 236, 170),
    "beach": (252, 238, 204),
    "street": (226, 226, 230),
}


def render(scene: Scene, backdrop: int, motion: Motion, spec: ClipSpec) -> np.ndarray:
    """Draws the motion as uint8 [F, H, W, 3]."""
    empty = draw_backdrop(scene.place, backdrop, spec.height, spec.width)
    scratch = empty.copy()
    surface = skia.Surface(scratch)
    canvas = surface.getCanvas()
    frames = np.empty((spec.frames, spec.height, spec.width, 3), np.uint8)
    frames[:] = empty[..., :3]
    for frame in range(spec.frames):
        canvas.save()
        canvas.scale(spec.scale, spec.scale)
        boxes = _draw_frame(canvas, scene, motion, frame, frame / spec.fps)
        canvas.restore()
        surface.flushAndSubmit()
        for box in boxes:
            rows, columns = _pixels(box, spec)
            frames[frame, rows, columns] = scratch[rows, columns, :3]
            scratch[rows, columns] = empty[rows, columns]
    return frames


def _pixels(box: tuple[float, float, float, float], spec: ClipSpec) -> tuple[slice, slice]:
    left, top, right, bottom = (edge * spec.scale for edge in box)
    return (
        slice(max(0, math.floor(top)), max(0, min(spec.height, math.ceil(bottom)))),
        slice(max(0, math.floor(left)), max(0, min(spec.width, math.ceil(right)))),
    )


def _draw_frame(
    canvas: skia.Canvas, scene: Scene, motion: Motion, frame: int, time_s: float
) -> list[tuple[float, float, float, float]]:
    """Draws everything that moves; returns the touched boxes in world units.

    The boxes may overlap: wiping a region twice is harmless, but copying after a wipe is not, so
    one box spans each object together with its shadow and dust, and pairs are merged.
    """
    boxes = []
    for body, (x, y, angle) in zip(scene.bodies, motion.paths[frame], strict=True):
        _draw_shadow(canvas, body, x, y, angle)
        reach = 1.7 * body.radius + 4
        boxes.append((x - reach, y - reach, x + reach, FLOOR_Y + 20))
    for hit in motion.hits:
        age = time_s - hit.time_s
        if hit.other == "floor" and hit.dv > DUST_DV and 0 <= age < DUST_S:
            reach = _draw_dust(canvas, scene, hit, age)
            boxes.append((hit.x - reach, FLOOR_Y - 24, hit.x + reach, FLOOR_Y + 20))
    for index, body in enumerate(scene.bodies):
        _draw_body(canvas, body, motion, (frame, index), time_s)
    left, top, right, bottom = np.array(boxes).T
    return [(left.min(), top.min(), right.max(), bottom.max())]


def _draw_shadow(canvas: skia.Canvas, body: Body, x: float, y: float, angle: float) -> None:
    """A soft ellipse on the ground that shrinks and pales with the height."""
    height = max(0.0, FLOOR_Y - y - body.reach(angle))
    near = 1 / (1 + height / 60)
    half_width = body.radius * (0.75 + 0.45 * near)
    shade = [colour((30, 24, 50), alpha * (0.3 + 0.7 * near)) for alpha in (0.5, 0.36, 0)]
    canvas.save()
    canvas.translate(x, FLOOR_Y + 3)
    canvas.scale(half_width, 0.2 * half_width + 2)
    shader = skia.GradientShader.MakeRadial((0, 0), 1, shade, [0, 0.55, 1])
    canvas.drawCircle(0, 0, 1, skia.Paint(AntiAlias=True, Shader=shader))
    canvas.restore()


def _draw_dust(canvas: skia.Canvas, scene: Scene, hit: Hit, age_s: float) -> float:
    """A few puffs that leave the point of impact sideways; returns how far they reach."""
    radius = scene.bodies[hit.body].radius
    strength = min(1.0, hit.dv / 350)
    progress = age_s / DUST_S
    spread = radius * (0.8 + 0.75 * strength * math.sqrt(progress))
    size = (4 + 5 * strength) * (0.7 + 0.5 * progress)
    paint = skia.Paint(AntiAlias=True, Color=colour(DUST[scene.place], 0.9 * (1 - progress)))
    for side in (-1, 1):
        for reach, share in ((1.0, 1.0), (0.72, 0.75)):
            canvas.drawCircle(
                hit.x + side * spread * reach, FLOOR_Y - size * 0.5 * share, size * share, paint
            )
    return spread + size + 2


def _draw_body(
    canvas: skia.Canvas, body: Body, motion: Motion, at: tuple[int, int], time_s: float
) -> None:
    x, y, angle = motion.paths[at]
    stretch = _stretch(body, motion, at, time_s)
    bottom = body.reach(angle)
    canvas.save()
    # Scaled about the lowest point, so that a squashed object still stands on the floor.
    canvas.translate(x, y + bottom)
    canvas.scale(1 / stretch, stretch)
    canvas.translate(0, -bottom)
    # The outline is centred on the edge and half of it would sink into the floor.
    sprite(body.shape, body.colour, body.material).draw(
        canvas, 0.95 * body.radius, math.degrees(angle)
    )
    canvas.restore()


def _stretch(body: Body, motion: Motion, at: tuple[int, int], time_s: float) -> float:
    """Vertical scale: below 1 just after a floor hit, a little above 1 in a fast fall."""
    softness = SQUASH[body.material]
    fall = 0.35 * softness * min(1.0, abs(motion.speeds[at][1]) / 400)
    squash = 0.0
    for hit in motion.hits:
        age = time_s - hit.time_s
        if hit.body == at[1] and hit.other == "floor" and 0 <= age < SQUASH_S:
            strength = min(1.0, hit.dv / 500) * (1 - age / SQUASH_S) ** 2
            squash = max(squash, softness * strength * math.cos(age * 18))
    return float(1 + fall - squash)

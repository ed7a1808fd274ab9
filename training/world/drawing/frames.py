"""Pictures of a stage, frame by frame: backdrop, props, shadows, things, characters, weather.

Everything is drawn on premultiplied native-order surfaces, which skia blits fastest; a still camera
starts every frame from a copy of the finished backdrop.
"""

from __future__ import annotations

import math

import numpy as np
import skia

from ..clip import ClipSpec
from ..scenes.layout import FLOOR_Y, Thing
from ..scenes.physics import Hit
from ..scenes.stage import Stage
from .actors import Actors
from .camera import is_still, track
from .furniture import draw_behind, draw_in_front, draw_rod, draw_table_shadow
from .paint import WHITE, Brush, Light, Rgb, colour, mix, pen
from .places import MARGIN_X, MARGIN_Y, draw_carpet, draw_far, draw_near
from .things import LINEAR, Face, draw_face, sprite_of
from .weather import draw_air

PARALLAX = 0.55
"""How far the distance moves when the ground moves by 1."""
SQUASH = {"rubber": 0.24, "wood": 0.08, "metal": 0.04, "glass": 0.05, "stone": 0.04}
SQUASH_S, DUST_S, SPARK_S = 0.28, 0.36, 0.16
DUST_DV, SPARK_DV = 60.0, 70.0
DUST: dict[str, Rgb] = {
    "room": (244, 228, 208),
    "gym": (246, 232, 210),
    "meadow": (214, 236, 170),
    "beach": (252, 238, 204),
    "city": (228, 228, 232),
    "desert": (250, 226, 180),
    "snow": (252, 254, 255),
}


def render(
    stage: Stage, mouths: np.ndarray, spec: ClipSpec, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the stage; `mouths` is [frames, speakers, 2], how open and how wide each mouth is.

    Returns uint8 [F, H, W, 3] and the camera's view, float64 [F, 3] of centre x, y and zoom.
    """
    motion = stage.motion if stage.layout.things else None
    view = track(stage.camera, motion, spec.frames, spec.fps, stage.width)
    painter = _Painter(stage, mouths, spec, rng, float(view[:, 2].max()))
    frames = np.empty((spec.frames, spec.height, spec.width, 3), np.uint8)
    for frame in range(spec.frames):
        painter.draw(frame, view[frame])
        for channel in range(3):
            frames[frame, ..., channel] = painter.pixels[..., 2 - channel]
    return frames, view


class _Painter:
    """Draws the frames of one stage into `pixels`, BGRA uint8 [H, W, 4]."""

    def __init__(
        self,
        stage: Stage,
        mouths: np.ndarray,
        spec: ClipSpec,
        rng: np.random.Generator,
        zoom: float,
    ) -> None:
        self.stage, self.spec = stage, spec
        self.light = Light.of(stage.setting)
        self.sprite_scale = spec.scale * zoom
        self.pixels = np.zeros((spec.height, spec.width, 4), np.uint8)
        info = skia.ImageInfo.Make(
            spec.width, spec.height, skia.kBGRA_8888_ColorType, skia.kPremul_AlphaType
        )
        self.surface = skia.Surface.MakeRasterDirect(info, self.pixels, 4 * spec.width)
        self.canvas = self.surface.getCanvas()
        self.air = draw_air(stage.setting, stage.ambience, rng, stage.width)
        self.blinks = rng.uniform(0, 2.6, 16)
        self.actors = Actors(stage, mouths, self.light, self.sprite_scale, rng)
        seed = int(rng.integers(2**31))
        density = spec.scale * (1.0 if zoom == 1.0 else 1.12)
        from_above = stage.kind == "billiards"
        far = draw_carpet if from_above else draw_far
        self.layers = [(self._layer(far, seed, density), PARALLAX)]
        if not from_above:
            self.layers.append((self._layer(draw_near, seed + 1, density), 1.0))
        self.still = self._still_backdrop() if is_still(stage.camera) else None
        self.things = Brush(self.canvas, self.light, things=True)
        self.scenery = Brush(self.canvas, self.light)

    def _layer(self, draw: object, seed: int, density: float) -> skia.Image:
        width = math.ceil((self.stage.width + 2 * MARGIN_X) * density)
        height = math.ceil((256 + 2 * MARGIN_Y) * density)
        surface = skia.Surface.MakeRasterN32Premul(width, height)
        canvas = surface.getCanvas()
        canvas.scale(density, density)
        canvas.translate(MARGIN_X, MARGIN_Y)
        rng = np.random.default_rng(seed)
        draw(canvas, self.stage.setting, rng, self.stage.width)  # type: ignore[operator]
        if draw is draw_near and self.light.style == "night":
            _vignette(canvas, self.stage.width)
        return surface.makeImageSnapshot()

    def _still_backdrop(self) -> np.ndarray:
        self._draw_layers(np.array([self.stage.width / 2, 128.0, 1.0]))
        self.surface.flushAndSubmit()
        return self.pixels.copy()

    def _draw_layers(self, view: np.ndarray) -> None:
        for image, depth in self.layers:
            self.canvas.save()
            self._look_through(view, depth)
            rect = skia.Rect.MakeLTRB(
                -MARGIN_X, -MARGIN_Y, self.stage.width + MARGIN_X, 256 + MARGIN_Y
            )
            self.canvas.drawImageRect(image, rect, LINEAR)
            self.canvas.restore()

    def _look_through(self, view: np.ndarray, depth: float = 1.0) -> None:
        """Sets the canvas to world units as the camera sees them."""
        x, y, zoom = (float(value) for value in view)
        middle = self.stage.width / 2
        self.canvas.scale(self.spec.scale, self.spec.scale)
        self.canvas.translate(middle, 128)
        self.canvas.scale(zoom, zoom)
        self.canvas.translate(-middle - depth * (x - middle), -y)

    def draw(self, frame: int, view: np.ndarray) -> None:
        """Draws one frame."""
        time_s = frame / self.spec.fps
        if self.still is not None:
            np.copyto(self.pixels, self.still)
        else:
            self._draw_layers(view)
        self.canvas.save()
        self._look_through(view)
        if self.stage.kind != "billiards":
            self.air.draw_behind(self.scenery, time_s)
        self._draw_scene(frame, time_s)
        self.actors.draw(self.canvas, frame, time_s)
        if self.stage.kind != "billiards":
            self.air.draw_in_front(self.scenery, time_s)
        self.canvas.restore()
        self.surface.flushAndSubmit()

    def _draw_scene(self, frame: int, time_s: float) -> None:
        stage = self.stage
        states = stage.motion.paths[frame]
        for prop in stage.layout.props:
            draw_behind(self.things, prop)
        for thing, (x, y, angle) in zip(stage.layout.things, states, strict=True):
            if stage.kind == "billiards":
                draw_table_shadow(self.canvas, x, y, thing.half_width)
            else:
                _draw_shadow(self.canvas, thing, x, y, angle)
        for joint in stage.layout.joints:
            if joint.kind == "rod":
                x, y, _ = states[joint.thing]
                draw_rod(self.things, (joint.x, joint.y), (float(x), float(y)))
        self._draw_dust(time_s)
        for index, thing in enumerate(stage.layout.things):
            self._draw_thing(index, thing, frame, time_s)
        for prop in stage.layout.props:
            draw_in_front(self.things, prop)
        self._draw_sparks(time_s)

    def _draw_thing(self, index: int, thing: Thing, frame: int, time_s: float) -> None:
        x, y, angle = (float(value) for value in self.stage.motion.paths[frame, index])
        canvas = self.canvas
        canvas.save()
        stretch = 1.0 if self.stage.kind == "billiards" else self._stretch(index, frame, time_s)
        bottom = thing.reach(angle)
        if self.light.sketch:
            # Pencil lines are drawn anew eight times a second.
            beat = int(time_s * 8)
            x += 0.4 * math.sin(9.1 * beat + index)
            y += 0.3 * math.sin(7.3 * beat + 2 * index)
        canvas.translate(x, y + bottom)
        canvas.scale(1 / stretch, stretch)
        canvas.translate(0, -bottom)
        sprite_of(thing, self.light, self.sprite_scale).draw(canvas, math.degrees(angle))
        if thing.face:
            self._draw_face(index, thing, frame, time_s)
        canvas.restore()

    def _draw_face(self, index: int, thing: Thing, frame: int, time_s: float) -> None:
        speed_x, speed_y, _ = self.stage.motion.speeds[frame, index]
        speed = math.hypot(speed_x, speed_y)
        blink = 0.0 if (time_s + self.blinks[index % 16]) % 2.6 < 0.12 else 1.0
        face = Face(
            gaze_x=float(np.clip(speed_x / 120, -1, 1)),
            gaze_y=float(np.clip(speed_y / 200, -1, 1)),
            eyes=blink,
            mouth=min(1.0, max(0.0, (speed - 140) / 240)),
        )
        size = min(thing.half_width, thing.half_height)
        self.canvas.scale(size, size)
        draw_face(self.canvas, face, self.things)

    def _stretch(self, index: int, frame: int, time_s: float) -> float:
        """Vertical scale: below 1 just after a floor hit, a little above 1 in a fast fall."""
        thing = self.stage.layout.things[index]
        softness = SQUASH[thing.material]
        fall = 0.3 * softness * min(1.0, abs(self.stage.motion.speeds[frame, index, 1]) / 400)
        squash = 0.0
        for hit in self.stage.motion.hits:
            age = time_s - hit.time_s
            if hit.first == index and hit.surface == "floor" and 0 <= age < SQUASH_S:
                strength = min(1.0, hit.dv / 480) * (1 - age / SQUASH_S) ** 2
                squash = max(squash, softness * strength * math.cos(age * 18))
        return float(1 + fall - squash)

    def _draw_dust(self, time_s: float) -> None:
        if self.stage.kind == "billiards":
            return
        for hit in self.stage.motion.hits:
            age = time_s - hit.time_s
            if hit.surface == "floor" and hit.dv > DUST_DV and 0 <= age < DUST_S:
                self._draw_puffs(hit, age / DUST_S)

    def _draw_puffs(self, hit: Hit, progress: float) -> None:
        radius = min(26.0, self.stage.layout.things[hit.first].half_width)
        strength = min(1.0, hit.dv / 350)
        spread = radius * (0.7 + 0.8 * strength * math.sqrt(progress))
        size = (3.2 + 4.5 * strength) * (0.7 + 0.5 * progress)
        tone = mix(self.light.scenery(DUST[self.stage.setting.place]), WHITE, 0.2)
        if self.light.sketch:
            tone = (206, 200, 192)
        paint = skia.Paint(AntiAlias=True, Color=colour(tone, 0.9 * (1 - progress)))
        for side in (-1, 1):
            for reach, share in ((1.0, 1.0), (0.7, 0.75)):
                x = hit.x + side * spread * reach
                self.canvas.drawCircle(x, FLOOR_Y - size * 0.5 * share, size * share, paint)

    def _draw_sparks(self, time_s: float) -> None:
        for hit in self.stage.motion.hits:
            age = time_s - hit.time_s
            if hit.surface != "floor" and hit.dv > SPARK_DV and 0 <= age < SPARK_S:
                progress = age / SPARK_S
                reach = 6 + 7 * progress
                tone: Rgb = (150, 140, 130) if self.light.sketch else (255, 246, 206)
                paint = pen(tone, 2.0, 0.95 * (1 - 0.7 * progress))
                for k in range(5):
                    turn = -2.7 + 0.55 * k
                    dx, dy = math.cos(turn), math.sin(turn)
                    self.canvas.drawLine(
                        hit.x + dx * reach * 0.6,
                        hit.y + dy * reach * 0.6,
                        hit.x + dx * (reach + 4),
                        hit.y + dy * (reach + 4),
                        paint,
                    )


def _vignette(canvas: skia.Canvas, width: float) -> None:
    """Darker corners, which make a night deeper."""
    shade = [colour((10, 14, 44), 0), colour((10, 14, 44), 0), colour((10, 14, 44), 0.42)]
    shader = skia.GradientShader.MakeRadial((width / 2, 120), 0.86 * width, shade, [0, 0.5, 1])
    rect = skia.Rect.MakeLTRB(-MARGIN_X, -MARGIN_Y, width + MARGIN_X, 256 + MARGIN_Y)
    canvas.drawRect(rect, skia.Paint(Shader=shader))


_SHADOW_SIZE = 64


def _shadow_image() -> skia.Image:
    surface = skia.Surface.MakeRasterN32Premul(_SHADOW_SIZE, _SHADOW_SIZE)
    half = _SHADOW_SIZE / 2
    shade = [colour((30, 24, 50), alpha) for alpha in (0.5, 0.36, 0)]
    shader = skia.GradientShader.MakeRadial((half, half), half, shade, [0, 0.55, 1])
    surface.getCanvas().drawCircle(half, half, half, skia.Paint(AntiAlias=True, Shader=shader))
    return surface.makeImageSnapshot()


_SHADOW = _shadow_image()


def _draw_shadow(canvas: skia.Canvas, thing: Thing, x: float, y: float, angle: float) -> None:
    """A soft ellipse on the ground that shrinks and pales with the height."""
    height = max(0.0, FLOOR_Y - y - thing.reach(angle))
    near = 1 / (1 + height / 60)
    lying = thing.half_width * abs(math.cos(angle)) + thing.half_height * abs(math.sin(angle))
    half = (thing.half_width if thing.shape == "ball" else lying) * (0.75 + 0.4 * near) + 2
    tall = min(0.2 * half, 5.0) + 1.6
    rect = skia.Rect.MakeLTRB(x - half, FLOOR_Y + 2 - tall, x + half, FLOOR_Y + 2 + tall)
    paint = skia.Paint(Color=colour((0, 0, 0), 0.3 + 0.7 * near))
    canvas.drawImageRect(_SHADOW, rect, LINEAR, paint)

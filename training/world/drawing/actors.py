"""The characters of a talk in motion: they bob, blink, look at who speaks, and talk."""

from __future__ import annotations

import math

import numpy as np
import skia

from ..scenes.cast import Character
from ..scenes.stage import Stage
from .character import HEAD_UNITS, HEAD_Y, REACH_DOWN, Expression, draw_character
from .paint import Light, Rgb, pen


class Actors:
    """Draws the cast of a stage; `mouths` is [frames, speakers, 2] of open and wide, 0..1."""

    def __init__(
        self,
        stage: Stage,
        mouths: np.ndarray,
        light: Light,
        scale: float,
        rng: np.random.Generator,
    ) -> None:
        self.cast = stage.cast
        self.mouths = mouths
        self.light = light
        self.scale = scale
        self.phases = rng.uniform(0, 6.28, (4, 2))
        self.blinks = rng.uniform(0, 2.4, 4)

    def draw(self, canvas: skia.Canvas, frame: int, time_s: float) -> None:
        """Draws all characters in world units."""
        for index, who in enumerate(self.cast):
            mouth, wide = (float(value) for value in self.mouths[frame, index])
            canvas.save()
            x, y = self._head(index, who, mouth, time_s)
            canvas.translate(x, y)
            canvas.rotate(2.4 * math.sin(2.1 * time_s + self.phases[index, 0]))
            blink = (time_s + self.blinks[index]) % 2.4 < 0.11
            look = Expression(
                mouth=mouth,
                wide=wide,
                eyes=0.0 if blink else 1.0,
                brows=min(1.0, 1.4 * mouth),
                gaze=self._gaze(frame, index, time_s),
            )
            draw_character(canvas, who, look, self.light, self.scale)
            canvas.restore()
            if mouth > 0.35:
                self._draw_voice(canvas, who, (x, y), mouth)

    def _head(self, index: int, who: Character, mouth: float, time_s: float) -> tuple[float, float]:
        # However small, the shoulders reach below the picture.
        low = max(HEAD_Y, 268 - REACH_DOWN * HEAD_UNITS * who.size)
        bob = 1.6 * math.sin(2.9 * time_s + self.phases[index, 1]) - 1.8 * mouth
        return who.x, low + bob

    def _gaze(self, frame: int, index: int, time_s: float) -> float:
        if len(self.cast) == 1:
            return 0.6 * math.sin(1.3 * time_s + self.phases[0, 1])
        other = 1 - index
        listens = self.mouths[frame, other, 0] > self.mouths[frame, index, 0]
        side = 1.0 if self.cast[other].x > self.cast[index].x else -1.0
        return side * (1.0 if listens else 0.5)

    def _draw_voice(
        self, canvas: skia.Canvas, who: Character, head: tuple[float, float], mouth: float
    ) -> None:
        """Little strokes beside the mouth of who speaks."""
        unit = HEAD_UNITS * who.size
        side = 1 if len(self.cast) == 1 or who.x < max(other.x for other in self.cast) else -1
        tone: Rgb = (140, 132, 126) if self.light.sketch else (255, 255, 255)
        paint = pen(tone, 2.2, 0.9)
        x, y = head[0] + side * 1.28 * unit, head[1] + 0.5 * unit
        for k in (-1, 0, 1):
            dx, dy = side * math.cos(0.5 * k), math.sin(0.5 * k)
            reach = 5 + 5 * mouth
            canvas.drawLine(x + 3 * dx, y + 5 * dy, x + reach * dx, y + (reach + 2) * dy, paint)

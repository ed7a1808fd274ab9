"""Photographed things, cut out: shaded, grained and textured as no playground character is.

They are drawn here, by light on solids, so that nobody's photograph is needed. Each is one thing
under several lights and angles, on the even ground that enrolment by a mask leaves.
Shapes: V views, Y rows, X columns (px).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hibari.trust.cameo.view import GROUND

SIDE_PX = 256


@dataclass(frozen=True)
class Thing:
    """A solid: half sides as shares of the picture, how round it is, its two colours, its grain."""

    name: str
    half: tuple[float, float]
    power: float
    colours: tuple[tuple[int, int, int], tuple[int, int, int]]
    stripes: float


THINGS = (
    Thing("apple", (0.33, 0.31), 2.0, ((168, 34, 38), (214, 172, 76)), 0.6),
    Thing("mug", (0.26, 0.34), 6.0, ((38, 84, 140), (226, 224, 214)), 3.0),
    Thing("loaf", (0.40, 0.24), 3.0, ((176, 116, 58), (226, 186, 128)), 5.0),
    Thing("stone", (0.36, 0.27), 2.4, ((104, 108, 106), (150, 146, 134)), 1.7),
    Thing("lime", (0.29, 0.25), 2.0, ((98, 142, 44), (166, 190, 84)), 0.9),
)


def photographs(thing: Thing, count: int = 3) -> np.ndarray:
    """uint8 [V, 256, 256, 3] of one thing."""
    return np.stack([_photograph(thing, index) for index in range(count)])


def scene_with(thing: Thing, backdrop: np.ndarray, frames: int = 9) -> np.ndarray:
    """uint8 [F, Y, X, 3]: the thing slides over a picture of its size, the ceiling of a measure."""
    made = np.repeat(backdrop[None], frames, axis=0)
    picture, inside = _drawn(thing, 0)
    for frame in range(frames):
        moved = np.roll(picture, 4 * (frame - frames // 2), axis=1)
        there = np.roll(inside, 4 * (frame - frames // 2), axis=1)
        made[frame][there] = moved[there]
    return made


def _photograph(thing: Thing, index: int) -> np.ndarray:
    picture, inside = _drawn(thing, index)
    return np.where(inside[..., None], picture, GROUND).astype(np.uint8)


def _drawn(thing: Thing, index: int) -> tuple[np.ndarray, np.ndarray]:
    """(picture uint8, mask) of the thing under light and angle number ``index``."""
    draw = np.random.default_rng([THINGS.index(thing), index])
    across = np.linspace(-0.5, 0.5, SIDE_PX)
    x, y = np.meshgrid(across, across)
    turn = 0.25 * index - 0.2
    u = (x * np.cos(turn) + y * np.sin(turn)) / thing.half[0]
    v = (y * np.cos(turn) - x * np.sin(turn)) / thing.half[1]
    reach = np.abs(u) ** thing.power + np.abs(v) ** thing.power
    inside = reach < 1
    depth = np.sqrt(np.clip(1 - reach, 0, 1))
    light = 0.35 + 0.65 * np.clip(0.7 * depth - (0.35 - 0.2 * index) * u - 0.4 * v, 0, 1)
    pattern = _cloud(draw) + np.sin(2 * np.pi * thing.stripes * v)
    share = 1 / (1 + np.exp(-3 * pattern))
    first, second = (np.array(colour, float) for colour in thing.colours)
    surface = first + share[..., None] * (second - first)
    shine = 90 * np.clip(depth - 0.93, 0, 1)[..., None] / 0.07
    grain = draw.normal(0, 4, (SIDE_PX, SIDE_PX, 1))
    picture = surface * light[..., None] + shine + grain
    return picture.clip(0, 255).astype(np.uint8), inside


def _cloud(draw: np.random.Generator) -> np.ndarray:
    """Smooth noise [256, 256] around 0: frequencies fall off as in photographs."""
    frequency = np.hypot(*np.meshgrid(*(2 * [np.fft.fftfreq(SIDE_PX)])))
    spectrum = np.fft.fft2(draw.standard_normal((SIDE_PX, SIDE_PX))) / (frequency + 4 / SIDE_PX)
    cloud = np.fft.ifft2(spectrum).real
    return np.asarray(cloud / cloud.std())

"""Who is in a clip and where it starts, drawn from the seed: the layout, before any physics.

World units: the picture is 256 high and 256 * width / height wide, y points down, and things rest
on FLOOR_Y. Velocities are units per second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLOOR_Y = 212.0
PLACES = ("room", "meadow", "beach", "street")
BACKDROPS_PER_PLACE = 3
SHAPES = ("ball", "box")
MATERIALS = ("rubber", "wood", "metal", "glass", "stone")
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 44, 44),
    "orange": (246, 136, 28),
    "yellow": (250, 214, 44),
    "green": (34, 150, 66),
    "teal": (24, 182, 184),
    "blue": (44, 92, 214),
    "purple": (132, 62, 188),
    "pink": (246, 122, 180),
}
RADII = {"small": (22.0, 26.0), "big": (34.0, 40.0)}
POSITIONS = {"left": 0.24, "middle": 0.5, "right": 0.76}
BOX_HALF_SIDE = 0.88
"""Half the side of a box per unit of radius: equal area with the ball of that radius."""
TILTED_REACH = 1.14
"""Half the height of a box per unit of radius at the largest initial tilt, 0.24 rad, or less."""
JITTER, PAIR_JITTER = 9.0, 3.0
"""How far an object may start from the middle of its position, alone and in a pair."""

HELD_OUT = (
    ("red", "ball", "beach"),
    ("blue", "box", "meadow"),
    ("yellow", "ball", "street"),
)
"""(colour, shape, place) that no training clip shows, while every pair of the three does occur."""

STREAMS = ("layout", "look", "audio", "caption", "paraphrases")
SPLITS = ("train", "validation")


@dataclass(frozen=True)
class Body:
    """One object at time 0."""

    shape: str
    colour: str
    material: str
    size: str
    radius: float
    position: str
    x: float
    y: float
    angle: float
    speed_x: float
    spin: float

    def reach(self, angle: float) -> float:
        """Distance from the centre to the highest and lowest point when turned by `angle`."""
        if self.shape == "ball":
            return self.radius
        return self.radius * BOX_HALF_SIDE * float(abs(np.cos(angle)) + abs(np.sin(angle)))


@dataclass(frozen=True)
class Scene:
    """The layout of a clip."""

    place: str
    height: str
    width: float
    bodies: tuple[Body, ...]

    @property
    def held_out(self) -> bool:
        """Whether this colour, shape and place never meet in training."""
        return (self.bodies[0].colour, self.bodies[0].shape, self.place) in HELD_OUT


def stream(seed: int, index: int, split: str, name: str) -> np.random.Generator:
    """One of the independent random streams of a clip: a draw more in one moves no other.

    Raises:
        ValueError: for a negative seed or index, or an unknown split.
    """
    if seed < 0 or index < 0:
        raise ValueError(f"seed {seed} and index {index} must not be negative")
    if split not in SPLITS:
        raise ValueError(f'split is "{split}", but must be "train" or "validation"')
    key = [0x0B14D, seed, index, SPLITS.index(split), STREAMS.index(name)]
    return np.random.default_rng(key)


def draw_scene(rng: np.random.Generator, width: float, split: str) -> Scene:
    """Draws a layout for a picture `width` units wide.

    A training scene is drawn again until it avoids HELD_OUT; a quarter of the validation scenes are
    taken from HELD_OUT, so that a few hundred clips suffice to measure generalisation.
    """
    colour, shape, place = _draw_combination(rng, split)
    material = str(rng.choice(MATERIALS))
    size = str(rng.choice(list(RADII)))
    height = str(rng.choice(["high", "low"]))
    positions = [str(rng.choice(list(POSITIONS)))]
    if rng.random() < 0.15:
        positions, size = _draw_pair(rng, width, size)
    jitter = JITTER if len(positions) == 1 else PAIR_JITTER
    bodies = tuple(
        _draw_body(rng, (shape, colour, material, size), position, height, width, jitter)
        for position in positions
    )
    return Scene(place, height, width, bodies)


def _draw_combination(rng: np.random.Generator, split: str) -> tuple[str, str, str]:
    if split == "validation" and rng.random() < 0.25:
        return HELD_OUT[int(rng.integers(len(HELD_OUT)))]
    while True:
        drawn = (str(rng.choice(list(COLOURS))), str(rng.choice(SHAPES)), str(rng.choice(PLACES)))
        if drawn not in HELD_OUT:
            return drawn


def _draw_pair(rng: np.random.Generator, width: float, size: str) -> tuple[list[str], str]:
    """Two slots; where they are too close for the drawn size the objects are small."""
    pairs = [["left", "right"], ["left", "middle"], ["middle", "right"]]
    pair = pairs[int(rng.integers(3))]
    if _gap(pair, width) < _room_for_two("small"):
        pair = ["left", "right"]
    return pair, size if _gap(pair, width) > _room_for_two(size) else "small"


def _gap(pair: list[str], width: float) -> float:
    return (POSITIONS[pair[1]] - POSITIONS[pair[0]]) * width


def _room_for_two(size: str) -> float:
    """Distance of two centres at which even tilted, displaced boxes do not touch at the start."""
    return 2 * TILTED_REACH * RADII[size][1] + 2 * PAIR_JITTER


def _draw_body(
    rng: np.random.Generator,
    attributes: tuple[str, str, str, str],
    position: str,
    height: str,
    width: float,
    jitter: float,
) -> Body:
    shape, colour, material, size = attributes
    radius = float(rng.uniform(*RADII[size]))
    is_box = shape == "box"
    angle = float(rng.uniform(-0.24, 0.24)) if is_box else float(rng.uniform(0, 2 * np.pi))
    spin = float(rng.uniform(-0.5, 0.5) if is_box else rng.uniform(-1, 1))
    reach = radius * (TILTED_REACH if is_box else 1.0)
    x = POSITIONS[position] * width + float(rng.uniform(-jitter, jitter))
    x = float(np.clip(x, reach + 4, width - reach - 4))
    if height == "high":
        y = reach + float(rng.uniform(5, 19))
    else:
        y = FLOOR_Y - reach - float(rng.uniform(34, 52))
    speed_x = float(rng.uniform(-16, 16))
    return Body(shape, colour, material, size, radius, position, x, y, angle, speed_x, spin)

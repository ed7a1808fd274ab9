"""What a scene is made of before any physics: things, props, joints, setting and camera.

World units: the picture is 256 high and 256 * width / height wide, y points down, things rest on
FLOOR_Y. Velocities are units per second, angles radians, masses density x area / 1000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

FLOOR_Y = 212.0
GRAVITY = 520.0


class Material(NamedTuple):
    """How bouncy (restitution against a hard floor), heavy and rough a material is."""

    restitution: float
    density: float
    friction: float


MATERIALS = {
    "rubber": Material(0.76, 0.9, 0.9),
    "wood": Material(0.40, 0.6, 0.6),
    "metal": Material(0.24, 2.6, 0.4),
    "glass": Material(0.32, 1.4, 0.4),
    "stone": Material(0.12, 1.9, 0.7),
}
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 52, 48),
    "orange": (246, 140, 36),
    "yellow": (250, 212, 56),
    "green": (44, 156, 76),
    "teal": (30, 180, 182),
    "blue": (52, 100, 216),
    "purple": (138, 72, 190),
    "pink": (244, 128, 182),
    "brown": (150, 98, 60),
}

KINDS = (
    "drop",
    "throw",
    "ramp",
    "seesaw",
    "pendulum",
    "cradle",
    "domino",
    "tower",
    "hoop",
    "roll",
    "billiards",
    "talk",
)
PLACES = ("room", "gym", "meadow", "beach", "city", "desert", "snow")
INDOORS = ("room", "gym")
TIMES = ("morning", "noon", "sunset", "night")
WEATHERS = ("clear", "cloudy", "windy", "rainy", "snowy", "foggy")
STYLES = ("bright", "pastel", "sketch", "night")
CAMERAS = ("still", "pan left", "pan right", "zoom in", "zoom out", "follow", "shake")


@dataclass(frozen=True)
class Thing:
    """A moving body. `half_width` is the radius of a ball; boxes and planks have both halves.

    `role` says what it does in the scene, `skin` how it is drawn where that is not its material
    ("basketball", "billiard 3", "crate", ...).
    """

    role: str
    shape: str
    colour: str
    material: str
    half_width: float
    half_height: float
    x: float
    y: float
    angle: float = 0.0
    speed_x: float = 0.0
    speed_y: float = 0.0
    spin: float = 0.0
    skin: str = ""
    face: bool = False
    restitution: float | None = None
    friction: float | None = None

    @property
    def mass(self) -> float:
        """Density times area."""
        area = 4 * self.half_width * self.half_height
        if self.shape == "ball":
            area = math.pi * self.half_width**2
        return MATERIALS[self.material].density * area / 1000

    def reach(self, angle: float) -> float:
        """Distance from the centre to the highest and lowest point when turned by `angle`."""
        if self.shape == "ball":
            return self.half_width
        return self.half_height * abs(math.cos(angle)) + self.half_width * abs(math.sin(angle))


@dataclass(frozen=True)
class Wall:
    """A fixed edge that things hit: a segment of `thickness` radius with a name."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    thickness: float = 1.0
    restitution: float = 1.0
    friction: float = 0.6


@dataclass(frozen=True)
class Prop:
    """Furniture that does not move: its kind, the points that say where it is, and its look."""

    kind: str
    points: tuple[tuple[float, float], ...]
    colour: str = "brown"
    material: str = "wood"


@dataclass(frozen=True)
class Joint:
    """A thing held at a fixed point: by a "rod" of its present length, or turning on a "pivot"."""

    kind: str
    thing: int
    x: float
    y: float


@dataclass(frozen=True)
class Setting:
    """Where and when a scene happens, and how it is drawn."""

    place: str
    time: str
    weather: str
    style: str

    @property
    def indoors(self) -> bool:
        """Whether there is a roof."""
        return self.place in INDOORS


@dataclass(frozen=True)
class Camera:
    """A camera move; `amount` is units of travel for a pan, the change of scale for a zoom."""

    kind: str = "still"
    amount: float = 0.0


@dataclass(frozen=True)
class Layout:
    """One kind of event set up to happen.

    `late` are things that join after the others have settled; `facts` is whatever the kind wants
    to remember for its outcome.
    """

    kind: str
    width: float
    things: tuple[Thing, ...]
    walls: tuple[Wall, ...] = ()
    props: tuple[Prop, ...] = ()
    joints: tuple[Joint, ...] = ()
    gravity: float = GRAVITY
    damping: float = 1.0
    late: tuple[int, ...] = ()
    facts: dict[str, float | int | str] = field(default_factory=dict)


Outcome = dict[str, str | int]
"""What happened, by name: always a "result"; counts and sides where the kind has them."""

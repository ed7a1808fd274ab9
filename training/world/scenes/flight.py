"""Things in the air: drops, throws across the picture, shots at a hoop."""

from __future__ import annotations

import numpy as np

from .dice import Dice
from .layout import FLOOR_Y, GRAVITY, Layout, Outcome, Prop, Thing, Wall
from .physics import Motion
from .reading import first_hit, floor_bounces, in_picture, mirrored

RADII = {"small": (17.0, 21.0), "big": (28.0, 36.0)}
BOX_HALF_SIDE = 0.88
SLOTS = (0.22, 0.5, 0.78)
POSITION_WORDS = ("left", "middle", "right")
HOOP_RADIUS = 25.0


def build_drop(dice: Dice, width: float) -> Layout:
    """One to three things of one look let go side by side."""
    shape = dice.pick(["ball", "box"])
    colour, material = dice.look(shape)
    count = dice.pick([1, 2, 3], [0.62, 0.25, 0.13])
    size = dice.pick(list(RADII)) if count < 3 else "small"
    slots = {1: dice.pick([(0,), (1,), (2,)]), 2: (0, 2), 3: (0, 1, 2)}[count]
    face = dice.chance(0.45)
    things = []
    top, low = 36.0, FLOOR_Y - 70.0
    height = dice.number("height", 0.0, 1.0)
    for slot in slots:
        half = dice.uniform(*RADII[size])
        tilt = dice.uniform(-0.25, 0.25) if shape == "box" else dice.uniform(-3, 3)
        side = half * (BOX_HALF_SIDE if shape == "box" else 1.0)
        y = low + (top - low) * height + dice.uniform(-6, 6)
        x = SLOTS[slot] * width + dice.uniform(-7, 7)
        things.append(
            Thing(
                role=f"{shape} {POSITION_WORDS[slot]}",
                shape=shape,
                colour=colour,
                material=material,
                half_width=side,
                half_height=side,
                x=x,
                y=min(y, FLOOR_Y - 1.5 * half),
                angle=tilt,
                speed_x=dice.uniform(-12, 12),
                spin=dice.uniform(-0.6, 0.6),
                face=face,
            )
        )
    facts: dict[str, float | int | str] = {
        "size": size,
        "height": "high" if height > 0.6 else "low" if height < 0.3 else "",
        "position": " ".join(POSITION_WORDS[slot] for slot in slots),
    }
    return Layout("drop", width, tuple(things), facts=facts)


def drop_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """Counts visible bounces; things that leave the picture are not told."""
    if not all(in_picture(layout, motion, i) for i in range(len(layout.things))):
        return None
    if not any(hit.surface == "floor" for hit in motion.hits):
        return {"result": "in the air"}
    counts = floor_bounces(layout, motion)
    if max(counts) == 0:
        return {"result": "stays"}
    if min(counts) == 0:
        return {"result": "mixed"}
    return {"result": "bounces", "count": counts[0] if min(counts) == max(counts) else 0}


def build_throw(dice: Dice, width: float) -> Layout:
    """A ball thrown in from the side that bounces across the picture."""
    colour, material = dice.look("ball", ["rubber", "rubber", "wood", "glass", "metal"])
    size = dice.pick(["small", "big"])
    radius = dice.uniform(*RADII[size]) * 0.9
    speed = dice.number("speed", 55.0, 125.0)
    thing = Thing(
        role="ball",
        shape="ball",
        colour=colour,
        material=material,
        half_width=radius,
        half_height=radius,
        x=radius + dice.uniform(4, 16),
        y=dice.uniform(60, 110),
        speed_x=speed * width / 256,
        speed_y=dice.uniform(-110, 10),
        spin=dice.uniform(0, 4),
        face=dice.chance(0.45),
        friction=0.25,
    )
    layout = Layout("throw", width, (thing,), facts={"size": size, "side": "left"})
    return mirrored(layout) if dice.chance(0.5) else layout


def throw_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """Bounces and the way it went."""
    if not in_picture(layout, motion, 0, margin=-4.0):
        return None
    counts = floor_bounces(layout, motion)
    landed = first_hit(motion, 0, surface="floor") is not None
    result = "bounces" if counts[0] else "lands" if landed else "in the air"
    return {"result": result, "count": counts[0]}


def build_hoop(dice: Dice, width: float) -> Layout:
    """A shot at a hoop on the right: aimed well more often than not, or a little off."""
    radius = dice.uniform(12.5, 14.5)
    rim_x, rim_y = width * 0.72 + dice.uniform(-10, 10), dice.uniform(88, 104)
    board_x = rim_x + HOOP_RADIUS + 7
    x, y = width * 0.14 + dice.uniform(-10, 14), dice.uniform(140, 168)
    flight_s = dice.number("flight", 0.8, 1.05)
    off = dice.pick([0.0, dice.uniform(-62, -14), dice.uniform(16, 64)], [0.4, 0.32, 0.28])
    goal_x, goal_y = rim_x + off + dice.uniform(-4, 4), rim_y - 4
    colour = dice.pick(["orange", "orange", dice.colour()])
    ball = Thing(
        role="ball",
        shape="ball",
        colour=colour,
        material="rubber",
        half_width=radius,
        half_height=radius,
        x=x,
        y=y,
        speed_x=(goal_x - x) / flight_s,
        speed_y=(goal_y - y - GRAVITY * flight_s**2 / 2) / flight_s,
        spin=-dice.uniform(2, 5),
        skin="basketball",
        restitution=0.74,
    )
    left, right = rim_x - HOOP_RADIUS, rim_x + HOOP_RADIUS
    walls = (
        Wall("rim", (left, rim_y), (left, rim_y), 2.0, 0.7),
        Wall("rim", (right, rim_y), (board_x, rim_y), 2.0, 0.7),
        Wall("backboard", (board_x + 2, rim_y - 46), (board_x + 2, rim_y + 8), 3.0, 0.75),
    )
    props = (Prop("hoop", ((rim_x, rim_y), (board_x, rim_y - 46)), "red", "metal"),)
    facts: dict[str, float | int | str] = {"rim_x": rim_x, "rim_y": rim_y, "side": "right"}
    layout = Layout("hoop", width, (ball,), walls, props, facts=facts)
    return mirrored(layout) if dice.chance(0.4) else layout


def hoop_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """In or not, and by way of what."""
    rim_x, rim_y = float(layout.facts["rim_x"]), float(layout.facts["rim_y"])
    x, y = motion.paths[:, 0, 0], motion.paths[:, 0, 1]
    inside = np.abs(x - rim_x) < HOOP_RADIUS - 4
    below = y > rim_y + 8
    through = np.flatnonzero(inside[1:] & below[1:] & ~below[:-1] & inside[:-1])
    touches = [hit for hit in motion.hits if hit.surface in ("rim", "backboard")]
    if len(through):
        crossing_s = (through[0] + 1) / motion.fps
        before = [hit.surface for hit in touches if hit.time_s < crossing_s]
        return {"result": "scores", "via": before[0] if before else "clean"}
    if not below[len(x) // 2 :].any():
        return {"result": "in the air"}
    return {"result": "misses", "via": touches[0].surface if touches else "air"}

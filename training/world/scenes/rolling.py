"""Things that roll: down a ramp, along the floor, over a billiard table seen from above."""

from __future__ import annotations

import math

import numpy as np

from .dice import Dice
from .layout import FLOOR_Y, Layout, Outcome, Prop, Thing, Wall
from .physics import Motion
from .reading import first_hit, in_picture, mirrored, toppled, travelled

CUSHION = 22.0
"""Width of the wooden edge of the table around the cloth."""


def build_ramp(dice: Dice, width: float) -> Layout:
    """A ball or box at the top of a ramp, and up to three things at its foot."""
    angle = dice.number("slope", 0.36, 0.66)
    top_x, foot_x = 14.0, width * 0.46
    rise = math.tan(angle) * (foot_x - top_x)
    top_y = FLOOR_Y - rise
    shape = dice.pick(["ball", "ball", "box"])
    colour, material = dice.look(shape)
    half = dice.uniform(13, 18)
    normal = (math.sin(angle), -math.cos(angle))
    along = dice.uniform(16, 28)
    start_x = top_x + along * math.cos(angle) + normal[0] * (half + 0.2)
    start_y = top_y + along * math.sin(angle) + normal[1] * (half + 0.2)
    mover = Thing(
        role=shape,
        shape=shape,
        colour=colour,
        material=material,
        half_width=half,
        half_height=half,
        x=start_x,
        y=start_y,
        angle=angle if shape == "box" else 0.0,
        speed_x=110 * math.cos(angle),
        speed_y=110 * math.sin(angle),
        spin=110 / half if shape == "ball" else 0.0,
        face=dice.chance(0.45),
        friction=0.9 if shape == "ball" else 0.08,
        restitution=0.15,
    )
    targets = _targets(dice, width, colour)
    walls = (Wall("ramp", (top_x - 60, top_y - 60 * math.tan(angle)), (foot_x, FLOOR_Y), 0.5),)
    props = (Prop("ramp", ((top_x, top_y), (foot_x, FLOOR_Y)), "brown", "wood"),)
    facts: dict[str, float | int | str] = {"side": "left", "targets": len(targets)}
    layout = Layout("ramp", width, (mover, *targets), walls, props, facts=facts)
    return mirrored(layout) if dice.chance(0.5) else layout


def _targets(dice: Dice, width: float, besides: str) -> list[Thing]:
    """Nothing, a tall box, two stacked boxes or three in a row, all of one look."""
    count = dice.pick([0, 1, 2, 3], [0.2, 0.4, 0.25, 0.15])
    colour, material = dice.look("box", besides=[besides])
    x = width * dice.uniform(0.62, 0.7)
    half_w, half_h = (7.5, 20.0) if count == 1 else (12.0, 12.0)
    places = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0)][:count]
    return [
        Thing(
            role=f"target {k + 1}",
            shape="box",
            colour=colour,
            material=material,
            half_width=half_w,
            half_height=half_h,
            x=x + 2 * half_w * column,
            y=FLOOR_Y - half_h * (1 + 2 * row),
            restitution=0.1,
        )
        for k, (column, row) in enumerate(places)
    ]


def ramp_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """Whether the targets fell, were only bumped, or were never reached."""
    targets = range(1, len(layout.things))
    side = str(layout.facts["side"])
    if not targets:
        if not in_picture(layout, motion, 0, margin=-10):
            return {"result": "rolls out", "side": side}
        return {"result": "rolls", "side": side}
    if all(first_hit(motion, 0, second=target) is None for target in targets):
        return {"result": "short", "side": side, "targets": len(targets)}
    fallen = sum(toppled(motion, t) or _dropped(motion, t) for t in targets)
    result = "knocks over" if fallen else "bumps"
    return {"result": result, "side": side, "targets": len(targets), "count": fallen}


def _dropped(motion: Motion, index: int) -> bool:
    return bool(motion.paths[-1, index, 1] - motion.paths[0, index, 1] > 8)


def build_roll(dice: Dice, width: float) -> Layout:
    """A ball rolling along the floor, alone, towards a box, or towards another ball."""
    plan = dice.pick(["alone", "box", "meet"], [0.3, 0.3, 0.4])
    colour, material = dice.look("ball")
    radius = dice.uniform(17, 26)
    speed = dice.number("speed", 60.0, 170.0) * width / 256
    ball = _rolling_ball("ball", (colour, material), radius, radius + 8, speed, dice.chance(0.45))
    others: list[Thing] = []
    if plan == "box":
        look = dice.look("box", besides=[colour])
        half = dice.uniform(16, 24)
        x = width * dice.uniform(0.58, 0.72)
        others = [Thing("box", "box", *look, half, half, x, FLOOR_Y - half, face=dice.chance(0.4))]
    elif plan == "meet":
        look = dice.look("ball", besides=[colour])
        other = dice.uniform(17, 26)
        back = -dice.uniform(40, 120) * width / 256
        others = [
            _rolling_ball("other ball", look, other, width - other - 8, back, dice.chance(0.45))
        ]
    layout = Layout(
        "roll", width, (ball, *others), damping=0.8, facts={"side": "left", "plan": plan}
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def _rolling_ball(
    role: str, look: tuple[str, str], radius: float, x: float, speed: float, face: bool
) -> Thing:
    return Thing(
        role=role,
        shape="ball",
        colour=look[0],
        material=look[1],
        half_width=radius,
        half_height=radius,
        x=x,
        y=FLOOR_Y - radius,
        speed_x=speed,
        spin=speed / radius,
        face=face,
    )


def roll_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """Rolls through, slows down, meets or pushes."""
    plan, side = str(layout.facts["plan"]), str(layout.facts["side"])
    if plan == "alone":
        away = not in_picture(layout, motion, 0, margin=-8)
        result = "leaves" if away else "crosses" if travelled(motion, 0) > 90 else "creeps"
        return {"result": result, "side": side}
    hit = first_hit(motion, 0, second=1)
    if hit is None:
        return {"result": "short", "side": side}
    if plan == "box":
        moved = travelled(motion, 1) > 12
        return {"result": "pushes" if moved else "bumps", "side": side}
    before, after = motion.speeds[0, :, 0], motion.speeds[-1, :, 0]
    rebounds = bool(before[0] * after[0] < 0 and before[1] * after[1] < 0)
    return {"result": "rebound" if rebounds else "collide", "side": side}


def build_billiards(dice: Dice, width: float) -> Layout:
    """A white cue ball shot at coloured balls on a table seen from above."""
    radius = dice.uniform(11.5, 13)
    plan = dice.pick(["one", "two", "rack"], [0.35, 0.3, 0.35])
    colours = [str(c) for c in dice.rng.permutation(["red", "yellow", "green", "blue", "orange"])]
    cue_x, cue_y = width * 0.2, 128 + dice.uniform(-30, 30)
    goal_x, goal_y = width * dice.uniform(0.55, 0.64), 128 + dice.uniform(-34, 34)
    step = 2 * radius + 0.3
    places = [(0.0, 0.0)]
    if plan == "two":
        places += [(dice.uniform(30, 48), dice.uniform(-40, 40))]
    elif plan == "rack":
        places += [(0.87 * step, y * step) for y in (-0.5, 0.5)]
        places += [(1.74 * step, y * step) for y in (-1.0, 0.0, 1.0)]
        goal_y = 128 + dice.uniform(-14, 14)
    balls = [
        _billiard_ball(f"ball {k + 1}", colours[k % len(colours)], radius, goal_x + dx, goal_y + dy)
        for k, (dx, dy) in enumerate(places)
    ]
    speed = dice.number("speed", 150.0, 380.0) * width / 256
    aim = math.atan2(goal_y - cue_y, goal_x - cue_x) + dice.uniform(-0.1, 0.1)
    velocity = (speed * math.cos(aim), speed * math.sin(aim))
    cue = _billiard_ball("cue ball", "white", radius, cue_x, cue_y, velocity)
    left, right, top, bottom = CUSHION, width - CUSHION, 46.0, 210.0
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    edges = zip(corners, [*corners[1:], corners[0]], strict=True)
    walls = tuple(Wall("cushion", start, end, 1.0, 0.85, 0.2) for start, end in edges)
    table = Prop("table", (corners[0], corners[2]), dice.pick(["green", "blue", "red"]))
    facts: dict[str, float | int | str] = {"plan": plan, "first": colours[0]}
    layout = Layout(
        "billiards",
        width,
        (cue, *balls),
        walls,
        (table,),
        gravity=0.0,
        damping=0.62,
        facts=facts,
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def _billiard_ball(
    role: str,
    colour: str,
    radius: float,
    x: float,
    y: float,
    velocity: tuple[float, float] = (0.0, 0.0),
) -> Thing:
    return Thing(
        role=role,
        shape="ball",
        colour=colour,
        material="stone",
        half_width=radius,
        half_height=radius,
        x=x,
        y=y,
        speed_x=velocity[0],
        speed_y=velocity[1],
        skin="billiard",
        restitution=0.96,
        friction=0.1,
    )


def billiards_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """How many balls moved, and whether the struck one came off a cushion."""
    struck = first_hit(motion, 0, second=None)
    if struck is None or struck.second < 1:
        return {"result": "misses"} if struck else None
    moved = sum(travelled(motion, i) > 8 for i in range(1, len(layout.things)))
    cushions = {hit.first for hit in motion.hits if hit.surface == "cushion"}
    first = layout.things[struck.second]
    slow = float(np.hypot(*motion.speeds[-1, 0, :2])) < 25
    return {
        "result": "breaks" if layout.facts["plan"] == "rack" else "hits",
        "first": first.colour,
        "count": moved,
        "cushion": int(struck.second in cushions),
        "stops": int(slow),
    }

"""Things that hang or turn: a pendulum, Newton's cradle, a seesaw."""

from __future__ import annotations

import math

import numpy as np

from .dice import Dice
from .layout import FLOOR_Y, Joint, Layout, Outcome, Prop, Thing
from .physics import Motion
from .reading import first_hit, mirrored, toppled, travelled

PLANK_HALF = 84.0
SWING_GRAVITY, CRADLE_GRAVITY = 900.0, 1100.0
"""Swings at the size of the picture would be slow; these let one happen within two seconds."""


def build_pendulum(dice: Dice, width: float) -> Layout:
    """A bob let go to one side, with nothing, one box or a small stack in its way."""
    colour, material = dice.look("ball", ["metal", "wood", "stone", "glass"])
    radius = dice.uniform(19, 24)
    anchor = (width * dice.uniform(0.42, 0.5), 24.0)
    length = FLOOR_Y - 7 - radius - anchor[1]
    angle = dice.number("angle", 0.5, 1.0)
    bob = Thing(
        role="bob",
        shape="ball",
        colour=colour,
        material=material,
        half_width=radius,
        half_height=radius,
        x=anchor[0] - length * math.sin(angle),
        y=anchor[1] + length * math.cos(angle),
        skin="bob",
        restitution=0.6,
    )
    targets: list[Thing] = []
    count = dice.pick([0, 1, 2], [0.35, 0.4, 0.25])
    look = dice.look("box", besides=[colour])
    half_w, half_h = (12.0, 24.0) if count == 1 else (16.0, 16.0)
    x = anchor[0] + radius + half_w + dice.uniform(3, 16)
    for k in range(count):
        y = FLOOR_Y - half_h * (1 + 2 * k)
        role = f"target {k + 1}"
        targets.append(Thing(role, "box", *look, half_w, half_h, x, y, restitution=0.1))
    layout = Layout(
        "pendulum",
        width,
        (bob, *targets),
        props=(Prop("hook", (anchor,), "brown", "wood"),),
        joints=(Joint("rod", 0, *anchor),),
        gravity=SWING_GRAVITY,
        facts={"side": "left", "targets": count},
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def pendulum_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """Swings freely, or what became of the boxes."""
    targets = range(1, len(layout.things))
    side = str(layout.facts["side"])
    if not targets:
        moving = motion.speeds[:, 0, 0]
        turns = int((np.diff(np.sign(moving[1:])) != 0).sum())
        return {"result": "swings", "count": turns, "side": side}
    if all(first_hit(motion, 0, second=target) is None for target in targets):
        return {"result": "short", "side": side}
    fallen = sum(toppled(motion, target) for target in targets)
    pushed = max(travelled(motion, target) for target in targets) > 10
    result = "knocks over" if fallen else "pushes" if pushed else "bumps"
    return {"result": result, "side": side, "targets": len(targets), "count": fallen}


def build_cradle(dice: Dice, width: float) -> Layout:
    """Four or five hanging balls in a row, one or two of them pulled aside."""
    count = dice.pick([4, 5])
    lifted = dice.pick([1, 1, 2])
    colour, material = dice.look("ball", ["metal", "metal", "glass", "wood", "stone"])
    radius = 15.5 if count == 4 else 13.5
    string = dice.uniform(84, 98)
    gap = 2 * radius + 0.35
    anchor_y = 72.0
    left = width / 2 - gap * (count - 1) / 2
    angle = dice.number("angle", 0.5, 0.95)
    balls, joints = [], []
    for k in range(count):
        turn = angle if k < lifted else 0.0
        anchor_x = left + gap * k
        balls.append(
            Thing(
                role=f"ball {k + 1}",
                shape="ball",
                colour=colour,
                material=material,
                half_width=radius,
                half_height=radius,
                x=anchor_x - string * math.sin(turn),
                y=anchor_y + string * math.cos(turn),
                skin="bob",
                restitution=1.0,
                friction=0.0,
            )
        )
        joints.append(Joint("rod", k, anchor_x, anchor_y))
    half = gap * (count - 1) / 2 + radius + 34
    frame = Prop("frame", ((width / 2 - half, anchor_y), (width / 2 + half, FLOOR_Y)), "brown")
    layout = Layout(
        "cradle",
        width,
        tuple(balls),
        props=(frame,),
        joints=tuple(joints),
        gravity=CRADLE_GRAVITY,
        facts={"side": "left", "lifted": lifted, "balls": count},
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def cradle_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """How often the outer balls swung out again."""
    still = abs(motion.paths[:, -1, 0] - layout.joints[-1].x)
    swung = still.max() > 18
    bursts = 0
    last = -1.0
    for hit in motion.hits:
        bursts += hit.time_s - last > 0.2
        last = hit.time_s
    facts = layout.facts
    return {
        "result": "clicks" if swung and bursts else "hangs",
        "count": int(bursts),
        "side": str(facts["side"]),
        "lifted": int(facts["lifted"]),
        "balls": int(facts["balls"]),
    }


def build_seesaw(dice: Dice, width: float) -> Layout:
    """A plank with a light passenger on its low end; a heavy box falls on the other end."""
    pivot_x, pivot_y = width / 2, FLOOR_Y - 27.0
    tilt = math.asin((FLOOR_Y - 5 - pivot_y) / PLANK_HALF)
    plank_look = dice.colour(), "wood"
    plank = Thing(
        role="plank",
        shape="plank",
        colour=plank_look[0],
        material="wood",
        half_width=PLANK_HALF,
        half_height=4.5,
        x=pivot_x,
        y=pivot_y,
        angle=-tilt,
        restitution=0.05,
        friction=1.0,
    )
    shape = dice.pick(["box", "box", "ball"])
    colour, material = dice.look(shape, ["wood", "rubber"], besides=[plank_look[0]])
    half = dice.uniform(11, 14)
    away = PLANK_HALF - half - 3
    lift = 4.5 + half
    passenger = Thing(
        role="passenger",
        shape=shape,
        colour=colour,
        material=material,
        half_width=half,
        half_height=half,
        x=pivot_x - away * math.cos(tilt) - lift * math.sin(tilt),
        y=pivot_y + away * math.sin(tilt) - lift * math.cos(tilt),
        angle=-tilt,
        face=dice.chance(0.7),
        restitution=0.1,
        friction=1.0,
    )
    heavy_look = dice.look("box", ["metal", "stone"], besides=[plank_look[0], colour])
    big = dice.uniform(19, 24)
    height = dice.number("height", 12.0, 118.0)
    heavy = Thing(
        role="weight",
        shape="box",
        colour=heavy_look[0],
        material=heavy_look[1],
        half_width=big,
        half_height=big,
        x=pivot_x + (away - 8) * math.cos(tilt) + dice.uniform(-6, 6),
        y=max(26.0, pivot_y - away * math.sin(tilt) - big - height),
        speed_y=60.0,
        restitution=0.05,
    )
    layout = Layout(
        "seesaw",
        width,
        (plank, passenger, heavy),
        props=(Prop("pivot", ((pivot_x, pivot_y), (pivot_x, FLOOR_Y)), "brown", "metal"),),
        joints=(Joint("pivot", 0, pivot_x, pivot_y),),
        late=(2,),
        facts={"side": "left"},
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def seesaw_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """How high the passenger flew, if it did."""
    if not 0 < motion.paths[-1, 1, 0] < layout.width:
        return None
    rise = float(motion.paths[0, 1, 1] - motion.paths[:, 1, 1].min())
    side = str(layout.facts["side"])
    if rise > 50:
        return {"result": "flies", "high": int(rise > 105), "side": side}
    return {"result": "lifts" if rise > 14 else "stays", "side": side}

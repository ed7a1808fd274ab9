"""Things that stand until something comes: domino rows and towers."""

from __future__ import annotations

import numpy as np

from .dice import Dice
from .layout import FLOOR_Y, Layout, Outcome, Thing
from .physics import Motion
from .reading import first_hit, mirrored, toppled


def build_domino(dice: Dice, width: float) -> Layout:
    """A row of standing dominoes and a ball that rolls into the first; some rows have a gap."""
    count = dice.integer(5, 8)
    colour, material = dice.look("box", ["wood", "glass", "stone", "metal"])
    half_w, half_h = dice.uniform(4.2, 5.4), dice.uniform(21, 26)
    spacing = dice.number("spacing", 0.85, 1.15) * half_h
    radius = dice.uniform(13, 17)
    look = dice.look("ball", besides=[colour])
    speed = dice.uniform(120, 190)
    first_x = 2 * radius + dice.uniform(30, 44)
    missing = count - 2 if dice.chance(0.25) else -1
    dominoes = []
    x = first_x
    for k in range(count):
        x += 0.0 if k == 0 else spacing * (2.6 if k == missing else 1.0)
        if x > width - 12:
            break
        role = f"domino {k + 1}"
        dominoes.append(
            Thing(
                role, "box", colour, material, half_w, half_h, x, FLOOR_Y - half_h, restitution=0.05
            )
        )
    ball = Thing(
        role="ball",
        shape="ball",
        colour=look[0],
        material=look[1],
        half_width=radius,
        half_height=radius,
        x=radius + 3,
        y=FLOOR_Y - radius,
        speed_x=speed,
        spin=speed / radius,
        face=dice.chance(0.5),
        restitution=0.2,
    )
    layout = Layout(
        "domino",
        width,
        (ball, *dominoes),
        late=(0,),
        facts={"side": "left", "dominoes": len(dominoes)},
    )
    return mirrored(layout) if dice.chance(0.5) else layout


def domino_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """How many fell."""
    total = len(layout.things) - 1
    fallen = sum(_leans(motion, index) for index in range(1, total + 1))
    result = "all" if fallen == total else "some" if fallen else "none"
    return {
        "result": result,
        "count": fallen,
        "total": total,
        "side": str(layout.facts["side"]),
    }


def _leans(motion: Motion, index: int) -> bool:
    return bool(abs(motion.paths[-1, index, 2]) > 0.35)


def build_tower(dice: Dice, width: float) -> Layout:
    """Three to five stacked boxes and a ball thrown or rolled at them."""
    count = dice.integer(3, 5)
    half = dice.uniform(14.5, 17.0) if count < 5 else dice.uniform(13.0, 14.5)
    colour, material = dice.look("box", ["wood", "wood", "rubber", "glass", "stone", "metal"])
    two_tone = dice.chance(0.3)
    other = dice.colour([colour])
    x = width * dice.uniform(0.56, 0.66)
    boxes = [
        Thing(
            role=f"box {k + 1}",
            shape="box",
            colour=other if two_tone and k % 2 else colour,
            material=material,
            half_width=half,
            half_height=half,
            x=x + dice.uniform(-1.5, 1.5),
            y=FLOOR_Y - half * (1 + 2 * k),
            restitution=0.05,
            face=dice.chance(0.2),
        )
        for k in range(count)
    ]
    look = dice.look("ball", besides=[colour, other])
    radius = dice.uniform(13, 19)
    speed = dice.number("speed", 130.0, 400.0)
    flies = dice.chance(0.6)
    y = FLOOR_Y - 2 * half * count * dice.uniform(0.55, 0.85) if flies else FLOOR_Y - radius
    ball = Thing(
        role="ball",
        shape="ball",
        colour=look[0],
        material=look[1],
        half_width=radius,
        half_height=radius,
        x=radius + dice.uniform(4, 14),
        y=min(y, FLOOR_Y - radius),
        speed_x=speed,
        speed_y=-dice.uniform(90, 140) if flies else 0.0,
        spin=speed / radius,
        face=dice.chance(0.5),
    )
    facts: dict[str, float | int | str] = {
        "side": "left",
        "boxes": count,
        "second": other if two_tone else "",
        "way": "flies" if flies else "rolls",
    }
    layout = Layout("tower", width, (ball, *boxes), late=(0,), facts=facts)
    return mirrored(layout) if dice.chance(0.5) else layout


def tower_outcome(layout: Layout, motion: Motion) -> Outcome | None:
    """How many boxes came down."""
    boxes = range(1, len(layout.things))
    side = str(layout.facts["side"])
    touched = any(first_hit(motion, 0, second=index) for index in boxes)
    if not touched:
        return {"result": "misses", "side": side}
    fall = motion.paths[-1, 1:, 1] - motion.paths[0, 1:, 1]
    fallen = int(sum(toppled(motion, i) or fall[i - 1] > 8 for i in boxes))
    if not fallen:
        moved = np.abs(motion.paths[-1, 1:, 0] - motion.paths[0, 1:, 0]).max() > 4
        return {"result": "wobbles" if moved else "stands", "side": side, "total": len(boxes)}
    result = "topples" if fallen >= 2 else "loses one"
    return {"result": result, "count": fallen, "total": len(boxes), "side": side}

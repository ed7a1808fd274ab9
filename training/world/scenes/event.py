"""The event of a clip: laid out, simulated, and laid out again where it would leave the picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import flight, hanging, rolling, standing
from .dice import Dice
from .layout import Layout, Outcome
from .physics import Motion, simulate

ATTEMPTS = 12

_Build = Callable[[Dice, float], Layout]
_Read = Callable[[Layout, Motion], Outcome | None]
EVENTS: dict[str, tuple[_Build, _Read]] = {
    "drop": (flight.build_drop, flight.drop_outcome),
    "throw": (flight.build_throw, flight.throw_outcome),
    "hoop": (flight.build_hoop, flight.hoop_outcome),
    "ramp": (rolling.build_ramp, rolling.ramp_outcome),
    "roll": (rolling.build_roll, rolling.roll_outcome),
    "billiards": (rolling.build_billiards, rolling.billiards_outcome),
    "pendulum": (hanging.build_pendulum, hanging.pendulum_outcome),
    "cradle": (hanging.build_cradle, hanging.cradle_outcome),
    "seesaw": (hanging.build_seesaw, hanging.seesaw_outcome),
    "domino": (standing.build_domino, standing.domino_outcome),
    "tower": (standing.build_tower, standing.tower_outcome),
}


def make_event(
    dice: Dice, kind: str, width: float, frames: int, fps: int
) -> tuple[Layout, Motion, Outcome]:
    """What is set up, how it moves, and what came of it as the pictures show it."""
    build, read = EVENTS[kind]
    for _ in range(ATTEMPTS):
        dice.start_again()
        layout = build(dice, width)
        motion = simulate(layout, frames, fps)
        outcome = read(layout, motion)
        if outcome is not None:
            break
    return layout, motion, outcome or {"result": "leaves"}


def no_event(width: float, frames: int, fps: int) -> tuple[Layout, Motion, Outcome]:
    """The empty event of a talk."""
    motion = Motion(np.zeros((frames, 0, 3)), np.zeros((frames, 0, 3)), (), fps)
    return Layout("talk", width, ()), motion, {"result": "talks"}

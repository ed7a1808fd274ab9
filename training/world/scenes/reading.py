"""What kinds of scenes ask of a motion, and the mirror image of a layout."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .layout import Layout, Prop, Wall
from .physics import Hit, Motion

VISIBLE_BOUNCE = 6.0
TOPPLED = 0.6
"""A box that has turned by more than this, in radians, does not stand as it stood."""


def first_hit(
    motion: Motion, first: int, second: int | None = None, surface: str | None = None
) -> Hit | None:
    """The earliest contact of a thing with another one or with a fixed edge."""
    for hit in motion.hits:
        pair = {hit.first, hit.second}
        if second is not None and pair == {first, second}:
            return hit
        if surface is not None and hit.first == first and hit.surface == surface:
            return hit
        if second is None and surface is None and first in pair:
            return hit
    return None


def toppled(motion: Motion, index: int) -> bool:
    """Whether a box lies on another side at the end than at the start, or still falls."""
    turn = abs(motion.paths[-1, index, 2] - motion.paths[0, index, 2])
    return bool(turn > TOPPLED)


def travelled(motion: Motion, index: int) -> float:
    """Distance between the first and the last place of a thing."""
    return float(np.hypot(*(motion.paths[-1, index, :2] - motion.paths[0, index, :2])))


def in_picture(layout: Layout, motion: Motion, index: int, margin: float = 6.0) -> bool:
    """Whether the thing's centre stays at least `margin` inside the sides."""
    x = motion.paths[:, index, 0]
    reach = layout.things[index].half_width - margin
    return bool(x.min() > reach - 8 and x.max() < layout.width - reach + 8)


def floor_bounces(layout: Layout, motion: Motion) -> tuple[int, ...]:
    """Floor hits after which the centre rises visibly before the next one or the end."""
    frames = len(motion.paths)
    counts = []
    for index in range(len(layout.things)):
        starts = [
            math.ceil(hit.time_s * motion.fps)
            for hit in motion.hits
            if hit.first == index and hit.surface == "floor"
        ]
        starts = [start for start in starts if start < frames]
        ends = [*starts[1:], frames][: len(starts)]
        y = motion.paths[:, index, 1]
        rises = [
            y[start] - y[start : end + 1].min() > VISIBLE_BOUNCE
            for start, end in zip(starts, ends, strict=True)
        ]
        counts.append(int(sum(rises)))
    return tuple(counts)


def mirrored(layout: Layout) -> Layout:
    """The same event with left and right exchanged."""
    width = layout.width
    things = tuple(
        replace(
            thing,
            x=width - thing.x,
            angle=-thing.angle,
            speed_x=-thing.speed_x,
            spin=-thing.spin,
            role=_swap(thing.role),
        )
        for thing in layout.things
    )
    facts = {
        key: width - value if key.endswith("_x") and isinstance(value, float) else value
        for key, value in layout.facts.items()
    }
    facts = {k: _swap(v) if isinstance(v, str) else v for k, v in facts.items()}
    return replace(
        layout,
        things=things,
        walls=tuple(_mirror_wall(wall, width) for wall in layout.walls),
        props=tuple(_mirror_prop(prop, width) for prop in layout.props),
        joints=tuple(replace(joint, x=width - joint.x) for joint in layout.joints),
        facts=facts,
    )


def _swap(words: str) -> str:
    swap = {"left": "right", "right": "left"}
    return " ".join(swap.get(word, word) for word in words.split(" "))


def _mirror_wall(wall: Wall, width: float) -> Wall:
    start, end = (width - wall.start[0], wall.start[1]), (width - wall.end[0], wall.end[1])
    return replace(wall, start=start, end=end)


def _mirror_prop(prop: Prop, width: float) -> Prop:
    return replace(prop, points=tuple((width - x, y) for x, y in prop.points))

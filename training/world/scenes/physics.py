"""Rigid bodies: from a layout to the path of every thing and the contacts on the way.

pymunk at 240 Hz or slightly more, a whole number of steps per frame. Frame f is the state at
f / fps. Towers and rows first settle without the things that will disturb them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import pymunk

from .layout import FLOOR_Y, MATERIALS, Layout, Thing

STEP_RATE_HZ = 240
SETTLE_STEPS = 90
AUDIBLE_DV = 14.0
"""Contacts below this change of velocity are neither heard nor told."""
REFRACTORY_S = 0.045
"""Two corners of a box landing within this time are one hit to the ear."""


@dataclass(frozen=True)
class Hit:
    """A contact in world units.

    `first` and `second` are thing indices; second is -1 where `surface` names a fixed edge.
    `impulse` is mass x velocity; `dv` is the impulse over the lighter side's mass.
    """

    time_s: float
    first: int
    second: int
    surface: str
    impulse: float
    dv: float
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Motion:
    """paths float64 [frames, things, 3] of x, y, angle; speeds, their rates; hits by time."""

    paths: np.ndarray
    speeds: np.ndarray
    hits: tuple[Hit, ...]
    fps: int

    @property
    def seconds(self) -> float:
        """Time of the last frame."""
        return (len(self.paths) - 1) / self.fps


class _Recorder:
    """Collects contacts while the space steps; `time_s` is set before every step."""

    def __init__(self, bodies: list[pymunk.Body], names: dict[pymunk.Shape, str]) -> None:
        self.time_s = 0.0
        self.index = {body: index for index, body in enumerate(bodies)}
        self.names = names
        self.hits: list[Hit] = []
        self._last: dict[tuple[int, int, str], int] = {}
        self._load: dict[tuple[int, int, str], tuple[float, float]] = {}

    def __call__(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: object) -> None:  # noqa: ARG002 pymunk's callback
        impulse = arbiter.total_impulse.length
        if impulse < 1e-3:
            return
        one, two = arbiter.shapes
        if one in self.names:
            one, two = two, one
        one_body, two_body = cast("pymunk.Body", one.body), cast("pymunk.Body", two.body)
        first, second = self.index[one_body], self.index.get(two_body, -1)
        if 0 <= second < first:
            first, second = second, first
        key = (first, second, self.names.get(two, ""))
        # What a contact carries at rest is no hit; only what exceeds the step before is.
        time_s, load = self._load.get(key, (-1.0, 0.0))
        self._load[key] = (self.time_s, impulse)
        if self.time_s - time_s < 0.02:
            impulse -= load
        dv = impulse / (one_body.mass if second < 0 else min(one_body.mass, two_body.mass))
        if dv < AUDIBLE_DV:
            return
        self._add(key, impulse, dv, arbiter)

    def _add(
        self, key: tuple[int, int, str], impulse: float, dv: float, arbiter: pymunk.Arbiter
    ) -> None:
        first, second, surface = key
        at = self._last.get(key)
        if at is not None and self.time_s - self.hits[at].time_s < REFRACTORY_S:
            old = self.hits[at]
            if dv > old.dv:
                self.hits[at] = Hit(old.time_s, first, second, surface, impulse, dv, old.x, old.y)
            return
        points = arbiter.contact_point_set.points
        x = sum(point.point_a.x for point in points) / max(1, len(points))
        y = sum(point.point_a.y for point in points) / max(1, len(points))
        self._last[key] = len(self.hits)
        self.hits.append(Hit(self.time_s, first, second, surface, impulse, dv, x, y))


def simulate(layout: Layout, frames: int, fps: int) -> Motion:
    """Runs the layout for `frames` frames and returns the motion, deterministic."""
    space = pymunk.Space()
    space.gravity = (0, layout.gravity)
    space.damping = layout.damping
    space.iterations = 16
    space.collision_slop = 0.05
    substeps = math.ceil(STEP_RATE_HZ / fps)
    step_s = 1 / (fps * substeps)
    names = _add_walls(space, layout)
    bodies = [_make_body(thing) for thing in layout.things]
    _settle(space, layout, bodies, step_s)
    recorder = _Recorder(bodies, names)
    space.on_collision(None, None, post_solve=recorder)

    paths = np.empty((frames, len(bodies), 3))
    speeds = np.empty((frames, len(bodies), 3))
    for frame in range(frames):
        for index, body in enumerate(bodies):
            paths[frame, index] = (*body.position, body.angle)
            speeds[frame, index] = (*body.velocity, body.angular_velocity)
        for substep in range(substeps):
            recorder.time_s = (frame * substeps + substep + 1) * step_s
            space.step(step_s)
    # The state after the last frame is never shown, so neither are the hits of that last interval.
    end_s = (frames - 1) / fps
    hits = tuple(hit for hit in recorder.hits if hit.time_s < end_s)
    return Motion(paths, speeds, hits, fps)


def _settle(space: pymunk.Space, layout: Layout, bodies: list[pymunk.Body], step_s: float) -> None:
    """Adds all things; those that are not late first come to rest without the late ones."""
    early = [index for index in range(len(bodies)) if index not in layout.late]
    for index in early:
        _add_body(space, layout, index, bodies[index])
    if layout.late:
        for _ in range(SETTLE_STEPS):
            space.step(step_s)
        for index in early:
            bodies[index].velocity = (0, 0)
            bodies[index].angular_velocity = 0
    for index in layout.late:
        _add_body(space, layout, index, bodies[index])
    for thing, body in zip(layout.things, bodies, strict=True):
        if layout.gravity and body.velocity.length > 0:
            # The engine moves before it accelerates; half a step of gravity up front makes free
            # flight the exact parabola.
            body.velocity = (thing.speed_x, thing.speed_y + layout.gravity * step_s / 2)


def _add_walls(space: pymunk.Space, layout: Layout) -> dict[pymunk.Shape, str]:
    names: dict[pymunk.Shape, str] = {}
    thick = 40.0
    for wall in layout.walls:
        segment = pymunk.Segment(space.static_body, wall.start, wall.end, wall.thickness)
        segment.elasticity, segment.friction = wall.restitution, wall.friction
        names[segment] = wall.name
        space.add(segment)
    if layout.gravity:
        floor = pymunk.Segment(
            space.static_body,
            (-600, FLOOR_Y + thick),
            (layout.width + 600, FLOOR_Y + thick),
            thick,
        )
        floor.elasticity, floor.friction = 1.0, 0.8
        names[floor] = "floor"
        space.add(floor)
    return names


def _make_body(thing: Thing) -> pymunk.Body:
    size = (2 * thing.half_width, 2 * thing.half_height)
    if thing.shape == "ball":
        moment = pymunk.moment_for_circle(thing.mass, 0, thing.half_width)
    else:
        moment = pymunk.moment_for_box(thing.mass, size)
    body = pymunk.Body(thing.mass, moment)
    body.position = (thing.x, thing.y)
    body.angle = thing.angle
    body.velocity = (thing.speed_x, thing.speed_y)
    body.angular_velocity = thing.spin
    return body


def _add_body(space: pymunk.Space, layout: Layout, index: int, body: pymunk.Body) -> None:
    thing = layout.things[index]
    material = MATERIALS[thing.material]
    shape: pymunk.Shape
    if thing.shape == "ball":
        shape = pymunk.Circle(body, thing.half_width)
    else:
        shape = pymunk.Poly.create_box(body, (2 * thing.half_width, 2 * thing.half_height), 0.3)
    shape.elasticity = material.restitution if thing.restitution is None else thing.restitution
    shape.friction = material.friction if thing.friction is None else thing.friction
    space.add(body, shape)
    for joint in layout.joints:
        if joint.thing == index:
            _add_joint(space, body, joint.kind, (joint.x, joint.y))


def _add_joint(
    space: pymunk.Space, body: pymunk.Body, kind: str, anchor: tuple[float, float]
) -> None:
    if kind == "pivot":
        space.add(pymunk.PivotJoint(space.static_body, body, anchor))
    else:
        space.add(pymunk.PinJoint(space.static_body, body, anchor, (0, 0)))

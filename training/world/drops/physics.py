"""Rigid bodies in a box: from a layout to the path of every object and the hits on the way.

pymunk at 240 Hz or slightly more, a whole number of steps per frame. Frame f is the state at
f / fps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pymunk

from .scene import BOX_HALF_SIDE, FLOOR_Y, Body, Scene

GRAVITY = 520.0
STEP_RATE_HZ = 240
AUDIBLE_DV = 14.0
"""Hits below this change of velocity are neither heard nor told."""
REFRACTORY_S = 0.045
"""Two corners of a box landing within this time are one hit to the ear."""
VISIBLE_BOUNCE = 6.0
RESTITUTION = {"rubber": 0.74, "wood": 0.36, "metal": 0.2, "glass": 0.3, "stone": 0.1}


@dataclass(frozen=True)
class Hit:
    """A contact in world units: time, object, what it met, change of velocity, x of the object."""

    time_s: float
    body: int
    other: str
    dv: float
    x: float


@dataclass(frozen=True, eq=False)
class Motion:
    """paths float64 [frames, bodies, 3] of x, y, angle; speeds, their rates; hits by time."""

    paths: np.ndarray
    speeds: np.ndarray
    hits: tuple[Hit, ...]
    bounces: tuple[int, ...]


class _HitRecorder:
    """Collects hits while the space steps; `time_s` is set before every step."""

    def __init__(self, rigids: list[pymunk.Body]) -> None:
        self.time_s = 0.0
        self._index = {rigid: index for index, rigid in enumerate(rigids)}
        self._last: dict[tuple[int, str], int] = {}
        self.hits: list[Hit] = []

    def __call__(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: object) -> None:  # noqa: ARG002 pymunk's callback
        met = dict(zip(arbiter.bodies, arbiter.shapes, strict=True))
        rigid, *others = [moving for moving in met if moving in self._index]
        body = self._index[rigid]
        if others:
            other = f"object {self._index[others[0]]}"
        else:
            other = next(edge for still, edge in met.items() if still is not rigid).other_name
        # The impulse is shared by both sides; divided by a mass it is a change of velocity, which
        # sounds equally loud for heavy and light materials. All bodies of a scene weigh the same.
        dv = arbiter.total_impulse.length / rigid.mass
        if dv < AUDIBLE_DV:
            return
        previous = self._last.get((body, other))
        if previous is not None and self.time_s - self.hits[previous].time_s < REFRACTORY_S:
            old = self.hits[previous]
            self.hits[previous] = Hit(old.time_s, body, other, max(old.dv, dv), old.x)
            return
        self._last[body, other] = len(self.hits)
        self.hits.append(Hit(self.time_s, body, other, dv, rigid.position.x))


def simulate(scene: Scene, frames: int, fps: int) -> Motion:
    """Runs the layout for `frames` frames and returns the motion, deterministic."""
    space = pymunk.Space()
    space.gravity = (0, GRAVITY)
    space.iterations = 12
    substeps = math.ceil(STEP_RATE_HZ / fps)
    step_s = 1 / (fps * substeps)
    _add_walls(space, scene.width)
    rigids = [_add_body(space, body, step_s) for body in scene.bodies]
    recorder = _HitRecorder(rigids)
    space.on_collision(None, None, post_solve=recorder)

    paths = np.empty((frames, len(rigids), 3))
    speeds = np.empty((frames, len(rigids), 3))
    for frame in range(frames):
        for index, rigid in enumerate(rigids):
            paths[frame, index] = (*rigid.position, rigid.angle)
            speeds[frame, index] = (*rigid.velocity, rigid.angular_velocity)
        for substep in range(substeps):
            recorder.time_s = (frame * substeps + substep + 1) * step_s
            space.step(step_s)
    # The state after the last frame is never shown, so neither are the hits of that last interval.
    end_s = frames / fps
    hits = tuple(hit for hit in recorder.hits if hit.time_s < end_s)
    return Motion(paths, speeds, hits, _count_bounces(paths, hits, fps))


def _add_walls(space: pymunk.Space, width: float) -> None:
    thick = 40.0
    edges = {
        "floor": ((-200, FLOOR_Y + thick), (width + 200, FLOOR_Y + thick)),
        "left": ((-thick, -400), (-thick, 400)),
        "right": ((width + thick, -400), (width + thick, 400)),
    }
    for name, (start, end) in edges.items():
        wall = pymunk.Segment(space.static_body, start, end, thick)
        wall.elasticity, wall.friction = 1.0, 0.4
        wall.other_name = "floor" if name == "floor" else "wall"
        space.add(wall)


def _add_body(space: pymunk.Space, body: Body, step_s: float) -> pymunk.Body:
    mass = 1.0
    shape: pymunk.Shape
    if body.shape == "ball":
        rigid = pymunk.Body(mass, pymunk.moment_for_circle(mass, 0, body.radius))
        shape = pymunk.Circle(rigid, body.radius)
    else:
        side = 2 * body.radius * BOX_HALF_SIDE
        rigid = pymunk.Body(mass, pymunk.moment_for_box(mass, (side, side)))
        shape = pymunk.Poly.create_box(rigid, (side, side))
    rigid.position = (body.x, body.y)
    # The engine moves before it accelerates; half a step of gravity up front makes the fall the
    # exact parabola and keeps the energy from creeping up.
    rigid.velocity = (body.speed_x, GRAVITY * step_s / 2)
    rigid.angle, rigid.angular_velocity = body.angle, body.spin
    shape.elasticity, shape.friction = RESTITUTION[body.material], 0.6
    space.add(rigid, shape)
    return rigid


def _count_bounces(paths: np.ndarray, hits: tuple[Hit, ...], fps: int) -> tuple[int, ...]:
    """Floor hits after which the centre rises visibly before the next one or the end."""
    frames, bodies, _ = paths.shape
    counts = []
    for body in range(bodies):
        starts = [math.ceil(h.time_s * fps) for h in hits if h.body == body and h.other == "floor"]
        starts = [start for start in starts if start < frames]
        ends = [*starts[1:], frames][: len(starts)]
        y = paths[:, body, 1]
        counts.append(
            sum(
                bool(y[start] - y[start : end + 1].min() > VISIBLE_BOUNCE)
                for start, end in zip(starts, ends, strict=True)
            )
        )
    return tuple(counts)

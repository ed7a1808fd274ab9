"""Simulated paths to learn contacts from: events of the world with their cameras, never drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...world import ClipSpec
from ...world.drawing.camera import to_pixels, track
from ...world.scenes.dice import Dice
from ...world.scenes.event import make_event
from ...world.scenes.layout import KINDS
from ...world.scenes.setting import draw_camera

MOST = 16
LOUD_DV = 20.0
"""Contacts softer than this, a change of velocity in units per second, are hardly seen."""


def draw_paths(
    seed: int, index: int, spec: ClipSpec
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """One event, as `lessons.paths` keeps it."""
    dice = Dice(np.random.default_rng([seed, index]))
    kind = dice.pick(KINDS[:-1])
    camera = draw_camera(dice, kind)
    layout, motion, _ = make_event(dice, kind, 256, spec.frames, spec.fps)
    view = track(camera, motion, spec.frames, spec.fps, 256)
    shown = to_pixels(motion.paths, view, 256, 1.0)[:, :MOST, :2]
    outside = ((shown < 0) | (shown > 256)).any(-1)
    places = np.full((spec.frames, MOST, 2), np.nan, np.float32)
    places[:, : shown.shape[1]] = np.where(outside[..., None], np.nan, shown)
    sizes = np.ones((MOST, 2), np.float32)
    touched = np.zeros((spec.frames, MOST), np.uint8)
    for k, thing in enumerate(layout.things[:MOST]):
        tall = thing.half_width if thing.shape == "ball" else thing.half_height
        sizes[k] = np.array((thing.half_width, tall)) * view[:, 2].mean()
    for hit in motion.hits:
        frame = math.ceil(hit.time_s * spec.fps)
        for thing in (hit.first, hit.second):
            if 0 <= thing < MOST and 0 < frame < spec.frames:
                loud = 2 if hit.dv > LOUD_DV else 1
                touched[frame, thing] = max(touched[frame, thing], loud)
    return {"places": places, "sizes": sizes, "touched": touched}, {"kind": kind}

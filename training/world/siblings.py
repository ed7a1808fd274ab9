"""Other clips that the same caption tells of: what a sentence leaves open, drawn anew.

One part of a scene after the other is drawn again until the caption, written with the same random
numbers, is the same to the letter; a part for which no draw fits stays as it is. Where the caption
names it, looks are taken over instead of drawn. Sounds are those of the first clip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from . import whole
from .clip import ClipSpec
from .drawing.frames import render as render_stage
from .drops.caption import Caption as Sentence
from .drops.caption import write_caption as tell_drop
from .drops.physics import Motion
from .drops.physics import simulate as let_fall
from .drops.render import render as render_drop
from .drops.scene import BACKDROPS_PER_PLACE, Scene, draw_scene
from .drops.scene import stream as drops_stream
from .language.telling import write_caption
from .scenes.cast import draw_cast
from .scenes.dice import Dice, stream
from .scenes.event import EVENTS
from .scenes.layout import Layout
from .scenes.physics import simulate
from .scenes.setting import draw_ambience, draw_camera, draw_setting
from .scenes.stage import Stage

KEY = 0x51B
LAYOUTS, SIMULATIONS, SETTINGS, CASTS, SCENES = 80, 6, 24, 400, 4000
"""How many draws of a part are tried before it stays."""

Fits = Callable[[Stage], bool]


def sibling_frames(
    seed: int, index: int, spec: ClipSpec, split: str, count: int
) -> Iterator[np.ndarray]:
    """Pictures uint8 [F, H, W, 3] of `count` other clips that clip `index`'s caption tells of."""
    make = _whole_frames if spec.playground == "whole" else _drops_frames
    for number in range(count):
        yield make(seed, index, spec, split, np.random.default_rng([KEY, seed, index, number]))


def _whole_frames(
    seed: int, index: int, spec: ClipSpec, split: str, rng: np.random.Generator
) -> np.ndarray:
    play = whole.set_up(seed, index, spec, split)

    def tell(stage: Stage) -> str:
        again = stream(seed, index, split, "caption")
        return write_caption(stage, play.language, play.challenge, again).text

    wanted = tell(play.stage)

    def fits(stage: Stage) -> bool:
        return tell(stage) == wanted

    dice = Dice(rng, play.challenge)
    stage = play.stage
    stage = _event_again(stage, dice, fits, spec) if stage.layout.things else stage
    stage = _cast_again(stage, dice, fits) if stage.cast else stage
    stage = _first_that_fits(stage, partial(_setting_again, stage, dice), fits)
    stage = _first_that_fits(stage, partial(_camera_again, stage, dice), fits)
    frames, _ = render_stage(stage, whole._mouths(replace(play, stage=stage), spec), spec, rng)
    return frames


def _first_that_fits(
    stage: Stage, draw: Callable[[], Stage], fits: Fits, tries: int = SETTINGS
) -> Stage:
    drawn = (draw() for _ in range(tries))
    return next((other for other in drawn if fits(other)), stage)


def _setting_again(stage: Stage, dice: Dice) -> Stage:
    setting = draw_setting(dice, stage.setting.place, stage.kind)
    sound = stage.ambience if stage.kind == "billiards" else draw_ambience(dice, setting)
    return replace(stage, setting=setting, ambience=sound)


def _camera_again(stage: Stage, dice: Dice) -> Stage:
    return replace(stage, camera=draw_camera(dice, stage.kind))


def _event_again(stage: Stage, dice: Dice, fits: Fits, spec: ClipSpec) -> Stage:
    """Other places, sizes and speeds, with the same result."""
    build, read = EVENTS[stage.kind]
    simulated = 0
    for _ in range(LAYOUTS):
        layout = _dressed(build(dice, stage.width), stage.layout)
        if layout is None:
            continue
        motion = simulate(layout, spec.frames, spec.fps)
        outcome = read(layout, motion)
        other = replace(stage, layout=layout, motion=motion, outcome=outcome or {})
        if outcome is not None and fits(other):
            return other
        simulated += 1
        if simulated == SIMULATIONS:
            break
    return stage


def _dressed(layout: Layout, like: Layout) -> Layout | None:
    """The layout with the other's looks; None where things or facts that are told differ."""
    same = [thing.shape for thing in layout.things] == [thing.shape for thing in like.things]
    words = {key: value for key, value in like.facts.items() if isinstance(value, str)}
    if not same or any(layout.facts.get(key) != value for key, value in words.items()):
        return None
    things = (
        replace(thing, colour=old.colour, material=old.material, skin=old.skin)
        for thing, old in zip(layout.things, like.things, strict=True)
    )
    return replace(layout, things=tuple(things))


def _cast_again(stage: Stage, dice: Dice, fits: Fits) -> Stage:
    """Other speakers where the words leave it open, with the same voices."""

    def draw() -> Stage:
        cast = draw_cast(dice, stage.width)
        if len(cast) != len(stage.cast):
            return replace(stage, cast=())
        voiced = (replace(who, voice=old.voice) for who, old in zip(cast, stage.cast, strict=True))
        return replace(stage, cast=tuple(voiced))

    return _first_that_fits(
        stage, draw, lambda other: len(other.cast) == len(stage.cast) and fits(other), CASTS
    )


def _drops_frames(
    seed: int, index: int, spec: ClipSpec, split: str, rng: np.random.Generator
) -> np.ndarray:
    def tell(scene: Scene, motion: Motion) -> Sentence:
        landed = any(hit.other == "floor" for hit in motion.hits)
        again = drops_stream(seed, index, split, "caption")
        return tell_drop(scene, motion.bounces, landed, again, split)

    scene = draw_scene(drops_stream(seed, index, split, "layout"), spec.width / spec.scale, split)
    motion = let_fall(scene, spec.frames, spec.fps)
    wanted = tell(scene, motion)
    for _ in range(SCENES):
        other = _painted(draw_scene(rng, scene.width, split), scene, wanted)
        # Most draws are told apart before they are let fall.
        if len(other.bodies) == len(scene.bodies) and tell(other, motion).text == wanted.text:
            fallen = let_fall(other, spec.frames, spec.fps)
            if tell(other, fallen).text == wanted.text:
                scene, motion = other, fallen
                break
    return render_drop(scene, int(rng.integers(BACKDROPS_PER_PLACE)), motion, spec)


def _painted(scene: Scene, like: Scene, told: Sentence) -> Scene:
    """The scene in the other's place and colour, and of its material where that is told."""
    first = like.bodies[0]
    same = {"colour": first.colour}
    if {"material", "sound"} & told.words.keys():
        same["material"] = first.material
    bodies = tuple(replace(body, **same) for body in scene.bodies)  # type: ignore[arg-type]
    return replace(scene, place=like.place, bodies=bodies)

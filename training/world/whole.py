"""From a seed to a finished clip of the whole playground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from .clip import PARAPHRASES, Clip, ClipSpec, TruthObject
from .drawing.camera import to_pixels
from .drawing.frames import render
from .language.telling import Caption, write_caption
from .scenes.cast import Character, draw_cast
from .scenes.dice import Dice, draw_challenge, stream
from .scenes.event import make_event, no_event
from .scenes.layout import COLOURS, FLOOR_Y, Thing
from .scenes.reading import floor_bounces
from .scenes.setting import draw_ambience, draw_camera, draw_kind, draw_setting
from .scenes.stage import Line, Stage
from .sound.mix import synthesize
from .sound.music import draw_tune
from .truth import WholeTruth, contact_of
from .voice.dialogue import draw_dialogue
from .voice.mouth import mouth_curve
from .voice.synth import Utterance

FRENCH_SHARE = 0.15
MUSIC_SHARE = 0.2
WHITE = (244, 240, 230)


@dataclass(frozen=True, eq=False)
class Play:
    """A stage with what is said on it, the caption's language, and what is to be new about it."""

    stage: Stage
    language: str
    challenge: str
    spoken: tuple[Utterance, ...]


def make_whole_clip(seed: int, index: int, spec: ClipSpec, split: str) -> Clip:
    """Makes clip `index` of the data set `seed`.

    Raises:
        ValueError: for a negative seed or index, or an unknown split.
    """
    play = set_up(seed, index, spec, split)
    stage = play.stage
    mouths = _mouths(play, spec)
    tell = partial(write_caption, stage, play.language, play.challenge)
    caption = tell(stream(seed, index, split, "caption"))
    rng = stream(seed, index, split, "paraphrases")
    others = tuple(tell(rng).text for _ in range(PARAPHRASES))
    frames, view = render(stage, mouths, spec, stream(seed, index, split, "look"))
    speech = tuple(utterance.waveform for utterance in play.spoken)
    waveform = synthesize(stage, speech, spec, stream(seed, index, split, "audio"))
    truth = _truth(stage, mouths, view, caption, spec)
    return Clip(frames, waveform, caption.text, truth, others)


def set_up(seed: int, index: int, spec: ClipSpec, split: str) -> Play:
    """Draws the scene of a clip and lets it happen, before any picture, sound or caption."""
    rng = stream(seed, index, split, "scene")
    challenge = draw_challenge(rng, split)
    dice = Dice(rng, challenge)
    width = spec.width / spec.scale
    language = "fr" if dice.chance(FRENCH_SHARE) else "en"
    kind, place, new_pair = draw_kind(dice, width)
    setting = draw_setting(dice, place, kind)
    ambience = draw_ambience(dice, setting)
    camera = draw_camera(dice, kind)
    tune = draw_tune(dice) if dice.chance(MUSIC_SHARE) else None
    cast: tuple[Character, ...] = ()
    lines: tuple[Line, ...] = ()
    spoken: tuple[Utterance, ...] = ()
    if kind == "talk":
        cast = draw_cast(dice, width)
        speech_dice = Dice(stream(seed, index, split, "speech"))
        lines, spoken = draw_dialogue(speech_dice, cast, language, spec.samples / 24_000)
        layout, motion, outcome = no_event(width, spec.frames, spec.fps)
    else:
        layout, motion, outcome = make_event(dice, kind, width, spec.frames, spec.fps)
    held_out = ""
    if new_pair or dice.combined:
        held_out = "combination"
    elif challenge in ("hole", "beyond") and dice.numbers:
        held_out = challenge
    stage = Stage(
        kind=kind,
        width=width,
        setting=setting,
        camera=camera,
        ambience="quiet" if kind == "billiards" else ambience,
        tune=tune,
        layout=layout,
        motion=motion,
        outcome=outcome,
        numbers=dice.numbers,
        cast=cast,
        lines=lines,
        held_out=held_out,
    )
    return Play(stage, language, challenge, spoken)


def _mouths(play: Play, spec: ClipSpec) -> np.ndarray:
    """[frames, speakers, 2]; a speaker's lines follow each other, so their curves add up."""
    curves = np.zeros((spec.frames, len(play.stage.cast), 2))
    curves[:, :, 1] = 0.3
    for line, utterance in zip(play.stage.lines, play.spoken, strict=True):
        curve = mouth_curve(utterance.waveform, utterance.wide, spec.frames, spec.fps, line.start_s)
        speaks = curve[:, 0] > 0
        curves[speaks, line.speaker] = curve[speaks]
    return curves


def _truth(
    stage: Stage, mouths: np.ndarray, view: np.ndarray, caption: Caption, spec: ClipSpec
) -> WholeTruth:
    motion, things = stage.motion, stage.layout.things
    bounces = floor_bounces(stage.layout, motion)
    seen = to_pixels(motion.paths, view, stage.width, spec.scale)
    held_out = stage.held_out or caption.new
    return WholeTruth(
        place=stage.setting.place,
        backdrop=-1,
        objects=tuple(
            _object(thing, count, stage.width, spec)
            for thing, count in zip(things, bounces, strict=True)
        ),
        height=str(stage.layout.facts.get("height", "")),
        fps=spec.fps,
        floor_y_px=FLOOR_Y * spec.scale,
        trajectories=seen.astype(np.float32),
        contacts=tuple(
            contact_of(hit, hit.x * spec.scale, hit.y * spec.scale) for hit in motion.hits
        ),
        words=caption.words,
        language=caption.language,
        held_out_combination=held_out == "combination",
        held_out_sentence=held_out == "sentence",
        kind=stage.kind,
        time=stage.setting.time,
        weather=stage.setting.weather,
        style=stage.setting.style,
        ambience=stage.ambience,
        camera=stage.camera.kind,
        view=view.astype(np.float32),
        roles=(*(thing.role for thing in things), *(who.role for who in stage.cast)),
        outcome=stage.outcome,
        numbers=stage.numbers,
        dialogue=stage.lines,
        mouths=mouths.astype(np.float32),
        cast=stage.cast,
        tune=stage.tune,
        held_out=held_out,
        things=things,
    )


def _object(thing: Thing, bounces: int, width: float, spec: ClipSpec) -> TruthObject:
    third = min(2, max(0, int(3 * thing.x / width)))
    half = thing.half_width if thing.shape == "ball" else max(thing.half_width, thing.half_height)
    return TruthObject(
        shape=thing.shape,
        colour=thing.colour,
        rgb=COLOURS.get(thing.colour, WHITE),
        material=thing.material,
        size="big" if thing.half_width > 25 else "small" if thing.half_width < 17 else "",
        radius_px=half * spec.scale,
        position=("left", "middle", "right")[third],
        bounces=bounces,
    )

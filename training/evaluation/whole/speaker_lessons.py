"""Speakers to learn likeness from: a reference, and how a clip shows or lets hear the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...world import ClipSpec
from ...world.drawing.frames import render
from ...world.drawing.reference import draw_references
from ...world.scenes.cast import Character, draw_cast
from ...world.scenes.dice import Dice
from ...world.scenes.event import no_event
from ...world.scenes.layout import PLACES, Camera
from ...world.scenes.setting import draw_ambience, draw_setting
from ...world.scenes.stage import Line, Stage
from ...world.sound.mix import synthesize
from ...world.voice.reference import speak_references
from ...world.voice.sentences import draw_sentence
from ...world.voice.synth import say
from .likeness import voice_facts

PICTURE = ClipSpec(frames=1, height=96, width=96, playground="whole")
SOUND = ClipSpec(playground="whole")
SENTENCES = 2


def draw_speaker(seed: int, index: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """One speaker alone, as `lessons.speakers` keeps it."""
    rng = np.random.default_rng([seed, index])
    dice = Dice(rng)
    who = draw_cast(dice, 256)[0]
    who = replace(who, x=128 + dice.uniform(-20, 20), size=dice.uniform(0.7, 1.1))
    mouths = np.array([[[dice.pick([0.0, dice.uniform(0, 1)]), dice.uniform(0, 1)]]])
    frames, _ = render(_stage(dice, who, 1), mouths, PICTURE, rng)
    view = draw_references((), (who,), PICTURE.height)[who.role]
    return {"view": view, "frame": frames[0]}, {"word": who.word}


def draw_voice(seed: int, index: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """One speaker's voice, as `lessons.voices` keeps it."""
    rng = np.random.default_rng([seed, index])
    dice = Dice(rng)
    who = draw_cast(dice, 256)[0]
    sounds = [speak_references((who,))[who.role], *(_say(dice, who, rng) for _ in range(SENTENCES))]
    facts = np.stack([voice_facts(sound) for sound in sounds])
    return {"facts": facts}, {"word": who.voice.name}


def _stage(dice: Dice, who: Character, frames: int, lines: tuple[Line, ...] = ()) -> Stage:
    setting = draw_setting(dice, dice.pick(PLACES), "talk")
    layout, motion, outcome = no_event(256, frames, 24)
    ambience = draw_ambience(dice, setting)
    return Stage(
        kind="talk",
        width=256,
        setting=setting,
        camera=Camera(),
        ambience=ambience,
        tune=None,
        layout=layout,
        motion=motion,
        outcome=outcome,
        numbers={},
        cast=(who,),
        lines=lines,
        held_out="",
    )


def _say(dice: Dice, who: Character, rng: np.random.Generator) -> np.ndarray:
    """A sentence in the voice of the speaker as a clip holds it, mono."""
    text = draw_sentence(dice, "en")
    sound = say(text, "en", who.voice, rng).waveform
    line = Line(0, text, "en", 0.08, 0.08 + len(sound) / 24_000)
    stage = _stage(dice, who, SOUND.frames, (line,))
    return synthesize(stage, (sound,), SOUND, rng).mean(0)

"""Who says what and when, so that it fits into the clip."""

from __future__ import annotations

import numpy as np

from ..scenes.cast import Character
from ..scenes.dice import Dice
from ..scenes.stage import Line
from .sentences import draw_sentence
from .synth import Utterance, say

LEAD_S, PAUSE_S = 0.08, 0.14
LEAST_S = 0.45
TRIES = 6
SHORTEST = {"en": "Hello!", "fr": "Bonjour !"}


def draw_dialogue(
    dice: Dice, cast: tuple[Character, ...], language: str, seconds: float
) -> tuple[tuple[Line, ...], tuple[Utterance, ...]]:
    """The lines of a talk with their sounds; the second of two speakers may only listen."""
    lines: list[Line] = []
    spoken: list[Utterance] = []
    at = LEAD_S
    first = 0 if len(cast) == 1 else dice.integer(0, 1)
    while seconds - at > LEAST_S or not lines:
        speaker = (first + len(lines)) % len(cast)
        share = 0.55 if len(cast) > 1 and not lines else 1.0
        made = _fitting(dice, cast[speaker], language, share * (seconds - at))
        if made is None and lines:
            break
        text, utterance = made or _shortest(cast[speaker], language, dice.rng)
        end = min(seconds, at + utterance.seconds)
        lines.append(Line(speaker, text, language, at, end))
        spoken.append(utterance)
        at += utterance.seconds + PAUSE_S
        if len(cast) > 1 and len(lines) == 2:
            break
    return tuple(lines), tuple(spoken)


def _fitting(
    dice: Dice, who: Character, language: str, seconds: float
) -> tuple[str, Utterance] | None:
    for _ in range(TRIES):
        text = draw_sentence(dice, language)
        # About 0.2 s a syllable; what is surely too long is not worth speaking.
        if 0.16 * len(text.split()) > seconds:
            continue
        utterance = say(text, language, who.voice, dice.rng)
        if utterance.seconds <= seconds:
            return text, utterance
    return None


def _shortest(who: Character, language: str, rng: np.random.Generator) -> tuple[str, Utterance]:
    text = SHORTEST[language]
    return text, say(text, language, who.voice, rng)

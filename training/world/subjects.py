"""Who and what a clip is about: reference views, voices, and captions that leave looks to them.

A model that is shown references must take looks and voices from them, so beside each clip stand
sentences that leave looks unsaid. Nothing here changes a clip: its own random stream is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clip import ClipSpec
from .drawing.reference import draw_views
from .language.telling import write_caption
from .scenes.cast import Character
from .scenes.dice import stream
from .scenes.layout import Thing
from .voice.reference import speak_references
from .whole import set_up

MOST = 3
"""Most subjects of one clip."""
VIEW_PX = 256
CAPTIONS = 2
SHAPES = ("ball", "box")
"""Things worth a view; a plank is one like the other."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A role, uint8 views [V, size, size, 3] and, of speakers, a voice float32 [N] at 24 kHz."""

    role: str
    views: np.ndarray
    voice: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Cast:
    """At most `MOST` subjects that look different, and captions that do not tell their looks."""

    subjects: tuple[Subject, ...]
    captions: tuple[str, ...]


def make_cast(
    seed: int, index: int, spec: ClipSpec, split: str = "train", size: int = VIEW_PX
) -> Cast:
    """The subjects of clip `index` of the data set `seed`: its speakers, or else its things.

    Raises:
        ValueError: the playground is not "whole", a negative seed or index, an unknown split.
    """
    if spec.playground != "whole":
        raise ValueError(
            f'the playground "{spec.playground}" has no reference views; set data.playground = '
            '"whole", or leave references out'
        )
    play = set_up(seed, index, spec, split)
    rng = stream(seed, index, split, "subjects")
    captions = tuple(
        write_caption(play.stage, play.language, play.challenge, rng, looks=False).text
        for _ in range(CAPTIONS)
    )
    voices = speak_references(play.stage.cast)
    distinct: dict[object, Thing | Character] = {}
    for subject in (*play.stage.cast, *play.stage.layout.things):
        if not isinstance(subject, Thing) or subject.shape in SHAPES:
            distinct.setdefault(_look(subject), subject)
    chosen = list(distinct.values())[:MOST]
    subjects = tuple(
        Subject(subject.role, draw_views(subject, size), voices.get(subject.role))
        for subject in chosen
    )
    return Cast(subjects, captions)


def _look(subject: Thing | Character) -> object:
    """What a reference view shows: things of one look are one subject."""
    if isinstance(subject, Character):
        return subject.role
    return (subject.shape, subject.colour, subject.material, subject.skin)

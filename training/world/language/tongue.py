"""What a language brings to a caption: words, event clauses, sentence shapes, noun phrases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..scenes.cast import Character

Options = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class NounPhrase:
    """What is said of one or several equal things; empty words are left unsaid."""

    noun: str
    colour: str = ""
    material: str = ""
    size: str = ""
    count: int = 1


@dataclass(frozen=True)
class Tongue:
    """One language of captions.

    Attributes:
        words: synonyms by attribute and value, for instance words["colour"]["red"].
        new_words: synonyms that training never uses, for the same keys.
        events: clause templates by "kind result". "rolls~rolling" is a verb as finite form and as
            participle; {S}, {O} are noun phrases, {L} a side, {N} a number, see `telling`.
        shapes: main sentences. {E} a finite clause, {G} the same as a noun with participle, {P}
            place, {Y} style, {A} ambience, {N} sounds, {M} music.
        new_shapes: main sentences that training never uses.
        tails: further sentences by slot.
        phrase: puts a noun phrase together.
        person: describes a character with so many features.
        stranger: names a character by its kind alone.
        anybody: words for a character of whom nothing is said.
        numbers: words for 0..9.
        table: places of a billiard table.
        again: for more than three times.
        tunes: music by {T}empo, {I}nstrument, {K}ey and {B}eats per minute.
        instruments: names, where they are not the English ones.
        drives: verbs of how a thing moves.
        basketball: nouns of the ball thrown at a hoop.
        conjunction: "and".
        cushion: added when the struck billiard ball came off a cushion.
    """

    name: str
    words: dict[str, Options]
    new_words: dict[str, Options]
    events: Options
    shapes: tuple[str, ...]
    new_shapes: tuple[str, ...]
    tails: Options
    phrase: Callable[[NounPhrase], str]
    person: Callable[[Character, int], str]
    stranger: Callable[[Character], str]
    anybody: tuple[str, ...]
    numbers: tuple[str, ...]
    table: tuple[str, ...]
    again: tuple[str, ...]
    tunes: tuple[str, ...]
    instruments: dict[str, str]
    drives: dict[str, str]
    basketball: tuple[str, ...]
    conjunction: str
    cushion: str

"""What a caption of the whole playground fixes, read from the words it used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...world.scenes.layout import Thing
from ...world.truth import WholeTruth
from .track import Track

LEAST_FRAMES = 8
"""Frames in which a thing must be seen to be what a caption names."""

_SUBJECTS: dict[str, slice] = {
    "drop": slice(None),
    "cradle": slice(None),
    "seesaw": slice(1, 2),
}
_OBJECTS: dict[str, slice] = {"seesaw": slice(2, 3)}
_FIRST, _REST = slice(0, 1), slice(1, None)


@dataclass(frozen=True)
class Group:
    """Things named together: the words that fit, and whether the caption told them.

    An attribute that the caption leaves open has no words.
    """

    shape: frozenset[str]
    colour: frozenset[str]
    material: frozenset[str]

    @property
    def asked(self) -> int:
        """How many attributes are told."""
        return sum(map(bool, (self.shape, self.colour, self.material)))

    def agreement(self, track: Track) -> int:
        """How many of the told attributes a thing has."""
        return sum(getattr(track, name) in getattr(self, name) for name in self.__annotations__)


def groups(truth: WholeTruth) -> list[Group]:
    """The subject and the object of the caption's event, as far as they are things it names."""
    things: dict[str, Sequence[Thing]] = {
        "subject": truth.things[_SUBJECTS.get(truth.kind, _FIRST)],
        "object": truth.things[_OBJECTS.get(truth.kind, _REST)],
    }
    if truth.kind == "billiards":
        first = truth.outcome.get("first")
        things = {"object": [thing for thing in truth.things if thing.colour == first]}
    if truth.kind in ("drop", "cradle"):
        del things["object"]
    return [
        _group(named, who, truth)
        for who, named in things.items()
        if named and f"{who} colour" in truth.words
    ]


def _group(things: Sequence[Thing], who: str, truth: WholeTruth) -> Group:
    def words(attribute: str, of: Callable[[Thing], str]) -> frozenset[str]:
        if attribute != "shape" and f"{who} {attribute}" not in truth.words:
            return frozenset()
        return frozenset(of(thing) for thing in things)

    return Group(
        shape=words("shape", lambda thing: thing.shape),
        colour=words("colour", lambda thing: thing.colour),
        material=words("material", stuff_of),
    )


def best_track(group: Group, tracks: Sequence[Track]) -> Track | None:
    """The thing that agrees with most of what is told, the one seen longest among equals."""
    long = [track for track in tracks if track.seen.sum() >= min(LEAST_FRAMES, len(track.seen))]
    return max(long, key=group.agreement, default=None)


def stuff_of(thing: Thing) -> str:
    """What a thing looks and sounds made of."""
    return "resin" if thing.skin == "billiard" else thing.material


def loudest_material(truth: WholeTruth) -> str | None:
    """The material with the most change of velocity over all audible hits; None in silence."""
    loudness: dict[str, float] = {}
    for contact in truth.contacts:
        for index in (contact.object, getattr(contact, "second", -1)):
            if index >= 0:
                stuff = stuff_of(truth.things[index])
                loudness[stuff] = loudness.get(stuff, 0.0) + contact.impulse_dv
    return max(loudness, key=lambda name: loudness[name], default=None)


def tells_tune(truth: WholeTruth) -> bool:
    """Whether the caption names the tune there is, or there is none."""
    return truth.tune is None or "tempo" in truth.words

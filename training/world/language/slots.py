"""The words for the slots of an event clause, read from what is on the stage and what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..scenes.cast import Character
from ..scenes.dice import Dice
from ..scenes.layout import Thing
from ..scenes.stage import Stage
from .tongue import NounPhrase, Tongue

DROP_DETAIL = 0.12
"""How often a caption leaves out a material, a size, a side, a place of an object."""
BIG, SMALL = 25.0, 17.0


class Words:
    """Picks synonyms in one language and remembers what was said about what.

    Without `looks` it leaves unsaid what things and speakers look like: reference views show that.
    """

    def __init__(self, tongue: Tongue, dice: Dice, looks: bool = True) -> None:
        self.tongue = tongue
        self.dice = dice
        self.looks = looks
        self.said: dict[str, str] = {}
        self.new = False

    def word(self, attribute: str, value: str, note: str | None = None) -> str:
        """A synonym; under the challenge "synonyms" one that training never uses."""
        options = self.tongue.words[attribute].get(value, (value,))
        if self.dice.challenge == "synonyms":
            held = self.tongue.new_words.get(attribute, {}).get(value)
            self.new |= held is not None
            options = held or options
        chosen = self.dice.pick(options)
        if chosen:
            self.said[note or attribute] = chosen
        return chosen

    def detail(self, attribute: str, value: str, note: str | None = None) -> str:
        """Like `word`, but left out now and then."""
        return "" if self.dice.chance(DROP_DETAIL) else self.word(attribute, value, note)

    def things(self, things: Sequence[Thing], noun: str, who: str, sized: bool = True) -> str:
        """The noun phrase of equal things; two colours in turn are both named."""
        first = things[0]
        if not self.looks:
            return self.tongue.phrase(
                NounPhrase(self.word("noun", noun, f"{who} noun"), count=len(things))
            )
        colours = list(dict.fromkeys(thing.colour for thing in things))
        colour = f" {self.tongue.conjunction} ".join(
            self.word("colour", name, f"{who} colour") for name in colours
        )
        material = "" if first.skin == "billiard" else first.material
        size = "big" if first.half_width > BIG else "small" if first.half_width < SMALL else ""
        said = NounPhrase(
            noun=self.word("noun", noun, f"{who} noun"),
            colour=colour,
            material=self.detail("material", material, f"{who} material") if material else "",
            size=self.detail("size", size, f"{who} size") if sized and size else "",
            count=len(things),
        )
        return self.tongue.phrase(said)

    def person(self, who: Character, detail: int, alone: bool) -> str:
        """A speaker with so many features; without looks the kind of speaker, or just anybody."""
        if self.looks:
            return self.tongue.person(who, detail)
        stranger = self.tongue.stranger(who)
        return self.dice.pick((stranger, *self.tongue.anybody)) if alone else stranger


def event_slots(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    """The filled slots of the stage's event, and the number that "one|many" agrees with."""
    return _SLOTS[stage.kind](stage, words)


def _side(stage: Stage, words: Words) -> str:
    return words.detail("side", str(stage.layout.facts["side"]))


def _times(stage: Stage, words: Words) -> str:
    count = int(stage.outcome.get("count", 0))
    if count == 0:
        return ""
    if count > 3:
        return words.dice.pick(words.tongue.again)
    return words.detail("times", str(count))


def _drop(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    things, facts = stage.layout.things, stage.layout.facts
    slots = {
        "S": words.things(things, things[0].shape, "subject"),
        "H": words.detail("height", str(facts["height"])),
        "X": words.detail("spot", str(facts["position"])),
        "K": _times(stage, words),
    }
    return slots, len(things)


def _throw(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    slots = {
        "S": words.things(stage.layout.things, "ball", "subject"),
        "L": _side(stage, words),
        "K": _times(stage, words),
    }
    return slots, 1


def _hoop(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    noun = words.dice.pick(words.tongue.basketball)
    colour = ""
    if words.looks:
        colour = words.word("colour", stage.layout.things[0].colour, "subject colour")
    return {"S": words.tongue.phrase(NounPhrase(noun, colour))}, 1


def _ramp(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    mover, *targets = stage.layout.things
    drive = "rolls" if mover.shape == "ball" else "slides"
    slots = {
        "S": words.things([mover], mover.shape, "subject", sized=False),
        "L": _side(stage, words),
        "V": words.tongue.drives.get(drive, ""),
    }
    if targets:
        slots["O"] = words.things(targets, "crate", "object", sized=False)
    return slots, len(targets)


def _roll(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    ball, *others = stage.layout.things
    slots = {"S": words.things([ball], "ball", "subject"), "L": _side(stage, words)}
    if others:
        slots["O"] = words.things(others, others[0].shape, "object")
    return slots, 1


def _billiards(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    outcome = stage.outcome
    first = next(
        (thing for thing in stage.layout.things[1:] if thing.colour == outcome.get("first")), None
    )
    slots = {"N": words.tongue.numbers[int(outcome.get("count", 0))], "W": ""}
    if first is not None:
        slots["O"] = words.things([first], "ball", "object", sized=False)
        slots["W"] = words.tongue.cushion if outcome.get("cushion") else ""
    return slots, 1


def _pendulum(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    bob, *targets = stage.layout.things
    slots = {
        "S": words.things([bob], "bob", "subject", sized=False),
        "L": _side(stage, words),
    }
    if targets:
        slots["O"] = words.things(targets, "crate", "object", sized=False)
    return slots, len(targets)


def _cradle(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    lifted = int(stage.layout.facts["lifted"])
    ball = words.tongue.words["noun"]["ball"][0]
    slots = {
        "B": words.things(stage.layout.things, "ball", "subject", sized=False),
        "U": words.tongue.phrase(NounPhrase(ball, count=lifted))
        if lifted > 1
        else f"{words.tongue.numbers[1]} {ball}",
        "L": _side(stage, words),
    }
    return slots, lifted


def _domino(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    ball, *dominoes = stage.layout.things
    slots = {
        "S": words.things([ball], "ball", "subject", sized=False),
        "O": words.things(dominoes, "domino", "object", sized=False),
        "N": words.tongue.numbers[int(stage.outcome["count"])],
    }
    return slots, 1


def _tower(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    ball, *boxes = stage.layout.things
    slots = {
        "S": words.things([ball], "ball", "subject", sized=False),
        "O": words.things(boxes, "crate", "object", sized=False),
        "N": words.tongue.numbers[int(stage.outcome.get("count", 0))],
        "F": words.tongue.drives.get(str(stage.layout.facts["way"]), ""),
        "L": _side(stage, words),
    }
    return slots, 1


def _seesaw(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    _, passenger, weight = stage.layout.things
    slots = {
        "S": words.things([passenger], passenger.shape, "subject"),
        "O": words.things([weight], "box", "object"),
    }
    return slots, 1


def _talk(stage: Stage, words: Words) -> tuple[dict[str, str], int]:
    detail = words.dice.integer(1, 3)
    first = stage.cast[stage.lines[0].speaker]
    alone = len(stage.cast) == 1
    slots = {
        "S": words.person(first, detail, alone),
        "V": words.detail("voice", first.voice.name),
        "Q": _quote(" ".join(line.text for line in stage.lines), words.tongue),
    }
    if not alone:
        slots["Q"] = _quote(stage.lines[0].text, words.tongue)
        slots["O"] = words.person(stage.cast[1 - stage.lines[0].speaker], detail, alone)
    if len(stage.lines) > 1:
        slots["R"] = _quote(stage.lines[1].text, words.tongue)
    return slots, 1


def _quote(text: str, tongue: Tongue) -> str:
    """French sets a space before its marks; English quotes end with the sentence's own mark."""
    return text if tongue.name == "fr" else text.replace(" !", "!").replace(" ?", "?")


_SLOTS: dict[str, Callable[[Stage, Words], tuple[dict[str, str], int]]] = {
    "drop": _drop,
    "throw": _throw,
    "hoop": _hoop,
    "ramp": _ramp,
    "roll": _roll,
    "billiards": _billiards,
    "pendulum": _pendulum,
    "cradle": _cradle,
    "domino": _domino,
    "tower": _tower,
    "seesaw": _seesaw,
    "talk": _talk,
}

"""A caption for a stage: a main sentence around the event, and sentences about the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..scenes.dice import Dice
from ..scenes.stage import Stage
from .english import ENGLISH
from .french import FRENCH
from .slots import Words, event_slots

TONGUES = {"en": ENGLISH, "fr": FRENCH}
_VERB = re.compile(r"([^\s~(]+)~([^\s~,.:)]+)")


@dataclass(frozen=True)
class Caption:
    """A text with the words it uses by attribute; `new` names the challenge that it really met."""

    text: str
    language: str
    words: dict[str, str]
    new: str


def write_caption(
    stage: Stage, language: str, challenge: str, rng: np.random.Generator, looks: bool = True
) -> Caption:
    """Tells what happened on the stage; without `looks` not what things and speakers look like."""
    dice = Dice(rng, challenge)
    tongue = TONGUES[language]
    words = Words(tongue, dice, looks)
    slots, count = event_slots(stage, words)
    event = dice.pick(tongue.events[event_key(stage)])
    event = _inflect(event, count)
    quotes = {slot: slots.pop(slot) for slot in "QR" if slot in slots}
    for slot, text in slots.items():
        event = event.replace(f"{{{slot}}}", text)
    many = stage.kind in ("drop", "cradle") and count > 1
    parts = {
        "E": _VERB.sub(lambda match: _finite(match[1], many), event),
        "G": _VERB.sub(lambda match: match[2], event),
        "P": _place(stage, words),
        "Y": words.word("style", stage.setting.style),
        "A": words.word("ambience", stage.ambience),
        "N": _sounds(stage, words),
    }
    shapes = tongue.new_shapes if challenge == "sentence" else tongue.shapes
    told = [shape for shape in shapes if _fits(shape, stage, parts)]
    shape = dice.pick(told)
    text = " ".join([shape, *_tails(stage, shape, words, parts)])
    for slot, part in parts.items():
        text = text.replace(f"{{{slot}}}", part)
    new = challenge if challenge == "sentence" or words.new else ""
    return Caption(_quote(_tidy(text, language), quotes), language, words.said, new)


def event_key(stage: Stage) -> str:
    """What kind of thing happened, as the events of a language are keyed."""
    if stage.kind == "talk":
        result = "one" if len(stage.cast) == 1 else "two" if len(stage.lines) > 1 else "listens"
        return f"talk {result}"
    via = f" {stage.outcome['via']}" if "via" in stage.outcome else ""
    return f"{stage.kind} {stage.outcome['result']}{via}"


def _inflect(text: str, count: int) -> str:
    """Picks the side of every one|many pair."""
    return re.sub(r"([^\s|,.{}]+)\|([^\s|,.{}]+)", r"\1" if count == 1 else r"\2", text)


def _finite(verb: str, many: bool) -> str:
    """The English third person, or its plural."""
    if not many:
        return verb
    irregular = {"is": "are", "does": "do", "flies": "fly"}
    return irregular.get(verb, re.sub(r"(?<=ch|sh|ss)es$|s$", "", verb))


def _place(stage: Stage, words: Words) -> str:
    """Where, and now and then when and in what weather."""
    if stage.kind == "billiards":
        return words.dice.pick(words.tongue.table)
    setting = stage.setting
    parts = [words.word("place", setting.place)]
    if setting.style != "sketch" and words.dice.chance(0.7):
        parts.append(words.word("time", setting.time))
    # A grey sky cannot be seen at night, nor any sky from inside.
    unseen = ("clear", "cloudy") if setting.time == "night" else ("clear",)
    if not setting.indoors and setting.weather not in unseen and words.dice.chance(0.75):
        parts.append(words.word("weather", setting.weather))
    if words.dice.chance(0.3):
        parts.reverse()
    return " ".join(part for part in parts if part)


def _sounds(stage: Stage, words: Words) -> str:
    """The one or two materials that are heard most."""
    if stage.kind == "talk":
        return words.word("sound", "speech")
    if not stage.motion.hits:
        return ""
    if stage.kind == "billiards":
        return words.word("sound", "resin")
    loudness: dict[str, float] = {}
    for hit in stage.motion.hits:
        for index in (hit.first, hit.second):
            if index >= 0:
                material = stage.layout.things[index].material
                loudness[material] = loudness.get(material, 0) + hit.dv
    heard = sorted(loudness, key=lambda name: -loudness[name])[: words.dice.pick([1, 2])]
    glue = f" {words.tongue.conjunction} "
    return glue.join(words.word("sound", name, f"sound {name}") for name in heard)


def _fits(shape: str, stage: Stage, parts: dict[str, str]) -> bool:
    if "{N}" in shape and not parts["N"]:
        return False
    # What the event says about "it" or two subjects does not follow "a video of".
    event = parts["G"]
    split = stage.kind == "talk" and '"' in event and shape.startswith("{G}")
    return not split


def _tails(stage: Stage, shape: str, words: Words, parts: dict[str, str]) -> list[str]:
    """Further sentences about what the main one left out, in any order."""
    dice, tails = words.dice, words.tongue.tails
    style, camera = stage.setting.style, stage.camera.kind
    chances = {
        "A": 0.1 if stage.ambience == "quiet" else 0.55,
        "N": 0.4 if parts["N"] and stage.kind != "talk" else 0.0,
        "Y": 0.25 if style == "bright" else 0.85,
        "C": 0.08 if camera == "still" else 0.85,
        "M": 0.0 if stage.tune is None else 0.9,
    }
    told = []
    for slot, chance in chances.items():
        if f"{{{slot}}}" not in shape and dice.chance(chance):
            told.append(dice.pick(tails[slot]))
            if slot == "C":
                parts["C"] = words.word("camera", camera)
            elif slot == "M":
                parts["M"] = _music(stage, words)
    order = dice.rng.permutation(len(told))
    return [told[k] for k in order]


def _music(stage: Stage, words: Words) -> str:
    tune = stage.tune
    if tune is None:
        return ""
    tongue = words.tongue
    text = words.dice.pick(tongue.tunes)
    tempo = words.word("tempo", tune.tempo)
    values = {
        "T": tempo,
        "I": tongue.instruments.get(tune.instrument, tune.instrument),
        "K": _key(tune.tonic, tune.mode, tongue.name),
        "B": str(tune.tempo_bpm),
    }
    words.said |= {"instrument": tune.instrument, "key": tune.key}
    for slot, value in values.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def _key(tonic: str, mode: str, language: str) -> str:
    if language == "en":
        return f"{tonic} {mode}"
    names = {"C": "do", "D": "ré", "E": "mi", "F": "fa", "G": "sol", "A": "la", "B": "si"}
    return f"{names[tonic]} {'majeur' if mode == 'major' else 'mineur'}"


def _tidy(text: str, language: str) -> str:
    """Closes the gaps of dropped details; sentences start with a capital and end with a stop."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.])", r"\1", text).lstrip(", ")
    text = re.sub(r",+", ",", text)
    if language == "fr":
        text = re.sub(r"\bde (une?)\b", r"d'\1", text)
        text = re.sub(r"\bque (un|une|il|elle|on)\b", r"qu'\1", text)
    text = re.sub(r"\b([Aa]) (?=[aeiou]\w)(?!one|un)", r"\1n ", text) if language == "en" else text
    return re.sub(r"(^|[.?] )(\w)", lambda match: match[1] + match[2].upper(), text)


def _quote(text: str, quotes: dict[str, str]) -> str:
    """Sets in what is said; a quotation that ends a sentence brings its own stop."""
    for slot, said in quotes.items():
        text = text.replace(f"{{{slot}}}", said)
    text = re.sub(r'([.!?])"\.', r'\1"', text)
    return re.sub(r"([.!?]) »\.", r"\1 »", text)

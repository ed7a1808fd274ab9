"""The sentence of numbers that a person speaks in the recording, so that it is them, and now.

It is random, shown once, valid for ten minutes, and spent by the enrolment. With a speech
recogniser the spoken numbers are compared and the cameo is *verified*; without one the statement
says what should have been spoken and the cameo is *attested*.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..home import home_subfolder, write_private
from ..identity import canonical_json
from .container import CameoError
from .name import checked_name

VALID_S = 600
DIGITS = 6
WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
}
Recogniser = Callable[[Any, int], str]
_OTHER_SPELLINGS = {"oh": 0, "to": 2, "too": 2, "for": 4, "ate": 8, "une": 1, "cet": 7}


@dataclass(frozen=True)
class Challenge:
    """Numbers to speak for the cameo ``name``; ``issued`` in seconds since 1970."""

    name: str
    digits: tuple[int, ...]
    issued: int
    language: str = "en"

    @property
    def sentence(self) -> str:
        """What to say."""
        return " ".join(WORDS[self.language][digit] for digit in self.digits)

    def is_spoken_in(self, text: str) -> bool:
        """Whether a transcript holds the numbers, one after the other."""
        spoken = "".join(map(str, digits_in(text)))
        return "".join(map(str, self.digits)) in spoken


def issue_challenge(name: str, language: str = "en", now: float | None = None) -> Challenge:
    """A new challenge for ``name``, in place of one that is still open."""
    if language not in WORDS:
        raise CameoError(f"language {language!r} is unknown; use {', '.join(WORDS)}")
    digits = tuple(secrets.randbelow(10) for _ in range(DIGITS))
    issued = int(time.time() if now is None else now)
    challenge = Challenge(checked_name(name), digits, issued, language)
    write_private(_path(challenge.name), canonical_json(vars(challenge)))
    return challenge


def open_challenge(name: str, recorded: float | None = None, now: float | None = None) -> Challenge:
    """The challenge for ``name`` that a recording must answer.

    ``recorded`` is when the recording was made, where that is known.

    Raises:
        CameoError: none is open, it is older than ten minutes, or the recording is older than it.
    """
    path = _path(checked_name(name))
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        challenge = Challenge(**{**stored, "digits": tuple(map(int, stored["digits"]))})
    except FileNotFoundError as error:
        raise CameoError(
            f"no challenge is open for {name}; ask for one, speak it in the recording, and enroll "
            "within ten minutes"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        path.unlink(missing_ok=True)
        raise CameoError(f"the challenge for {name} is damaged; ask for a new one") from error
    age_s = (time.time() if now is None else now) - challenge.issued
    if not 0 <= age_s <= VALID_S:
        path.unlink(missing_ok=True)
        raise CameoError(f"the challenge for {name} is older than ten minutes; ask for a new one")
    if recorded is not None and recorded < challenge.issued - 1:
        raise CameoError(
            "the recording is older than the challenge; record a new clip with the new sentence"
        )
    return challenge


def spend_challenge(challenge: Challenge) -> None:
    """Close a challenge that an enrolment has used."""
    _path(challenge.name).unlink(missing_ok=True)


def is_challenged(name: str) -> bool:
    """Whether a challenge waits for a recording of ``name``."""
    return _path(checked_name(name)).exists()


def digits_in(text: str) -> list[int]:
    """The digits of a transcript, written as numbers or as words, in order."""
    spelled = {_plain(word): digit for words in WORDS.values() for digit, word in enumerate(words)}
    known = _OTHER_SPELLINGS | spelled
    found: list[int] = []
    for word in re.findall(r"[a-z]+|\d", _plain(text)):
        if word.isdigit():
            found.append(int(word))
        elif word in known:
            found.append(known[word])
    return found


def _path(name: str) -> Path:
    return home_subfolder("challenges") / f"{name}.json"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

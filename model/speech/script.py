"""Dialogue as people write it, one line of text for each line that is spoken.

    Anna (a deep, slow voice): Hello there.
    [1.5] Ben: Hi!
    @me: Good morning.

A number in brackets is when a line starts, in seconds; without it (or with ``auto``) it follows the
one before. A voice is described once and kept; ``@name`` is a cameo, who has a voice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_LINES = 100
MAX_CHARS = 500
_LINE = re.compile(
    r"(?:\[\s*(?P<start>[^\]]*)\]\s*)?"
    r"(?P<speaker>@?[^:(\[\]]+?)\s*"
    r"(?:\((?P<voice>[^)]*)\)\s*)?:\s*(?P<text>.+)"
)


@dataclass(frozen=True)
class Line:
    """One spoken line.

    Attributes:
        speaker: a name; it begins with ``@`` for a cameo.
        text: the words.
        start_s: when it starts; None after the line before.
        voice: description of the speaker's voice, "" where nobody gave one.
    """

    speaker: str
    text: str
    start_s: float | None = None
    voice: str = ""

    @property
    def is_cameo(self) -> bool:
        """Whether the model has a voice for the speaker."""
        return self.speaker.startswith("@")


def read_script(script: str) -> list[Line]:
    """The lines of a dialogue, in order.

    Raises:
        ValueError: there is none, or one cannot be read; the message tells which.
    """
    written = [text.strip() for text in script.splitlines() if text.strip()]
    if not written:
        raise ValueError("the dialogue is empty. Write for example: Anna: Hello there.")
    if len(written) > MAX_LINES:
        raise ValueError(f"the dialogue has {len(written)} lines; use at most {MAX_LINES}")
    lines: list[Line] = []
    voices: dict[str, str] = {}
    for number, text in enumerate(written, start=1):
        line = _line(text, number)
        voices[line.speaker] = line.voice or voices.get(line.speaker, "")
        lines.append(line)
    return [replace(line, voice=voices[line.speaker]) for line in lines]


def starts_of(lines: Sequence[Line], lasts_s: Sequence[float], pause_s: float) -> list[float]:
    """When each line starts: as asked, else ``pause_s`` after everything before has ended."""
    starts: list[float] = []
    end = 0.0
    for line, lasts in zip(lines, lasts_s, strict=True):
        follows = end + pause_s if starts else 0.0
        starts.append(follows if line.start_s is None else line.start_s)
        end = max(end, starts[-1] + lasts)
    return starts


def _line(text: str, number: int) -> Line:
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"line {number} of the dialogue, {text[:40]!r}, has no speaker. Write for example: "
            "Anna: Hello there."
        )
    words = found["text"].strip()
    if len(words) > MAX_CHARS:
        raise ValueError(
            f"line {number} of the dialogue has {len(words)} characters; use at most {MAX_CHARS}"
        )
    start = _start(found["start"], number)
    return Line(found["speaker"].strip(), words, start, (found["voice"] or "").strip())


def _start(written: str | None, number: int) -> float | None:
    if written is None or written.strip().lower() in {"", "auto"}:
        return None
    try:
        start_s = float(written.strip().removesuffix("s").replace(",", "."))
    except ValueError:
        start_s = -1.0
    if not 0 <= start_s < math.inf:
        raise ValueError(
            f"line {number} of the dialogue starts at {written.strip()!r}. Write seconds, for "
            "example [1.5], or [auto]"
        )
    return start_s

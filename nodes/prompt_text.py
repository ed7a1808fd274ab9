"""One prompt out of what people fill in: the scene and, if they like, details in fields.

The networks read plain sentences, so the fields become sentences without labels, in the order in
which the training captions mention such things: scene, camera, style, sounds, speech.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_PROMPT_CHARS = 5000
"""Far beyond what any text encoder here reads, and short enough to catch a pasted document."""

_SENTENCE_ENDS = ".!?…。！？"
_QUOTES = "\"'“”«»「」"


def join_prompt(
    prompt: str,
    style: str = "",
    camera: str = "",
    ambience: str = "",
    dialogue: str = "",
    presets: Sequence[str] = ("", ""),
) -> str:
    """Return the text that is encoded: the prompt, then each filled field as its own sentence.

    ``presets`` are sentences for camera and style, before what was written there.

    Without fields the prompt stays as it was written (spaces around it aside), so it encodes like
    the same text in any other text block. Spoken words are put in double quotes.

    >>> join_prompt("a red ball bounces", camera="slow pan", dialogue="Catch it!")
    'a red ball bounces. slow pan. "Catch it!"'

    Raises:
        ValueError: the prompt is empty or the whole is longer than 5000 characters.
    """
    prompt = prompt.strip()
    if not prompt:
        raise ValueError("the prompt is empty. Describe what should be seen and heard")
    moves, look = presets
    told = (moves, camera, look, style, ambience, quoted(dialogue))
    fields = [field.strip() for field in told]
    filled = [field for field in fields if field]
    text = " ".join([sentence(prompt), *map(sentence, filled)]) if filled else prompt
    if len(text) > MAX_PROMPT_CHARS:
        raise ValueError(
            f"the prompt has {len(text)} characters, at most {MAX_PROMPT_CHARS} are read. "
            "Shorten it to a few sentences"
        )
    return text


def sentence(text: str) -> str:
    """Return the text with a full stop unless it already ends like a sentence."""
    return text if text.rstrip(_QUOTES).endswith(tuple(_SENTENCE_ENDS)) else f"{text}."


def quoted(words: str) -> str:
    """Return spoken words in double quotes, unchanged where there are quotes already."""
    words = words.strip()
    has_quotes = any(mark in words for mark in '"“«「')
    return words if has_quotes or not words else f'"{words}"'

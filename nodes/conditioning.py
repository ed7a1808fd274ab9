"""The CONDITIONING wire: encoded prompts that also know what no prompt at all means."""

from __future__ import annotations

from typing import Any

UNCONDITIONAL = "hibari_unconditional"
"""Option of an encoded prompt that holds the encoded empty prompt, for guidance without a
negative prompt."""

Conditioning = list[list[Any]]


def encode(clip: Any, text: str) -> Conditioning:
    """Return the CONDITIONING of a text, with that of the empty text beside it."""
    unconditional = clip.encode_from_tokens_scheduled(clip.tokenize(""))
    conditioning = clip.encode_from_tokens_scheduled(clip.tokenize(text))
    return [
        [context, {**options, UNCONDITIONAL: unconditional}] for context, options in conditioning
    ]


def negative_of(positive: Conditioning, negative: Conditioning | None) -> Conditioning | None:
    """Return the given negative, else the empty prompt that came with the positive one, if any."""
    if negative is not None:
        return negative
    return positive[0][1].get(UNCONDITIONAL)

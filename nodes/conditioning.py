"""The CONDITIONING wire: encoded prompts that also know what no prompt at all means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..trust.cameo.prompt import PROMPT, PromptRecord, context_digest, replace_mentions

UNCONDITIONAL = "hibari_unconditional"
"""Option of an encoded prompt that holds the encoded empty prompt, for guidance without a
negative prompt."""

TELL = "hibari_tell"
"""Option of an encoded prompt that encodes another text in its place."""

Conditioning = list[list[Any]]


def encode(clip: Any, written: str, roles: Mapping[str, str] | None = None) -> Conditioning:
    """Return the CONDITIONING of a text, with that of the empty text beside it.

    ``roles`` are descriptions that stand in for ``@`` mentions. Both carry a record of their words,
    against which the owners of cameos have them checked.
    """
    roles = dict(roles or {})

    def again(more: Mapping[str, str]) -> Conditioning:
        return encode(clip, written, {**roles, **more})

    def tell(text: str) -> Conditioning:
        return _recorded(clip, PromptRecord(text, "", text))

    unconditional = _recorded(clip, PromptRecord("", ""))
    text = replace_mentions(written, roles)
    record = PromptRecord(text, "", written, roles, again)
    return [
        [context, {**options, UNCONDITIONAL: unconditional, TELL: tell}]
        for context, options in _recorded(clip, record)
    ]


def _recorded(clip: Any, record: PromptRecord) -> Conditioning:
    """Encode the words of a record and put it beside the context that comes out."""
    conditioning = clip.encode_from_tokens_scheduled(clip.tokenize(record.text))
    return [
        [context, {**options, PROMPT: replace(record, context_sha256=context_digest(context))}]
        for context, options in conditioning
    ]


def negative_of(positive: Conditioning, negative: Conditioning | None) -> Conditioning | None:
    """Return the given negative, else the empty prompt that came with the positive one, if any."""
    if negative is not None:
        return negative
    return positive[0][1].get(UNCONDITIONAL)

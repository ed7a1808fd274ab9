"""CLIP of the embedded host: our text encoder behind ComfyUI's method names."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...model.text import TextEncoder

Tokens = tuple[Tensor, Tensor]


class Clip:
    """CLIP: texts to tokens to CONDITIONING."""

    def __init__(self, encoder: TextEncoder) -> None:
        self.cond_stage_model = encoder

    def tokenize(self, text: str, **_: Any) -> Tokens:
        """Tokens of a text.

        Raises:
            ValueError: the text has more words than the encoder reads.
        """
        return self.cond_stage_model.tokenize([text])

    def encode_from_tokens(self, tokens: Tokens) -> Tensor:
        """Connected context [1, T, Dv + Da]."""
        ids, _ = tokens
        encoder = self.cond_stage_model
        context, _ = encoder(ids.to(next(encoder.parameters()).device))
        return context.float().cpu()

    def encode_from_tokens_scheduled(
        self, tokens: Tokens, add_dict: dict[str, Any] | None = None
    ) -> list[list[Any]]:
        """CONDITIONING of a text."""
        return [[self.encode_from_tokens(tokens), dict(add_dict or {})]]

"""CLIP: our text encoder where ComfyUI expects a text encoder, for the stock CLIPTextEncode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import comfy.sd
import torch
from comfy.model_management import intermediate_device
from comfy.supported_models_base import ClipTarget
from torch import Tensor, nn

from ...model.checkpoint import Checkpoint
from ...model.text import TextEncoder
from ...model.text.tokenizer import PADDING_ID

STREAM = "hibari"
# By stream, a list of batches of (n-gram ids, weight[, word number]).
Tokens = dict[str, list[list[tuple[Any, ...]]]]


class HostTokenizer:
    """Prompts as ComfyUI's tokens: one (n-gram ids, weight) pair for each word."""

    def __init__(self, tokenize: Callable[[list[str]], tuple[Tensor, Tensor]]) -> None:
        self.tokenize = tokenize

    def tokenize_with_weights(self, text: str, return_word_ids: bool = False, **_: Any) -> Tokens:
        """Tokens of one prompt, all of weight 1: brackets are read as they are written."""
        (words_TG,), _mask = self.tokenize([text])
        rows = (tuple(row) for row in words_TG.tolist())
        if return_word_ids:
            return {STREAM: [[(row, 1.0, word) for word, row in enumerate(rows)]]}
        return {STREAM: [[(row, 1.0) for row in rows]]}

    def state_dict(self) -> dict[str, Tensor]:
        """Nothing: the vocabulary is arithmetic."""
        return {}


class HostTextEncoder(nn.Module):
    """What ``comfy.sd.CLIP`` calls a cond stage model."""

    # Small enough to stay whole wherever ComfyUI puts it.
    disable_offload = True

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.dtypes = {next(encoder.parameters()).dtype}

    def set_clip_options(self, options: dict[str, Any]) -> None:
        """Take part in ComfyUI's protocol; none of its options (layers, pooling) exist here."""

    def reset_clip_options(self) -> None:
        """Counterpart of :meth:`set_clip_options`."""

    def encode_token_weights(self, tokens: Tokens) -> tuple[Tensor, None, dict[str, Any]]:
        """Connected context ``[1, T, Dv + Da]`` of one tokenised prompt; there is no pooled one."""
        rows = [pair[0] for pair in tokens[STREAM][0]]
        device = next(self.encoder.parameters()).device
        grams = self.encoder.config.grams_per_word
        ids_BTG = torch.full((1, len(rows), grams), PADDING_ID, device=device)
        if rows:
            ids_BTG[0] = torch.tensor(rows, device=device)
        context_BTD, _ = self.encoder(ids_BTG)
        return context_BTD.to(intermediate_device()), None, {}

    def load_sd(self, weights: dict[str, Tensor]) -> Any:
        """Load weights over the present ones, as ComfyUI does for LoRA-trained encoders."""
        return self.load_state_dict(weights, strict=False)


def load_clip(file: Checkpoint) -> comfy.sd.CLIP:
    """CLIP around the text encoder of a file, in float32: it is small, and rounding would show."""
    encoder = file.load_text_encoder(dtype=torch.float32).requires_grad_(False)
    module = HostTextEncoder(encoder)
    target = ClipTarget(
        tokenizer=lambda **_: HostTokenizer(encoder.tokenize), clip=lambda **_: module
    )
    parameters = sum(weight.numel() for weight in encoder.parameters())
    return comfy.sd.CLIP(target, parameters=parameters)

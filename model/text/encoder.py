"""Our text encoder: n-gram bags, a few transformer blocks, one head per modality.

It emits the connected form that the transformer's text attention reads directly, so a prompt of
ten words costs eleven keys instead of the 1024 that the official connectors always fill.
Like those connectors it uses parameter-free RMS norms, also on its output.
Departures from a plain pre-norm transformer: rotary positions, RMS-normalised queries and keys.
Legend: B prompts, T tokens, D width, N heads, H head dim, G n-grams per word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from .config import TextEncoderConfig
from .tokenizer import PADDING_ID, Tokenizer

ROPE_THETA = 10000.0


def rms_norm(x: Tensor) -> Tensor:
    """Parameter-free RMS norm over the last axis."""
    return F.rms_norm(x, x.shape[-1:], eps=1e-6)


def rotate(x_BNTH: Tensor) -> Tensor:
    """Rotary positions 0..T-1 on split halves (Su et al. 2021, arXiv:2104.09864, eq. 34)."""
    T, half = x_BNTH.shape[-2], x_BNTH.shape[-1] // 2
    frequency = ROPE_THETA ** -(torch.arange(half, device=x_BNTH.device) / half)
    angle = torch.arange(T, device=x_BNTH.device)[:, None] * frequency
    cos, sin = angle.cos().to(x_BNTH.dtype), angle.sin().to(x_BNTH.dtype)
    a, b = x_BNTH.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class TextBlock(nn.Module):
    """Self-attention and feed-forward, each on a normalised input and added to the stream."""

    def __init__(self, config: TextEncoderConfig, operations: Any, **factory: Any) -> None:
        super().__init__()
        D = config.width
        self.heads = config.heads
        self.to_qkv = operations.Linear(D, 3 * D, **factory)
        self.to_out = operations.Linear(D, D, **factory)
        self.ff_in = operations.Linear(D, 4 * D, **factory)
        self.ff_out = operations.Linear(4 * D, D, **factory)

    def forward(self, x_BTD: Tensor, mask_BT: Tensor) -> Tensor:
        """Updates the stream; tokens where the mask is false are seen by nobody."""
        q, k, v = rearrange(
            self.to_qkv(rms_norm(x_BTD)), "B T (three N H) -> three B N T H", three=3, N=self.heads
        )
        seen = F.scaled_dot_product_attention(
            rotate(rms_norm(q)), rotate(rms_norm(k)), v, attn_mask=mask_BT[:, None, None, :]
        )
        x_BTD = x_BTD + self.to_out(rearrange(seen, "B N T H -> B T (N H)"))
        inner = F.gelu(self.ff_in(rms_norm(x_BTD)), approximate="tanh")
        x_BTD = x_BTD + self.ff_out(inner)
        return x_BTD


class TextEncoder(nn.Module):
    """Prompts to the transformer's text context.

    Args:
        config: sizes.
        operations: namespace with ``Linear`` and ``Embedding``: ``torch.nn``, or a host's layers.
        device, dtype: of the parameters.
    """

    def __init__(
        self,
        config: TextEncoderConfig,
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        factory: dict[str, Any] = {"device": device, "dtype": dtype}
        self.config = config
        self.tokenizer = Tokenizer(config.buckets, config.grams_per_word, config.max_tokens)
        self.grams = operations.Embedding(config.buckets, config.width, **factory)
        self.summary = nn.Parameter(torch.randn(config.width, **factory))
        self.blocks = nn.ModuleList(
            TextBlock(config, operations, **factory) for _ in range(config.layers)
        )
        self.to_video = operations.Linear(config.width, config.video_width, **factory)
        self.to_audio = operations.Linear(config.width, config.audio_width, **factory)

    def tokenize(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Word ids [B, T, G] and word mask [B, T] on the CPU; see `Tokenizer`."""
        return self.tokenizer(prompts)

    def hidden(self, ids_BTG: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised states [B, 1+T, D] before the heads, the summary token first, and their mask.

        The summary state is the sentence as one vector; training may tie it to a sentence encoder.
        """
        known_BTG = ids_BTG != PADDING_ID
        count_BT1 = known_BTG.sum(-1, keepdim=True).clamp(min=1)
        table_BTGD = self.grams(ids_BTG) * known_BTG.unsqueeze(-1)
        words_BTD = rms_norm(table_BTGD.sum(2) / count_BT1)
        summary_B1D = self.summary.to(words_BTD).expand(len(ids_BTG), 1, -1)
        x_BTD = torch.cat((rms_norm(summary_B1D), words_BTD), dim=1)
        # The summary is always visible, so even an empty prompt has something to attend to.
        mask_BT = F.pad(known_BTG.any(-1), (1, 0), value=True)
        for block in self.blocks:
            x_BTD = block(x_BTD, mask_BT)
        return rms_norm(x_BTD), mask_BT

    def forward(self, ids_BTG: Tensor) -> tuple[Tensor, Tensor]:
        """Context [B, 1+T, video_width + audio_width] (zero where padded) and its mask [B, 1+T]."""
        hidden_BTD, mask_BT = self.hidden(ids_BTG)
        heads = (rms_norm(self.to_video(hidden_BTD)), rms_norm(self.to_audio(hidden_BTD)))
        return torch.cat(heads, dim=-1) * mask_BT.unsqueeze(-1), mask_BT

    def encode(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Context and mask of prompts, padded to the longest of them only.

        The empty prompt gives the unconditional context: the summary token alone, trained by
        dropping captions.

        Raises:
            ValueError: a prompt is longer than ``config.max_tokens`` words.
        """
        ids_BTG, _ = self.tokenize(prompts)
        return self.forward(ids_BTG.to(self.summary.device))

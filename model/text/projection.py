"""Hidden states of Gemma to the features that the text connectors read.

All layers of the language model speak: their states are normalised, laid side by side (layer index
fastest) and projected. LTX-2.0 scales each layer by its range over the prompt and feeds one vector
to both modalities; LTX-2.3 scales every token and projects for each modality.
Source: LTX-2 checkpoint format, keys behind ``text_embedding_projection.``.
Legend: B prompts, T tokens, D hidden width, L layers (embedding included).
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

GEMMA_LAYERS = 49
EPS = 1e-6


def normalize_by_range(states_BTDL: Tensor, mask_BT: Tensor) -> Tensor:
    """``8 (x - mean) / (max - min)`` of each prompt and layer over its valid tokens (LTX-2.0).

    Returns [B, T, D*L], zero where the mask is False.
    """
    valid = mask_BT.bool()[:, :, None, None]
    count = mask_BT.sum(1).view(-1, 1, 1, 1) * states_BTDL.shape[2]
    mean = states_BTDL.masked_fill(~valid, 0).sum((1, 2), keepdim=True) / (count + EPS)
    low = states_BTDL.masked_fill(~valid, math.inf).amin((1, 2), keepdim=True)
    high = states_BTDL.masked_fill(~valid, -math.inf).amax((1, 2), keepdim=True)
    scaled = 8 * (states_BTDL - mean) / (high - low + EPS)
    return scaled.masked_fill(~valid, 0).flatten(2)


def normalize_by_token(states_BTDL: Tensor, mask_BT: Tensor) -> Tensor:
    """``x / rms(x)`` of each token and layer (LTX-2.3).

    Returns [B, T, D*L], zero where the mask is False.
    """
    scaled = states_BTDL * torch.rsqrt(states_BTDL.square().mean(2, keepdim=True) + EPS)
    return scaled.masked_fill(~mask_BT.bool()[:, :, None, None], 0).flatten(2)


class TextProjection(nn.Module):
    """Normalises and projects the states of every layer of a language model.

    Args:
        hidden: D, width of the language model.
        widths: output widths; one for LTX-2.0 (shared by both modalities), (video, audio) for 2.3.
        operations: namespace with ``Linear``.
        device, dtype: of the parameters.
        layers: L.
    """

    def __init__(
        self,
        hidden: int,
        widths: tuple[int] | tuple[int, int],
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        layers: int = GEMMA_LAYERS,
    ) -> None:
        super().__init__()
        self.hidden = hidden
        size, factory = hidden * layers, {"device": device, "dtype": dtype}
        if len(widths) == 1:
            self.aggregate_embed = operations.Linear(size, widths[0], bias=False, **factory)
        else:
            self.video_aggregate_embed = operations.Linear(size, widths[0], **factory)
            self.audio_aggregate_embed = operations.Linear(size, widths[1], **factory)
        self.widths = widths

    def forward(self, states_BTDL: Tensor, mask_BT: Tensor) -> Tensor:
        """Features [B, T, sum of widths] for the text connectors."""
        if len(self.widths) == 1:
            shared: Tensor = self.aggregate_embed(normalize_by_range(states_BTDL, mask_BT))
            return shared
        states = normalize_by_token(states_BTDL, mask_BT)
        video, audio = (states * math.sqrt(width / self.hidden) for width in self.widths)
        parts = (self.video_aggregate_embed(video), self.audio_aggregate_embed(audio))
        return torch.cat(parts, dim=-1)

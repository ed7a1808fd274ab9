"""From noise levels to modulation rows: AdaLN-single (PixArt-alpha, arXiv:2310.00426, section 2.3).

A batch has few distinct noise levels even when every token names its own (masks make two of them),
so embeddings and linear layers run once for each distinct level, and tokens look their row up.
Shapes: U distinct levels, R rows, D width, B batch, T tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import Layers

FREQUENCIES = 256


@dataclass(frozen=True)
class NoiseLevels:
    """Distinct noise levels ``value`` [U]; where tokens differ, ``index`` [B, T] into them.

    Zeros may follow the levels. ``largest`` [B] is the highest level of each sample.
    """

    value: Tensor
    index: Tensor | None
    largest: Tensor

    @classmethod
    def of(cls, sigma: Tensor, batch: int, tokens: int, name: str) -> NoiseLevels:
        """Levels of a stream from sigma ``[B]`` or ``[B, T]``.

        Raises:
            ValueError: the shape is neither.
        """
        sigma = sigma.detach().float()
        if sigma.shape == (batch, tokens) and tokens > 1:
            value, index = torch.unique(sigma, return_inverse=True)
            # One for each sample and one for what is clean, used or not: compiled blocks then see
            # the same shapes whatever a batch keeps.
            value = F.pad(value, (0, max(0, batch + 1 - len(value))))
            return cls(value, index, sigma.amax(dim=1))
        if sigma.shape not in {(batch,), (batch, 1)}:
            raise ValueError(
                f"{name} has shape {list(sigma.shape)}; give [{batch}] (one noise level for each "
                f"sample) or [{batch}, {tokens}] (one for each token)"
            )
        sigma = sigma.flatten()
        return cls(sigma, None, sigma)

    def per_sample(self) -> NoiseLevels:
        """One level for each sample, the largest of its tokens."""
        return NoiseLevels(self.largest, None, self.largest)


# Tensors have no plain equality, and compilers hash what they see called.
@dataclass(frozen=True, eq=False)
class Modulation:
    """Modulation rows [U, R, D] of the distinct noise levels, and the index [B, T] of tokens."""

    rows: Tensor
    index: Tensor | None

    def __call__(self, table_RD: Tensor, start: int = 0) -> list[Tensor]:
        """Rows from ``start`` with rows of a learned table added, each ``[B, 1 or T, D]``.

        Rows of differing tokens are as large as the tokens themselves: take them where they are
        used. A single row is shared by all of the table's.
        """
        row_URD = self.rows[:, start : start + table_RD.shape[0]] + table_RD.to(self.rows)
        if self.index is None:
            return list(row_URD.unsqueeze(1).unbind(2))
        return [F.embedding(self.index, row_UD) for row_UD in row_URD.unbind(1)]


class TimestepEmbedder(nn.Module):
    """Sinusoidal embedding of a timestep and a two-layer perceptron."""

    def __init__(self, width: int, layers: Layers) -> None:
        super().__init__()
        self.linear_1 = layers.linear(FREQUENCIES, width)
        self.linear_2 = layers.linear(width, width)

    def forward(self, timestep_U: Tensor, dtype: torch.dtype) -> Tensor:
        """Embeddings ``[U, D]`` of timesteps in 0..1000."""
        half = FREQUENCIES // 2
        exponent = torch.arange(half, dtype=torch.float32, device=timestep_U.device) / half
        angle = timestep_U.float().unsqueeze(-1) * torch.exp(-math.log(10000) * exponent)
        embedding = torch.cat((angle.cos(), angle.sin()), dim=-1).to(dtype)
        out: Tensor = self.linear_2(F.silu(self.linear_1(embedding)))
        return out


class AdaLayerNormSingle(nn.Module):
    """Embeds noise levels and projects them to ``rows`` modulation rows shared by all blocks."""

    def __init__(self, width: int, rows: int, layers: Layers) -> None:
        super().__init__()
        self.rows = rows
        # The format nests the embedder once more.
        self.emb = nn.ModuleDict({"timestep_embedder": TimestepEmbedder(width, layers)})
        self.linear = layers.linear(width, rows * width)

    def forward(
        self, levels: NoiseLevels, scale: float, dtype: torch.dtype
    ) -> tuple[Modulation, Modulation]:
        """Modulation by the rows, and by the embedding itself in place of every row.

        ``scale`` takes noise levels to timesteps; both results are of ``dtype``.
        """
        embedding_UD = self.emb["timestep_embedder"](levels.value * scale, dtype)
        row_URD = self.linear(F.silu(embedding_UD)).unflatten(-1, (self.rows, -1))
        return (
            Modulation(row_URD.to(dtype), levels.index),
            Modulation(embedding_UD.unsqueeze(1).to(dtype), levels.index),
        )

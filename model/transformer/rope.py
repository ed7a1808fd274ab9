"""Rotary position embeddings over continuous coordinates, in LTX-2's two lane layouts.

Angles are frequency-major with the axis fastest; what does not fill the width is padded in front
with identity lanes; the lanes are then cut into contiguous groups, one per head, so that heads see
different frequencies. "split" rotates lane i of a head's first half with lane i of its second half,
"interleaved" rotates neighbouring pairs. Source: Su et al. 2021, arXiv:2104.09864; LTX-2 format.
Shapes: B batch, T tokens, N heads, H head dim, A position axes, K frequencies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import RopeType


@dataclass(frozen=True)
class Rope:
    """How positions become rotations: frequency range, its precision, and the lane layout."""

    kind: RopeType = "split"
    theta: float = 10000.0
    float64: bool = True

    def frequencies(self, count: int, device: torch.device | None = None) -> Tensor:
        """``count`` frequencies from pi/2 to pi/2 * theta, geometric, as float32 ``[K]``."""
        dtype = torch.float64 if self.float64 else torch.float32
        exponents = torch.linspace(0.0, 1.0, count, dtype=dtype, device=device)
        return (torch.pow(self.theta, exponents) * (math.pi / 2)).float()

    def rotation(
        self, position_BTA: Tensor, max_pos: Sequence[float], heads: int, head_dim: int
    ) -> Rotation:
        """Rotation of every token and head from its position (same units as ``max_pos``)."""
        axes, half = position_BTA.shape[-1], heads * head_dim // 2
        extent = torch.tensor(max_pos, dtype=torch.float32, device=position_BTA.device)
        turn_BTA = position_BTA / extent * 2 - 1
        frequency_K = self.frequencies(half // axes, position_BTA.device)
        angle = (turn_BTA.unsqueeze(-2) * frequency_K.unsqueeze(-1)).flatten(-2)
        angle = F.pad(angle, (half - angle.shape[-1], 0))
        angle = angle.view(*angle.shape[:-1], heads, head_dim // 2)
        return Rotation(angle.cos(), angle.sin(), self.kind == "interleaved")


# Tensors have no plain equality, and compilers hash what they see called.
@dataclass(frozen=True, eq=False)
class Rotation:
    """Cosines and sines ``[B or 1, T, N, H/2]`` of the tokens of one sequence."""

    cos: Tensor
    sin: Tensor
    interleaved: bool

    def to(self, dtype: torch.dtype) -> Rotation:
        """The same rotation in another dtype."""
        return Rotation(self.cos.to(dtype), self.sin.to(dtype), self.interleaved)

    def __call__(self, x_BTNH: Tensor) -> Tensor:
        """Rotates queries or keys; shape and dtype stay."""
        if self.interleaved:
            a, b = x_BTNH[..., 0::2], x_BTNH[..., 1::2]
        else:
            a, b = x_BTNH.chunk(2, dim=-1)
        real = torch.addcmul(a * self.cos, b, self.sin, value=-1)
        imaginary = torch.addcmul(b * self.cos, a, self.sin)
        if self.interleaved:
            return torch.stack((real, imaginary), dim=-1).flatten(-2)
        return torch.cat((real, imaginary), dim=-1)

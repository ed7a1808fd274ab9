"""Layers of the transformer, made from a namespace of layer classes on a device, in a dtype."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Layers:
    """Makes layers from ``operations`` (``torch.nn`` or a look-alike: ComfyUI's casting ops)."""

    operations: Any = nn
    device: torch.device | str | None = None
    dtype: torch.dtype | None = None

    def linear(self, in_features: int, out_features: int) -> nn.Module:
        """``Linear`` with bias."""
        layer: nn.Module = self.operations.Linear(
            in_features, out_features, bias=True, device=self.device, dtype=self.dtype
        )
        return layer

    def rms_norm(self, width: int, eps: float) -> nn.Module:
        """``RMSNorm`` with weight."""
        norm = RmsNorm if self.operations is nn else self.operations.RMSNorm
        layer: nn.Module = norm(width, eps=eps, device=self.device, dtype=self.dtype)
        return layer

    def table(self, rows: int, width: int) -> nn.Parameter:
        """A learned table ``[rows, width]``, zero until loaded or initialised."""
        return nn.Parameter(torch.zeros(rows, width, device=self.device, dtype=self.dtype))


def rms_norm(x: Tensor, eps: float) -> Tensor:
    """RMS norm over the last axis, without parameters (Zhang & Sennrich 2019, arXiv:1910.07467)."""
    if x.device.type != "cpu":
        return F.rms_norm(x, x.shape[-1:], eps=eps)
    # Where no kernel is fused, this reads and writes less than F.rms_norm, most of all backward.
    norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
    return x * torch.rsqrt(norm.square() / x.shape[-1] + eps).to(x.dtype)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """``x * (1 + scale) + shift``; AdaLN of Peebles & Xie 2022, arXiv:2212.09748."""
    return torch.addcmul(shift, x, 1 + scale)


class RmsNorm(nn.Module):
    """RMS norm with weight, in the dtype of its input also where the weight has another."""

    def __init__(
        self,
        width: int,
        eps: float,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width, device=device, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """``[..., width]`` to the same shape and dtype."""
        return rms_norm(x, self.eps) * self.weight.to(x.dtype)


def compute_dtype(x: Tensor) -> torch.dtype:
    """The dtype that matrix products of ``x`` run in: autocast's where that is on."""
    if torch.is_autocast_enabled(x.device.type):
        return torch.get_autocast_dtype(x.device.type)
    return x.dtype


class FeedForward(nn.Module):
    """Linear to four times the width, tanh-GELU, linear back."""

    def __init__(self, width: int, layers: Layers) -> None:
        super().__init__()
        # The format counts a dropout at index 1.
        self.net = nn.Sequential(
            GeluProjection(width, 4 * width, layers), nn.Identity(), layers.linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """``[..., width]`` to the same shape."""
        out: Tensor = self.net(x)
        return out


class GeluProjection(nn.Module):
    """A linear layer and its tanh-GELU, under the key ``proj``."""

    def __init__(self, in_features: int, out_features: int, layers: Layers) -> None:
        super().__init__()
        self.proj = layers.linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        """``[..., in_features]`` to ``[..., out_features]``."""
        return F.gelu(self.proj(x), approximate="tanh")


class CaptionProjection(nn.Module):
    """Text features to stream width (LTX-2.0): linear, tanh-GELU, linear."""

    def __init__(self, in_features: int, width: int, layers: Layers) -> None:
        super().__init__()
        self.linear_1 = layers.linear(in_features, width)
        self.linear_2 = layers.linear(width, width)

    def forward(self, caption: Tensor) -> Tensor:
        """``[B, S, in_features]`` to ``[B, S, width]``."""
        out: Tensor = self.linear_2(F.gelu(self.linear_1(caption), approximate="tanh"))
        return out

"""The attention unit that all six attentions of a block and the connectors share.

Queries and keys are RMS-normed over the whole width (before heads are split), then rotated.
Shapes: B batch, T query tokens, S context tokens, N heads, H head dim, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import Layers, compute_dtype
from .rope import Rotation


def attend(q_BNTH: Tensor, k_BNSH: Tensor, v_BNSH: Tensor, bias: Tensor | None) -> Tensor:
    """Softmax attention; ``bias`` is added to the logits.

    The fused CPU kernel is the faster one forward, but its backward takes up to four times as long
    as that of the plain product, so training on a CPU uses the latter.
    """
    if q_BNTH.device.type != "cpu" or not (torch.is_grad_enabled() and q_BNTH.requires_grad):
        return F.scaled_dot_product_attention(q_BNTH, k_BNSH, v_BNSH, attn_mask=bias)
    logits_BNTS = (q_BNTH * q_BNTH.shape[-1] ** -0.5) @ k_BNSH.transpose(-1, -2)
    logits_BNTS = logits_BNTS if bias is None else logits_BNTS + bias
    out_BNTH: Tensor = logits_BNTS.softmax(dim=-1) @ v_BNSH
    return out_BNTH


# Tensors have no plain equality, and compilers hash what they see called.
@dataclass(frozen=True, eq=False)
class KeyframeBias:
    """How strongly the last tokens of a stream (keyframes) and all others heed each other.

    ``log_weight`` [n] is added to the logits between the two, in both directions; keyframes among
    themselves, and others among themselves, attend as ever.
    """

    log_weight: Tensor

    @classmethod
    def of(cls, weights: Tensor, dtype: torch.dtype) -> KeyframeBias | None:
        """The bias of weights (1 is neutral, 0 never heeds), None where all are neutral."""
        if bool((weights == 1).all()):
            return None
        lowest = torch.finfo(dtype).min
        return cls(weights.float().log().clamp(min=lowest).to(dtype))

    def attend(self, q_BNTH: Tensor, k_BNTH: Tensor, v_BNTH: Tensor) -> Tensor:
        """Self-attention under this bias, in two parts: none needs a mask of all against all."""
        count = len(self.log_weight)
        others = q_BNTH.shape[2] - count
        to_keyframes = F.pad(self.log_weight, (others, 0)).view(1, 1, 1, -1)
        from_keyframes = F.pad(self.log_weight[:, None].expand(-1, others), (0, count))[None, None]
        return torch.cat(
            (
                attend(q_BNTH[:, :, :others], k_BNTH, v_BNTH, to_keyframes),
                attend(q_BNTH[:, :, others:], k_BNTH, v_BNTH, from_keyframes),
            ),
            dim=2,
        )


class Attention(nn.Module):
    """Multi-head attention with optional rotation, per-head gates and a value-only mode."""

    def __init__(
        self,
        query_dim: int,
        context_dim: int,
        heads: int,
        head_dim: int,
        gated: bool,
        eps: float,
        layers: Layers,
    ) -> None:
        super().__init__()
        inner = heads * head_dim
        self.heads = heads
        self.to_q = layers.linear(query_dim, inner)
        self.to_k = layers.linear(context_dim, inner)
        self.to_v = layers.linear(context_dim, inner)
        self.q_norm = layers.rms_norm(inner, eps)
        self.k_norm = layers.rms_norm(inner, eps)
        self.to_gate_logits = layers.linear(query_dim, heads) if gated else None
        self.to_out = nn.Sequential(layers.linear(inner, query_dim), nn.Identity())

    def forward(
        self,
        x_BTD: Tensor,
        context_BSD: Tensor | None = None,
        *,
        rotation: Rotation | None = None,
        context_rotation: Rotation | None = None,
        bias: Tensor | KeyframeBias | None = None,
        skip: bool = False,
    ) -> Tensor:
        """Attention output ``[B, T, D]``.

        ``context_BSD`` defaults to ``x_BTD`` and ``context_rotation`` to ``rotation``.
        ``bias`` is added to the logits and broadcastable to [B, N, T, S], or a
        :class:`KeyframeBias` (self-attention only).
        ``skip`` puts the values in place of attention (spatio-temporal guidance; self-attention
        only): gates and output projection still apply.
        """
        # Once here, else autocast would convert for each projection.
        x_BTD = x_BTD.to(compute_dtype(x_BTD))
        context_BSD = x_BTD if context_BSD is None else context_BSD.to(x_BTD.dtype)
        value_BSNH = self._heads(self.to_v(context_BSD))
        if skip:
            out_BTNH = value_BSNH
        else:
            query_BTNH = self._heads(self.q_norm(self.to_q(x_BTD)))
            key_BSNH = self._heads(self.k_norm(self.to_k(context_BSD)))
            if rotation is not None:
                query_BTNH = rotation(query_BTNH)
                key_BSNH = (context_rotation or rotation)(key_BSNH)
            query, key, value = (x.transpose(1, 2) for x in (query_BTNH, key_BSNH, value_BSNH))
            if isinstance(bias, KeyframeBias):
                out_BNTH = bias.attend(query, key, value)
            else:
                out_BNTH = attend(query, key, value, bias)
            out_BTNH = out_BNTH.transpose(1, 2)
        if self.to_gate_logits is not None:
            # A gate of logit zero is the identity.
            out_BTNH = out_BTNH * (2 * torch.sigmoid(self.to_gate_logits(x_BTD))).unsqueeze(-1)
        out: Tensor = self.to_out(out_BTNH.flatten(2))
        return out

    def _heads(self, x_BTD: Tensor) -> Tensor:
        return x_BTD.view(*x_BTD.shape[:-1], self.heads, -1)

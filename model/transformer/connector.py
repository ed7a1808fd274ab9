"""Text connectors: small transformers that turn text features into the context of a stream.

Learnable registers fill the sequence behind the text, so the output is never masked and always at
least 1024 tokens long. Source: LTX-2 checkpoint format, text path.
Shapes: B batch, S text tokens, D width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .attention import Attention
from .config import ConnectorConfig, TransformerConfig
from .layers import FeedForward, Layers, rms_norm
from .rope import Rope, Rotation

REGISTERS = 128
MINIMUM_TOKENS = 1024
MAX_POSITION = 4096


class ConnectorBlock(nn.Module):
    """Self-attention and feed-forward over text tokens, without modulation."""

    def __init__(self, config: ConnectorConfig, eps: float, layers: Layers) -> None:
        super().__init__()
        width, self.eps = config.width, eps
        self.attn1 = Attention(
            width, width, config.heads, config.head_dim, config.gated, eps, layers
        )
        self.ff = FeedForward(width, layers)

    def forward(self, x_BSD: Tensor, rotation: Rotation) -> Tensor:
        """``[B, S, D]`` to the same shape."""
        x_BSD = x_BSD + self.attn1(rms_norm(x_BSD, self.eps), rotation=rotation)
        out: Tensor = x_BSD + self.ff(rms_norm(x_BSD, self.eps))
        return out


class TextConnector(nn.Module):
    """Connector of one stream (LTX-2.0 and 2.3)."""

    def __init__(
        self, config: ConnectorConfig, transformer: TransformerConfig, layers: Layers
    ) -> None:
        super().__init__()
        self.config = config
        self.eps = transformer.norm_eps
        # Loaders of this field run the connectors in float64 grids whatever the transformer's are.
        self.rope = Rope(transformer.rope_type, transformer.rope_theta, float64=True)
        self.learnable_registers = layers.table(REGISTERS, config.width)
        self.transformer_1d_blocks = nn.ModuleList(
            ConnectorBlock(config, self.eps, layers) for _ in range(config.layers)
        )

    def forward(self, features_BSD: Tensor, mask_BS: Tensor | None = None) -> Tensor:
        """Context ``[B, max(1024, S rounded up to 128), D]``.

        ``mask_BS`` marks valid tokens with True or 1, wherever they stand; None means all.
        """
        x_BSD = self._with_registers(features_BSD, mask_BS)
        token = torch.arange(x_BSD.shape[1], dtype=torch.float32, device=x_BSD.device)
        rotation = self.rope.rotation(
            token.view(1, -1, 1), (MAX_POSITION,), self.config.heads, self.config.head_dim
        ).to(x_BSD.dtype)
        for block in self.transformer_1d_blocks:
            x_BSD = block(x_BSD, rotation)
        return rms_norm(x_BSD, self.eps)

    def _with_registers(self, features_BSD: Tensor, mask_BS: Tensor | None) -> Tensor:
        """Valid tokens first; position i behind them holds register i modulo 128."""
        batch, tokens, _ = features_BSD.shape
        total = -(-max(tokens, MINIMUM_TOKENS) // REGISTERS) * REGISTERS
        registers = self.learnable_registers.to(features_BSD).repeat(total // REGISTERS, 1)
        fill_BSD = registers[tokens:].expand(batch, -1, -1)
        if mask_BS is not None:
            mask_BS = mask_BS.bool()
            order_BS = torch.argsort(mask_BS.int(), dim=1, descending=True, stable=True)
            features_BSD = features_BSD.take_along_dim(order_BS.unsqueeze(-1), dim=1)
            valid_BS = torch.arange(tokens, device=mask_BS.device) < mask_BS.sum(1, keepdim=True)
            features_BSD = torch.where(valid_BS.unsqueeze(-1), features_BSD, registers[:tokens])
        return torch.cat((features_BSD, fill_BSD), dim=1)

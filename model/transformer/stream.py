"""One stream outside the blocks: latent tokens in, what the blocks need to know, velocities out.

The file format gives both streams flat names (``adaln_single``, ``audio_adaln_single``...), so the
layers live on the transformer and a :class:`Stream` groups one modality's of them.
Shapes: B batch, T tokens, C channels, S text tokens, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from .adaln import AdaLayerNormSingle
from .block import AvContext, StreamContext
from .config import StreamConfig, TransformerConfig
from .inputs import StreamTokens
from .layers import CaptionProjection, compute_dtype, modulate
from .rope import Rope, Rotation


@dataclass(frozen=True)
class Stream:
    """The layers of one stream around the transformer blocks."""

    config: StreamConfig
    patchify: nn.Module
    adaln: AdaLayerNormSingle
    prompt_adaln: AdaLayerNormSingle | None
    av_adaln: AdaLayerNormSingle
    av_gate_adaln: AdaLayerNormSingle
    caption_projection: CaptionProjection | None
    table: nn.Parameter
    proj_out: nn.Module

    def enter(self, tokens: StreamTokens) -> Tensor:
        """Hidden tokens ``[B, T, D]`` in the dtype of the latents."""
        hidden: Tensor = self.patchify(tokens.latent)
        return hidden.to(tokens.latent.dtype)

    def leave(self, hidden_BTD: Tensor, context: StreamContext) -> Tensor:
        """Velocity tokens ``[B, T, C]``."""
        shift, scale = context.output(self.table)
        normed = F.layer_norm(hidden_BTD, hidden_BTD.shape[-1:], eps=1e-6)
        velocity: Tensor = self.proj_out(modulate(normed, shift, scale))
        return velocity.to(hidden_BTD.dtype)

    def context(
        self,
        model: TransformerConfig,
        tokens: StreamTokens,
        other: StreamTokens | None,
        text_BSD: Tensor,
        text_bias: Tensor | None,
    ) -> StreamContext:
        """Text, rotations and modulation rows that all blocks share."""
        dtype, levels = tokens.latent.dtype, tokens.levels
        modulation, output = self.adaln(levels, model.timestep_scale, dtype)
        prompt = None
        if self.prompt_adaln is not None:
            prompt, _ = self.prompt_adaln(levels.per_sample(), model.timestep_scale, dtype)
        if self.caption_projection is not None:
            text_BSD = self.caption_projection(text_BSD)
        return StreamContext(
            text=text_BSD,
            text_bias=text_bias,
            rotation=self._rotation(model, tokens),
            modulation=modulation,
            prompt_modulation=prompt,
            output=output,
            av=None if other is None else self._av_context(model, tokens, other),
            keyframe_bias=tokens.keyframe_bias(),
        )

    def _av_context(
        self, model: TransformerConfig, tokens: StreamTokens, other: StreamTokens
    ) -> AvContext:
        """Rotation by time alone, in audio's heads for both streams; gate by the other's noise."""
        dtype, other_levels = tokens.latent.dtype, other.levels.per_sample()
        modulation, _ = self.av_adaln(tokens.levels, model.timestep_scale, dtype)
        gate, _ = self.av_gate_adaln(other_levels, model.av_gate_timestep_scale, dtype)
        seconds, audio = tokens.position[..., :1], model.audio
        rotation = _rope(model).rotation(seconds, (model.av_max_pos,), audio.heads, audio.head_dim)
        return AvContext(rotation.to(compute_dtype(tokens.latent)), modulation, gate)

    def _rotation(self, model: TransformerConfig, tokens: StreamTokens) -> Rotation:
        """Rotation of the stream's own attention, over all its axes."""
        own = self.config
        rotation = _rope(model).rotation(tokens.position, own.max_pos, own.heads, own.head_dim)
        return rotation.to(compute_dtype(tokens.latent))


def _rope(model: TransformerConfig) -> Rope:
    return Rope(model.rope_type, model.rope_theta, model.rope_float64)

"""Our transformer with the ``forward`` that ComfyUI calls on LTX-2 networks."""

from __future__ import annotations

from typing import Any

import torch
from comfy.ldm.lightricks.symmetric_patchifier import AudioPatchifier, SymmetricPatchifier
from comfy.patcher_extension import WrapperExecutor, WrappersMP, get_all_wrappers
from torch import Tensor

from ...model.shapes import SPACE_STRIDE, TIME_STRIDE
from ...model.transformer import AVTransformer, TransformerConfig, TransformerInputs
from .guides import guide_weights, present_tokens
from .interruption import stoppable

Latents = list[Tensor]
Options = dict[str, Any]


class HostTransformer(AVTransformer):
    """Our transformer behind the signature that ComfyUI calls for LTX-2 models."""

    causal_temporal_positioning = True
    vae_scale_factors = (TIME_STRIDE, SPACE_STRIDE, SPACE_STRIDE)

    def __init__(
        self,
        *,
        image_model: str,  # noqa: ARG002 - ComfyUI's name of the family
        av_order: str,
        dtype: torch.dtype,
        device: Any,
        operations: Any,
        **metadata: Any,
    ) -> None:
        config = TransformerConfig.from_metadata(metadata, av_order)
        super().__init__(config, operations, device, dtype)
        stoppable(self)
        self.dtype = dtype
        # ComfyUI turns masks into noise levels of tokens, and windows into coordinates, with these.
        self.patchifier = SymmetricPatchifier(1, start_end=True)
        self.a_patchifier = AudioPatchifier(1, start_end=True)

    def preprocess_text_embeds(self, context: Tensor, unprocessed: bool = False) -> Tensor:
        """Connected context: ours arrives so; the official encoder's features get connected.

        Raises:
            ValueError: it is as wide as neither.
        """
        streams = (self.config.video, self.config.audio)
        connected = sum(map(self.config.context_width, streams))
        if not unprocessed and context.shape[-1] == connected:
            return context
        if self.video_embeddings_connector is None:
            raise ValueError(
                f"the encoded prompt is {context.shape[-1]} wide, this model takes {connected}. "
                "Encode it with the CLIP of the same checkpoint"
            )
        return self.connect(context)

    def forward(  # type: ignore[override]
        self,
        x: Latents | Tensor,
        timestep: Any,
        context: Tensor,
        attention_mask: Tensor | None = None,
        frame_rate: float = 25.0,
        transformer_options: Options | None = None,
        keyframe_idxs: Tensor | None = None,
        **conditions: Any,
    ) -> Latents | Tensor:
        """Velocities of ``[video, audio]`` (or of video alone), run through ComfyUI's wrappers."""
        options = transformer_options or {}
        wrappers = get_all_wrappers(WrappersMP.DIFFUSION_MODEL, options)
        # The order of positional arguments is what wrappers of this field rely on.
        return WrapperExecutor.new_class_executor(self.velocities, self, wrappers).execute(
            x, timestep, context, attention_mask, frame_rate, options, keyframe_idxs, **conditions
        )

    def velocities(
        self,
        x: Latents | Tensor,
        timestep: Any,
        context: Tensor,
        attention_mask: Tensor | None,
        frame_rate: float,
        transformer_options: Options,
        keyframe_idxs: Tensor | None,
        **conditions: Any,
    ) -> Latents | Tensor:
        """What :meth:`forward` wraps: one pass of our network."""
        reference = conditions.get("ref_audio")
        present = weights = None
        if keyframe_idxs is not None and keyframe_idxs.shape[2]:
            present = present_tokens(conditions.get("denoise_mask"))
            weights = guide_weights(conditions.get("guide_attention_entries") or (), present)
        video, audio = x if isinstance(x, list) and len(x) > 1 else (as_tensor(x), None)
        video_sigma, audio_sigma = timestep if isinstance(timestep, tuple) else (timestep, timestep)
        inputs = TransformerInputs(
            frame_rate=frame_rate,
            context_mask=valid_tokens(attention_mask),
            keyframe_coordinates=keyframe_idxs,
            keyframe_weights=weights,
            present=present,
            reference_audio=None if reference is None else reference["tokens"],
            reference_video=conditions.get("reference_video"),
            reference_coordinates=conditions.get("reference_coordinates"),
            audio_to_video=transformer_options.get("a2v_cross_attn", True),
            video_to_audio=transformer_options.get("v2a_cross_attn", True),
            skip_self_attention=frozenset(transformer_options.get("stg_self_attn_blocks", ())),
        )
        video_v, audio_v = super().forward(
            video,
            audio,
            per_token(video_sigma),
            None if audio is None else per_token(audio_sigma),
            context,
            conditions=inputs,
        )
        return video_v if audio_v is None else [video_v, audio_v]


def as_tensor(x: Latents | Tensor) -> Tensor:
    """The only stream of a latent without sound."""
    return x[0] if isinstance(x, list) else x


def per_token(sigma: Tensor) -> Tensor:
    """Noise levels ``[B]`` or ``[B, tokens]`` from ComfyUI's ``[B]`` or ``[B, tokens, 1]``."""
    return sigma if sigma.ndim == 1 else sigma.flatten(1)


def valid_tokens(attention_mask: Tensor | None) -> Tensor | None:
    """Valid text tokens; ComfyUI's floating-point masks are added to logits, so zero is valid."""
    if attention_mask is None or not attention_mask.is_floating_point():
        return attention_mask
    return attention_mask >= 0

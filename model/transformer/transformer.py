"""The LTX-2 / LTX-2.3 audio-video transformer: noisy latents of both modalities to velocities.

Keys of the state dict are those of the checkpoint file behind ``model.diffusion_model.``.
Legend: B batch, C channels, F frames, Y rows, X columns; A audio frames, M bins; T tokens, S text
tokens, D width. Loaders of this format disagree in two points: the order of the cross-modal
attentions is an option (``TransformerConfig.av_order``); cross-modal gates and text modulation
follow the largest noise level among a sample's tokens.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn

from ..shapes import AUDIO_BINS, AUDIO_CHANNELS
from .adaln import AdaLayerNormSingle
from .block import AVTransformerBlock, BlockSwitches
from .config import TransformerConfig
from .connector import TextConnector
from .inputs import StreamTokens, TransformerInputs
from .layers import CaptionProjection, Layers, compute_dtype
from .stream import Stream


class AVTransformer(nn.Module):
    """Dual-stream diffusion transformer over video and audio latents.

    ``operations`` is a namespace with ``Linear`` and ``RMSNorm`` (default ``torch.nn``).
    Weights start as ``operations`` leaves them, tables at zero: load a checkpoint, or call
    :func:`~.initialization.initialize` before training.
    """

    def __init__(
        self,
        config: TransformerConfig,
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        layers = Layers(operations, device, dtype)
        video, audio = config.video, config.audio
        self.patchify_proj = layers.linear(video.channels, video.width)
        self.audio_patchify_proj = layers.linear(audio.channels, audio.width)
        self._build_adaln(layers)
        self.caption_projection: CaptionProjection | None = None
        self.audio_caption_projection: CaptionProjection | None = None
        if config.caption_projection:
            channels = config.caption_channels
            self.caption_projection = CaptionProjection(channels, video.width, layers)
            self.audio_caption_projection = CaptionProjection(channels, audio.width, layers)
        self.video_embeddings_connector: TextConnector | None = None
        self.audio_embeddings_connector: TextConnector | None = None
        if video.connector is not None and audio.connector is not None:
            self.video_embeddings_connector = TextConnector(video.connector, config, layers)
            self.audio_embeddings_connector = TextConnector(audio.connector, config, layers)
        self.transformer_blocks = nn.ModuleList(
            AVTransformerBlock(config, layers) for _ in range(config.layers)
        )
        self.scale_shift_table = layers.table(2, video.width)
        self.audio_scale_shift_table = layers.table(2, audio.width)
        self.proj_out = layers.linear(video.width, video.channels)
        self.audio_proj_out = layers.linear(audio.width, audio.channels)

    def _build_adaln(self, layers: Layers) -> None:
        video, audio = self.config.video.width, self.config.audio.width
        rows = 9 if self.config.cross_attention_adaln else 6
        self.adaln_single = AdaLayerNormSingle(video, rows, layers)
        self.audio_adaln_single = AdaLayerNormSingle(audio, rows, layers)
        self.prompt_adaln_single: AdaLayerNormSingle | None = None
        self.audio_prompt_adaln_single: AdaLayerNormSingle | None = None
        if self.config.cross_attention_adaln:
            self.prompt_adaln_single = AdaLayerNormSingle(video, 2, layers)
            self.audio_prompt_adaln_single = AdaLayerNormSingle(audio, 2, layers)
        self.av_ca_video_scale_shift_adaln_single = AdaLayerNormSingle(video, 4, layers)
        self.av_ca_audio_scale_shift_adaln_single = AdaLayerNormSingle(audio, 4, layers)
        self.av_ca_a2v_gate_adaln_single = AdaLayerNormSingle(video, 1, layers)
        self.av_ca_v2a_gate_adaln_single = AdaLayerNormSingle(audio, 1, layers)

    @property
    def _video(self) -> Stream:
        return Stream(
            self.config.video,
            self.patchify_proj,
            self.adaln_single,
            self.prompt_adaln_single,
            self.av_ca_video_scale_shift_adaln_single,
            self.av_ca_a2v_gate_adaln_single,
            self.caption_projection,
            self.scale_shift_table,
            self.proj_out,
        )

    @property
    def _audio(self) -> Stream:
        return Stream(
            self.config.audio,
            self.audio_patchify_proj,
            self.audio_adaln_single,
            self.audio_prompt_adaln_single,
            self.av_ca_audio_scale_shift_adaln_single,
            self.av_ca_v2a_gate_adaln_single,
            self.audio_caption_projection,
            self.audio_scale_shift_table,
            self.audio_proj_out,
        )

    def connect(self, features_BSD: Tensor, mask_BS: Tensor | None = None) -> Tensor:
        """Context for :meth:`forward` from text features, through the two text connectors.

        ``features_BSD`` holds video's channels before audio's; features as wide as one connector
        (LTX-2.0) feed both. ``mask_BS`` marks valid tokens. The context needs no mask.

        Raises:
            ValueError: the model has no connectors, or the width fits neither form.
        """
        video, audio = self.video_embeddings_connector, self.audio_embeddings_connector
        if video is None or audio is None:
            raise ValueError("this transformer has no text connectors; give it connected context")
        widths = [video.config.width, audio.config.width]
        if features_BSD.shape[-1] == sum(widths):
            video_BSD, audio_BSD = torch.split(features_BSD, widths, dim=-1)
        elif widths == [features_BSD.shape[-1]] * 2:
            video_BSD = audio_BSD = features_BSD
        else:
            raise ValueError(
                f"text features are {features_BSD.shape[-1]} wide; the connectors take "
                f"{widths[0]} + {widths[1]}"
            )
        return torch.cat((video(video_BSD, mask_BS), audio(audio_BSD, mask_BS)), dim=-1)

    def forward(
        self,
        video_BCFYX: Tensor | None,
        audio_BCAM: Tensor | None,
        video_sigma: Tensor | None,
        audio_sigma: Tensor | None,
        context_BSD: Tensor,
        *,
        conditions: TransformerInputs | None = None,
    ) -> tuple[Tensor | None, Tensor | None]:
        """Velocities (noise minus clean latent) of both modalities, shaped like the latents.

        Sigma is in 0..1, ``[B]``, or ``[B, tokens]`` where tokens differ (video: F-major, then Y,
        then X; audio: frames). A latent that is None leaves its stream out. ``context_BSD`` is the
        connected context, video's channels before audio's (see :meth:`connect`). The residual
        streams keep the dtype of the latents.

        Raises:
            ValueError: a shape does not fit the configuration, or no latent is given.
        """
        conditions = conditions or TransformerInputs()
        dtype = self._check(video_BCFYX, audio_BCAM, context_BSD)
        self._check_blocks(conditions)
        video = audio = None
        if video_BCFYX is not None:
            video = StreamTokens.of_video(video_BCFYX, video_sigma, conditions)
        if audio_BCAM is not None:
            audio = StreamTokens.of_audio(audio_BCAM, audio_sigma, conditions)
        video_out, audio_out = self._run(video, audio, context_BSD.to(dtype), conditions)
        if video_BCFYX is not None and video_out is not None:
            _, _, frames, rows, columns = video_BCFYX.shape
            # Reference tokens stand in front and have no velocity of their own.
            video_out = video_out[:, conditions.reference_video_tokens :]
            if conditions.present is not None:
                there = conditions.present.to(video_out.device)
                every = video_out.new_zeros(len(video_out), len(there), video_out.shape[-1])
                every[:, there] = video_out
                video_out = every
            video_out = rearrange(
                video_out, "B (F Y X) C -> B C F Y X", F=frames, Y=rows, X=columns
            )
        if audio_BCAM is not None and audio_out is not None:
            audio_out = audio_out[:, -audio_BCAM.shape[2] :]
            audio_out = rearrange(audio_out, "B A (C M) -> B C A M", M=AUDIO_BINS)
        return video_out, audio_out

    def _run(
        self,
        video: StreamTokens | None,
        audio: StreamTokens | None,
        context_BSD: Tensor,
        conditions: TransformerInputs,
    ) -> tuple[Tensor | None, Tensor | None]:
        """Velocity tokens of both streams."""
        config, bias = self.config, conditions.context_bias(compute_dtype(context_BSD))
        widths = [config.context_width(config.video), config.context_width(config.audio)]
        video_text, audio_text = torch.split(context_BSD, widths, dim=-1)
        video_BTD = audio_BTD = video_context = audio_context = None
        if video is not None:
            video_BTD = self._video.enter(video)
            video_context = self._video.context(config, video, audio, video_text, bias)
        if audio is not None:
            audio_BTD = self._audio.enter(audio)
            audio_context = self._audio.context(config, audio, video, audio_text, bias)
        for index, block in enumerate(self.transformer_blocks):
            switches = BlockSwitches(
                conditions.audio_to_video,
                conditions.video_to_audio,
                index in conditions.skip_self_attention,
            )
            video_BTD, audio_BTD = block(
                video_BTD, audio_BTD, video_context, audio_context, switches
            )
            if conditions.observe is not None:
                conditions.observe(index, video_BTD, audio_BTD)
        if video_BTD is not None and video_context is not None:
            video_BTD = self._video.leave(video_BTD, video_context)
        if audio_BTD is not None and audio_context is not None:
            audio_BTD = self._audio.leave(audio_BTD, audio_context)
        return video_BTD, audio_BTD

    def _check(
        self, video_BCFYX: Tensor | None, audio_BCAM: Tensor | None, context_BSD: Tensor
    ) -> torch.dtype:
        """The dtype to compute in, that of the latents."""
        config = self.config
        if video_BCFYX is not None and (
            video_BCFYX.ndim != 5 or video_BCFYX.shape[1] != config.video.channels
        ):
            raise ValueError(
                f"video latents have shape {list(video_BCFYX.shape)}; "
                f"give [B, {config.video.channels}, frames, rows, columns]"
            )
        bins = config.audio.channels // AUDIO_CHANNELS
        if audio_BCAM is not None and (
            audio_BCAM.ndim != 4 or tuple(audio_BCAM.shape[1::2]) != (AUDIO_CHANNELS, bins)
        ):
            raise ValueError(
                f"audio latents have shape {list(audio_BCAM.shape)}; "
                f"give [B, {AUDIO_CHANNELS}, frames, {bins}]"
            )
        width = config.context_width(config.video) + config.context_width(config.audio)
        if context_BSD.ndim != 3 or context_BSD.shape[-1] != width:
            raise ValueError(
                f"text context has shape {list(context_BSD.shape)}; give [B, tokens, {width}] "
                "(video's channels, then audio's), from connect() or a text encoder of this model"
            )
        latent = video_BCFYX if video_BCFYX is not None else audio_BCAM
        if latent is None:
            raise ValueError("neither video nor audio latents were given; give at least one")
        return latent.dtype

    def _check_blocks(self, conditions: TransformerInputs) -> None:
        absent = sorted(i for i in conditions.skip_self_attention if i >= self.config.layers)
        if absent:
            raise ValueError(
                f"skip_self_attention names block {absent[0]}; this transformer has the blocks 0 "
                f"to {self.config.layers - 1}"
            )

"""One layer of the audio-video transformer.

Each stream attends to itself and to the text; then the streams attend to each other; then each goes
through its feed-forward layer. All branches are modulated by the noise level (AdaLN).
Shapes: B batch, T tokens, S text tokens, D width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .adaln import Modulation
from .attention import Attention, KeyframeBias
from .config import StreamConfig, TransformerConfig
from .layers import FeedForward, Layers, modulate, rms_norm
from .rope import Rotation


@dataclass(frozen=True)
class AvContext:
    """What all blocks share about one side of the cross-modal attentions.

    ``gate`` follows the noise of the other stream, ``modulation`` that of this one.
    """

    rotation: Rotation
    modulation: Modulation
    gate: Modulation


@dataclass(frozen=True)
class StreamContext:
    """What all blocks share about one stream: text, positions and noise levels.

    ``prompt_modulation`` is None without cross-attention AdaLN, ``av`` where the stream runs alone.
    """

    text: Tensor
    text_bias: Tensor | None
    rotation: Rotation
    modulation: Modulation
    prompt_modulation: Modulation | None
    output: Modulation
    av: AvContext | None
    keyframe_bias: KeyframeBias | None = None


@dataclass(frozen=True)
class BlockSwitches:
    """Which attentions run: guidance perturbs the model by switching some of them off."""

    audio_to_video: bool = True
    video_to_audio: bool = True
    skip_self_attention: bool = False


class StreamLayers(NamedTuple):
    """The layers of one stream in a block, whose flat names the file format fixes."""

    self_attention: Attention
    text_attention: Attention
    feed_forward: FeedForward
    table: nn.Parameter
    prompt_table: nn.Parameter | None


class AVTransformerBlock(nn.Module):
    """Self-, text- and cross-modal attention and feed-forward for a video and an audio stream."""

    def __init__(self, config: TransformerConfig, layers: Layers) -> None:
        super().__init__()
        video, audio = config.video, config.audio
        self.eps = config.norm_eps
        self.order = config.av_order
        rows = 9 if config.cross_attention_adaln else 6

        def attention(query: StreamConfig, context: StreamConfig, heads: StreamConfig) -> Attention:
            return Attention(
                query.width,
                context.width,
                heads.heads,
                heads.head_dim,
                config.gated_attention,
                config.norm_eps,
                layers,
            )

        self.attn1 = attention(video, video, video)
        self.audio_attn1 = attention(audio, audio, audio)
        self.attn2 = attention(video, video, video)
        self.audio_attn2 = attention(audio, audio, audio)
        self.audio_to_video_attn = attention(video, audio, audio)
        self.video_to_audio_attn = attention(audio, video, audio)
        self.ff = FeedForward(video.width, layers)
        self.audio_ff = FeedForward(audio.width, layers)
        self.scale_shift_table = layers.table(rows, video.width)
        self.audio_scale_shift_table = layers.table(rows, audio.width)
        self.prompt_scale_shift_table: nn.Parameter | None = None
        self.audio_prompt_scale_shift_table: nn.Parameter | None = None
        if config.cross_attention_adaln:
            self.prompt_scale_shift_table = layers.table(2, video.width)
            self.audio_prompt_scale_shift_table = layers.table(2, audio.width)
        self.scale_shift_table_a2v_ca_video = layers.table(5, video.width)
        self.scale_shift_table_a2v_ca_audio = layers.table(5, audio.width)

    def forward(
        self,
        video_BTD: Tensor | None,
        audio_BTD: Tensor | None,
        video: StreamContext | None,
        audio: StreamContext | None,
        switches: BlockSwitches,
    ) -> tuple[Tensor | None, Tensor | None]:
        """Both streams after this layer; a stream that is None stays None."""
        skip = switches.skip_self_attention
        if video_BTD is not None and video is not None:
            video_BTD = self._attend(video_BTD, video, self._video, skip)
        if audio_BTD is not None and audio is not None:
            audio_BTD = self._attend(audio_BTD, audio, self._audio, skip)
        video_av, audio_av = video and video.av, audio and audio.av
        if video_BTD is not None and audio_BTD is not None and video_av and audio_av:
            av = video_av, audio_av
            video_BTD, audio_BTD = self._exchange(video_BTD, audio_BTD, av, switches)
        if video_BTD is not None and video is not None:
            video_BTD = self._feed_forward(video_BTD, video, self._video)
        if audio_BTD is not None and audio is not None:
            audio_BTD = self._feed_forward(audio_BTD, audio, self._audio)
        return video_BTD, audio_BTD

    @property
    def _video(self) -> StreamLayers:
        tables = self.scale_shift_table, self.prompt_scale_shift_table
        return StreamLayers(self.attn1, self.attn2, self.ff, *tables)

    @property
    def _audio(self) -> StreamLayers:
        tables = self.audio_scale_shift_table, self.audio_prompt_scale_shift_table
        return StreamLayers(self.audio_attn1, self.audio_attn2, self.audio_ff, *tables)

    def _attend(
        self, x_BTD: Tensor, stream: StreamContext, layers: StreamLayers, skip: bool
    ) -> Tensor:
        """Self-attention, then attention to the text."""
        shift, scale, gate = stream.modulation(layers.table[:3])
        normed = modulate(rms_norm(x_BTD, self.eps), shift, scale)
        attended = layers.self_attention(
            normed, rotation=stream.rotation, bias=stream.keyframe_bias, skip=skip
        )
        x_BTD = torch.addcmul(x_BTD, gate, attended)
        normed, text_BSD = rms_norm(x_BTD, self.eps), stream.text
        if layers.prompt_table is None or stream.prompt_modulation is None:
            attended = layers.text_attention(normed, text_BSD, bias=stream.text_bias)
            return torch.add(x_BTD, attended)
        shift, scale, gate = stream.modulation(layers.table[6:], start=6)
        normed = modulate(normed, shift, scale)
        text_BSD = modulate(text_BSD, *stream.prompt_modulation(layers.prompt_table))
        attended = layers.text_attention(normed, text_BSD, bias=stream.text_bias)
        return torch.addcmul(x_BTD, gate, attended)

    def _exchange(
        self,
        video_BTD: Tensor,
        audio_BTD: Tensor,
        contexts: tuple[AvContext, AvContext],
        switches: BlockSwitches,
    ) -> tuple[Tensor, Tensor]:
        """Video attends to audio, and audio to video (before or after that, by ``av_order``)."""
        video, audio = contexts
        video_table = self.scale_shift_table_a2v_ca_video
        audio_table = self.scale_shift_table_a2v_ca_audio
        audio_normed = rms_norm(audio_BTD, self.eps)
        source_BTD = video_BTD
        # In these tables the scale comes before the shift.
        if switches.audio_to_video:
            scale, shift = video.modulation(video_table[:2])
            query_BTD = modulate(rms_norm(video_BTD, self.eps), shift, scale)
            scale, shift = audio.modulation(audio_table[:2])
            heard = self.audio_to_video_attn(
                query_BTD,
                modulate(audio_normed, shift, scale),
                rotation=video.rotation,
                context_rotation=audio.rotation,
            )
            (gate,) = video.gate(video_table[4:])
            video_BTD = torch.addcmul(video_BTD, gate, heard)
        if switches.video_to_audio:
            scale, shift = audio.modulation(audio_table[2:4], start=2)
            query_BTD = modulate(audio_normed, shift, scale)
            scale, shift = video.modulation(video_table[2:4], start=2)
            source_BTD = video_BTD if self.order == "comfy" else source_BTD
            seen = self.video_to_audio_attn(
                query_BTD,
                modulate(rms_norm(source_BTD, self.eps), shift, scale),
                rotation=audio.rotation,
                context_rotation=video.rotation,
            )
            (gate,) = audio.gate(audio_table[4:])
            audio_BTD = torch.addcmul(audio_BTD, gate, seen)
        return video_BTD, audio_BTD

    def _feed_forward(self, x_BTD: Tensor, stream: StreamContext, layers: StreamLayers) -> Tensor:
        shift, scale, gate = stream.modulation(layers.table[3:6], start=3)
        normed = modulate(rms_norm(x_BTD, self.eps), shift, scale)
        return torch.addcmul(x_BTD, gate, layers.feed_forward(normed))

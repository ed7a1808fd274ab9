"""One layer of the audio-video transformer.

Each stream attends to itself and to the text; then the streams attend to each other; then each goes
through its feed-forward layer. All branches are modulated by the noise level (AdaLN).
Shapes: B batch, T tokens, S text tokens, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .adaln import Modulation
from .attention import Attention
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


@dataclass(frozen=True)
class BlockSwitches:
    """Which attentions run: guidance perturbs the model by switching some of them off."""

    audio_to_video: bool = True
    video_to_audio: bool = True
    skip_self_attention: bool = False


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
        video_rows = audio_rows = None
        if video_BTD is not None and video is not None:
            video_rows = video.modulation(self.scale_shift_table)
            attentions = self.attn1, self.attn2, self.prompt_scale_shift_table
            skip = switches.skip_self_attention
            video_BTD = self._attend(video_BTD, video, video_rows, attentions, skip)
        if audio_BTD is not None and audio is not None:
            audio_rows = audio.modulation(self.audio_scale_shift_table)
            attentions = self.audio_attn1, self.audio_attn2, self.audio_prompt_scale_shift_table
            skip = switches.skip_self_attention
            audio_BTD = self._attend(audio_BTD, audio, audio_rows, attentions, skip)
        video_av, audio_av = video and video.av, audio and audio.av
        if video_BTD is not None and audio_BTD is not None and video_av and audio_av:
            av = video_av, audio_av
            video_BTD, audio_BTD = self._exchange(video_BTD, audio_BTD, av, switches)
        if video_BTD is not None and video_rows is not None:
            video_BTD = self._feed_forward(video_BTD, video_rows, self.ff)
        if audio_BTD is not None and audio_rows is not None:
            audio_BTD = self._feed_forward(audio_BTD, audio_rows, self.audio_ff)
        return video_BTD, audio_BTD

    def _attend(
        self,
        x_BTD: Tensor,
        stream: StreamContext,
        rows: list[Tensor],
        attentions: tuple[Attention, Attention, nn.Parameter | None],
        skip: bool,
    ) -> Tensor:
        """Self-attention, then attention to the text."""
        self_attention, text_attention, prompt_table = attentions
        shift, scale, gate = rows[:3]
        normed = modulate(rms_norm(x_BTD, self.eps), shift, scale)
        x_BTD = torch.addcmul(
            x_BTD, gate, self_attention(normed, rotation=stream.rotation, skip=skip)
        )
        normed = rms_norm(x_BTD, self.eps)
        if prompt_table is None or stream.prompt_modulation is None:
            return torch.add(x_BTD, text_attention(normed, stream.text, bias=stream.text_bias))
        shift, scale, gate = rows[6:]
        text_BSD = modulate(stream.text, *stream.prompt_modulation(prompt_table))
        attended = text_attention(modulate(normed, shift, scale), text_BSD, bias=stream.text_bias)
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
        # In these tables the scale comes before the shift.
        video_scale, video_shift, source_scale, source_shift = video.modulation(video_table[:4])
        heard_scale, heard_shift, audio_scale, audio_shift = audio.modulation(audio_table[:4])
        audio_normed = rms_norm(audio_BTD, self.eps)
        source = video_BTD
        if switches.audio_to_video:
            (gate,) = video.gate(video_table[4:])
            heard = self.audio_to_video_attn(
                modulate(rms_norm(video_BTD, self.eps), video_shift, video_scale),
                modulate(audio_normed, heard_shift, heard_scale),
                rotation=video.rotation,
                context_rotation=audio.rotation,
            )
            video_BTD = torch.addcmul(video_BTD, gate, heard)
        if switches.video_to_audio:
            source = video_BTD if self.order == "comfy" else source
            (gate,) = audio.gate(audio_table[4:])
            seen = self.video_to_audio_attn(
                modulate(audio_normed, audio_shift, audio_scale),
                modulate(rms_norm(source, self.eps), source_shift, source_scale),
                rotation=audio.rotation,
                context_rotation=video.rotation,
            )
            audio_BTD = torch.addcmul(audio_BTD, gate, seen)
        return video_BTD, audio_BTD

    def _feed_forward(self, x_BTD: Tensor, rows: list[Tensor], layer: FeedForward) -> Tensor:
        shift, scale, gate = rows[3:6]
        return torch.addcmul(x_BTD, gate, layer(modulate(rms_norm(x_BTD, self.eps), shift, scale)))

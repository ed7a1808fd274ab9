"""A whole checkpoint of random weights, a few hundred kilobytes."""

from __future__ import annotations

import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import CheckpointInfo, CheckpointParts, Recommended, save_checkpoint
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer import AVTransformer, TransformerConfig
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder


def save_tiny_checkpoint(path, recommended=None):
    torch.manual_seed(0)
    transformer = AVTransformer(TransformerConfig.tiny(connector=False))
    for weight in transformer.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    parts = CheckpointParts(
        transformer=transformer,
        video_vae=VideoVae(VideoVaeConfig.tiny()),
        audio_vae=AudioVae(AudioVaeConfig.tiny()),
        vocoder=build_vocoder(VocoderConfig.tiny()),
        text_encoder=TextEncoder(TextEncoderConfig.tiny()),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(path, parts, CheckpointInfo("tiny", recommended=recommended or Recommended()))

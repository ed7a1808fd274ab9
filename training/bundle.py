"""Assembles the results of all stages into one checkpoint file in the LTX-2 format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from ..model.audio_vae import AudioVae, AudioVaeConfig
from ..model.checkpoint import CheckpointInfo, CheckpointParts, Recommended, save_checkpoint
from ..model.text import TextEncoder, TextEncoderConfig
from ..model.transformer import AVTransformer, TransformerConfig
from ..model.video_vae import VideoVae, VideoVaeConfig
from ..model.vocoder import VocoderConfig, build_vocoder
from .latent_rgb import fit_latent_rgb, playground_frames
from .state import read_tensors_with_config

PLAYGROUND = CheckpointInfo(
    name="Hibari playground",
    av_order="comfy",
    recommended=Recommended(steps=8, guidance=2.0, width=256, height=256, seconds=2.0, fps=24.0),
)


def bundle(runs: Path, out: Path, info: CheckpointInfo = PLAYGROUND) -> None:
    """Write ``out`` in bf16 from ``runs/<stage>/<stage>.safetensors`` of all four stages.

    Preview colours are fitted to the video VAE on the way.

    Raises:
        FileNotFoundError: a stage has no result yet.
        ValueError: a result is damaged, or does not fit its own configuration.
    """
    stages = {
        name: read_tensors_with_config(runs / name / f"{name}.safetensors")
        for name in ("video_vae", "audio_vae", "vocoder", "transformer")
    }
    config = {name: facts for name, (_, facts) in stages.items()}
    networks = config["transformer"]
    transformer = AVTransformer(TransformerConfig.from_metadata(networks["transformer"]))
    text_encoder = TextEncoder(TextEncoderConfig.from_metadata(networks["text_encoder"]))
    _load(
        nn.ModuleDict({"transformer": transformer, "text_encoder": text_encoder}),
        stages["transformer"][0],
        "transformer",
    )
    video_vae = VideoVae(VideoVaeConfig.from_metadata(config["video_vae"]["vae"]))
    audio_vae = AudioVae(AudioVaeConfig.from_metadata(config["audio_vae"]["audio_vae"]))
    vocoder = build_vocoder(VocoderConfig.from_metadata(config["vocoder"]["vocoder"]))
    for name, module in (("video_vae", video_vae), ("audio_vae", audio_vae), ("vocoder", vocoder)):
        _load(module, stages[name][0], name)
    parts = CheckpointParts(transformer, video_vae, audio_vae, vocoder, text_encoder)
    colours = fit_latent_rgb(video_vae.eval(), playground_frames())
    save_checkpoint(out, parts, replace(info, latent_rgb=colours), torch.bfloat16)


def _load(module: nn.Module, tensors: dict[str, torch.Tensor], stage: str) -> None:
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(
            f"the result of {stage} does not fit its configuration: {error}"
        ) from error

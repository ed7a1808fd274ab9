"""Codecs straight from their training stages, before any checkpoint holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...model.audio_vae import AudioVae, AudioVaeConfig
from ...model.checkpoint import CheckpointParts
from ...model.video_vae import VideoVae, VideoVaeConfig
from ...model.vocoder import Partials, PartialsConfig, VocoderConfig, build_vocoder
from ..state import read_tensors_with_config


def load_codecs(
    video_vae: Path,
    audio_vae: Path,
    vocoder: Path,
    partials: Path | None = None,
    device: torch.device | str = "cpu",
) -> CheckpointParts:
    """The parts that the stages' results hold, ready to run; no transformer, no text encoder.

    Raises:
        ValueError: a file is absent, damaged, of another stage, or does not fit its own
            configuration.
    """
    video, video_config = _read(video_vae, "vae", "video_vae")
    audio, audio_config = _read(audio_vae, "audio_vae", "audio_vae")
    sound, sound_config = _read(vocoder, "vocoder", "vocoder")
    made: dict[Path, tuple[nn.Module, dict[str, Tensor]]] = {
        video_vae: (VideoVae(VideoVaeConfig.from_metadata(video_config)), video),
        audio_vae: (AudioVae(AudioVaeConfig.from_metadata(audio_config)), audio),
        vocoder: (build_vocoder(VocoderConfig.from_metadata(sound_config)), sound),
    }
    if partials is not None:
        tones, tones_config = _read(partials, "partials", "partials")
        made[partials] = (Partials(PartialsConfig.from_metadata(tones_config)), tones)
    parts = [_filled(path, *pair).to(device) for path, pair in made.items()]
    return CheckpointParts(None, *parts[:3], None, *parts[3:])  # type: ignore[arg-type]


def _read(path: Path, part: str, stage: str) -> tuple[dict[str, Tensor], Any]:
    if not path.is_file():
        raise ValueError(f"there is no {path}; give the {stage}.safetensors that training wrote")
    tensors, config = read_tensors_with_config(path)
    if part not in config:
        raise ValueError(
            f"{path} holds {', '.join(config) or 'nothing'} and no {part}; give the"
            f" {stage}.safetensors that training wrote, in the order"
            " VIDEO_VAE AUDIO_VAE VOCODER [PARTIALS]"
        )
    return tensors, config[part]


def _filled(path: Path, module: nn.Module, tensors: dict[str, Tensor]) -> nn.Module:
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{path} does not fit its own configuration: {error}") from error
    return module.eval().requires_grad_(False)

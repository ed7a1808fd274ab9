"""Audio VAE of ComfyUI before 0.12, where it is no ``comfy.sd.VAE``: channels before samples."""

from __future__ import annotations

from typing import Any

import comfy.model_management as memory
from comfy.model_patcher import ModelPatcher
from torch import Tensor

from ...model.audio_transform import resample
from .interruption import stoppable


class OlderAudioVae:
    """What the stock LTXV audio blocks of those versions call on an audio VAE."""

    def __init__(self, codec: Any) -> None:
        self.codec = stoppable(codec).eval().requires_grad_(False)
        self.latent_channels = codec.latent_channels
        self.latent_frequency_bins = codec.latent_frequency_bins
        self.sample_rate = codec.audio_vae.config.sample_rate
        self.output_sample_rate = codec.output_sample_rate
        self.num_of_latents_from_frames = codec.num_of_latents_from_frames
        device = memory.get_torch_device()
        self.patcher = ModelPatcher(codec, device, memory.vae_offload_device())

    def decode(self, latents: Tensor) -> Tensor:
        """Waveform ``[B, 2, N]`` at ``output_sample_rate`` of latents ``[B, 8, T, 16]``."""
        memory.load_model_gpu(self.patcher)
        return self.codec.decode(latents.to(self.patcher.load_device, self._dtype()))

    def encode(self, audio: dict[str, Any]) -> Tensor:
        """Latents ``[B, 8, T, 16]`` of an AUDIO."""
        memory.load_model_gpu(self.patcher)
        waveform = audio["waveform"].to(self.patcher.load_device)
        heard = resample(waveform, int(audio["sample_rate"]), self.sample_rate)
        return self.codec.encode(heard).to(memory.intermediate_device())

    def _dtype(self) -> Any:
        return next(self.codec.audio_vae.parameters()).dtype

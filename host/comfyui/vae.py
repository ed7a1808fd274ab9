"""VAE: our video and audio codecs for the stock decode and encode nodes.

``comfy.sd.VAE`` learns what it must know of a codec (compression, memory, tiling) by recognising
its weights. We let it recognise a tiny LTX-2 codec and then put ours in its place, so that every
version of ComfyUI fills in its own details.
"""

from __future__ import annotations

import inspect
import json
import math
from functools import partial
from typing import Any

import comfy.model_management as memory
import comfy.ops
import comfy.sd
import torch
from comfy.ldm.lightricks.vae.audio_vae import AudioVAE
from comfy.ldm.lightricks.vae.causal_video_autoencoder import VideoVAE
from comfy.utils import ProgressBar
from torch import Tensor, nn

from ...model.audio_vae import AudioVae, AudioVaeConfig, log_mel
from ...model.checkpoint import Checkpoint
from ...model.shapes import (
    AUDIO_BINS,
    AUDIO_CHANNELS,
    MEL_PER_LATENT,
    AudioLatentShape,
    audio_frames_for,
)
from ...model.vocoder import Vocoder, VocoderConfig, build_vocoder
from .interruption import stoppable
from .older_audio_vae import OlderAudioVae
from .transplant import transplant
from .video_codec import HostVideoVae, decode_bytes, encode_bytes

# Spectrogram frames (10 ms) that the vocoder turns into sound at once.
CHUNK_FRAMES = 500

# The least that ComfyUI's LTX-2 codec can be built from.
SMALLEST_VIDEO_CODEC = {
    "dims": 3,
    "latent_channels": 128,
    "latent_log_var": "uniform",
    "norm_layer": "pixel_norm",
    "encoder_blocks": [["res_x", {"num_layers": 1}]],
    "decoder_blocks": [["res_x", {"num_layers": 1}]],
}


class HostAudioVae(nn.Module):
    """Waveform to latents and back: the audio VAE with its spectrogram and its vocoder."""

    latent_channels = AUDIO_CHANNELS
    latent_frequency_bins = AUDIO_BINS

    def __init__(self, audio_vae: AudioVae, vocoder: Vocoder) -> None:
        super().__init__()
        self.audio_vae = audio_vae
        self.vocoder = vocoder

    @property
    def output_sample_rate(self) -> int:
        """Rate of decoded waveforms in Hz."""
        return self.vocoder.sample_rate

    def num_of_latents_from_frames(self, frames_number: int, frame_rate: float) -> int:
        """Latents of a clip; the stock empty audio latent asks for it by this name."""
        return audio_frames_for(frames_number, frame_rate)

    def encode(self, waveform: Tensor) -> Tensor:
        """Latents ``[B, 8, T, 16]`` of ``[B, 2, N]`` at the rate of the audio VAE (16 kHz)."""
        bar = ProgressBar(2)
        mel = log_mel(waveform, self.audio_vae.config)
        rows = (mel.shape[2] - 1) // MEL_PER_LATENT * MEL_PER_LATENT + 1
        bar.update(1)
        latents = self.audio_vae.encode(mel[:, :, :rows])
        bar.update(1)
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """Waveform ``[B, 2, N]`` at :attr:`output_sample_rate`."""
        frames = AudioLatentShape(latents.shape[2]).mel_frames
        bar, pieces = ProgressBar(1 + math.ceil(frames / CHUNK_FRAMES)), []
        mel = self.audio_vae.decode(latents)
        bar.update(1)
        for piece in self.vocoder.stream(mel, CHUNK_FRAMES, latents):
            pieces.append(piece)
            bar.update(1)
        return torch.cat(pieces, dim=-1)


def load_video_vae(file: Checkpoint) -> comfy.sd.VAE:
    """VAE around the video codec of a file."""
    host = recognised(VideoVAE(config=SMALLEST_VIDEO_CODEC), {"vae": SMALLEST_VIDEO_CODEC})
    vae = transplant(
        file.load_video_vae(dtype=host.vae_dtype), HostVideoVae, comfy.ops.disable_weight_init
    )
    put_in_place(host, vae)
    host.memory_used_decode = partial(decode_bytes, vae)
    host.memory_used_encode = partial(encode_bytes, vae)
    return host


def load_audio_vae(file: Checkpoint) -> comfy.sd.VAE | OlderAudioVae:
    """VAE around the audio codec of a file; callers resample to 16 kHz, which is what it hears."""
    module = HostAudioVae(file.load_audio_vae(dtype=torch.float32), file.load_sounding())
    if "state_dict" in inspect.signature(AudioVAE).parameters:
        return OlderAudioVae(module)
    decoy = HostAudioVae(AudioVae(AudioVaeConfig.tiny()), build_vocoder(VocoderConfig.tiny()))
    configs = {"audio_vae": decoy.audio_vae.config, "vocoder": decoy.vocoder.config}
    host = recognised(decoy, {name: config.to_metadata() for name, config in configs.items()})
    put_in_place(host, module)
    host.autoencoder = module.audio_vae
    host.audio_sample_rate = module.audio_vae.config.sample_rate
    host.audio_sample_rate_output = module.output_sample_rate
    host.crop_input = False
    return host


def recognised(decoy: nn.Module, configs: dict[str, Any]) -> comfy.sd.VAE:
    """A VAE as ComfyUI makes it from the weights and configurations of ``decoy``."""
    return comfy.sd.VAE(sd=decoy.state_dict(), metadata={"config": json.dumps(configs)})


def put_in_place(host: comfy.sd.VAE, module: nn.Module) -> None:
    """Replace the codec of ``host`` and the patcher that manages its memory."""
    host.first_stage_model = stoppable(module).eval().requires_grad_(False)
    host.patcher = type(host.patcher)(
        module, load_device=host.device, offload_device=memory.vae_offload_device()
    )
    host.size = None
    host.model_size()

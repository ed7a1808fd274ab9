"""VAE of the sound in the embedded host: audio VAE, spectrogram and vocoder as one."""

from __future__ import annotations

import torch
from torch import Tensor

from ...model.audio_vae import AudioVae, log_mel
from ...model.shapes import AUDIO_BINS, AUDIO_CHANNELS, MEL_PER_LATENT, audio_frames_for
from ...model.vocoder import Vocoder
from .progress import ProgressBar

CHUNK_FRAMES = 500


class SoundStage:
    """What ComfyUI's audio blocks ask of the network inside a VAE."""

    latent_channels = AUDIO_CHANNELS
    latent_frequency_bins = AUDIO_BINS

    def __init__(self, vae: AudioVae, vocoder: Vocoder) -> None:
        self.vae, self.vocoder = vae, vocoder

    @property
    def output_sample_rate(self) -> int:
        """Rate of decoded sound in Hz."""
        return self.vocoder.sample_rate

    def num_of_latents_from_frames(self, frames_number: int, frame_rate: float) -> int:
        """Latents that cover a video."""
        return audio_frames_for(frames_number, frame_rate)


class AudioCodec:
    """VAE: waveforms [B,N,2] to latents [B,8,T,16] and back; channels last, as in ComfyUI."""

    def __init__(self, vae: AudioVae, vocoder: Vocoder) -> None:
        self.first_stage_model = SoundStage(vae, vocoder)
        self.latent_channels = AUDIO_CHANNELS
        self.audio_sample_rate = vae.config.sample_rate
        self.audio_sample_rate_output = vocoder.sample_rate
        self.output_sample_rate = vocoder.sample_rate

    def decode(self, samples: Tensor) -> Tensor:
        """Waveforms [B,N,2] at ``output_sample_rate``."""
        stage = self.first_stage_model
        mel = stage.vae.decode(samples.to(next(stage.vae.parameters())))
        bar, pieces = ProgressBar(mel.shape[2]), []
        ready = mel.to(next(stage.vocoder.parameters()))
        for piece in stage.vocoder.stream(ready, CHUNK_FRAMES, samples.to(ready)):
            pieces.append(piece.float().cpu())
            bar.update(CHUNK_FRAMES)
        return torch.cat(pieces, dim=-1).movedim(1, -1)

    def encode(self, waveform: Tensor) -> Tensor:
        """Latents of waveforms [B,N,1 or 2] at ``audio_sample_rate``."""
        vae = self.first_stage_model.vae
        sound = waveform.movedim(-1, 1).to(next(vae.parameters()).device)
        mel = log_mel(sound.float(), vae.config)
        rows = (mel.shape[2] - 1) // MEL_PER_LATENT * MEL_PER_LATENT + 1
        return vae.encode(mel[:, :, :rows].to(next(vae.parameters()))).float().cpu()

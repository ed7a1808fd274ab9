"""Trains the audio VAE on log-mel windows of playground sound."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ...model.audio_transform import resample
from ...model.audio_vae import AudioVae, AudioVaeConfig, log_mel
from ..clip_store import AUDIO_RATE_HZ, ClipStore, fill_store
from ..config import TrainConfig, check_model_keys, from_table
from ..loop import begins_anew, pick_device
from ..state import read_network, save_tensors
from .audio_start import start_encoder

MEL_INPUT_HZ = 16_000
RAW_CHANNELS = 8


@dataclass(frozen=True)
class AudioVaeObjective:
    """What the loss rewards.

    Attributes:
        crop_latents: window length in latents (40 ms each).
        noise: standard deviation of latent noise relative to the latents' own.
        latent_weight: pull of the latents towards unit size.
        scale_power: as in the video VAE: 0 gives unit variance to every latent dimension.
        start_clips: clips that the closed-form start of the encoder is solved on.
        decoder_only: keep the encoder (and so every cached latent) as it is.
    """

    crop_latents: int = 26
    noise: float = 0.05
    latent_weight: float = 1e-4
    scale_power: float = 0.5
    start_clips: int = 256
    decoder_only: bool = False


def clip_mel(store: ClipStore, index: int) -> Tensor:
    """Log-mel ``[2, T_mel, 64]`` of one clip, T_mel = 4k+1."""
    return waveform_mel(torch.from_numpy(store.waveforms[index].copy()))


def waveform_mel(waveform_CN: Tensor) -> Tensor:
    """Log-mel ``[2, T_mel, 64]`` of a playground waveform ``[2, N]``, T_mel = 4k+1."""
    mel = log_mel(resample(waveform_CN[None], AUDIO_RATE_HZ, MEL_INPUT_HZ))[0]
    return mel[:, : (mel.shape[1] - 1) // 4 * 4 + 1]


def all_mels(store: ClipStore) -> Tensor:
    """Log-mels of a whole store, ``[clips, 2, T_mel, 64]``."""
    return torch.stack([clip_mel(store, index) for index in range(len(store))])


def read_audio_vae(path: Path) -> AudioVae:
    """The audio VAE that this stage exported."""
    return read_network(path, "audio_vae", lambda c: AudioVae(AudioVaeConfig.from_metadata(c)))


class AudioVaeTrainer:
    """Stage ``audio_vae``; exports ``audio_vae.safetensors`` with per-channel statistics."""

    def __init__(self, config: TrainConfig) -> None:
        self.objective = from_table(AudioVaeObjective, config.objective, "objective")
        self.config = config
        self.device = pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = AudioVaeConfig.from_metadata(config.model)
        check_model_keys(config.model, self.model_config.to_metadata())
        self.vae = AudioVae(self.model_config)
        self.mels = all_mels(fill_store(config.data, "train"))
        self.held_out = all_mels(fill_store(config.data, "validation"))
        if self.objective.start_clips and begins_anew(config.run):
            start_encoder(self.vae, self.mels[: self.objective.start_clips])
        if self.objective.decoder_only:
            self.vae.encoder.requires_grad_(False)
        self.vae.to(self.device)
        self.module: nn.Module = self.vae
        compiled = torch.compile if config.run.compile else lambda network: network
        self.encoder, self.decoder = compiled(self.vae.encoder), compiled(self.vae.decoder)

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """L1 of the log-mel (natural log units) of a batch of windows."""
        objective, batch = self.objective, self.config.run.batch
        rows = 4 * objective.crop_latents - 3
        which = torch.randint(len(self.mels), (batch,), generator=generator)
        places = (self.mels.shape[2] - rows) // 4 + 1
        starts = 4 * torch.randint(places, (batch,), generator=generator)
        windows = [
            self.mels[i, :, s : s + rows]
            for i, s in zip(which.tolist(), starts.tolist(), strict=True)
        ]
        mel = torch.stack(windows).to(self.device)
        with torch.set_grad_enabled(not objective.decoder_only):
            latents = self.encoder(mel)[:, :RAW_CHANNELS]
        scale = objective.noise * latents.detach().float().std().to(latents.dtype)
        noise = torch.randn(latents.shape, generator=generator).to(latents)
        decoded = self.decoder(latents + scale * noise).float()
        error = (decoded - mel).abs().mean()
        size = latents.float().square().mean()
        pull = 0.0 if objective.decoder_only else objective.latent_weight
        return error + pull * size, {
            "mel_l1": float(error.detach()),
            "latent_rms": float(size.detach().sqrt()),
        }

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Log-mel L1 (ln) on whole held-out clips."""
        mel = self.held_out.to(self.device)
        decoded = self.vae.decoder(self.vae.encoder(mel)[:, :RAW_CHANNELS])
        return {"mel_l1": float((decoded - mel).abs().mean())}

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Write the VAE with its per-channel statistics over training clips."""
        rows = []
        for mel in self.mels[:512].split(32):
            latents = self.vae.encoder(mel.to(self.device))[:, :RAW_CHANNELS]
            rows.append(latents.permute(0, 2, 1, 3).reshape(-1, 128).double().cpu())
        flat = torch.cat(rows)
        mean, std = flat.mean(dim=0), flat.std(dim=0).clamp(min=1e-4)
        variance = std.square().pow(self.objective.scale_power)
        variance = variance / variance.mean()
        statistics = self.vae.per_channel_statistics
        statistics.get_buffer("mean-of-means").copy_(mean)
        statistics.get_buffer("std-of-means").copy_(std / variance.sqrt())
        metadata = {"config": json.dumps({"audio_vae": self.model_config.to_metadata()})}
        save_tensors(folder / "audio_vae.safetensors", dict(self.vae.state_dict()), metadata)

"""Trains the video VAE on random space-time crops of playground clips.

Loss: L1 + 2*L2, weighted towards what moves (objects cover a few per cent of the picture, yet are
what one looks at), a gradient term for outlines late in the run, and noise on the latents so that
the decoder forgives the small errors of a sampler. No adversary: the world is drawn, not filmed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...model.video_vae import VideoVae, VideoVaeConfig
from ..clip_store import ClipStore, fill_store
from ..config import TrainConfig, check_model_keys, from_table
from ..loop import autocast, begins_anew, pick_device
from ..state import save_tensors
from .closed_form_start import start_in_closed_form
from .latent_basis import rotate_to_principal_axes

RAW_CHANNELS = 128
REFRESH_STEPS = 250
START_FRAMES, START_WIDTH = 17, 128
CANDIDATES = 6
"""Windows of a clip of which the one that moves most is taken."""
COARSE = (slice(None, None, 4),) * 3
"""Frames, rows and columns that this is judged by."""


@dataclass(frozen=True)
class VideoVaeObjective:
    """What the loss rewards.

    Attributes:
        crop_frames, crop_px: window size; frames is 8k+1, pixels a multiple of 32.
        moving_share: share of crops that are where their clip moves most; the rest lies anywhere.
        motion_weight: extra weight of a pixel that differs from its clip's mean by full scale / 4.
        gradient_weight: weight of the difference of spatial gradients.
        noise: standard deviation of latent noise relative to the latents' own.
        latent_weight: pull of the latents towards unit size.
        decoder_only: keep the encoder (and so every cached latent) as it is.
        start_clips: the closed-form start is solved on twice as many halves of clips.
        statistics_clips: clips whose latents give the per-channel statistics on export.
        scale_power: 0 whitens the principal latent channels, 1 leaves their variances as they are.
    """

    crop_frames: int = 17
    crop_px: int = 128
    moving_share: float = 0.0
    motion_weight: float = 4.0
    gradient_weight: float = 0.0
    noise: float = 0.05
    latent_weight: float = 1e-4
    decoder_only: bool = False
    start_clips: int = 96
    statistics_clips: int = 128
    scale_power: float = 0.5


class VideoVaeTrainer:
    """Stage ``video_vae``; exports ``video_vae.safetensors`` with principal, scaled latents."""

    def __init__(self, config: TrainConfig) -> None:
        self.objective = from_table(VideoVaeObjective, config.objective, "objective")
        self.config = config
        self.device = pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = VideoVaeConfig.from_metadata(config.model)
        check_model_keys(config.model, self.model_config.to_metadata())
        self.vae = VideoVae(self.model_config).to(self.device)
        self.module: nn.Module = self.vae
        if self.objective.decoder_only:
            self.vae.encoder.requires_grad_(False)
        self.train_clips: ClipStore = fill_store(config.data, "train")
        self.held_out: ClipStore = fill_store(config.data, "validation")
        if begins_anew(config.run):
            start_in_closed_form(self.vae, self._start_sample().to(self.device))

    def _start_sample(self) -> Tensor:
        """17 frames of the left or right side of many clips, from anywhere in time."""
        total, frames, _, width, _ = self.train_clips.frames.shape
        total = min(total, len(self.train_clips))
        count = 2 * min(total, self.objective.start_clips)
        places = max(0, frames - START_FRAMES) // 8 + 1
        side = min(width, START_WIDTH)
        windows = []
        for turn in range(count):
            start, left = 8 * (turn % places), (width - side) * (turn % 2)
            place = slice(start, start + START_FRAMES), slice(None), slice(left, left + side)
            windows.append(self.train_clips.pixels(turn * total // count, place))
        return torch.stack(windows)

    def crop(self, store: ClipStore, generator: torch.Generator) -> Tensor:
        """A random window of a random clip, ``[3, F, Y, X]`` in [-1, 1].

        Windows start anywhere in time, since the first latent frame must fit any frame.
        """
        index = int(torch.randint(len(store), (), generator=generator))
        window = self._window(store, generator)
        share = self.objective.moving_share
        if share and float(torch.rand((), generator=generator)) < share:
            others = [self._window(store, generator) for _ in range(CANDIDATES - 1)]
            frames = store.frames[index]
            window = max(window, *others, key=lambda place: _coarse_motion(frames[place]))
        return store.pixels(index, window)

    def _window(self, store: ClipStore, generator: torch.Generator) -> tuple[slice, slice, slice]:
        """Frames, rows and columns."""
        _, frames, height, width, _ = store.frames.shape
        sizes = (self.objective.crop_frames, self.objective.crop_px, self.objective.crop_px)
        window = []
        for size, full, grid in zip(sizes, (frames, height, width), (1, 32, 32), strict=True):
            places = (full - min(size, full)) // grid + 1
            start = int(torch.randint(places, (), generator=generator)) * grid
            window.append(slice(start, start + min(size, full)))
        return window[0], window[1], window[2]

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Weighted reconstruction error of a batch of crops."""
        objective = self.objective
        if self.config.data.workers == 0 and step % REFRESH_STEPS == 0:
            self.train_clips.refresh()
        batch = [self.crop(self.train_clips, generator) for _ in range(self.config.run.batch)]
        pixels = torch.stack(batch).to(self.device)
        with torch.set_grad_enabled(not objective.decoder_only):
            latents = self.vae.encoder(pixels)[:, :RAW_CHANNELS]
        noise = torch.randn(latents.shape, generator=generator).to(latents)
        decoded = self.vae.decoder(latents + self._noise_scale(latents) * noise).float()
        error = decoded - pixels
        still = pixels.mean(dim=2, keepdim=True)
        moving = (pixels - still).abs().mean(dim=1, keepdim=True).mul(4.0).clamp(max=1.0)
        weight = 1.0 + objective.motion_weight * moving
        total = (weight * (error.abs() + 2.0 * error.square())).mean() / weight.mean()
        if objective.gradient_weight:
            total = total + objective.gradient_weight * _gradient_difference(error, weight)
        size = latents.float().square().mean()
        total = total + objective.latent_weight * size
        psnr = -10.0 * torch.log10(error.detach().div(2.0).square().mean())
        return total, {"psnr": float(psnr), "latent_rms": float(size.detach().sqrt())}

    def _noise_scale(self, latents: Tensor) -> Tensor:
        """Deviation of latent noise: alike for all channels while they are still being found, and
        then in the normalised units in which a sampler errs."""
        if self.objective.decoder_only:
            deviation = self.vae.per_channel_statistics.get_buffer("std-of-means")
            return self.objective.noise * deviation.view(1, -1, 1, 1, 1).to(latents)
        return self.objective.noise * latents.detach().float().std().to(latents.dtype)

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Mean per-clip PSNR (dB) on full held-out clips, and of moving pixels alone."""
        whole, moving = [], []
        for index in range(min(12, len(self.held_out))):
            full = slice(None)
            pixels = self.held_out.pixels(index, (full, full, full))[None].to(self.device)
            with autocast(self.config.run.precision, self.device):
                latents = self.vae.encoder(pixels)[:, :RAW_CHANNELS]
                decoded = self.vae.decoder(latents).float().clamp(-1.0, 1.0)
            error = (decoded - pixels).div(2.0).square().mean(dim=1)
            mask = (pixels - pixels.median(dim=2, keepdim=True).values).abs().amax(dim=1) > 0.15
            whole.append(float(-10 * torch.log10(error.mean())))
            if mask.any():
                moving.append(float(-10 * torch.log10(error[mask].mean())))
        return {"psnr": sum(whole) / len(whole), "psnr_moving": sum(moving) / len(moving)}

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Write the VAE with principal latent axes and per-channel statistics.

        A decoder-only stage keeps the axes and statistics that its start already has.
        """
        if not self.objective.decoder_only:
            rotate_to_principal_axes(self.vae, self._sample_latents(), self.objective.scale_power)
        metadata: dict[str, Any] = {"vae": self.model_config.to_metadata()}
        tensors = dict(self.vae.state_dict())
        save_tensors(folder / "video_vae.safetensors", tensors, {"config": json.dumps(metadata)})

    def _sample_latents(self) -> Tensor:
        """Raw latents ``[n, 128]`` of whole training clips."""
        rows = []
        count = min(self.objective.statistics_clips, len(self.train_clips))
        for index in range(count):
            full = slice(None)
            pixels = self.train_clips.pixels(index, (full, full, full))[None].to(self.device)
            with autocast(self.config.run.precision, self.device):
                latents = self.vae.encoder(pixels)[:, :RAW_CHANNELS].float()
            rows.append(latents.permute(0, 2, 3, 4, 1).reshape(-1, RAW_CHANNELS).cpu())
        return torch.cat(rows)


def _coarse_motion(frames_FYXC: np.ndarray) -> float:
    """Mean change of every fourth pixel against every fourth frame before, levels."""
    coarse = frames_FYXC[COARSE].astype(np.float32)
    return float(np.abs(np.diff(coarse, axis=0)).mean())


def _gradient_difference(error: Tensor, weight: Tensor) -> Tensor:
    """L1 of the spatial gradient of the error: punishes soft outlines and tile seams."""
    rows = (error.diff(dim=-2) * weight[..., 1:, :]).abs().mean()
    columns = (error.diff(dim=-1) * weight[..., :, 1:]).abs().mean()
    return rows + columns

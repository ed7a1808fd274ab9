"""Trains the partials: normalised audio latents in, steady tones out.

Targets are read from the true sound: peaks of a spectrum of 64 ms (the audio VAE's own window) that
stay where they are, or glide slowly, for 90 ms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...model.audio_vae import AudioVae
from ...model.shapes import MEL_PER_LATENT, MEL_RATE_HZ
from ...model.vocoder import Partials, PartialsConfig
from ...model.vocoder.oscillators import HIGHEST_HZ, LOWEST_HZ, STEP_HZ, frequencies
from ...model.vocoder.partials import VALUES, band_places
from ..clip_store import AUDIO_RATE_HZ, ClipStore, fill_store
from ..config import TrainConfig, check_model_keys, from_table
from ..loop import pick_device
from ..state import save_tensors
from .audio_vae import read_audio_vae, waveform_mel

WINDOW = 1536
"""Samples: 64 ms, what the audio VAE's spectrogram sees at once."""
APART = 4
"""A peak is the largest within this many steps of 5 Hz."""
QUIETEST, LEAST_SHARE = 5e-4, 0.02
"""Amplitude of the softest partial, and its share of the clip's loudest."""
LASTING_ROWS, LASTING_SHARE = 9, 0.85
DRIFT_HZ, DRIFT_SHARE = 10.0, 0.02
"""How far a partial may move within those rows: so many Hz, and a share of its frequency."""


@dataclass(frozen=True)
class PartialsObjective:
    """What the loss rewards.

    Attributes:
        audio_vae: trained audio VAE whose latents are read.
        crop_latents: window length in latents (40 ms each).
        place_weight, level_weight: of the L1 of a partial's place in its band and of its level
            (ln), beside the cross entropy of its presence.
        presence_weight: of that cross entropy.
    """

    audio_vae: str = ""
    crop_latents: int = 52
    presence_weight: float = 5.0
    place_weight: float = 3.0
    level_weight: float = 0.5


def steady_partials(waveform_CN: Tensor, bands: int) -> Tensor:
    """Partials of a waveform ``[2, N]`` at 24 kHz: ``[rows, bands, 4]`` as `Partials` tells them.

    Presence is 0 or 1 here; levels are those of the spectrum at the partial's place, per channel.
    """
    sides, middle = _amplitudes(waveform_CN), _amplitudes(waveform_CN.mean(0, keepdim=True))[0]
    lasting = _lasting(middle)
    amplitudes = torch.where(lasting, middle, 0.0)
    places = band_places(frequencies())
    nearest_band = places.round().long()
    out = middle.new_zeros(middle.shape[1], bands, VALUES)
    for band in range(bands):
        mine = (nearest_band == band).nonzero()[:, 0]
        if not len(mine):
            continue
        loudest, which = amplitudes[mine].max(0)
        out[:, band, 0] = (loudest > 0).to(out)
        out[:, band, 1] = torch.where(loudest > 0, places[mine][which] - band, 0.0)
        for side in range(len(sides)):
            at = sides[side][mine].gather(0, which[None])[0]
            out[:, band, 2 + side] = at.clamp(min=1e-6).log()
    return out


def _amplitudes(waveform_CN: Tensor) -> Tensor:
    """Of sinusoids at the oscillators' frequencies, every 10 ms: ``[C, oscillators, rows]``."""
    window = torch.hann_window(WINDOW)
    spectrum = torch.stft(
        waveform_CN,
        AUDIO_RATE_HZ // STEP_HZ,
        AUDIO_RATE_HZ // MEL_RATE_HZ,
        win_length=WINDOW,
        window=window,
        return_complex=True,
    )
    heard = slice(LOWEST_HZ // STEP_HZ, HIGHEST_HZ // STEP_HZ)
    return spectrum.abs()[:, heard] / (window.sum() / 2)


def _lasting(amplitudes: Tensor) -> Tensor:
    """Which ``[oscillators, rows]`` are peaks that stay."""
    along = amplitudes.T[None]
    peak = along == F.max_pool1d(along, 2 * APART + 1, 1, APART)
    loud = along > max(float(amplitudes.max()) * LEAST_SHARE, QUIETEST)
    peak = (peak & loud)[0].T
    reach = ((DRIFT_HZ + DRIFT_SHARE * frequencies()) / STEP_HZ).long()
    near = torch.zeros_like(amplitudes)
    for steps in reach.unique().tolist():
        mine = reach == steps
        around = F.max_pool1d(peak.T[None].to(near), 2 * steps + 1, 1, steps)[0].T
        near[mine] = around[mine]
    share = F.avg_pool1d(near, LASTING_ROWS, 1, LASTING_ROWS // 2, count_include_pad=False)
    return peak & (share > LASTING_SHARE)


class PartialsTrainer:
    """Stage ``partials``; exports ``partials.safetensors``."""

    def __init__(self, config: TrainConfig) -> None:
        self.objective = from_table(PartialsObjective, config.objective, "objective")
        self.config = config
        self.device = pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = PartialsConfig.from_metadata(config.model)
        check_model_keys(config.model, self.model_config.to_metadata())
        self.partials = Partials(self.model_config).to(self.device)
        self.module: nn.Module = self.partials
        vae = read_audio_vae(Path(self.objective.audio_vae))
        self.data = {
            split: self._examples(vae, fill_store(config.data, split))
            for split in ("train", "validation")
        }

    @torch.no_grad()
    def _examples(self, vae: AudioVae, store: ClipStore) -> tuple[Tensor, Tensor]:
        """Latents ``[clips, 8, T, 16]`` and their partials ``[clips, 4T - 3, bands, 4]`` (half)."""
        latents, partials = [], []
        for index in range(len(store)):
            waveform = torch.from_numpy(store.waveforms[index].copy())
            made = vae.encode(waveform_mel(waveform)[None])[0]
            rows = MEL_PER_LATENT * made.shape[1] - (MEL_PER_LATENT - 1)
            found = steady_partials(waveform, self.model_config.bands)[:rows]
            latents.append(made)
            partials.append(F.pad(found, (0, 0, 0, 0, 0, rows - len(found))).half())
        return torch.stack(latents), torch.stack(partials)

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Errors of a batch of windows; loud partials count more."""
        latents, partials = self.data["train"]
        which = torch.randint(len(latents), (self.config.run.batch,), generator=generator)
        length = min(self.objective.crop_latents, latents.shape[2])
        start = int(torch.randint(latents.shape[2] - length + 1, (), generator=generator))
        # The first latent of a window tells one row, its last.
        first, rows = MEL_PER_LATENT * start, MEL_PER_LATENT * length - (MEL_PER_LATENT - 1)
        seen = latents[which, :, start : start + length]
        true = partials[which, first : first + rows]
        return self._errors(seen.to(self.device), true.to(self.device).float())

    def _errors(self, latents: Tensor, true: Tensor) -> tuple[Tensor, dict[str, float]]:
        made = self.partials(latents).float()[:, : true.shape[1]]
        there = true[..., 0]
        weight = there * true[..., 2].exp().clamp(max=1).sqrt()
        weight = weight / weight.sum().clamp(min=1e-3)
        presence = F.binary_cross_entropy_with_logits(made[..., 0], there)
        place = ((made[..., 1] - true[..., 1]).abs() * weight).sum()
        level = ((made[..., 2:] - true[..., 2:]).abs().mean(-1) * weight).sum()
        objective = self.objective
        total = (
            objective.presence_weight * presence
            + objective.place_weight * place
            + objective.level_weight * level
        )
        parts = {"presence": presence, "place": place, "level": level}
        return total, {name: float(value.detach()) for name, value in parts.items()}

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """The same errors on whole held-out clips."""
        latents, partials = self.data["validation"]
        return self._errors(latents.to(self.device), partials.to(self.device).float())[1]

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Write the partials in the checkpoint's key layout."""
        metadata = {"config": json.dumps({"partials": self.model_config.to_metadata()})}
        save_tensors(folder / "partials.safetensors", dict(self.partials.state_dict()), metadata)

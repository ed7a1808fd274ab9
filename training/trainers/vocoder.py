"""Trains the vocoder: log-mel in, 24 kHz stereo out, judged by spectra at several resolutions.

Impacts and tones need no adversary; an STFT loss at three window sizes keeps both the click of a
contact and the partials of its ring. What is quiet beside them (rain, hum, the breath of a voice)
is heard by the L1 of the log-mel (Kong et al. 2020, arXiv:2010.05646, section 2.3).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ...model.audio_transform import band_power, resample
from ...model.audio_vae import AudioVae, log_mel
from ...model.shapes import MEL_RATE_HZ
from ...model.vocoder import (
    Partials,
    PartialsConfig,
    TonalVocoder,
    VocoderConfig,
    build_vocoder,
)
from ...model.vocoder.tonal import with_tones
from ..clip_store import AUDIO_RATE_HZ, ClipStore, fill_store
from ..config import TrainConfig, check_model_keys, from_table
from ..loop import pick_device
from ..state import read_network, save_tensors
from .audio_vae import MEL_INPUT_HZ, all_mels, read_audio_vae

SAMPLES_PER_MEL = 240
WINDOWS = (256, 1024, 2048)
ATTACK_SPECTRUM = 384, 96, 32
"""Window of 16 ms, hop of 4 ms, mel bands from 0 to 12 kHz."""
ATTACK_QUIET = 1e-4
"""Power that counts as silence beside the loudest band of a window of training (-40 dB)."""


@dataclass(frozen=True)
class VocoderObjective:
    """What the loss rewards.

    Attributes:
        audio_vae: trained audio VAE; half of the inputs are its reconstructions. Empty: none.
        partials: trained partials, with which those reconstructions are judged a second time, as
            they are heard where oscillators play the tones. Empty: none.
        crop_mels: window length in mel rows (10 ms each).
        impact_share: share of windows that are placed to hold an impact.
        wave_weight: weight of the waveform L1, which fixes polarity and level.
        mel_weight: weight of the L1 of the log-mel (ln), which hears what is quiet as well as what
            is loud: rain behind a voice, and the harmonics of the voice itself.
        attack_weight: weight of how fast each band of the spectrum grows and fades: spectra of
            long windows hardly hear a smeared blow, the ear does.
    """

    audio_vae: str = ""
    partials: str = ""
    crop_mels: int = 61
    impact_share: float = 0.75
    wave_weight: float = 0.5
    mel_weight: float = 0.0
    attack_weight: float = 0.0


def mel_distance(made: Tensor, true: Tensor) -> Tensor:
    """L1 (ln) between the log-mels of waveforms ``[B, 2, N]``, as the audio VAE hears them."""
    spectra = (log_mel(resample(w.float(), AUDIO_RATE_HZ, MEL_INPUT_HZ)) for w in (made, true))
    return (next(spectra) - next(spectra)).abs().mean()


def spectral_distance(made: Tensor, true: Tensor) -> Tensor:
    """Mean over window sizes of spectral convergence + L1 of compressed magnitudes.

    Yamamoto et al. 2020 (arXiv:1910.11480, eq. 5) with ``magnitude ** 0.3`` in place of the
    logarithm, which would spend the network on the silence between impacts.
    """
    total = made.new_zeros(())
    made, true = made.flatten(0, -2).float(), true.flatten(0, -2).float()
    for size in WINDOWS:
        window = torch.hann_window(size, device=made.device)
        spectra = [
            torch.stft(wave, size, size // 4, window=window, return_complex=True)
            .abs()
            .clamp(min=1e-5)
            for wave in (made, true)
        ]
        gap = (spectra[0] - spectra[1]).norm() / spectra[1].norm().clamp(min=1e-3)
        compressed = (spectra[0].pow(0.3) - spectra[1].pow(0.3)).abs().mean()
        total = total + gap + 3.0 * compressed
    return total / len(WINDOWS)


def attack_distance(made: Tensor, true: Tensor) -> Tensor:
    """Mean squared difference (ln) of how fast waveforms ``[B, 2, N]`` grow louder over 8 ms.

    The growth of the log power is averaged over eight neighbouring bands, where the ups and downs
    of steady noise cancel and a blow does not; a smeared one is heard at its full size.
    """
    powers = [
        band_power(wave.mean(1).float(), *ATTACK_SPECTRUM, AUDIO_RATE_HZ, AUDIO_RATE_HZ / 2)
        for wave in (made, true)
    ]
    floor = ATTACK_QUIET * powers[1].amax((-1, -2), keepdim=True) + 1e-9
    levels = [(power + floor).log().unflatten(-1, (-1, 8)).mean(-1) for power in powers]
    growths = [level[:, 2:] - level[:, :-2] for level in levels]
    gap = growths[0] - growths[1]
    return gap.square().mean() + 2 * gap.mean(-1).square().mean()


class VocoderTrainer:
    """Stage ``vocoder``; exports ``vocoder.safetensors``."""

    def __init__(self, config: TrainConfig) -> None:
        self.objective = from_table(VocoderObjective, config.objective, "objective")
        self.config = config
        self.device = pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = VocoderConfig.from_metadata(config.model)
        check_model_keys(config.model, self.model_config.to_metadata())
        self.vocoder = build_vocoder(self.model_config).to(self.device)
        self.module: nn.Module = self.vocoder
        self.stores = {s: fill_store(config.data, s) for s in ("train", "validation")}
        self.partials = self._read_partials()
        self.mels = {split: [all_mels(store)] for split, store in self.stores.items()}
        self.tones: Tensor | None = None
        if self.objective.audio_vae:
            self._add_reconstructions(read_audio_vae(Path(self.objective.audio_vae)))

    def _read_partials(self) -> Partials | None:
        if not self.objective.partials:
            return None
        if not self.objective.audio_vae:
            raise ValueError("objective.partials reads latents; set objective.audio_vae too")
        path = Path(self.objective.partials)
        partials = read_network(
            path, "partials", lambda c: Partials(PartialsConfig.from_metadata(c))
        )
        return partials.eval().requires_grad_(False)

    @torch.no_grad()
    def _add_reconstructions(self, vae: AudioVae) -> None:
        """The VAE's mels beside the true ones, and the tones that partials find in training."""
        for split, mels in self.mels.items():
            latents = [vae.encode(some) for some in mels[0].split(32)]
            mels.append(torch.cat([vae.decode(some) for some in latents]))
            if split == "train" and self.partials is not None:
                tonal = TonalVocoder(self.vocoder, self.partials)
                self.tones = torch.cat([tonal.tones(some).half() for some in latents])

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Spectral distance of a batch of windows; fp32, since bf16 turns quiet tails into hiss."""
        rows, batch = self.objective.crop_mels, self.config.run.batch
        store, sources = self.stores["train"], self.mels["train"]
        mels, waves, tones, decoded = [], [], [], []
        for _ in range(batch):
            index = int(torch.randint(len(store), (), generator=generator))
            choice = int(torch.randint(len(sources), (), generator=generator))
            start = self._start(store, index, sources[choice].shape[2] - rows, generator)
            mels.append(sources[choice][index, :, start : start + rows])
            heard = slice(start * SAMPLES_PER_MEL, (start + rows) * SAMPLES_PER_MEL)
            waves.append(torch.from_numpy(store.waveforms[index][:, heard].copy()))
            if choice and self.tones is not None:
                decoded.append(len(mels) - 1)
                tones.append(self.tones[index, :, heard].float())
        made = self.vocoder(torch.stack(mels).to(self.device)).float()
        true = torch.stack(waves).to(self.device)
        made = made[..., : true.shape[-1]]
        total, numbers = self._errors(made, true)
        if decoded:
            played = torch.stack(tones).to(self.device)[..., : true.shape[-1]]
            joined = with_tones(made[decoded], played, AUDIO_RATE_HZ)
            heard_error, _ = self._errors(joined, true[decoded])
            total = total + heard_error
            numbers["joined"] = float(heard_error.detach())
        return total, numbers

    def _errors(self, made: Tensor, true: Tensor) -> tuple[Tensor, dict[str, float]]:
        spectral = spectral_distance(made, true)
        wave_error = (made - true).abs().mean()
        total = spectral + self.objective.wave_weight * wave_error
        numbers = {"spectral": float(spectral.detach()), "wave": float(wave_error.detach())}
        if self.objective.mel_weight:
            mel_error = mel_distance(made, true)
            total = total + self.objective.mel_weight * mel_error
            numbers["mel_l1"] = float(mel_error.detach())
        if self.objective.attack_weight:
            attack = attack_distance(made, true)
            total = total + self.objective.attack_weight * attack
            numbers["attack"] = float(attack.detach())
        return total, numbers

    def _start(self, store: ClipStore, index: int, places: int, generator: torch.Generator) -> int:
        """First mel row of a window: most often one that holds an impact."""
        anywhere = int(torch.randint(places, (), generator=generator))
        contacts = store.lines[index]["truth"]["contacts"]
        lead, choice, kind = torch.rand(3, generator=generator).tolist()
        if not contacts or kind > self.objective.impact_share:
            return anywhere
        hit = contacts[int(choice * len(contacts))]["time_s"]
        start = int(hit * MEL_RATE_HZ - lead * self.objective.crop_mels * 0.7)
        return min(max(start, 0), places - 1)

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Spectral distance and log-mel L1 (ln) on whole held-out clips: from true mels, and
        through the VAE."""
        store, numbers = self.stores["validation"], {}
        sources = dict(zip(("true_mel", "vae_mel"), self.mels["validation"], strict=False))
        for name, source in sources.items():
            made = self.vocoder(source[:16].to(self.device)).float()
            true = torch.from_numpy(store.waveforms[: len(made)].copy())
            length = min(made.shape[-1], true.shape[-1])
            made, true = made[..., :length].cpu(), true[..., :length]
            numbers[name] = float(spectral_distance(made, true))
            numbers[f"{name}_l1"] = float(mel_distance(made, true))
        return numbers

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Write the vocoder in the checkpoint's key layout."""
        metadata = {"config": json.dumps({"vocoder": self.model_config.to_metadata()})}
        save_tensors(folder / "vocoder.safetensors", dict(self.vocoder.state_dict()), metadata)

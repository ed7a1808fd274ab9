"""Trains the AV transformer and the text encoder together, by rectified flow on cached latents.

x_sigma = (1 - sigma) * x0 + sigma * noise, target noise - x0 (Liu et al. 2022, arXiv:2209.03003).
Sigma is logit-normal with a shift for the token count, mixed with a uniform share so that the ends
are never starved. Captions are dropped for classifier-free guidance; some samples give the two
modalities different noise levels, one of them sometimes clean, which teaches sound for a picture.

Losses are logged as FUV, the fraction of unexplained variance: loss / (per-channel Gaussian floor)
in five sigma bins per modality, comparable between schedules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ...model.shapes import VideoShape, audio_frames_for
from ...model.text import TextEncoder, TextEncoderConfig
from ...model.text.tokenizer import PADDING_ID
from ...model.transformer import AVTransformer, TransformerConfig, TransformerInputs, initialize
from ..config import TrainConfig, from_table
from ..latent_store import Codecs, LatentStore, make_latents
from ..loop import autocast, pick_device
from ..state import save_tensors
from .kept_parts import KeptParts, draw_kept_parts
from .place_probe import PlaceProbe

TEXT_TOKENS = 47
BINS = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class FlowObjective:
    """How noise, conditions and losses are drawn.

    Attributes:
        video_vae, audio_vae: results of the codec stages.
        frames: duration buckets; each batch takes one of them at random. ``run.batch`` counts
            clips of the longest; batches of shorter ones hold more, for as many tokens.
        sigma_mean, sigma_std: of the logit-normal.
        uniform_share: share of sigmas drawn uniformly instead.
        independent_share: share of samples whose modalities have their own sigmas.
        clean_share: of those, the share in which one modality is clean.
        caption_dropout: share of samples trained without their caption.
        audio_weight: weight of the audio loss beside the video loss.
        crowded_share: share of samples drawn from clips with several objects only, which are rare
            and the hardest to keep apart; the rest is drawn from all.
        kept_share: share of batches in which parts of the clip are kept clean (see `kept_parts`).
        place_weight: weight of the loss of `PlaceProbe`, which asks early blocks where and when
            their tokens are.
    """

    video_vae: str
    audio_vae: str
    frames: tuple[int, ...] = (49,)
    sigma_mean: float = 0.8
    sigma_std: float = 1.0
    uniform_share: float = 0.1
    independent_share: float = 0.15
    clean_share: float = 0.3
    caption_dropout: float = 0.1
    audio_weight: float = 0.5
    crowded_share: float = 0.0
    kept_share: float = 0.0
    place_weight: float = 0.0


class TransformerTrainer:
    """Stage ``transformer``; exports ``transformer.safetensors`` (network and text encoder)."""

    def __init__(self, config: TrainConfig) -> None:
        self.objective = from_table(FlowObjective, config.objective, "objective")
        self.config, self.device = config, pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = TransformerConfig.from_metadata(config.model["transformer"])
        self.text_config = TextEncoderConfig.from_metadata(config.model["text_encoder"])
        transformer = AVTransformer(self.model_config)
        initialize(transformer, torch.Generator().manual_seed(config.run.seed))
        self.module: nn.Module = nn.ModuleDict(
            {"transformer": transformer, "text_encoder": TextEncoder(self.text_config)}
        ).to(self.device)
        if self.objective.place_weight:
            self.module["place_probe"] = PlaceProbe(self.model_config).to(self.device)
        if config.run.compile:
            for block in transformer.transformer_blocks:
                block.compile(dynamic=False)
        codecs = Codecs.load(
            Path(self.objective.video_vae), Path(self.objective.audio_vae), self.device
        )
        self.data = {
            split: make_latents(config.data, split, codecs, config.run.precision, self.device)
            for split in ("train", "validation")
        }
        self.floor = _GaussianFloor(self.data["train"])
        counts = torch.tensor(self.data["train"].counts)
        self.crowded = (counts > 1).nonzero().flatten()

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Flow-matching loss of one batch."""
        objective, store = self.objective, self.data["train"]
        frames = objective.frames[
            int(torch.randint(len(objective.frames), (), generator=generator))
        ]
        batch = self.config.run.batch * _latents(max(objective.frames)) // _latents(frames)
        which = self._pick(batch, generator)
        video, audio = self._slice(store, which, frames)
        captions = [_one_of(store.captions[i], generator) for i in which.tolist()]
        dropped = torch.rand(batch, generator=generator) < objective.caption_dropout
        captions = ["" if gone else text for text, gone in zip(captions, dropped, strict=True)]
        sigmas = self._sigmas(batch, generator)
        noises = (
            torch.randn(video.shape, generator=generator),
            torch.randn(audio.shape, generator=generator),
        )
        probe = self.module["place_probe"] if objective.place_weight else None
        kept = None
        if torch.rand((), generator=generator) < objective.kept_share:
            grid, fps = tuple(video.shape[2:]), float(self.config.data.fps)
            kept = draw_kept_parts(batch, grid, audio.shape[2], fps, generator)
        errors = self._errors((video, audio), noises, sigmas, captions, kept, probe)
        video_loss, audio_loss = (error.mean() for error in errors)
        total = video_loss + objective.audio_weight * audio_loss
        numbers = {"video": float(video_loss.detach()), "audio": float(audio_loss.detach())}
        if probe is not None:
            place_loss = probe.loss(video.shape[2:], audio.shape[2])
            total = total + objective.place_weight * place_loss
            numbers["place"] = float(place_loss.detach())
        if kept is not None:
            # Neighbours that are clean make a sample easier than its noise level tells.
            return total, {f"kept_{name}": value for name, value in numbers.items()}
        return total, numbers | self._binned(errors, sigmas)

    def _pick(self, batch: int, generator: torch.Generator) -> Tensor:
        """Training clips at random, those with several objects as often as they should come."""
        which = torch.randint(len(self.data["train"]), (batch,), generator=generator)
        if not self.objective.crowded_share or not len(self.crowded):
            return which
        crowded = self.crowded[torch.randint(len(self.crowded), (batch,), generator=generator)]
        often = torch.rand(batch, generator=generator) < self.objective.crowded_share
        return torch.where(often, crowded, which)

    def _slice(self, store: LatentStore, which: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        latent = _latents(frames)
        tokens = audio_frames_for(frames, self.config.data.fps)
        video = store.video[which, :, :latent].float()
        return video, store.audio[which, :, :tokens].float()

    def _sigmas(self, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        objective = self.objective

        def draw() -> Tensor:
            normal = torch.randn(batch, generator=generator)
            sigma = torch.sigmoid(objective.sigma_mean + objective.sigma_std * normal)
            uniform = torch.rand(batch, generator=generator)
            flat = torch.rand(batch, generator=generator) < objective.uniform_share
            return torch.where(flat, uniform, sigma)

        video, other = draw(), draw()
        own = torch.rand(batch, generator=generator) < objective.independent_share
        audio = torch.where(own, other, video)
        clean = own & (torch.rand(batch, generator=generator) < objective.clean_share)
        which = torch.rand(batch, generator=generator) < 0.5
        return (
            torch.where(clean & which, torch.zeros(()), video),
            torch.where(clean & ~which, torch.zeros(()), audio),
        )

    def _errors(
        self,
        clean: tuple[Tensor, Tensor],
        noises: tuple[Tensor, Tensor],
        sigmas: tuple[Tensor, Tensor],
        captions: list[str],
        kept: KeptParts | None = None,
        probe: PlaceProbe | None = None,
    ) -> list[Tensor]:
        """Mean squared velocity error per sample of both modalities; clean tokens do not count."""
        levels = _levels(sigmas, kept)
        noisy, targets = [], []
        for latent, noise, level in zip(clean, noises, levels, strict=True):
            noisy.append(((1 - level) * latent + level * noise).to(self.device))
            targets.append((noise - latent).to(self.device))
        ids, _ = self.module["text_encoder"].tokenize(captions)
        # One text length, so that compiled blocks see one shape per duration bucket.
        ids = F.pad(ids, (0, 0, 0, max(0, TEXT_TOKENS - ids.shape[1])), value=PADDING_ID)
        context, mask = self.module["text_encoder"](ids.to(self.device))
        inputs = TransformerInputs(
            frame_rate=float(self.config.data.fps),
            context_mask=mask,
            observe=probe.observe if probe is not None else None,
        )
        of_tokens = [level.flatten(1).to(self.device) for level in levels]
        # Kept parts change how many noise levels there are, and each number would be compiled anew.
        stance = torch.compiler.set_stance("default" if kept is None else "force_eager")
        with stance:
            made = self.module["transformer"](*noisy, *of_tokens, context, conditions=inputs)
        return [
            _error_of_asked(velocity.float() - target, level > 0)
            for velocity, target, level in zip(made, targets, levels, strict=True)
        ]

    def _binned(self, errors: list[Tensor], sigmas: tuple[Tensor, Tensor]) -> dict[str, float]:
        numbers = {}
        for name, error, sigma, floor in zip(
            "va", errors, sigmas, (self.floor.video, self.floor.audio), strict=True
        ):
            for value, level in zip(error.detach().cpu().tolist(), sigma.tolist(), strict=True):
                if level > 0:
                    bin_ = min(BINS, key=lambda b: abs(b - level))
                    numbers.setdefault(f"fuv_{name}{bin_}", []).append(value / floor(level))
        return {key: sum(values) / len(values) for key, values in numbers.items()}

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """FUV per sigma bin on held-out clips, and at 0.9 without captions (does text work?)."""
        store, numbers = self.data["validation"], {}
        which = torch.arange(min(32, len(store)))
        video, audio = self._slice(store, which, max(self.objective.frames))
        generator = torch.Generator().manual_seed(1234)
        noises = (
            torch.randn(video.shape, generator=generator),
            torch.randn(audio.shape, generator=generator),
        )
        captions = [store.captions[i][0] for i in which.tolist()]
        cases = [(level, captions, "") for level in BINS] + [
            (0.9, [""] * len(which), "_uncaptioned")
        ]
        for level, texts, suffix in cases:
            sigma = torch.full((len(which),), level)
            with autocast(self.config.run.precision, self.device):
                errors = self._errors((video, audio), noises, (sigma, sigma), texts)
            numbers[f"v{level}{suffix}"] = float(errors[0].mean()) / self.floor.video(level)
            numbers[f"a{level}{suffix}"] = float(errors[1].mean()) / self.floor.audio(level)
        return numbers

    def export(self, folder: Path) -> None:
        """Write both networks' weights; keys ``transformer.*`` and ``text_encoder.*``."""
        config = {
            "transformer": self.model_config.to_metadata(),
            "text_encoder": self.text_config.to_metadata(),
        }
        save_tensors(
            folder / "transformer.safetensors",
            {
                name: tensor
                for name, tensor in self.module.state_dict().items()
                if not name.startswith("place_probe.")
            },
            {"config": json.dumps(config)},
        )


def _levels(sigmas: tuple[Tensor, Tensor], kept: KeptParts | None) -> tuple[Tensor, Tensor]:
    """Noise levels that broadcast over both latents: of samples, or of tokens where some are kept.

    Flattened after the first axis they are what the transformer takes.
    """
    video, audio = (rearrange(sigma, "B -> B 1 1 1 1") for sigma in sigmas)
    if kept is None:
        return video, audio[..., 0]
    asked_video = rearrange(~kept.video, "B F Y X -> B 1 F Y X")
    asked_audio = rearrange(~kept.audio, "B A -> B 1 A 1")
    return video * asked_video, audio[..., 0] * asked_audio


def _error_of_asked(difference: Tensor, asked: Tensor) -> Tensor:
    """Mean square per sample over the tokens that are asked for; 0 where none is."""
    asked = asked.to(difference.device).expand_as(difference).flatten(1)
    squares = (difference.flatten(1) ** 2) * asked
    return squares.sum(dim=1) / asked.sum(dim=1).clamp(min=1)


def _one_of(captions: tuple[str, ...], generator: torch.Generator) -> str:
    return captions[int(torch.randint(len(captions), (), generator=generator))]


def _latents(frames: int) -> int:
    return VideoShape(frames, 32, 32).latent().frames


class _GaussianFloor:
    """Velocity error of the best predictor that knows only each channel's mean and variance."""

    def __init__(self, store: LatentStore) -> None:
        sample = slice(0, 256)
        self._video = store.video[sample].float().var(dim=(0, 2, 3, 4))
        self._audio = store.audio[sample].float().var(dim=(0, 2)).flatten()

    def video(self, sigma: float) -> float:
        """Floor of the video stream at a noise level."""
        return _gaussian_error(self._video, sigma)

    def audio(self, sigma: float) -> float:
        """Floor of the audio stream at a noise level."""
        return _gaussian_error(self._audio, sigma)


def _gaussian_error(variance: Tensor, sigma: float) -> float:
    """E|v - E[v|x]|^2 for x0 ~ N(0, variance): variance / ((1-s)^2 variance + s^2)."""
    return float((variance / ((1 - sigma) ** 2 * variance + sigma**2)).mean())

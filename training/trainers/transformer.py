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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

from ...model.text import TextEncoder, TextEncoderConfig
from ...model.text.tokenizer import PADDING_ID
from ...model.transformer import AVTransformer, TransformerConfig, TransformerInputs, initialize
from ..config import TrainConfig, from_table
from ..latent_store import Codecs, LatentStore, make_latents
from ..loop import autocast, pick_device
from ..processes import PROCESSES
from ..reference_store import make_references
from ..state import save_tensors
from .flow_batch import BatchDrawer, Bucket, FlowBatch, FlowObjective, Pair, draw_noise
from .place_probe import PlaceProbe
from .shown_references import Shown, Slot, with_references

BINS = (0.1, 0.3, 0.5, 0.7, 0.9)
HELD_OUT = 32
MOST_CAPTIONS = 100_000
"""Whose words are kept taken apart."""
SHAPES = 32
"""Most shapes of batches that compiled blocks are made for."""

Buckets = dict[str, list[Bucket]]
"""By split."""


class TransformerTrainer:
    """Stage ``transformer``; exports ``transformer.safetensors`` (network and text encoder).

    Args:
        config: of the stage.
        buckets: clips to learn from, in place of those that the configuration tells to make.
    """

    def __init__(self, config: TrainConfig, buckets: Buckets | None = None) -> None:
        self.objective = self._read_objective(config)
        if self.objective.other_words_share and config.data.playground != "drops":
            raise ValueError(
                f"objective.other_words_share is {self.objective.other_words_share} and"
                f' data.playground "{config.data.playground}"; only captions of "drops" have other'
                " words, so leave it at 0"
            )
        self.config, self.device = config, pick_device(config.run.device)
        torch.manual_seed(config.run.seed)
        self.model_config = TransformerConfig.from_metadata(config.model["transformer"])
        self.text_config = TextEncoderConfig.from_metadata(config.model["text_encoder"])
        self.module: nn.Module = self.new_networks()
        if self.objective.place_weight:
            self.module["place_probe"] = PlaceProbe(self.model_config).to(self.device)
        if config.run.compile:
            compile_blocks(self.module, self.device)
        if buckets is None:
            with PROCESSES.first_alone():
                buckets = load_buckets(config, self.objective, self.device)
        self._ids: dict[str, Tensor] = {}
        self.data = {
            split: [bucket.to(self.device) for bucket in of_split]
            for split, of_split in buckets.items()
        }
        self.floor = _GaussianFloor(self.data["train"][0].latents)
        self.drawer = BatchDrawer(
            self.objective, self.data["train"], config.run.batch, PROCESSES.count
        )
        # What the starting weights have learned is not forgotten at once.
        known = facts_of(config.run.init_from)
        known.pop("recommended", None)
        self.facts = known | self._learned()

    def _read_objective(self, config: TrainConfig) -> FlowObjective:
        return from_table(FlowObjective, config.objective, "objective")

    def _learned(self) -> dict[str, Any]:
        """What a checkpoint with these weights tells about them."""
        known: dict[str, Any] = {}
        if self.objective.reference_share:
            known["trained_with_references"] = True
        if self.config.data.playground == "drops":
            from ..world.drops.details import DETAILS

            known["recommended"] = {"details": [asdict(detail) for detail in DETAILS]}
        return known

    def new_networks(self) -> nn.ModuleDict:
        """A fresh transformer and text encoder on the device."""
        transformer = AVTransformer(self.model_config)
        initialize(transformer, torch.Generator().manual_seed(self.config.run.seed))
        networks = {"transformer": transformer, "text_encoder": TextEncoder(self.text_config)}
        return nn.ModuleDict(networks).to(self.device)

    def sharded(self) -> list[nn.Module]:
        """Modules whose weights are spread over processes, inner ones first."""
        modules = [*self.module["transformer"].transformer_blocks, self.module["transformer"]]
        modules.append(self.module["text_encoder"])
        if "place_probe" in self.module:
            modules += self.module["place_probe"].readers()
        return modules

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Flow-matching loss of one batch, or of this process's part of it."""
        objective = self.objective
        batch = self.drawer.draw(generator).part(PROCESSES.index, PROCESSES.count)
        # References come with tokens of their own, which the readers of places do not know.
        probing = objective.place_weight and not batch.has_references
        probe = self.module["place_probe"] if probing else None
        errors = self.errors(batch, probe)
        video_loss, audio_loss = (error.mean() for error in errors)
        total = video_loss + objective.audio_weight * audio_loss
        numbers = {"video": float(video_loss.detach()), "audio": float(audio_loss.detach())}
        if probe is not None:
            video, audio = batch.clean
            place_loss = probe.loss(video.shape[2:], audio.shape[2])
            total = total + objective.place_weight * place_loss
            numbers["place"] = float(place_loss.detach())
        if batch.kind:
            return total, {batch.kind + name: value for name, value in numbers.items()}
        return total, numbers | self._told(batch, errors)

    def errors(self, batch: FlowBatch, probe: PlaceProbe | None = None) -> list[Tensor]:
        """Mean squared velocity error per sample of both modalities; clean tokens do not count."""
        noisy = batch.noisy
        targets = self.targets(batch, noisy)
        observe = None if probe is None else probe.observe
        made = self.velocities(self.module, batch, noisy, observe=observe)
        asked = [(level > 0).float() for level in batch.levels]
        if batch.video_weight is not None:
            asked[0] = asked[0] * batch.video_weight
        return [
            _weighted_error(velocity - target, weight)
            for velocity, target, weight in zip(made, targets, asked, strict=True)
        ]

    def targets(self, batch: FlowBatch, noisy: Pair) -> Pair:
        """The velocities to learn."""
        video, audio = (n - x for n, x in zip(batch.noises, batch.clean, strict=True))
        return video, audio

    def velocities(
        self,
        networks: nn.Module,
        batch: FlowBatch,
        noisy: Pair,
        captions: Sequence[str] | None = None,
        observe: Callable[[int, Tensor | None, Tensor | None], None] | None = None,
    ) -> Pair:
        """What networks predict, in float32, for the batch's captions or for others."""
        ids = self._tokenized(batch.captions if captions is None else captions)
        context, mask = networks["text_encoder"](ids.to(self.device))
        of_tokens = [level.flatten(1) for level in batch.levels]
        inputs = replace(self._inputs(batch), context_mask=mask, observe=observe)
        # References change how many tokens there are, and each number would be compiled anew.
        unusual = self.config.run.compile and batch.has_references
        with any_shapes(networks, self.device) if unusual else nullcontext():
            video, audio = networks["transformer"](*noisy, *of_tokens, context, conditions=inputs)
        return video.float(), audio.float()

    def _tokenized(self, captions: Sequence[str]) -> Tensor:
        """Word ids ``[B, T, G]``; each caption is taken apart once, as it comes back many times."""
        if len(self._ids) > MOST_CAPTIONS:
            self._ids.clear()
        for text in captions:
            if text not in self._ids:
                ids, _ = self.module["text_encoder"].tokenize([text])
                self._ids[text] = ids[0].int()
        longest = max(self.objective.text_tokens, *(len(self._ids[text]) for text in captions))
        padded = [
            F.pad(self._ids[text], (0, 0, 0, longest - len(self._ids[text])), value=PADDING_ID)
            for text in captions
        ]
        return torch.stack(padded).long()

    def _inputs(self, batch: FlowBatch) -> TransformerInputs:
        return replace(
            batch.inputs,
            reference_video=self._moved(batch.inputs.reference_video),
            reference_audio=self._moved(batch.inputs.reference_audio),
        )

    def _moved(self, tokens: Tensor | None) -> Tensor | None:
        return None if tokens is None else tokens.to(self.device)

    def _told(self, batch: FlowBatch, errors: list[Tensor]) -> dict[str, float]:
        """FUV by noise level."""
        numbers: dict[str, list[float]] = {}
        floors = (self.floor.video, self.floor.audio)
        for name, error, sigma, floor in zip("va", errors, batch.sigmas, floors, strict=True):
            for value, level in zip(error.detach().cpu().tolist(), sigma.tolist(), strict=True):
                if level > 0:
                    bin_ = min(BINS, key=lambda b: abs(b - level))
                    numbers.setdefault(f"fuv_{name}{bin_}", []).append(value / floor(level))
        return {key: sum(values) / len(values) for key, values in numbers.items()}

    def held_out(self, level: float, which: Tensor | None = None) -> FlowBatch:
        """Held-out clips at one noise level, always with the same noise."""
        bucket = self.data["validation"][0]
        if which is None:
            which = torch.arange(min(HELD_OUT, len(bucket.latents)))
        clean = bucket.slice(which, max(bucket.durations(self.objective.frames)))
        generator = torch.Generator().manual_seed(1234)
        video, audio = draw_noise(clean, generator)
        sigma = torch.full((len(which),), level)
        captions = [bucket.latents.captions[i][0] for i in which.tolist()]
        inputs = TransformerInputs(frame_rate=float(bucket.data.fps))
        return FlowBatch(clean, (video, audio), (sigma, sigma), captions, inputs)

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """FUV per sigma bin on held-out clips, and at 0.9 without captions (does text work?).

        Where references are trained: at 0.9 with captions that leave looks unsaid, alone, with the
        references of the clip, and with those of another (does the model look at them?).
        """
        cases = {f"{level}": self.held_out(level) for level in BINS}
        last = cases[f"{BINS[-1]}"]
        cases[f"{BINS[-1]}_uncaptioned"] = replace(last, captions=[""] * len(last.captions))
        if self.objective.reference_share:
            cases |= self._referenced(BINS[-1])
        numbers = {}
        for name, batch in cases.items():
            level = float(batch.sigmas[0][0])
            with autocast(self.config.run.precision, self.device):
                video, audio = self.errors(batch)
            numbers[f"v{name}"] = float(video.mean()) / self.floor.video(level)
            numbers[f"a{name}"] = float(audio.mean()) / self.floor.audio(level)
        return numbers

    def _referenced(self, level: float) -> dict[str, FlowBatch]:
        """Held-out clips of one speaker, or of one thing: without, with, and with wrong ones."""
        references = self.data["validation"][0].references
        speaking = [i for i, clip in enumerate(references) if clip.speaks]
        kind = speaking if len(speaking) > 1 else range(len(references))
        which = torch.tensor([i for i in kind if len(references[i].subjects) == 1][:HELD_OUT])
        if len(which) < 2:
            return {}
        own = [references[i] for i in which.tolist()]
        batch = replace(self.held_out(level, which), captions=[clip.captions[0] for clip in own])
        shown = Shown((Slot(1, all(clip.speaks for clip in own)),), which)
        cases = {f"{level}_discreet": batch}
        for name, clips in (("referenced", own), ("mistaken", [*own[1:], own[0]])):
            generator = torch.Generator().manual_seed(0)
            inputs = with_references(batch.inputs, shown, clips, generator)
            cases[f"{level}_{name}"] = replace(batch, inputs=inputs)
        return cases

    def export(self, folder: Path) -> None:
        """Write both networks' weights; keys ``transformer.*`` and ``text_encoder.*``."""
        config = {
            "transformer": self.model_config.to_metadata(),
            "text_encoder": self.text_config.to_metadata(),
            "hibari": self.facts,
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


def load_buckets(config: TrainConfig, objective: FlowObjective, device: torch.device) -> Buckets:
    """The latents of all sizes of clips, with references where they are trained; made if absent.

    Raises:
        ValueError: references are asked for without the size of their views.
    """
    if objective.reference_share and not config.data.reference_px:
        raise ValueError(
            "objective.reference_share is set and data.reference_px is 0; set it to 256, the side "
            "of a cameo's views"
        )
    codecs = Codecs.load(Path(objective.video_vae), Path(objective.audio_vae), device)
    how = (codecs, config.run.precision, device)
    return {
        split: [
            Bucket(
                data,
                make_latents(data, split, *how),
                make_references(data, split, *how) if objective.reference_share else [],
            )
            for data in config.data.stores()
        ]
        for split in ("train", "validation")
    }


def facts_of(path: str) -> dict[str, Any]:
    """What a stage's result tells about its weights; nothing for other files and for none."""
    if not path or not Path(path).is_file():
        return {}
    with safe_open(path, framework="pt") as file:
        config = json.loads((file.metadata() or {}).get("config", "{}"))
    return dict(config.get("hibari", {}))


def compile_blocks(networks: nn.Module, device: torch.device) -> None:
    """Fuse the transformer's blocks: one program for all shapes of batches on a GPU, where time is
    short and twenty shapes would take minutes, and one for each, a tenth faster, on a CPU.
    """
    import torch._dynamo

    torch._dynamo.config.cache_size_limit = SHAPES
    _compile(networks, dynamic=device.type == "cuda")


@contextmanager
def any_shapes(networks: nn.Module, device: torch.device) -> Iterator[None]:
    """Blocks of `compile_blocks`, inside fused by one program for whatever shapes come, as they
    always are on a GPU.
    """
    if device.type == "cuda":
        yield
        return
    _compile(networks, dynamic=True)
    try:
        yield
    finally:
        _compile(networks, dynamic=False)


def _compile(networks: nn.Module, dynamic: bool) -> None:
    """Cheap where it was done before: programs are found again by their shapes."""
    for block in networks["transformer"].transformer_blocks:
        block.compile(dynamic=dynamic)


def _weighted_error(difference: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean square per sample, over what is asked for; 0 where nothing is."""
    weight = weight.expand_as(difference).flatten(1)
    squares = (difference.flatten(1) ** 2) * weight
    return squares.sum(dim=1) / weight.sum(dim=1).clamp(min=1)


class _GaussianFloor:
    """Velocity error of the best predictor that knows only each channel's mean and variance."""

    def __init__(self, store: LatentStore) -> None:
        # On the CPU, where it is asked for every sample.
        video, audio = (latent[:256].float().cpu() for latent in (store.video, store.audio))
        self._video = video.var(dim=(0, 2, 3, 4))
        self._audio = audio.var(dim=(0, 2)).flatten()

    def video(self, sigma: float) -> float:
        """Floor of the video stream at a noise level."""
        return _gaussian_error(self._video, sigma)

    def audio(self, sigma: float) -> float:
        """Floor of the audio stream at a noise level."""
        return _gaussian_error(self._audio, sigma)


def _gaussian_error(variance: Tensor, sigma: float) -> float:
    """E|v - E[v|x]|^2 for x0 ~ N(0, variance): variance / ((1-s)^2 variance + s^2)."""
    return float((variance / ((1 - sigma) ** 2 * variance + sigma**2)).mean())

"""Carries a transformer over to other codecs: its first and last layers are refitted.

Both pairs of codecs tell of the same clips, so the old latents are about a linear map of the new
ones; put before the first layer, that map lets the old weights read new latents. The last layer
then learns, by linear regression over noisy clips, to answer in new latents. (The converse of the
first map would not do: it has to blow up what the old latents hardly held, noise included.) What is
between has learned about the world, and keeps it; further training closes the gap that is left.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from einops import rearrange
from torch import Tensor, nn

from .config import TrainConfig
from .latent_store import Codecs, LatentStore, encode_clips
from .loop import autocast, pick_device
from .state import read_tensors_with_config, save_tensors
from .trainers.flow_batch import Bucket, FlowBatch
from .trainers.transformer import TransformerTrainer

CLIPS = 200
"""Of the training split, rendered for this."""
CHECKED = 5
"""One clip in so many tells how well the maps fit."""
LEAST_TOKENS = 1000
READING_NOISE = 0.05
"""Variance of what the map reads beside the latents: no direction is blown up to tell another."""
SAMPLES = 500
"""Noisy clips that the last layers are fitted to."""
RIDGE = 1e-3
"""Of the mean variance that the last layers see."""
LAYERS = {
    "video": ("patchify_proj", "proj_out"),
    "audio": ("audio_patchify_proj", "audio_proj_out"),
}

T = TypeVar("T")
Pair = tuple[Tensor, Tensor]
Told = tuple[str, ...]
"""The captions of a clip."""

log = logging.getLogger("hibari.train")


def carry_over(runs: Path, config: TrainConfig, out: Path) -> dict[str, float]:
    """Write the weights of ``runs/transformer`` for the codecs that ``config`` names.

    Args:
        runs: of the old codecs and the transformer trained with them, as ``--unbundle`` writes.
        config: of the transformer stage; its playground, and the new codecs.
        out: a stage's result to start from with ``run.init_from``.

    Returns:
        Shares of the variance of the old video and audio latents that the new ones explain, on
        clips that were left out of the fit.

    Raises:
        FileNotFoundError: a result is missing.
        ValueError: one is damaged, or there are too few clips.
    """
    tensors, facts = read_tensors_with_config(runs / "transformer" / "transformer.safetensors")
    device = pick_device(config.run.device)
    before = [runs / name / f"{name}.safetensors" for name in ("video_vae", "audio_vae")]
    after = [Path(config.objective[name]) for name in ("video_vae", "audio_vae")]
    codecs = [Codecs.load(paths[0], paths[1], device) for paths in (before, after)]
    clips = list(encode_clips(config.data, CLIPS, codecs, config.run.precision, device))
    rows = [(tokens(old), tokens(new)) for _, (old, new) in clips]
    explained = {}
    for index, modality in enumerate(LAYERS):
        pairs = [(old[index], new[index]) for old, new in rows]
        explained[modality] = refit_reading(tensors, modality, pairs)
        log.info("new latents explain %.2f of the old %s latents", explained[modality], modality)
    known = [(told, latents[1]) for told, latents in clips]
    trainer = _trainer(config, facts, known)
    trainer.module.load_state_dict(tensors, strict=False)
    refit_answers(trainer)
    for modality, error in zip(LAYERS, _left_out(trainer), strict=True):
        log.info("%.2f of the %s velocities is not explained yet", error, modality)
    tensors |= {name: trainer.module.state_dict()[name].cpu() for name in tensors}
    save_tensors(out, tensors, {"config": json.dumps(facts)})
    return explained


def _split(clips: list[T]) -> tuple[list[T], list[T]]:
    """Those to fit to, and those that tell how well it fits."""
    return [clip for index, clip in enumerate(clips) if index % CHECKED], clips[::CHECKED]


def tokens(latents: Pair) -> Pair:
    """Latents of a clip, ``[128, F, Y, X]`` and ``[8, A, 16]``, as rows ``[n, 128]`` in double."""
    video = rearrange(latents[0], "c f y x -> (f y x) c")
    return video.double(), rearrange(latents[1], "c a m -> a (c m)").double()


def refit_reading(tensors: dict[str, Tensor], modality: str, pairs: list[Pair]) -> float:
    """Change one modality's first layer in place, from (old, new) tokens of clips.

    Returns:
        The share of the old tokens' variance that the new ones explain on clips left out.

    Raises:
        ValueError: there are too few tokens for a fit.
    """
    fitted, left_out = _split(pairs)
    old, new = (torch.cat(side) for side in zip(*fitted, strict=True))
    if len(old) < LEAST_TOKENS:
        raise ValueError(
            f"{len(pairs)} clips have {len(old)} {modality} tokens to fit the layers to and at "
            f"least {LEAST_TOKENS} are needed; raise data.count"
        )
    centred = new - new.mean(0)
    covariance = centred.T @ centred / len(new)
    shared = centred.T @ (old - old.mean(0)) / len(new)
    reading = torch.linalg.solve(covariance + READING_NOISE * torch.eye(len(shared)), shared)
    name = f"transformer.{LAYERS[modality][0]}.weight"
    tensors[name] = (tensors[name].double() @ reading.T).to(tensors[name]).contiguous()
    held_old, held_new = (torch.cat(side) for side in zip(*left_out, strict=True))
    wanted = held_old - old.mean(0)
    missed = wanted - (held_new - new.mean(0)) @ reading
    return 1 - float(missed.square().mean() / wanted.square().mean())


@torch.no_grad()
def refit_answers(trainer: TransformerTrainer) -> None:
    """Give both modalities the last layers that tell the velocities of noisy clips best."""
    transformer = trainer.module.get_submodule("transformer")
    layers = [getattr(transformer, last) for _, last in LAYERS.values()]
    seen: dict[nn.Module, Tensor] = {}
    hooks = [
        layer.register_forward_pre_hook(lambda own, inputs: seen.update({own: inputs[0]}))
        for layer in layers
    ]
    sums = [_Regression() for _ in layers]
    generator = torch.Generator().manual_seed(trainer.config.run.seed)
    drawn = 0
    while drawn < SAMPLES:
        batch = trainer.drawer.draw(generator)
        drawn += len(batch.captions)
        with autocast(trainer.config.run.precision, trainer.device):
            trainer.velocities(trainer.module, batch, batch.noisy)
        wanted = _wanted(trainer, batch)
        for layer, regression, (velocities, asked) in zip(layers, sums, wanted, strict=True):
            regression.add(seen[layer].flatten(0, 1)[asked], velocities[asked])
    for hook in hooks:
        hook.remove()
    for layer, regression in zip(layers, sums, strict=True):
        solution = regression.solve()
        layer.weight.copy_(solution[:-1].T)
        layer.bias.copy_(solution[-1])


def _wanted(trainer: TransformerTrainer, batch: FlowBatch) -> list[Pair]:
    """Of both modalities the velocities of all tokens as rows, and which tokens are asked for."""
    video, audio = trainer.targets(batch, batch.noisy)
    of_picture, of_sound = (level > 0 for level in batch.levels)
    return [
        (
            rearrange(video, "B C F Y X -> (B F Y X) C"),
            of_picture.expand(video[:, :1].shape).flatten(),
        ),
        (
            rearrange(audio, "B C A M -> (B A) (C M)"),
            of_sound.expand(audio[:, :1, :, :1].shape).flatten(),
        ),
    ]


class _Regression:
    """Sums of a linear regression with an offset, in double."""

    def __init__(self) -> None:
        self.inputs = self.shared = torch.zeros(())

    def add(self, inputs: Tensor, answers: Tensor) -> None:
        """More rows of both."""
        rows, answers = inputs.double().cpu(), answers.double().cpu()
        rows = torch.cat([rows, torch.ones(len(rows), 1, dtype=rows.dtype)], 1)
        self.inputs = self.inputs + rows.T @ rows
        self.shared = self.shared + rows.T @ answers

    def solve(self) -> Tensor:
        """Weights ``[inputs + 1, answers]``, the offset last."""
        ridge = RIDGE * self.inputs.diagonal().mean()
        return torch.linalg.solve(self.inputs + ridge * torch.eye(len(self.inputs)), self.shared)


def _trainer(
    config: TrainConfig, facts: Mapping[str, Any], clips: list[tuple[Told, Pair]]
) -> TransformerTrainer:
    """One with the old network's shape and some clips of the new codecs, and no references."""
    model = {name: facts[name] for name in ("transformer", "text_encoder")}
    objective = config.objective | {"reference_share": 0.0, "place_weight": 0.0}
    config = replace(config, model=model, objective=objective)
    splits = zip(("train", "validation"), _split(clips), strict=True)
    buckets = {name: [_bucket(config, split)] for name, split in splits}
    return TransformerTrainer(config, buckets)


def _bucket(config: TrainConfig, clips: list[tuple[Told, Pair]]) -> Bucket:
    video, audio = zip(*(latents for _, latents in clips), strict=True)
    captions = [told for told, _ in clips]
    store = LatentStore(torch.stack(video), torch.stack(audio), captions, [1] * len(clips))
    return Bucket(config.data, store)


def _left_out(trainer: TransformerTrainer) -> tuple[float, float]:
    """Unexplained variance of video and audio on clips left out, at noise level 0.5."""
    numbers = trainer.evaluate()
    return numbers["v0.5"], numbers["a0.5"]

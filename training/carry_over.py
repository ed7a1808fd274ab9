"""Carries a transformer over to other codecs: its first and last layers are refitted.

Both pairs of codecs tell of the same clips, so the old latents are about a linear map of the new
ones. Put before the first layer that map lets the old weights read new latents, and its converse
behind the last lets them answer in new ones. What is between has learned about the world, and keeps
it; further training closes the gap that the maps leave.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import torch
from einops import rearrange
from torch import Tensor

from .config import TrainConfig
from .latent_store import Codecs, encode_clips
from .loop import pick_device
from .state import read_tensors_with_config, save_tensors

CLIPS = 200
"""Of the training split, rendered for this."""
CHECKED = 5
"""One clip in so many tells how well the maps fit."""
LEAST_TOKENS = 1000
LAYERS = {
    "video": ("patchify_proj", "proj_out"),
    "audio": ("audio_patchify_proj", "audio_proj_out"),
}

Pair = tuple[Tensor, Tensor]

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
    clips: list[list[Pair]] = [
        [tokens(latents) for latents in by_codec]
        for by_codec in encode_clips(config.data, CLIPS, codecs, config.run.precision, device)
    ]
    explained = {}
    for index, modality in enumerate(LAYERS):
        pairs = [(old[index], new[index]) for old, new in clips]
        explained[modality] = refit(tensors, modality, pairs)
        log.info("new latents explain %.2f of the old %s latents", explained[modality], modality)
    save_tensors(out, tensors, {"config": json.dumps(facts)})
    return explained


def tokens(latents: Pair) -> Pair:
    """Latents of a clip, ``[128, F, Y, X]`` and ``[8, A, 16]``, as rows ``[n, 128]`` in double."""
    video = rearrange(latents[0], "c f y x -> (f y x) c")
    return video.double(), rearrange(latents[1], "c a m -> a (c m)").double()


def refit(tensors: dict[str, Tensor], modality: str, pairs: list[Pair]) -> float:
    """Change one modality's first and last layer in place, from (old, new) tokens of clips.

    Returns:
        The share of the old tokens' variance that the new ones explain on clips left out.

    Raises:
        ValueError: there are too few tokens for a fit.
    """
    fitted = [pair for index, pair in enumerate(pairs) if index % CHECKED]
    old, new = (torch.cat(side) for side in zip(*fitted, strict=True))
    if len(old) < LEAST_TOKENS:
        raise ValueError(
            f"{len(pairs)} clips have {len(old)} {modality} tokens to fit the layers to and at "
            f"least {LEAST_TOKENS} are needed; raise data.count"
        )
    reading, answering = _map(new, old), _map(old, new)
    first, last = (f"transformer.{name}" for name in LAYERS[modality])
    for name, matrix in (
        (f"{first}.weight", tensors[f"{first}.weight"].double() @ reading.T),
        (f"{last}.weight", answering.T @ tensors[f"{last}.weight"].double()),
        (f"{last}.bias", answering.T @ tensors[f"{last}.bias"].double()),
    ):
        tensors[name] = matrix.to(tensors[name]).contiguous()
    held_old, held_new = (torch.cat(side) for side in zip(*pairs[::CHECKED], strict=True))
    left = (held_old - old.mean(0)) - (held_new - new.mean(0)) @ reading
    return 1 - float(left.square().mean() / (held_old - old.mean(0)).square().mean())


def _map(source: Tensor, target: Tensor) -> Tensor:
    """The matrix that tells centred targets best from centred sources."""
    return torch.linalg.lstsq(source - source.mean(0), target - target.mean(0)).solution

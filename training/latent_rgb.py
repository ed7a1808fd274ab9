"""Colours of latents for live previews: the linear map to pixels that fits a video VAE best.

Every latent stands for 32x32 pixels of one frame (the first) or of eight; least squares over clips
find red, green and blue of its channels. Previews then cost one small product a step, no decoder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from einops import rearrange, reduce
from safetensors.torch import load_file
from torch import Tensor

from ..model.checkpoint import Checkpoint, LatentRgb
from ..model.checkpoint.container import write_file
from ..model.shapes import SPACE_STRIDE, TIME_STRIDE
from ..model.video_vae import VideoVae
from .world import ClipSpec, make_clip

CLIPS = 32
SPEC = ClipSpec(frames=17)
SEED = 20_000
DIGITS = 5


def playground_frames(count: int = CLIPS, spec: ClipSpec = SPEC) -> Iterator[np.ndarray]:
    """Frames, uint8 ``[F, H, W, 3]``, of clips that no stage is trained on."""
    for index in range(count):
        yield make_clip(SEED, index, spec).frames


@torch.no_grad()
def fit_latent_rgb(vae: VideoVae, clips: Iterable[np.ndarray]) -> LatentRgb:
    """Colours by least squares over clips, uint8 ``[8k+1, 32m, 32n, 3]`` each.

    Raises:
        ValueError: no clip.
    """
    pairs = [_latents_and_colours(vae, torch.from_numpy(frames)) for frames in clips]
    if not pairs:
        raise ValueError("there is no clip to fit preview colours to; give at least one")
    latents_NC, colours_N3 = (torch.cat(column).double() for column in zip(*pairs, strict=True))
    inputs_NC = torch.cat((latents_NC, latents_NC.new_ones(len(latents_NC), 1)), dim=1)
    # This driver also takes latents of which some are always alike.
    fitted_C3 = torch.linalg.lstsq(inputs_NC, colours_N3, driver="gelsd").solution
    *factors, bias = (
        (round(r, DIGITS), round(g, DIGITS), round(b, DIGITS)) for r, g, b in fitted_C3.tolist()
    )
    return LatentRgb(tuple(factors), bias)


def _latents_and_colours(vae: VideoVae, frames_FYXC: Tensor) -> tuple[Tensor, Tensor]:
    """Latents ``[n, 128]`` of a clip and the mean colours ``[n, 3]`` of their pixels, -1..1."""
    pixels_FYXC = frames_FYXC.float() / 127.5 - 1
    dtype = next(vae.parameters()).dtype
    latents_BCFYX = vae.encode(rearrange(pixels_FYXC, "F Y X C -> 1 C F Y X").to(dtype))
    still, moving = pixels_FYXC[:1], pixels_FYXC[1:]
    pattern = "(F t) (Y s) (X r) C -> (F Y X) C"
    sides = {"s": SPACE_STRIDE, "r": SPACE_STRIDE}
    means = [reduce(still, pattern, "mean", t=1, **sides)]
    if len(moving):
        means.append(reduce(moving, pattern, "mean", t=TIME_STRIDE, **sides))
    return rearrange(latents_BCFYX, "1 C F Y X -> (F Y X) C").float(), torch.cat(means)


def add_latent_rgb(path: Path, clips: Iterable[np.ndarray] | None = None) -> LatentRgb:
    """Fit colours to the video VAE of a checkpoint and write them into its metadata; return them.

    Raises:
        CheckpointError: the file has no usable video VAE.
        OSError: it cannot be written; it stays as it was.
    """
    file = Checkpoint(path)
    colours = fit_latent_rgb(file.load_video_vae(), clips or playground_frames())
    info = replace(file.info, latent_rgb=colours)
    metadata = file.metadata | {"hibari": json.dumps(info.to_metadata(), sort_keys=True)}
    write_file(path, load_file(path), metadata)
    return colours

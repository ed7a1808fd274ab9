"""Which latents are given and which are made: 1 makes anew, 0 keeps, between is in part.

Kept tokens enter the model clean and at noise level zero, so that the others see them as they are;
image to video, extension, sound for a picture and their like are masks.
A mask has as many axes as its latent, each of the same size or 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .latents import AUDIO_AXES


def check_mask(mask: Tensor, latent: Tensor) -> Tensor:
    """The mask on the latent's device and in its dtype.

    Raises:
        ValueError: it does not fit the latent, or holds values outside 0..1.
    """
    fits = mask.ndim == latent.ndim and all(
        size in (1, full) for size, full in zip(mask.shape, latent.shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"mask {list(mask.shape)} does not fit latents {list(latent.shape)}; every axis must "
            "have the same size or 1"
        )
    if bool((mask < 0).any() or (mask > 1).any()):
        raise ValueError(f"mask values run from {mask.min()} to {mask.max()}; use 0 to 1")
    return mask.to(latent)


def blend(made: Tensor, clean: Tensor, mask: Tensor | None) -> Tensor:
    """Made latents where the mask is 1, clean ones bit for bit where it is 0."""
    return made if mask is None else made * mask + clean * (1.0 - mask)


def token_sigma(sigma: Tensor, latent: Tensor, mask: Tensor | None) -> Tensor:
    """Noise level of each sample [B], or with a mask of each token [B, T].

    A token's level is its mask times sigma; channels (and audio bins) share their first value.
    Tokens are ordered frames, rows, columns.
    """
    batch = latent.shape[0]
    if mask is None:
        return sigma.to(latent.device).expand(batch)
    shared = mask[:, 0, :, 0] if latent.ndim == AUDIO_AXES else mask[:, 0]
    grid = latent.shape[2:3] if latent.ndim == AUDIO_AXES else latent.shape[2:]
    level = sigma.to(mask) * torch.broadcast_to(shared, (batch, *grid)).flatten(1)
    return level.to(latent.device)

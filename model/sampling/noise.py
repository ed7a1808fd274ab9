"""Noise from a seed, the same on every device and in every host."""

from __future__ import annotations

import torch
from torch import Tensor

from .latents import Latents, each

MAX_SEED = 2**64 - 1


def seeded_noise(like: Latents, seed: int) -> Latents:
    """Standard normal noise shaped like the latents, on their device and in their dtype.

    Drawn in float32 on the CPU from one generator, video before audio, as ComfyUI draws it.

    Raises:
        ValueError: the seed is not in 0..2^64-1.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"seed {seed} is outside 0..{MAX_SEED}; use a number in that range")
    generator = torch.Generator("cpu").manual_seed(seed)

    def draw(latent: Tensor) -> Tensor:
        noise = torch.randn(latent.shape, generator=generator, dtype=torch.float32)
        return noise.to(latent)

    return each(draw, like)


def add_noise(clean: Latents, noise: Latents, sigma: Tensor | float) -> Latents:
    """Latents at noise level ``sigma``: ``(1 - sigma) * clean + sigma * noise``."""
    return each(lambda a, b: sigma * b + (1.0 - sigma) * a, clean, noise)

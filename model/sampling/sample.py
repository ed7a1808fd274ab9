"""From a seed to clean latents: the one loop that every task runs."""

from __future__ import annotations

import torch

from .latents import Latents
from .noise import add_noise, seeded_noise
from .samplers import Callback, Denoise, Sigmas, sampler_named
from .schedules import check_sigmas


@torch.no_grad()
def sample(
    denoise: Denoise,
    latents: Latents,
    sigmas: Sigmas,
    seed: int,
    sampler: str = "euler",
    callback: Callback | None = None,
) -> Latents:
    """Clean latents shaped like ``latents``; gradients are not tracked.

    Args:
        denoise: a `Guider`, or any function of (x, sigma).
        latents: zeros, or where the first sigma is below 1 what to start from.
        sigmas: falling noise levels.
        seed: of the noise, 0..2^64-1.
        sampler: a key of ``SAMPLERS``.
        callback: called at each step; may raise to stop.

    Raises:
        ValueError: an unknown sampler, or a seed or sigmas out of range.
    """
    solve = sampler_named(sampler)
    checked = check_sigmas(sigmas)
    start = add_noise(latents, seeded_noise(latents, seed), checked[0])
    return solve(denoise, start, checked, callback)

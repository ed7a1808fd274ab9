"""Our samplers and guidance under ComfyUI's sampling: one loop of ours, its model management."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import comfy.model_management as memory
import latent_preview
import torch
from comfy.model_base import LTXAV
from comfy.nested_tensor import NestedTensor
from comfy.samplers import KSAMPLER
from torch import Tensor

from ...model.sampling.guidance import Guidance
from ...model.sampling.noise import seeded_noise
from ...model.sampling.samplers import SamplerStep, sampler_named
from .guider import HostGuider
from .progress import check_interrupted


def sample(
    model: Any,
    guidance: Guidance,
    positive: Any,
    negative: Any | None,
    latent: dict[str, Any],
    sampler_name: str,
    sigmas: Tensor,
    seed: int,
) -> dict[str, Any]:
    """LATENT sampled from seeded noise, with the previews and progress that ComfyUI shows.

    ``negative`` is needed where ``guidance`` compares with it. A mask in ``latent`` keeps what it
    has where the mask is 0.

    Raises:
        ValueError: it is needed and there is none, the model makes no video with sound, or
            sampler, sigmas or seed are out of range.
    """
    check_family(model)
    guider = HostGuider(model, guidance, positive, negative)
    samples = guider.sample(
        nested_noise(latent["samples"], seed),
        latent["samples"],
        KSAMPLER(under_ksampler(sampler_named(sampler_name))),
        sigmas,
        denoise_mask=latent.get("noise_mask"),
        callback=latent_preview.prepare_callback(model, len(sigmas) - 1),
        seed=seed,
    )
    return {**latent, "samples": samples.to(memory.intermediate_device(), latents_dtype())}


def check_family(model: Any) -> None:
    """Raise ValueError for a MODEL that is not LTX-2 (ours, or of another loader)."""
    if not isinstance(model.model, LTXAV):
        raise ValueError(
            f"the model is of the family {type(model.model).__name__}, not LTX-2 with sound. "
            "Connect the model of Hibari Load Model, or of another loader with an LTX-2 file"
        )


def latents_dtype() -> torch.dtype:
    """What this ComfyUI passes latents between blocks in; float32 before it was a choice."""
    chosen = getattr(memory, "intermediate_dtype", None)
    return chosen() if chosen else torch.float32


def nested_noise(samples: Any, seed: int) -> Any:
    """Noise of a latent: video drawn before audio, on the CPU."""
    if not samples.is_nested:
        return seeded_noise(samples, seed)
    return NestedTensor(seeded_noise(tuple(samples.unbind()), seed))


def under_ksampler(sampler: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A sampler of ours with the signature of ComfyUI's sampler functions."""

    def host_function(
        model: Any,
        x: Tensor,
        sigmas: Tensor,
        extra_args: dict[str, Any],
        callback: Callable[[dict[str, Any]], None],
        **_: Any,
    ) -> Tensor:
        def denoise(x: Tensor, sigma: Tensor) -> Tensor:
            check_interrupted()
            return model(x, sigma.to(x).expand(x.shape[0]), **extra_args)

        def report(step: SamplerStep) -> None:
            callback({"i": step.step, "denoised": step.denoised, "x": step.x, "sigma": step.sigma})

        return sampler(denoise, x, sigmas, report)

    return host_function

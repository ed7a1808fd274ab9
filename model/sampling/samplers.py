"""Solvers of the rectified flow ODE: plain functions of (denoise, x, sigmas, callback).

``denoise(x, sigma)`` predicts the clean latents; ``x`` is one tensor or a tuple of modalities.
With ``t = -log sigma`` the ODE reads ``dx/dt = denoise(x) - x``; the exponential solvers integrate
its linear part exactly (Zhang et al. 2023, arXiv:2308.02157). All are deterministic, and the last
step to sigma 0 is the prediction itself, so that kept latents come out bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from torch import Tensor

from .latents import Latents, each
from .schedules import check_sigmas

Denoise = Callable[[Latents, Tensor], Latents]


class SamplerStep(NamedTuple):
    """What a callback learns about a step: where it started and what the model made of it.

    Attributes:
        step, total: position of the step, from 0, and number of steps.
        sigma: noise level at its start, a scalar tensor.
        x: latents at its start.
        denoised: clean latents predicted from them.
    """

    step: int
    total: int
    sigma: Tensor
    x: Latents
    denoised: Latents


Callback = Callable[[SamplerStep], None]
Sigmas = Tensor | Sequence[float]


def euler(
    denoise: Denoise, x: Latents, sigmas: Sigmas, callback: Callback | None = None
) -> Latents:
    """First order, one evaluation per step."""
    for sigma, following, evaluate in _steps(denoise, sigmas, callback):
        x = _straight(x, evaluate(x), sigma, following)
    return x


def heun(denoise: Denoise, x: Latents, sigmas: Sigmas, callback: Callback | None = None) -> Latents:
    """Second order, two evaluations per step: the mean of the slopes at both ends."""
    for sigma, following, evaluate in _steps(denoise, sigmas, callback):
        start = evaluate(x)
        end = _straight(x, start, sigma, following)
        if following > 0:
            x = each(
                partial(_trapezoid, sigma=sigma, following=following),
                *(x, start, end, denoise(end, following)),
            )
        else:
            x = end
    return x


def res_2s(
    denoise: Denoise, x: Latents, sigmas: Sigmas, callback: Callback | None = None
) -> Latents:
    """Second order, two evaluations per step: exponential midpoint rule.

    Without the noise that the LTX-2 pipelines add in their sampler of this name.
    """
    for sigma, following, evaluate in _steps(denoise, sigmas, callback):
        start = evaluate(x)
        end = _straight(x, start, sigma, following)
        if following > 0:
            # The middle in t = -log sigma, where a straight line is the exact exponential step.
            middle = (sigma * following).sqrt()
            slope = denoise(_straight(x, start, sigma, middle), middle)
            weight = 2 * _linear_weight(sigma, following)
            end = each(partial(_bend, weight=weight), end, slope, start)
        x = end
    return x


def res_2m(
    denoise: Denoise, x: Latents, sigmas: Sigmas, callback: Callback | None = None
) -> Latents:
    """Second order at one evaluation per step: the slope comes from the step before.

    Its first step is Euler's.
    """
    previous, previous_sigma = None, None
    for sigma, following, evaluate in _steps(denoise, sigmas, callback):
        denoised = evaluate(x)
        x = _straight(x, denoised, sigma, following)
        if previous is not None and previous_sigma is not None and following > 0:
            ratio = math.log(sigma / following) / math.log(previous_sigma / sigma)
            weight = ratio * _linear_weight(sigma, following)
            x = each(partial(_bend, weight=weight), x, denoised, previous)
        previous, previous_sigma = denoised, sigma
    return x


SAMPLERS: dict[str, Callable[..., Latents]] = {
    "euler": euler,
    "heun": heun,
    "res_2s": res_2s,
    "res_2m": res_2m,
}


def sampler_named(name: str) -> Callable[..., Latents]:
    """A sampler by its name.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in SAMPLERS:
        raise ValueError(f"sampler {name!r} is unknown; use one of {', '.join(SAMPLERS)}")
    return SAMPLERS[name]


def _steps(
    denoise: Denoise, sigmas: Sigmas, callback: Callback | None
) -> Iterator[tuple[Tensor, Tensor, Callable[[Latents], Latents]]]:
    """Sigma, next sigma, and the evaluation at the step's start, which reports to the callback."""
    checked = check_sigmas(sigmas)
    total = len(checked) - 1

    def evaluate(x: Latents, index: int) -> Latents:
        denoised = denoise(x, checked[index])
        if callback is not None:
            callback(SamplerStep(index, total, checked[index], x, denoised))
        return denoised

    for index in range(total):
        yield checked[index], checked[index + 1], partial(evaluate, index=index)


def _straight(x: Latents, denoised: Latents, sigma: Tensor, following: Tensor) -> Latents:
    """The point at noise level ``following`` on the line from ``x`` to ``denoised``."""
    if following == 0:
        return denoised
    return each(lambda a, b: a + (a - b) / sigma * (following - sigma), x, denoised)


def _trapezoid(
    x: Tensor, start: Tensor, end: Tensor, slope_end: Tensor, sigma: Tensor, following: Tensor
) -> Tensor:
    slope = ((x - start) / sigma + (end - slope_end) / following) / 2
    return x + slope * (following - sigma)


def _linear_weight(sigma: Tensor, following: Tensor) -> float:
    """``h phi_2(-h)``: what a prediction that grows linearly over the step adds to its end."""
    h = math.log(sigma / following)
    return 1 + math.expm1(-h) / h


def _bend(end: Tensor, later: Tensor, earlier: Tensor, weight: float) -> Tensor:
    return end + weight * (later - earlier)

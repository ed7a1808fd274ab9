"""Noise levels to walk through: float32 tensors that fall from 1 (or less) to 0.

Sigma is the share of noise in ``x = (1 - sigma) * clean + sigma * noise`` (rectified flow, Liu et
al. 2022, arXiv:2209.03003). Source: LTX-2 pipelines and ComfyUI's LTXVScheduler.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# Fewest and most video tokens that the published shifts were tuned for, and the shifts there.
BASE_TOKENS, MAX_TOKENS = 1024, 4096
BASE_SHIFT, MAX_SHIFT = 0.95, 2.05
TERMINAL = 0.1
SHIFT_LIMIT = 80.0
COMFYUI_SHIFT = 2.37
COMFYUI_LEVELS = 10000

DISTILLED_SIGMAS = (1.0, 0.99375, 0.9875, 0.98125, 0.975, 0.909375, 0.725, 0.421875, 0.0)
# After a latent upscale by two.
DISTILLED_REFINE_SIGMAS = (0.909375, 0.725, 0.421875, 0.0)


def shift_sigmas(sigmas: Tensor, shift: float) -> Tensor:
    """Sigmas moved towards noise: ``e^shift / (e^shift + 1/sigma - 1)``; 0 and 1 stay exactly.

    Esser et al. 2024, arXiv:2403.03206, eq. 23, with ``shift`` the logarithm of their factor.
    """
    return sigmas / (sigmas + (1 - sigmas) * math.exp(-shift))


def ltx2_schedule(
    steps: int, tokens: int = MAX_TOKENS, terminal: float | None = TERMINAL
) -> Tensor:
    """The LTX-2 schedule, ``steps + 1`` sigmas.

    Args:
        steps: at least 1.
        tokens: of the video latent; more tokens get more noise.
        terminal: the last sigma before 0, reached by stretching all but the first; None leaves it.

    Raises:
        ValueError: steps or tokens below 1, or terminal outside [0, 1).
    """
    if tokens < 1:
        raise ValueError(f"{tokens} video tokens were given; use 1 or more")
    if terminal is not None and not 0 <= terminal < 1:
        raise ValueError(f"terminal sigma {terminal} is outside 0..1; use 0.1 as LTX-2 does")
    slope = (MAX_SHIFT - BASE_SHIFT) / (MAX_TOKENS - BASE_TOKENS)
    # Beyond the limit sigma is 1 to the last digit anyway, and e^-shift would underflow.
    shift = min(tokens * slope + BASE_SHIFT - slope * BASE_TOKENS, SHIFT_LIMIT)
    sigmas = shifted_schedule(steps, shift)
    # One step has only the sigma 1, which cannot move.
    if terminal is not None and steps > 1:
        # 1 - sigma up to a common factor: the shift of a long, large clip leaves no digits of it.
        odds = 1 / torch.linspace(1, 0, steps + 1, dtype=torch.float64)[:-1] - 1
        clean = odds / (1 + odds * math.exp(-shift))
        sigmas[:-1] = (1 - clean / clean[-1] * (1 - terminal)).float()
    return sigmas


def shifted_schedule(steps: int, shift: float = 0.0) -> Tensor:
    """Evenly spaced sigmas from 1 to 0, shifted; a shift of 0 leaves them linear."""
    return shift_sigmas(torch.linspace(1, 0, _checked_steps(steps) + 1), shift)


def simple_schedule(steps: int, shift: float = COMFYUI_SHIFT) -> Tensor:
    """What ComfyUI's ``simple`` scheduler gives for LTX-2: every n-th of its 10000 levels."""
    stride = COMFYUI_LEVELS / _checked_steps(steps)
    levels = [COMFYUI_LEVELS - int(step * stride) for step in range(steps)]
    return shift_sigmas(torch.tensor([*levels, 0]) / COMFYUI_LEVELS, shift)


def distilled_schedule(steps: int = len(DISTILLED_SIGMAS) - 1) -> Tensor:
    """The sigmas that the distilled LTX-2 weights were trained on.

    Raises:
        ValueError: another number of steps than 8.
    """
    if _checked_steps(steps) != len(DISTILLED_SIGMAS) - 1:
        raise ValueError(
            f"the distilled schedule has {len(DISTILLED_SIGMAS) - 1} steps, not {steps}; "
            f"use {len(DISTILLED_SIGMAS) - 1} or another schedule"
        )
    return torch.tensor(DISTILLED_SIGMAS)


SCHEDULES: dict[str, Callable[[int, int], Tensor]] = {
    "ltx2": ltx2_schedule,
    "simple": lambda steps, _tokens: simple_schedule(steps),
    "linear": lambda steps, _tokens: shifted_schedule(steps),
    "distilled": lambda steps, _tokens: distilled_schedule(steps),
}


def make_sigmas(name: str, steps: int, tokens: int = MAX_TOKENS, strength: float = 1.0) -> Tensor:
    """Sigmas of a schedule by name, or for ``strength`` below 1 the last ``steps`` of a longer one.

    Args:
        name: a key of `SCHEDULES`.
        steps: model steps that will run (``distilled`` has 8 and runs ``8 * strength`` of them).
        tokens: of the video latent.
        strength: in (0, 1]; how much of given latents is made anew.

    Raises:
        ValueError: an unknown name, or a number out of its range.
    """
    if name not in SCHEDULES:
        raise ValueError(f"schedule {name!r} is unknown; use one of {', '.join(SCHEDULES)}")
    if not 0 < strength <= 1:
        raise ValueError(f"strength {strength} is outside 0..1; use 1 to make everything anew")
    if name == "distilled":
        sigmas = distilled_schedule(steps)
        return sigmas[-1 - max(1, round(steps * strength)) :]
    return SCHEDULES[name](int(_checked_steps(steps) / strength), tokens)[-1 - steps :]


def check_sigmas(sigmas: Tensor | Sequence[float]) -> Tensor:
    """The sigmas as a float32 tensor on the CPU.

    Raises:
        ValueError: fewer than two, outside 0..1, or not falling.
    """
    checked = torch.as_tensor(sigmas, dtype=torch.float32).cpu()
    shown = [round(value, 4) for value in checked.flatten().tolist()[:10]]
    if checked.ndim != 1 or len(checked) < 2:
        raise ValueError(f"sigmas {shown} are no list of two or more numbers; add the final 0")
    # Written so that a NaN fails too.
    if not bool(((checked >= 0) & (checked <= 1)).all() and (checked[1:] < checked[:-1]).all()):
        raise ValueError(f"sigmas {shown} must fall from at most 1 to at least 0, without repeats")
    return checked


def _checked_steps(steps: int) -> int:
    if steps < 1:
        raise ValueError(f"{steps} steps were asked for; use 1 or more")
    return steps

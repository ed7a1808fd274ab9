"""Joining what was there with what was made, where both are there for a while.

Legend: C channels, N samples.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

MOST_FRAMES = 12
"""Frames that a jump in the picture is spread over at most."""
STILL = 1 / 255
"""Mean difference between frames that nobody sees; a still clip may step that far."""
QUIET = 1e-4
"""Root mean square below which a sound has no level to match."""
MOST_GAIN = 2.0
SETTLE_S = 1.0
"""Time after the seam in which a made sound goes from the matched level back to its own."""
STEP_S = 0.05
"""Sound is as loud as it is on average in this time."""
NEAR_S = 1.0
"""Time before the seam that tells what steps in loudness are usual there."""
LEAST_STEP_DB = 6.0
SOFT_S = 0.2
"""Time in which a sound comes up that would begin with a louder step than is usual."""


def rising(shared: int) -> Tensor:
    """Weights ``[shared]`` of what comes, between 0 and 1; what goes has the rest."""
    return (torch.arange(shared) + 1) / (shared + 1)


def frames_to_spread(jump: float, largest: float) -> int:
    """How many frames a jump in the picture is spread over, so that no step is a jump.

    Args:
        jump: mean absolute difference across the seam.
        largest: of neighbouring frames of the clip itself.

    Returns:
        0 where the jump is no larger than what the clip does itself, at most `MOST_FRAMES`.
    """
    allowed = max(largest, STILL)
    # Half of what is allowed is left for the motion of the frames themselves.
    return 0 if jump <= allowed else min(MOST_FRAMES, math.ceil(2 * jump / allowed) - 1)


def join_sound(before_CN: Tensor, after_CN: Tensor, shared: int, rate_hz: int) -> Tensor:
    """``before`` and then ``after``, whose first ``shared`` samples lie over its last.

    They fade into each other at constant power, whatever they have in common, and ``after``
    starts as loud as ``before`` is there. What begins right behind the seam begins softly, unless
    the second before had such steps too: models like to begin what they make with a knock.

    Raises:
        ValueError: one of them is shorter than what they share.
    """
    if not 0 <= shared <= min(before_CN.shape[-1], after_CN.shape[-1]):
        raise ValueError(
            f"sounds of {before_CN.shape[-1]} and {after_CN.shape[-1]} samples cannot share "
            f"{shared}; share no more than the shorter one has"
        )
    if not shared:
        rest = after_CN * soft_start(before_CN, after_CN, rate_hz)
        return torch.cat((before_CN, rest), dim=-1)
    goes = before_CN[:, -shared:]
    after_CN = after_CN * level_match(goes, after_CN, shared, rate_hz)
    comes, rest = after_CN[:, :shared], after_CN[:, shared:]
    weight = rising(shared).to(goes)
    alike = likeness(goes, comes)
    power = weight**2 + (1 - weight) ** 2 + 2 * alike * weight * (1 - weight)
    mixed = ((1 - weight) * goes + weight * comes) / power.sqrt()
    there = torch.cat((before_CN[:, :-shared], mixed), dim=-1)
    return torch.cat((there, rest * soft_start(there, rest, rate_hz)), dim=-1)


def soft_start(before_CN: Tensor, after_CN: Tensor, rate_hz: int) -> Tensor:
    """Gain ``[N]`` by which ``after`` steps up no further than ``before`` does; soon let go."""
    gain, width = torch.ones(after_CN.shape[-1]).to(after_CN), round(STEP_S * rate_hz)
    near = before_CN[:, -round(NEAR_S * rate_hz) :]
    count = near.shape[-1] // width
    if count < 2 or after_CN.shape[-1] < width:
        return gain
    levels = _levels_db(near[:, near.shape[-1] - count * width :], width)
    usual = max(LEAST_STEP_DB, float(levels.diff().max()))
    excess = float(_levels_db(after_CN[:, :width], width) - levels[-1]) - usual
    if excess <= 0:
        return gain
    since = (torch.arange(after_CN.shape[-1]).to(after_CN) - width) / (SOFT_S * rate_hz)
    softened: Tensor = gain * 10 ** (-excess / 20 * (1 - since).clamp(0, 1))
    return softened


def _levels_db(waveform_CN: Tensor, width: int) -> Tensor:
    """Level of each ``width`` samples, not below `QUIET`."""
    power = waveform_CN.reshape(len(waveform_CN), -1, width).square().mean(dim=(0, 2))
    return 20 * power.sqrt().clamp_min(QUIET).log10()


def level_match(goes_CN: Tensor, after_CN: Tensor, shared: int, rate_hz: int) -> Tensor:
    """Gain ``[N]`` that brings ``after`` to the level of what goes, and lets go of it later."""
    old, new = goes_CN.square().mean().sqrt(), after_CN[:, :shared].square().mean().sqrt()
    gain = torch.ones(after_CN.shape[-1]).to(after_CN)
    if min(old, new) < QUIET:
        return gain
    ratio = float((old / new).clamp(1 / MOST_GAIN, MOST_GAIN))
    since = torch.arange(after_CN.shape[-1]).to(after_CN) - shared
    held = (1 - since / (SETTLE_S * rate_hz)).clamp(0, 1)
    return 1 + (ratio - 1) * held


def likeness(one_CN: Tensor, other_CN: Tensor) -> float:
    """Correlation of two sounds, 0 (nothing in common, or silence) to 1."""
    scale = (one_CN.square().sum() * other_CN.square().sum()).sqrt()
    return float(((one_CN * other_CN).sum() / scale).clamp(0, 1)) if scale > 0 else 0.0

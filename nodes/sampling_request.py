"""From the widgets of the sample block to guidance, noise levels and the prompt to keep away from.

Ranges are checked here as well as by the host, which does not check numbers that come over wires.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..model.checkpoint.info import CheckpointInfo, Recommended
from ..model.sampling.guidance import Guidance
from ..model.sampling.noise import MAX_SEED
from ..model.sampling.schedules import DISTILLED_SIGMAS, check_sigmas, make_sigmas
from .av_latent import video_of
from .conditioning import Conditioning, negative_of

if TYPE_CHECKING:
    from torch import Tensor

MAX_STEPS = 1000
USUAL_SCHEDULE = "ltx2"
# LTX-2 skips block 29 and LTX-2.3 block 28 of 48.
SKIPPED_DEPTH = 0.6


def guidance_from(
    model: Any,
    guidance: float,
    audio_guidance: float = 0.0,
    stg: float = 0.0,
    modality_guidance: float = 1.0,
    rescale: float = 0.0,
) -> Guidance:
    """Return the guidance terms; ``guidance`` 0 takes what the checkpoint recommends.

    ``audio_guidance`` 0 takes the value of ``guidance``, or what is recommended beside that.

    Raises:
        ValueError: a number out of range.
    """
    terms = {"guidance": guidance, "audio_guidance": audio_guidance, "stg": stg}
    for name, value in (terms | {"modality_guidance": modality_guidance}).items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} {value:g} is not 0 or more. Use for example 1")
    if not guidance:
        advice = recommended(model)
        guidance, audio_guidance = advice.guidance, audio_guidance or advice.audio_guidance or 0.0
    return Guidance(
        video_cfg=guidance,
        audio_cfg=audio_guidance or guidance,
        stg_scale=stg,
        stg_blocks=frozenset({skipped_block(model)}) if stg else frozenset(),
        modality_scale=modality_guidance,
        rescale=rescale,
    )


def recommended(model: Any) -> Recommended:
    """Return the settings that a MODEL's checkpoint was made for.

    Blocks that know nothing of them (ComfyUI's own loaders) leave those of official LTX-2 weights.
    """
    network = model.model.diffusion_model
    return getattr(network, "recommended", None) or CheckpointInfo().recommended


def skipped_block(model: Any) -> int:
    """Return the index of the block, past the middle, that skips self-attention for STG.

    Raises:
        ValueError: the model is no LTX-2 transformer.
    """
    blocks = getattr(model.model.diffusion_model, "transformer_blocks", None)
    if blocks is None:
        raise ValueError("stg needs an LTX-2 model. Set stg to 0 or load an LTX-2 checkpoint")
    return int(SKIPPED_DEPTH * len(blocks))


def negative_for(
    positive: Conditioning, negative: Conditioning | None, guidance: Guidance
) -> Conditioning | None:
    """Return what guidance compares with: the given negative, else the empty prompt.

    Raises:
        ValueError: it is needed and nobody brought it.
    """
    chosen = negative_of(positive, negative)
    if chosen is None and "negative" in guidance.branches():
        raise ValueError(
            f"guidance {guidance.video_cfg:g} compares with a negative prompt, and there is none. "
            "Connect negative, encode the prompt with Hibari Text Encode, or set guidance to 1"
        )
    return chosen


def check_seed(seed: int) -> None:
    """Raise ValueError for a seed that no generator takes."""
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"seed {seed} is not in 0..{MAX_SEED}. Use any number in that range")


def sigmas_for(
    model: Any, latent: dict[str, Any], schedule: str, steps: int, denoise: float
) -> Tensor:
    """Return the noise levels for a latent of this size; ``steps`` 0 takes what is recommended.

    The distilled schedule is that of the model's checkpoint, where it names one; with ``steps`` 0
    such a checkpoint's own noise levels take the place of the usual schedule too.

    Raises:
        ValueError: an unknown schedule, or a number out of range.
    """
    if not 0 <= steps <= MAX_STEPS:
        raise ValueError(
            f"steps {steps} is not in 0..{MAX_STEPS}. Use 0 for what the checkpoint recommends"
        )
    if not 0 < denoise <= 1:
        raise ValueError(f"denoise {denoise:g} is not above 0 and at most 1. Use 1 for a new clip")
    advice = recommended(model)
    as_recommended = not steps and schedule == USUAL_SCHEDULE and advice.sigmas is not None
    if schedule == "distilled" or as_recommended:
        sigmas = check_sigmas(advice.sigmas or DISTILLED_SIGMAS)
        return last_sigmas(sigmas, steps or len(sigmas) - 1, denoise)
    steps = steps or advice.steps
    tokens = video_of(latent).shape[2:].numel()
    return make_sigmas(schedule, steps, tokens, strength=denoise)


def last_sigmas(sigmas: Tensor, steps: int, denoise: float) -> Tensor:
    """Return what a denoise below 1 leaves of a checkpoint's own noise levels.

    Raises:
        ValueError: they are made for another number of steps.
    """
    made_for = len(sigmas) - 1
    if steps != made_for:
        raise ValueError(
            f"the distilled schedule of this checkpoint has {made_for} steps, not {steps}. "
            f"Set steps to {made_for} or take another schedule"
        )
    return sigmas[-1 - max(1, round(steps * denoise)) :]

"""Sampling the rectified flow: schedules, samplers, guidance, masks and seeded noise."""

from .guidance import Guidance
from .guider import Guider, Kept, TextContext
from .latents import Latents
from .noise import add_noise, seeded_noise
from .sample import sample
from .samplers import SAMPLERS, SamplerStep, euler, heun, res_2m, res_2s, sampler_named
from .schedules import (
    DISTILLED_REFINE_SIGMAS,
    DISTILLED_SIGMAS,
    SCHEDULES,
    check_sigmas,
    ltx2_schedule,
    make_sigmas,
)

__all__ = [
    "DISTILLED_REFINE_SIGMAS",
    "DISTILLED_SIGMAS",
    "SAMPLERS",
    "SCHEDULES",
    "Guidance",
    "Guider",
    "Kept",
    "Latents",
    "SamplerStep",
    "TextContext",
    "add_noise",
    "check_sigmas",
    "euler",
    "heun",
    "ltx2_schedule",
    "make_sigmas",
    "res_2m",
    "res_2s",
    "sample",
    "sampler_named",
    "seeded_noise",
]

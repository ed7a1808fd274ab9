"""The sound of a place when nothing happens, found in recordings and made to go on.

Film makers record a minute of it in every room and lay it under the whole scene, so that no cut is
heard. Here it is found as the noise floor of each frequency (minimum statistics, Martin 2001) and
made again as noise of that spectrum. Legend: C channels, N samples, K frequencies, A frames.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

WINDOW, HOP = 1024, 256
QUIET_SHARE = 0.15
"""Share of the time in which a frequency is taken to hold nothing but the place."""
# The power of noise in one bin is distributed exponentially: its quantile tells its mean.
QUANTILE_OF_MEAN = -math.log(1 - QUIET_SHARE)


def noise_floor(waveform_CN: Tensor) -> Tensor:
    """Mean power of the steady part of a sound at each frequency, ``[C, K]``."""
    spectrum_CKA = _spectrum(waveform_CN)
    power_CKA = spectrum_CKA.abs().square()
    rank = max(1, round(QUIET_SHARE * power_CKA.shape[-1]))
    return power_CKA.kthvalue(rank, dim=-1).values / QUANTILE_OF_MEAN


def room_tone(sounds_CN: Sequence[Tensor], samples: int, seed: int) -> Tensor:
    """Steady noise ``[C, samples]`` with the mean floor of some sounds of one rate.

    Raises:
        ValueError: there is no sound, or they differ in channels.
    """
    floors = [noise_floor(sound) for sound in sounds_CN if sound.shape[-1]]
    if not floors or len({len(floor) for floor in floors}) > 1:
        raise ValueError("a room tone needs one or more sounds of as many channels; give them")
    floor_CK = torch.stack(floors).mean(dim=0)
    generator = torch.Generator("cpu").manual_seed(seed)
    noise = torch.randn(len(floor_CK), samples + WINDOW, generator=generator)
    spectrum_CKA = _spectrum(noise)
    # White noise of variance 1 has the power of the squared window at every frequency.
    gain = (floor_CK / torch.hann_window(WINDOW).square().sum()).sqrt()
    tone = torch.istft(
        spectrum_CKA * gain[..., None],
        WINDOW,
        HOP,
        window=torch.hann_window(WINDOW),
        length=samples + WINDOW,
    )
    return tone[:, :samples]


def _spectrum(waveform_CN: Tensor) -> Tensor:
    sound = waveform_CN.float().cpu()
    if sound.shape[-1] < WINDOW:
        sound = F.pad(sound, (0, WINDOW - sound.shape[-1]))
    return torch.stft(sound, WINDOW, HOP, window=torch.hann_window(WINDOW), return_complex=True)

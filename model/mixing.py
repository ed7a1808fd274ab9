"""Mixing sound: buses with gain and fades, ducking under dialogue, loudness, a true-peak limit.

Everything works on whole clips and looks ahead. Legend: C channels, N samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .audio_transform import resample
from .loudness import TRUE_PEAK_OVERSAMPLING, integrated_loudness, true_peak

SPEECH_WINDOW_S = 0.05
SPEECH_BELOW_PEAK_DB = 35.0
SPEECH_FLOOR_DB = -60.0
"""Dialogue is heard where it is this far below its loudest moment at most, and above the floor."""
HOLD_S = 0.3
RAMP_S = 0.25
LOOKAHEAD_S = 0.005
LIMIT_ROUNDS = 4
LARGEST = 1e12
"""Far beyond samples in any unit; what is larger comes from a broken block and would overflow."""
CENTRE = math.sqrt(0.5)
"""What the centre and the surrounds give to each side (ITU-R BS.775, -3 dB)."""


@dataclass(frozen=True)
class Bus:
    """One kind of sound of a mix.

    Attributes:
        waveform: ``[C, N]``, -1..1.
        rate_hz: its sample rate.
        gain_db: added to it.
        ducks: whether it gives way to dialogue.
    """

    waveform: Tensor
    rate_hz: int
    gain_db: float = 0.0
    ducks: bool = True


@dataclass(frozen=True)
class Mastering:
    """What happens to the sum.

    Attributes:
        duck_db: how far ducking buses go down under dialogue; 0 or more.
        fade_in_s, fade_out_s: of the whole mix.
        loudness_lufs: integrated loudness to reach; None leaves it.
        peak_dbtp: true peak that is never passed.
    """

    duck_db: float = 9.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    loudness_lufs: float | None = -16.0
    peak_dbtp: float = -1.0


def mix(
    buses: Sequence[Bus], mastering: Mastering, dialogue: Bus | None = None
) -> tuple[Tensor, int]:
    """The sum of all buses in stereo and its sample rate, the highest of theirs.

    Raises:
        ValueError: nothing to mix, an empty bus, or numbers that are no sound.
    """
    everything = [*buses, dialogue] if dialogue is not None else list(buses)
    if not everything:
        raise ValueError("nothing to mix; connect at least one sound")
    rate = max(bus.rate_hz for bus in everything)
    voices = [_prepared(bus, rate) for bus in everything]
    length = max(voice.shape[-1] for voice in voices)
    voices = [F.pad(voice, (0, length - voice.shape[-1])) for voice in voices]
    if dialogue is not None and mastering.duck_db:
        gain = ducking_gain(voices[-1], rate, mastering.duck_db)
        voices = [
            voice * gain if bus.ducks and bus is not dialogue else voice
            for bus, voice in zip(everything, voices, strict=True)
        ]
    summed = torch.stack(voices).sum(dim=0) * fade(length, rate, mastering)
    if mastering.loudness_lufs is not None:
        summed = normalised(summed, rate, mastering.loudness_lufs)
    return limited(summed, rate, mastering.peak_dbtp), rate


def to_stereo(waveform_CN: Tensor) -> Tensor:
    """``[2, N]``: mono to both sides; 5.1 and 7.1 as ITU-R BS.775 says; others by turns.

    Raises:
        ValueError: there is no channel or no sample.
    """
    channels = len(waveform_CN)
    if waveform_CN.ndim != 2 or not waveform_CN.numel():
        raise ValueError(
            f"a sound has the shape {list(waveform_CN.shape)}; give [channels, samples] with at "
            "least one of each"
        )
    if channels == 1:
        return waveform_CN.expand(2, -1)
    if channels in {6, 8}:
        left, right, centre, _, *around = waveform_CN
        sides = [left + CENTRE * sum(around[::2]), right + CENTRE * sum(around[1::2])]
        return torch.stack([side + CENTRE * centre for side in sides])
    return torch.stack([waveform_CN[side::2].sum(dim=0) for side in (0, 1)])


def ducking_gain(dialogue_CN: Tensor, rate_hz: int, duck_db: float) -> Tensor:
    """Gain ``[N]`` of what gives way: down by ``duck_db`` while dialogue is heard, with ramps."""
    window = max(1, round(SPEECH_WINDOW_S * rate_hz))
    power = _moving_mean(dialogue_CN.square().mean(dim=0), window)
    level_db = 10 * torch.log10(power.clamp(min=1e-12))
    threshold = max(float(level_db.max()) - SPEECH_BELOW_PEAK_DB, SPEECH_FLOOR_DB)
    heard = (level_db > threshold).float()
    held = _moving_max(heard, round(HOLD_S * rate_hz))
    return 10 ** (-duck_db / 20 * _moving_mean(held, round(RAMP_S * rate_hz)))


def fade(length: int, rate_hz: int, mastering: Mastering) -> Tensor:
    """Gain ``[N]`` that rises and falls as a quarter of a sine (equal power)."""
    time_s = torch.arange(length) / rate_hz
    gain = torch.ones(length)
    for lasts_s, since_s in (
        (mastering.fade_in_s, time_s),
        (mastering.fade_out_s, time_s.flip(0)),
    ):
        if lasts_s > 0:
            gain = gain * torch.sin((since_s / lasts_s).clamp(max=1) * (math.pi / 2))
    return gain


def normalised(waveform_CN: Tensor, rate_hz: int, loudness_lufs: float) -> Tensor:
    """The waveform at an integrated loudness; silence and the shortest clips stay as they are."""
    loudness = integrated_loudness(waveform_CN, rate_hz)
    if not math.isfinite(loudness):
        return waveform_CN
    return waveform_CN * 10 ** ((loudness_lufs - loudness) / 20)


def limited(waveform_CN: Tensor, rate_hz: int, peak_dbtp: float) -> Tensor:
    """The waveform with no true peak above ``peak_dbtp``; one gain for all channels.

    The gain follows the loudest moment within the look-ahead and is smoothed over it, so it is
    down before a peak comes. What smoothing leaves between samples is taken off in further rounds.
    """
    ceiling = 10 ** (peak_dbtp / 20)
    for _ in range(LIMIT_ROUNDS):
        if true_peak(waveform_CN, rate_hz) <= ceiling:
            return waveform_CN
        waveform_CN = waveform_CN * _limiter_gain(waveform_CN, rate_hz, ceiling)
    return waveform_CN * min(1.0, ceiling / true_peak(waveform_CN, rate_hz))


def _limiter_gain(waveform_CN: Tensor, rate_hz: int, ceiling: float) -> Tensor:
    dense = resample(waveform_CN, rate_hz, TRUE_PEAK_OVERSAMPLING * rate_hz).abs().amax(dim=0)
    samples = waveform_CN.shape[-1]
    dense = F.pad(dense, (0, TRUE_PEAK_OVERSAMPLING * samples))[: TRUE_PEAK_OVERSAMPLING * samples]
    peaks = dense.view(samples, TRUE_PEAK_OVERSAMPLING).amax(dim=1)
    peaks = torch.maximum(peaks, waveform_CN.abs().amax(dim=0))
    ahead = max(1, round(LOOKAHEAD_S * rate_hz))
    needed = 1 / (_moving_max(peaks, 2 * ahead) / ceiling).clamp(min=1)
    return _moving_mean(needed, ahead)


def _prepared(bus: Bus, rate_hz: int) -> Tensor:
    if not bus.waveform.abs().le(LARGEST).all() or not math.isfinite(bus.gain_db):
        raise ValueError(
            "a sound or its gain holds numbers that are no sound: not finite, or beyond "
            f"{LARGEST:g}; make it again"
        )
    stereo = to_stereo(bus.waveform.float())
    return resample(stereo, bus.rate_hz, rate_hz) * 10 ** (bus.gain_db / 20)


def _moving_max(x_N: Tensor, window: int) -> Tensor:
    """Largest value within a window centred on each sample."""
    reach = max(1, window) // 2
    return F.max_pool1d(x_N[None, None], 2 * reach + 1, stride=1, padding=reach)[0, 0]


def _moving_mean(x_N: Tensor, window: int) -> Tensor:
    """Mean within a window centred on each sample; the ends go on as they are."""
    reach = max(1, window) // 2
    padded = F.pad(x_N[None, None].double(), (reach, reach), mode="replicate")[0, 0]
    total = F.pad(padded.cumsum(dim=0), (1, 0))
    width = 2 * reach + 1
    return ((total[width:] - total[:-width]) / width).to(x_N.dtype)

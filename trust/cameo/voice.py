"""The voice in a recording, or what to do better: length, level, distortion and noise.

Levels are in dB below full scale of 30 ms pieces. Shapes: C channels, N samples.
"""

from __future__ import annotations

import numpy as np
import torch

from ...model.audio_transform import resample
from .bundle import VOICE_RATE_HZ, VOICE_SECONDS

PIECE_S = 0.03
MIN_LEVEL_DB = -38.0
MIN_OVER_NOISE_DB = 10.0
MAX_CLIPPED_SHARE = 0.005


def find_voice(waveform: np.ndarray, rate_hz: int) -> tuple[np.ndarray | None, list[str]]:
    """(voice int16 [2, N] at 24 kHz, or None; what is missing) of a waveform [C, N] in -1..1."""
    if waveform.ndim != 2 or waveform.shape[1] == 0 or not np.isfinite(waveform).all():
        return None, ["there is no sound: record with the microphone on"]
    levels = levels_db(waveform, rate_hz)
    loud, quiet = np.percentile(levels, 90), np.percentile(levels, 10)
    spoken_s = PIECE_S * float(np.sum(levels > loud - 20))
    problems = []
    shortest, longest = VOICE_SECONDS
    if waveform.shape[1] / rate_hz < shortest or spoken_s < shortest / 2:
        problems.append(
            f"only {spoken_s:.1f} s of voice are heard: speak for {shortest:g} to {longest:g} s"
        )
    if loud < MIN_LEVEL_DB:
        problems.append(
            f"the voice is too quiet ({loud:.0f} dB, at least {MIN_LEVEL_DB:.0f}): come closer to "
            "the microphone or turn it up"
        )
    elif loud - quiet < MIN_OVER_NOISE_DB and quiet > MIN_LEVEL_DB - MIN_OVER_NOISE_DB:
        problems.append(
            "the voice hardly rises above the noise: record in a quiet room, away from fans and "
            "music"
        )
    if np.mean(np.abs(waveform) > 0.99) > MAX_CLIPPED_SHARE:
        problems.append("the sound is distorted: turn the microphone down or move back a little")
    return (None, problems) if problems else (_cut(waveform, rate_hz, levels), [])


def levels_db(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Level of each 30 ms piece in dB below full scale, at least -120."""
    size = max(1, round(PIECE_S * rate_hz))
    mono = waveform.mean(axis=0)
    count = max(1, len(mono) // size)
    pieces = np.resize(mono, count * size).reshape(count, size)
    return np.asarray(10 * np.log10(np.maximum((pieces**2).mean(axis=1), 1e-12)))


def _cut(waveform: np.ndarray, rate_hz: int, levels: np.ndarray) -> np.ndarray:
    """The ten seconds with most voice, stereo, at 24 kHz, 16 bit."""
    longest = round(VOICE_SECONDS[1] * rate_hz)
    if waveform.shape[1] > longest:
        window = round(VOICE_SECONDS[1] / PIECE_S)
        voiced = np.convolve(levels > np.percentile(levels, 90) - 20, np.ones(window), "valid")
        start = int(np.argmax(voiced)) * max(1, round(PIECE_S * rate_hz))
        start = min(start, waveform.shape[1] - longest)
        waveform = waveform[:, start : start + longest]
    stereo = waveform[:2] if len(waveform) > 1 else np.repeat(waveform, 2, axis=0)
    samples = torch.from_numpy(np.ascontiguousarray(stereo)).float()
    limit = round(VOICE_SECONDS[1] * VOICE_RATE_HZ)
    at_rate = resample(samples, rate_hz, VOICE_RATE_HZ)[:, :limit]
    whole: np.ndarray = (at_rate.clamp(-1, 1) * 32767).round().to(torch.int16).numpy()
    return whole

"""What a codec's round trip is measured by, beside what the instruments read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..world import SAMPLE_RATE
from .codec_pitch import PitchError, pitch_error
from .fidelity import OnsetCount, count_onsets, log_mel_l1, psnr, ssim
from .metric import Score

Made = tuple[np.ndarray, np.ndarray]
"""Frames uint8 [F, H, W, 3] and waveform [2, N] at 24 kHz of one clip."""

LABELS = {
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "log_mel_l1": "log-mel L1, ln",
    "onset_f1": "onset F1 of the round trip",
    "pitch_cents": "f0 error, cents",
    "pitch_kept": "pitched frames kept",
}
"""What is measured, with its name in tables."""


@dataclass(frozen=True)
class RoundTrip:
    """One clip after a codec, measured.

    Attributes:
        values: of this clip alone, by the names of `LABELS`; None for what does not apply to it.
        onsets: counted, to be pooled.
        pitch: frame by frame, to be pooled; None where the true sound has hardly any.
    """

    values: dict[str, float | None]
    onsets: OnsetCount
    pitch: PitchError | None


def measure_round_trip(made: Made, true: Made) -> RoundTrip:
    """All numbers of one clip after and before."""
    onsets = count_onsets(made[1], true[1])
    pitch = pitch_error(made[1], true[1], SAMPLE_RATE)
    values = {
        "psnr": psnr(made[0], true[0]),
        "ssim": ssim(made[0], true[0]),
        "log_mel_l1": log_mel_l1(made[1], true[1]),
        "onset_f1": onsets.f1,
        "pitch_cents": None if pitch is None or not len(pitch.errors) else pitch.cents,
        "pitch_kept": None if pitch is None else pitch.kept,
    }
    return RoundTrip(values, onsets, pitch)


def summary(clips: Sequence[RoundTrip]) -> dict[str, Score]:
    """Means over clips; over all onsets and all pitched frames for what a clip may have few of."""
    scores = {}
    for name in ("psnr", "ssim", "log_mel_l1"):
        values = [value for clip in clips if (value := clip.values[name]) is not None]
        if values:
            scores[name] = Score(float(np.mean(values)), len(values))
    onsets = OnsetCount.pooled([clip.onsets for clip in clips])
    if onsets.f1 is not None:
        scores["onset_f1"] = Score(onsets.f1, onsets.wanted)
    pitched = [clip.pitch for clip in clips if clip.pitch is not None]
    if pitched:
        pitch = PitchError.pooled(pitched)
        if len(pitch.errors):
            scores["pitch_cents"] = Score(pitch.cents, len(pitch.errors))
        scores["pitch_kept"] = Score(pitch.kept, pitch.pitched)
    return scores

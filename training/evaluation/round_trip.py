"""What a codec's round trip is measured by, beside what the instruments read of it."""

from __future__ import annotations

import numpy as np

from ..world import SAMPLE_RATE
from .codec_pitch import pitch_error
from .fidelity import log_mel_l1, onset_f1, psnr, ssim

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
"""By the names of `measure_round_trip`."""


def measure_round_trip(made: Made, true: Made) -> dict[str, float | None]:
    """All numbers of one clip after and before; None for what does not apply to it."""
    pitch = pitch_error(made[1], true[1], SAMPLE_RATE)
    cents = None if pitch is None or not np.isfinite(pitch.cents) else pitch.cents
    return {
        "psnr": psnr(made[0], true[0]),
        "ssim": ssim(made[0], true[0]),
        "log_mel_l1": log_mel_l1(made[1], true[1]),
        "onset_f1": onset_f1(made[1], true[1]),
        "pitch_cents": cents,
        "pitch_kept": None if pitch is None else pitch.kept,
    }

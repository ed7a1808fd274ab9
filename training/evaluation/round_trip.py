"""What a codec's round trip is measured by, beside what the instruments read of it.

Each function gets the clip after and before, frames uint8 [F, H, W, 3] and waveform [2, N] at
24 kHz, and gives a number, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .fidelity import log_mel_l1, onset_f1, psnr, ssim

Made = tuple[np.ndarray, np.ndarray]
"""Frames and waveform of one clip."""


@dataclass(frozen=True)
class RoundTrip:
    """One number of a round trip: key in JSON, label in tables, and how it is measured."""

    name: str
    label: str
    measure: Callable[[Made, Made], float | None]


ROUND_TRIPS: tuple[RoundTrip, ...] = (
    RoundTrip("psnr", "PSNR, dB", lambda made, true: psnr(made[0], true[0])),
    RoundTrip("ssim", "SSIM", lambda made, true: ssim(made[0], true[0])),
    RoundTrip("log_mel_l1", "log-mel L1, ln", lambda made, true: log_mel_l1(made[1], true[1])),
    RoundTrip(
        "onset_f1", "onset F1 of the round trip", lambda made, true: onset_f1(made[1], true[1])
    ),
)


def measure_round_trip(made: Made, true: Made) -> dict[str, float | None]:
    """All numbers of one clip, by name."""
    return {one.name: one.measure(made, true) for one in ROUND_TRIPS}

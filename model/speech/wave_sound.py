"""What speech programs give: wave files of 16 bits, as sound."""

from __future__ import annotations

import torch
from torch import Tensor

QUIET = 1e-3


class SpeechError(ValueError):
    """Words that could not be spoken."""


def sound_of_wave(wave: bytes) -> tuple[Tensor, int]:
    """Sound ``[N]`` in -1..1 of a mono wave file, without silence at its ends, and its rate.

    The lengths in its header are not read: a program that writes as it speaks does not know them.

    Raises:
        SpeechError: it is no wave file.
    """
    at = wave.find(b"data")
    if wave[:4] != b"RIFF" or at < 0:
        raise SpeechError("the speech program gave no wave file; update it")
    rate_hz = int.from_bytes(wave[24:28], "little")
    body = wave[at + 8 :]
    samples = torch.frombuffer(bytearray(body[: len(body) // 2 * 2]), dtype=torch.int16)
    return trimmed(samples.float() / 32768), rate_hz


def trimmed(sound_N: Tensor) -> Tensor:
    """The sound without the silence at its ends, of at least one sample."""
    heard = (sound_N.abs() > QUIET).nonzero().flatten()
    if not len(heard):
        return sound_N[:1]
    return sound_N[int(heard[0]) : int(heard[-1]) + 1]

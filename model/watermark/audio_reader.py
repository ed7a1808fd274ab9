"""Finds the mark in a sound: the whitened sound folded to one second, its place, then the bits.

A sound from which pieces were cut holds the second at several places; the strongest ones are read
together. Legend: C channels, N samples; A frames, S spectrum bins.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ..audio_transform import resample
from .audio_pattern import MIN_RATE_HZ, AudioPattern
from .carriers import Complex, Word, deviation
from .detection import MAX_WORD_P_VALUE, READING_P_VALUE, Detection, peak_p_value

RATE_HZ = MIN_RATE_HZ
HOP = 160
BLOCK_S = 4
SMOOTH_FRAMES, SMOOTH_BINS = 5, 9
QUIET_POWER = 1e-9
WHITE_LIMIT = 2.5
PLACES_PER_S = 32_000
PLACES = 3
APART = 32
BANDS = 8

Floats = NDArray[np.float64]


class AudioResidual:
    """The whitened sound folded to one second; constant memory."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._second = torch.zeros(RATE_HZ)
        self._pending: Tensor | None = None

    def add(self, waveform_CN: Tensor) -> None:
        """Take in the next samples ``[C, N]``; channels are mixed."""
        mixed = waveform_CN.float().mean(0)
        pending = mixed if self._pending is None else torch.cat([self._pending, mixed])
        block = BLOCK_S * self._rate_hz
        while len(pending) >= block:
            self._fold(pending[:block])
            pending = pending[block:]
        self._pending = pending

    def second(self) -> NDArray[np.float32]:
        """Return the folded second ``[8000]``.

        Raises:
            ValueError: no sample was added.
        """
        if self._pending is None:
            raise ValueError(
                "there is no sound to look for a watermark in; give at least one chunk"
            )
        second = self._second.clone()
        if len(self._pending) > 0:
            self._fold(self._pending, second)
        folded: NDArray[np.float32] = second.numpy()
        return folded

    def _fold(self, sound_N: Tensor, second: Tensor | None = None) -> None:
        """Add the whitened sound, whose start lies on a whole second, to a folded second."""
        white = _white(resample(sound_N, self._rate_hz, RATE_HZ))
        white = F.pad(white, (0, -len(white) % RATE_HZ))
        (self._second if second is None else second).add_(white.view(-1, RATE_HZ).sum(0))


class AudioReader:
    """Reads a folded second under one key's pattern."""

    def __init__(self, pattern: AudioPattern) -> None:
        self._pattern = pattern

    def read(self, second: NDArray[np.float32]) -> Detection:
        """Return what a folded second ``[8000]`` carries."""
        received = _whitened(self._pattern.received(second))
        heights, *decoys = self._heights(received)
        places = _peaks(heights)
        score = float(heights[places[0]])
        p_value = peak_p_value(score, np.max(decoys, axis=1), 1)
        word = self._word(received, places, heights) if p_value <= READING_P_VALUE else None
        if word is None:
            return Detection(None, p_value, score)
        return Detection(word.identifier, min(p_value, word.p_value), score)

    def _heights(self, received: Complex) -> Floats:
        """Correlation ``[guesses, places]`` with the pilots, in standard deviations."""
        carriers = self._pattern.carriers
        pilots = received[carriers.pilots]
        spectrum = np.zeros((len(carriers.guesses), PLACES_PER_S // 2 + 1), dtype=np.complex128)
        spectrum[:, self._pattern.hertz[carriers.pilots]] = pilots * carriers.guesses.conj()
        heights = np.fft.irfft(spectrum, PLACES_PER_S) * (PLACES_PER_S / 2)
        return np.asarray(heights / deviation(pilots))

    def _word(self, received: Complex, places: list[int], heights: Floats) -> Word | None:
        """The word at the best place, else at the best ones together."""
        carriers = self._pattern.carriers
        together = np.zeros_like(received)
        for place in places:
            shift = np.array([float(place)])
            moved = carriers.moved(received, shift, np.array([float(PLACES_PER_S)]))
            together = together + heights[place] * moved
            strength = carriers.strengths(together, np.log(self._pattern.hertz), BANDS)
            for weights in (strength, np.ones(len(strength))):
                word = carriers.read(together * weights)
                if word is not None and word.p_value <= MAX_WORD_P_VALUE:
                    return word
        return None


def _white(sound_N: Tensor) -> Tensor:
    """The sound with every part of its spectrogram brought to the same loudness."""
    window = torch.hann_window(2 * HOP)
    padded = F.pad(sound_N, (0, max(2 * HOP - len(sound_N), 0)))
    spectrum = torch.stft(
        padded, 2 * HOP, HOP, window=window, pad_mode="constant", return_complex=True
    )
    kernel, edge = (SMOOTH_BINS, SMOOTH_FRAMES), (SMOOTH_BINS // 2, SMOOTH_FRAMES // 2)
    power = spectrum.abs().square()[None]
    around = F.avg_pool2d(power, kernel, stride=1, padding=edge, count_include_pad=False)[0]
    white = spectrum / (around + QUIET_POWER).sqrt()
    white = white * (WHITE_LIMIT / (white.abs() + 1e-12)).clamp(max=1.0)
    return torch.istft(white, 2 * HOP, HOP, window=window, length=len(padded))[: len(sound_N)]


def _whitened(received: Complex) -> Complex:
    """Coefficients limited to a few times their usual size, so that no tone decides alone."""
    size = np.abs(received) + 1e-12
    return np.asarray(received * np.minimum(1.0, WHITE_LIMIT * np.median(size) / size))


def _peaks(heights: Floats) -> list[int]:
    """The highest places, each some way from the others."""
    rest = heights.copy()
    places = []
    for _ in range(PLACES):
        place = int(rest.argmax())
        places.append(place)
        rest[(place + np.arange(-APART, APART + 1)) % len(rest)] = -np.inf
    return places

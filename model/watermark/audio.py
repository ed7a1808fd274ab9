"""The invisible mark of a sound: 64 bits repeated every second between 300 and 3800 Hz.

The mark follows the masking threshold of the sound, so it is loud only where it is hidden. Quiet
passages hide nothing; there a floor far below room noise carries it, because clips are often
silent but for a few impacts and would otherwise go unmarked. Legend: C channels, N samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .audio_pattern import HIGH_HZ, LOW_HZ, MIN_RATE_HZ, AudioPattern
from .audio_reader import AudioReader, AudioResidual
from .detection import Detection
from .masking import masking_threshold, tonality

HOP_S = 0.02
BLOCK_S = 2
ONSET_RISE_DB = 20.0


@dataclass(frozen=True)
class AudioLevels:
    """Loudness of the mark: below the masking threshold, and of the floor in quiet passages.

    The threshold's offset for tones is the strictest in use (model 1 of MPEG-1 allows 10 to 20 dB
    more), so there the mark may come nearer to it. ``floor_db`` is against full scale (0 dB: a
    square wave of amplitude 1); None leaves quiet passages to the masking threshold alone, so
    digital silence stays silent and unmarked.
    """

    below_noise_db: float = 7.0
    below_tones_db: float = 4.0
    floor_db: float | None = -76.0


class AudioWatermark:
    """Embeds and finds identifiers in sound under one key.

    Args:
        key: secret of at least 16 bytes; may be the video's.
        levels: loudness of the mark.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes, levels: AudioLevels | None = None) -> None:
        self._pattern = AudioPattern(key)
        self._reader = AudioReader(self._pattern)
        self._levels = levels or AudioLevels()

    def embed(self, waveform_CN: Tensor, sample_rate: int, identifier: int) -> Tensor:
        """Return the marked waveform ``[C, N]``, all channels with the same mark.

        Raises:
            ValueError: the waveform, the rate or the identifier is unusable.
        """
        return torch.cat(list(self.embed_stream([waveform_CN], sample_rate, identifier)), dim=1)

    def embed_stream(
        self, chunks: Iterable[Tensor], sample_rate: int, identifier: int
    ) -> Iterator[Tensor]:
        """Yield marked sound ``[C, n]`` as chunks ``[C, N]`` come in; as long in all.

        The same sound comes out however it is cut; memory does not grow with its length.

        Raises:
            ValueError: a waveform, the rate or the identifier is unusable.
        """
        marker = _Marker(self._pattern, self._levels, sample_rate, identifier)
        for chunk in chunks:
            check_waveform(chunk, sample_rate)
            for part in torch.split(chunk, BLOCK_S * sample_rate, dim=1):
                yield marker.push(part)
        yield marker.finish()

    def detect(self, waveform_CN: Tensor, sample_rate: int) -> Detection:
        """Return what a waveform ``[C, N]`` carries.

        Raises:
            ValueError: the waveform or the rate is unusable.
        """
        return self.detect_stream([waveform_CN], sample_rate)

    def detect_stream(self, chunks: Iterable[Tensor], sample_rate: int) -> Detection:
        """Return what the chunks ``[C, N]`` of one sound carry, in constant memory.

        Raises:
            ValueError: a waveform or the rate is unusable, or there is no sample.
        """
        residual = AudioResidual(sample_rate)
        for chunk in chunks:
            check_waveform(chunk, sample_rate)
            residual.add(chunk)
        return self._reader.read(residual.second())


def check_waveform(waveform_CN: Tensor, sample_rate: int) -> None:
    """Refuse what is not a waveform.

    Raises:
        ValueError: wrong dimensions or type, or a rate under 8 kHz.
    """
    if waveform_CN.dim() != 2 or not waveform_CN.is_floating_point():
        raise ValueError(
            f"sound of shape {tuple(waveform_CN.shape)} and type {waveform_CN.dtype} cannot be "
            "watermarked; give floating-point [channels, samples] in -1..1"
        )
    if sample_rate < MIN_RATE_HZ:
        raise ValueError(
            f"sound at {sample_rate} Hz cannot be watermarked; "
            f"resample it to {MIN_RATE_HZ} Hz or more"
        )


class _Marker:
    """Marks sound as it comes in, by overlapping windows of two hops.

    A window starts every hop, the first one a hop before the sound, so every sample lies in two.
    """

    def __init__(
        self, pattern: AudioPattern, levels: AudioLevels, rate_hz: int, identifier: int
    ) -> None:
        self._levels, self._rate_hz = levels, rate_hz
        self._hop = round(HOP_S * rate_hz)
        self._window = torch.sin(torch.pi * (torch.arange(2 * self._hop) + 0.5) / (2 * self._hop))
        self._second = torch.from_numpy(pattern.second(identifier, rate_hz))
        hertz = torch.linspace(0, rate_hz / 2, self._hop + 1)
        self._inside = ((hertz >= LOW_HZ) & (hertz <= HIGH_HZ)).float()
        density = self._window.square().sum() * rate_hz / 2 / (HIGH_HZ - LOW_HZ)
        self._mark_power = float(density)  # of a spectrum bin of the tile, whose variance is 1
        self._pending: Tensor | None = None  # heard, not yet marked: the last hop and what follows
        self._tail = torch.zeros(
            1, self._hop
        )  # the mark of the windows that reach into what follows
        self._allowed: Tensor | None = None  # what the last window allowed
        self._position = 0  # of the first pending sample

    def push(self, chunk_CN: Tensor) -> Tensor:
        """Return the samples that no later window touches."""
        chunk = chunk_CN.float()
        if self._pending is None:
            self._pending = F.pad(chunk, (self._hop, 0))
            self._position = -self._hop
        else:
            self._pending = torch.cat([self._pending, chunk], dim=1)
        windows = self._pending.shape[1] // self._hop - 1
        if windows < 1:
            return chunk_CN[:, :0]
        ready = windows * self._hop
        sound = self._pending[:, : ready + self._hop]
        mark = self._mark(sound.unfold(1, 2 * self._hop, self._hop))
        mark[:, : self._hop] += self._tail
        self._tail = mark[:, ready:].clone()
        marked = (sound[:, :ready] + mark[:, :ready]).clamp_(-1.0, 1.0)
        before = max(-self._position, 0)  # the hop before the sound is no output
        self._pending = self._pending[:, ready:]
        self._position += ready
        return marked[:, before:].to(chunk_CN.dtype)

    def finish(self) -> Tensor:
        """Return the rest of the sound."""
        if self._pending is None:
            raise ValueError("there is no sound to watermark; give at least one chunk")
        rest = self._pending.shape[1] - max(-self._position, 0)
        return self.push(torch.zeros(len(self._pending), 2 * self._hop))[:, :rest]

    def _mark(self, windows_CAW: Tensor) -> Tensor:
        """The mark ``[C, N]`` that overlapping windows ``[C, A, 2 * hop]`` of sound hide."""
        count = windows_CAW.shape[1]
        power = torch.fft.rfft(windows_CAW * self._window).abs().square()
        gain = self._gain(self._allowance(power))
        start = torch.arange(count) * self._hop + self._position
        index = (start[:, None] + torch.arange(2 * self._hop)) % len(self._second)
        tile = torch.fft.rfft(self._second[index] * self._window)
        mark = torch.fft.irfft(tile * gain, 2 * self._hop) * self._window
        halves = mark.unflatten(2, (2, self._hop))
        summed = F.pad(halves[:, :, 0], (0, 0, 0, 1)) + F.pad(halves[:, :, 1], (0, 0, 1, 0))
        return summed.flatten(1)

    def _allowance(self, power_CAS: Tensor) -> Tensor:
        """The power of the mark that each spectrum hides, ``[C, A, S]``."""
        noise_db, tones_db = self._levels.below_noise_db, self._levels.below_tones_db
        below_db = noise_db + (tones_db - noise_db) * tonality(power_CAS)
        return masking_threshold(power_CAS, self._rate_hz) * 10 ** (-below_db / 10)

    def _gain(self, allowed: Tensor) -> Tensor:
        """Factor ``[C, A, S]`` for the tile's spectrum."""
        # A blow hides nothing that comes before it, but its window also holds what comes before.
        before = allowed[:, :1] if self._allowed is None else self._allowed
        rise = 10 ** (ONSET_RISE_DB / 10)
        self._allowed = allowed[:, -1:]
        before = torch.cat([before, allowed[:, :-1]], dim=1)
        floor = 0.0
        if self._levels.floor_db is not None:
            floor = 10 ** (self._levels.floor_db / 10) * self._mark_power
        allowed = torch.minimum(allowed, rise * before + floor).clamp_(min=floor)
        return (allowed / self._mark_power).sqrt_() * self._inside

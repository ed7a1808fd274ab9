"""A waveform handed out in order, at the encoder's rate, as long as the picture needs it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
import torch

from .errors import MediaError

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
_CHUNK_SAMPLES = 16384


def audio_frame(samples: np.ndarray, layout: str, rate_hz: int, start: int) -> av.AudioFrame:
    """Return samples ``[channels, count]`` as a frame that begins at sample ``start``."""
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples, dtype=np.float32), format="fltp", layout=layout
    )
    frame.sample_rate = rate_hz
    frame.time_base = Fraction(1, rate_hz)
    frame.pts = start
    return frame


def waveform_of(audio: dict[str, Any]) -> tuple[np.ndarray, int, str]:
    """Return samples ``[channels, count]`` in -1..1, their rate in Hz and the channel layout.

    Raises:
        MediaError: no samples, not a number among them, a rate of zero or too many channels.
    """
    waveform, rate_hz = audio["waveform"], int(audio["sample_rate"])
    samples = torch.as_tensor(waveform).detach().to("cpu", torch.float32)
    samples = samples[0] if samples.ndim == 3 else samples
    if samples.ndim != 2 or samples.shape[0] not in _LAYOUTS:
        raise MediaError(
            f"audio of shape {list(samples.shape)} cannot be written. "
            "Give [batch, channels, samples] with 1, 2 or 6 channels."
        )
    if rate_hz <= 0:
        raise MediaError(f"audio sample rate {rate_hz} Hz is not above 0. Use for example 24000.")
    if not bool(torch.isfinite(samples).all()):
        raise MediaError("audio contains values that are not numbers. Decode it again.")
    return samples.clamp(-1, 1).numpy(), rate_hz, _LAYOUTS[samples.shape[0]]


class AudioFeed:
    """Gives out a waveform piece by piece: resampled in chunks, silent after its end."""

    def __init__(self, audio: dict[str, Any], rate_hz: int) -> None:
        """``audio`` is ``{"waveform": [B, C, N] in -1..1, "sample_rate"}``; item 0 is used."""
        self._samples, self._source_hz, self.layout = waveform_of(audio)
        self.rate_hz = rate_hz
        self.channels = len(self._samples)
        self._chunks = self._resampled()
        self._rest = np.zeros((self.channels, 0), dtype=np.float32)

    def take(self, count: int) -> np.ndarray:
        """Return the next ``count`` samples ``[channels, count]``, zeros once the end is passed."""
        pieces, have = [self._rest], self._rest.shape[1]
        while have < count and (chunk := next(self._chunks, None)) is not None:
            pieces.append(chunk)
            have += chunk.shape[1]
        joined = np.concatenate(pieces, axis=1)
        self._rest = joined[:, count:]
        return np.pad(joined[:, :count], ((0, 0), (0, max(0, count - have))))

    def _resampled(self) -> Iterator[np.ndarray]:
        starts = range(0, self._samples.shape[1], _CHUNK_SAMPLES)
        if self._source_hz == self.rate_hz:
            yield from (self._samples[:, at : at + _CHUNK_SAMPLES] for at in starts)
            return
        resampler = av.AudioResampler(format="fltp", layout=self.layout, rate=self.rate_hz)
        for at in starts:
            piece = self._samples[:, at : at + _CHUNK_SAMPLES]
            frame = audio_frame(piece, self.layout, self._source_hz, at)
            yield from (out.to_ndarray() for out in resampler.resample(frame))
        yield from (out.to_ndarray() for out in resampler.resample(None))

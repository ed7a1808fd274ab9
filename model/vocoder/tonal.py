"""A vocoder whose steady tones are played by oscillators; its noise and its blows stay its own.

Sinusoids, transients and noise are kept apart as in Verma and Meng 2000, "Extending spectral
modeling synthesis with transient modeling synthesis".
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ..audio_transform import band_power
from ..shapes import MEL_RATE_HZ
from .config import VocoderConfig
from .oscillators import frequencies, nearest, play
from .partials import Partials, band_frequencies
from .vocoder import Vocoder

PRESENT = 0.5
"""Probability from which a partial is played."""
BLOW_BANDS, BLOW_HIGHEST_HZ = 24, 8000.0
BLOW_WINDOW_S, BLOW_HOP_S = 0.02, 0.005
BLOW_FLOOR = 1e-4
"""Power beside the loudest band that counts as silence (-40 dB)."""
BLOW_STARTS, BLOW_WHOLE = 0.6, 1.2
"""Growth of the log power over 10 ms from which a sound counts as struck, and wholly so."""
BLOW_FRAMES = 4
"""5 ms each, before and after a blow, that stay as the vocoder made them."""


class TonalVocoder(Vocoder):
    """A vocoder and the partials that are played in its place; called alone it is the vocoder.

    Args:
        vocoder: makes the whole sound from log-mels.
        partials: finds the tones in the latents behind them.
    """

    def __init__(self, vocoder: Vocoder, partials: Partials) -> None:
        super().__init__()
        self.vocoder, self.partials = vocoder, partials

    @property
    def config(self) -> VocoderConfig:  # type: ignore[override]
        """That of the vocoder."""
        return self.vocoder.config

    def forward(self, mel_BCAM: Tensor) -> Tensor:
        """Log-mel ``[B, 2, A, 64]`` to the vocoder's own waveform."""
        waveform: Tensor = self.vocoder(mel_BCAM)
        return waveform

    def stream(
        self, mel_BCAM: Tensor, chunk_frames: int = 500, latents_BCAM: Tensor | None = None
    ) -> Iterator[Tensor]:
        """As ``Vocoder.stream``, with tones played by oscillators where latents are given.

        A mel row and an amplitude of each oscillator take less memory than the sound they stand
        for, so the tones of all rows are found at once and played piece by piece.
        """
        pieces = list(self.vocoder.stream(mel_BCAM, chunk_frames))
        if latents_BCAM is None:
            yield from pieces
            return
        waveform = torch.cat(pieces, -1)
        tones = self.tones(latents_BCAM)
        room = waveform.shape[-1] - tones.shape[-1]
        tones = F.pad(tones, (0, max(room, 0)))[..., : waveform.shape[-1]]
        joined = with_tones(waveform, tones, self.sample_rate).clamp(-1, 1)
        yield from torch.split(joined, chunk_frames * self.config.samples_per_frame, -1)

    def tones(self, latents_BCAM: Tensor) -> Tensor:
        """The partials alone, ``[B, 2, rows * samples_per_frame]``, from normalised latents."""
        weight = next(self.partials.parameters())
        found = self.partials(latents_BCAM.to(weight)).float()
        presence, place, levels = found[..., 0], found[..., 1], found[..., 2:]
        bands = torch.arange(found.shape[2], device=found.device)
        oscillators = nearest(band_frequencies(bands + place.clamp(-0.6, 0.6)))
        heard = (presence.sigmoid() > PRESENT)[..., None] * levels.clamp(max=0).exp()
        sides = [_spread(oscillators, amplitudes) for amplitudes in heard.unbind(-1)]
        rate = self.sample_rate
        return torch.stack([play(amplitudes, rate) for amplitudes in sides], 1)


def _spread(oscillators: Tensor, amplitudes: Tensor) -> Tensor:
    """Amplitudes ``[B, rows, bands]`` on the oscillators that they name."""
    shape = (*amplitudes.shape[:2], len(frequencies()))
    return amplitudes.new_zeros(shape).scatter_add_(2, oscillators, amplitudes)


def with_tones(waveform: Tensor, tones: Tensor, rate_hz: int) -> Tensor:
    """The waveform with tones in place of what it has at their frequencies; ``[B, 2, N]`` both.

    Near a blow the waveform stays as it is: tones start softly, blows do not.
    """
    hop = rate_hz // MEL_RATE_HZ
    window = torch.hann_window(4 * hop, device=waveform.device)
    heard, played = (
        torch.stft(w.flatten(0, 1), 4 * hop, hop, window=window, return_complex=True)
        for w in (waveform, tones)
    )
    share = (played.abs() / heard.abs().clamp(min=1e-5)).clamp(max=1)
    length = waveform.shape[-1]
    joined = torch.istft(heard * (1 - share) + played, 4 * hop, hop, window=window, length=length)
    struck = _blows(waveform, rate_hz)
    return joined.view_as(waveform) * (1 - struck) + waveform * struck


def _blows(waveform: Tensor, rate_hz: int) -> Tensor:
    """Where a sound is struck: 0 to 1, ``[B, 1, N]``."""
    size, hop = round(BLOW_WINDOW_S * rate_hz), round(BLOW_HOP_S * rate_hz)
    power = band_power(waveform.mean(1), size, hop, BLOW_BANDS, rate_hz, BLOW_HIGHEST_HZ)
    floor = BLOW_FLOOR * power.amax((1, 2), keepdim=True) + 1e-9
    level = (power + floor).log().mean(-1)
    growth = F.pad(level[:, 2:] - level[:, :-2], (1, 1))
    struck = ((growth - BLOW_STARTS) / (BLOW_WHOLE - BLOW_STARTS)).clamp(0, 1)[:, None]
    near = F.max_pool1d(struck, 2 * BLOW_FRAMES + 1, 1, BLOW_FRAMES)
    soft = F.avg_pool1d(near, 5, 1, 2, count_include_pad=False)
    return F.interpolate(soft, size=waveform.shape[-1], mode="linear")

"""Vocoders behind one interface: log-mel spectrogram in, stereo waveform out.

Keys are those of an LTX-2 file after one ``vocoder.`` is stripped. BigVGAN degrades audibly in
bfloat16: make or load vocoders in float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ..audio_transform import sinc_resample
from .config import BandwidthConfig, VocoderConfig
from .generator import Generator
from .spectrum import CausalMel


class Vocoder(nn.Module):
    """What all vocoders share; ``build_vocoder`` makes the right one for a config.

    Calling it turns log-mel ``[B, 2, A, 64]`` (rows of 10 ms) into a waveform in [-1, 1],
    ``[B, 2, A * samples_per_frame]``.
    """

    config: VocoderConfig

    @property
    def sample_rate(self) -> int:
        """Rate of the waveform in Hz."""
        return self.config.sample_rate

    def stream(
        self, mel_BCAM: Tensor, chunk_frames: int = 500, latents_BCAM: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Yield the waveform in pieces; together they equal one call on the whole spectrogram.

        Each piece is computed with the frames around it that it depends on
        (``config.context_frames`` on each side), so memory grows with the chunk, not the clip.

        Args:
            mel_BCAM: log-mel ``[B, 2, A, 64]``.
            chunk_frames: mel frames per piece, 100 per second.
            latents_BCAM: normalised latents ``[B, 8, T, 16]`` behind the spectrogram, for vocoders
                that read tones from them.

        Yields:
            ``[B, 2, chunk_frames * samples_per_frame]``; the last one may be shorter.

        Raises:
            ValueError: ``chunk_frames`` is not positive.
        """
        del latents_BCAM  # A plain vocoder hears the spectrogram alone.
        if chunk_frames < 1:
            raise ValueError(f"chunk_frames is {chunk_frames}; use at least 1 mel frame per chunk")
        context, samples = self.config.context_frames, self.config.samples_per_frame
        frames = mel_BCAM.shape[2]
        for start in range(0, frames, chunk_frames):
            stop = min(start + chunk_frames, frames)
            first = max(start - context, 0)
            waveform: Tensor = self(mel_BCAM[:, :, first : stop + context])
            yield waveform[..., (start - first) * samples : (stop - first) * samples]


class GeneratorVocoder(Vocoder, Generator):
    """A single generator, as in LTX-2.0 files."""

    def __init__(self, config: VocoderConfig, *, operations: Any = nn, **factory: Any) -> None:
        super().__init__(config.generator, operations=operations, **factory)
        self.config = config


class BandwidthVocoder(Vocoder):
    """Two generators, as in LTX-2.3 files: speech-band waveform, then what lies above it.

    The second generator hears the first waveform as a mel spectrogram and predicts a residual
    to its plain resampling.
    """

    def __init__(
        self,
        config: VocoderConfig,
        bandwidth: BandwidthConfig,
        *,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.config = config
        self.ratio = bandwidth.ratio
        layer = {"operations": operations, **factory}
        self.vocoder = Generator(config.generator, **layer)
        self.bwe_generator = Generator(bandwidth.generator, bounded=False, **layer)
        self.mel_stft = CausalMel(bandwidth, **factory)

    def forward(self, mel_BCAM: Tensor) -> Tensor:
        """Log-mel ``[B, 2, A, 64]`` to ``[B, 2, A * samples_per_frame]`` in [-1, 1]."""
        narrow = self.vocoder(mel_BCAM)
        residual: Tensor = self.bwe_generator(self.mel_stft(narrow))
        plain = sinc_resample(narrow, 1, self.ratio, edges="replicate")
        return (residual + plain).clamp(-1, 1)


def build_vocoder(
    config: VocoderConfig,
    operations: Any = nn,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> Vocoder:
    """Make the vocoder that a config describes, with fresh weights.

    Args:
        config: one generator (LTX-2.0), or two (LTX-2.3).
        operations: namespace with ``Conv1d`` and ``ConvTranspose1d``.
        device: where the weights are made.
        dtype: of the weights; float32 is recommended.
    """
    layer = {"operations": operations, "device": device, "dtype": dtype}
    if config.bandwidth is None:
        return GeneratorVocoder(config, **layer)
    return BandwidthVocoder(config, config.bandwidth, **layer)

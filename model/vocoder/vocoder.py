"""Vocoders behind one interface: log-mel spectrogram in, stereo waveform out.

Keys are those of an LTX-2 file after one ``vocoder.`` is stripped. BigVGAN degrades audibly in
bfloat16: make or load vocoders in float32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .config import VocoderConfig
from .generator import Generator


class Vocoder(nn.Module):
    """What all vocoders share; ``build_vocoder`` makes the right one for a config.

    Calling it turns log-mel ``[B, 2, A, 64]`` (rows of 10 ms) into ``[B, 2, A * samples_per_frame]``
    in [-1, 1].
    """

    config: VocoderConfig

    @property
    def sample_rate(self) -> int:
        """Rate of the waveform in Hz."""
        return self.config.sample_rate


class GeneratorVocoder(Vocoder, Generator):
    """A single generator, as in LTX-2.0 files."""

    def __init__(self, config: VocoderConfig, *, operations: Any = nn, **factory: Any) -> None:
        super().__init__(config.generator, operations=operations, **factory)
        self.config = config


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
    return GeneratorVocoder(config, operations=operations, device=device, dtype=dtype)

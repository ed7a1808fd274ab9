"""The steady tones of a sound, read from its latents: where partials lie and how loud they are.

A convolutional vocoder answers equal frames with equal patches of sound: what it makes of a steady
tone repeats every 10 ms, whatever the tone's period. In sinusoidal modelling (McAulay and Quatieri
1986; Serra and Smith 1990) oscillators keep their phase instead. A small network finds the
partials in the latents, which tell their places between two mel bands better than the decoded
spectrogram does; `oscillators` plays them and `tonal` puts them into the vocoder's sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ..audio_transform import hz_to_mel, mel_to_hz
from ..shapes import AUDIO_BINS, AUDIO_CHANNELS, MEL_BINS, MEL_PER_LATENT

HIGHEST_MEL_HZ = 8000.0
VALUES = 4
"""Of each partial: presence (logit), place within its mel band, level (ln) left and right."""


@dataclass(frozen=True)
class PartialsConfig:
    """The ``partials`` object of a checkpoint's metadata.

    Attributes:
        width: channels of the hidden layers.
        bands: mel bands, from the lowest on, that can each hold one partial.
    """

    width: int = 384
    bands: int = 46

    def __post_init__(self) -> None:
        if self.width < 1 or not 1 <= self.bands <= MEL_BINS:
            raise ValueError(
                f"partials has width {self.width} and bands {self.bands}; width must be at least 1"
                f" and bands 1 to {MEL_BINS}"
            )

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> PartialsConfig:
        """Read the object.

        Raises:
            ValueError: a number out of range.
        """
        return cls(int(metadata["width"]), int(metadata["bands"]))

    def to_metadata(self) -> dict[str, Any]:
        """Inverse of ``from_metadata``."""
        return {"width": self.width, "bands": self.bands}

    @classmethod
    def tiny(cls) -> PartialsConfig:
        """The smallest network, for tests."""
        return cls(width=8)


class Partials(nn.Module):
    """Finds partials in audio latents; sees 120 ms to each side.

    Args:
        config: width and bands.
        operations: namespace with ``Conv1d``.
        factory: device and dtype of the weights.
    """

    def __init__(self, config: PartialsConfig, operations: Any = nn, **factory: Any) -> None:
        super().__init__()
        self.config = config
        conv, width = operations.Conv1d, config.width
        self.conv_in = conv(AUDIO_CHANNELS * AUDIO_BINS, width, 3, padding=1, **factory)
        self.hidden = nn.ModuleList(conv(width, width, 3, padding=1, **factory) for _ in range(2))
        self.conv_out = conv(width, config.bands * MEL_PER_LATENT * VALUES, 1, **factory)

    def forward(self, latents_BCAM: Tensor) -> Tensor:
        """Normalised latents ``[B, 8, T, 16]`` to ``[B, 4T - 3, bands, 4]`` (see ``VALUES``)."""
        x = rearrange(latents_BCAM, "B C A M -> B (C M) A")
        hidden = F.gelu(self.conv_in(x))
        for layer in self.hidden:
            hidden = hidden + F.gelu(layer(hidden))
        found = rearrange(
            self.conv_out(hidden), "B (R M V) A -> B (A R) M V", R=MEL_PER_LATENT, V=VALUES
        )
        # As in the spectrogram, the first latent stands for one row alone.
        rows: Tensor = found[:, MEL_PER_LATENT - 1 :]
        return rows


def band_places(frequencies_hz: Tensor) -> Tensor:
    """Where frequencies lie, in mel bands of the spectrogram: k is the middle of band k."""
    mels = torch.tensor([hz_to_mel(float(hz)) for hz in frequencies_hz])
    return mels / hz_to_mel(HIGHEST_MEL_HZ) * (MEL_BINS + 1) - 1


def band_frequencies(places: Tensor) -> Tensor:
    """Inverse of `band_places`."""
    return mel_to_hz((places + 1) / (MEL_BINS + 1) * hz_to_mel(HIGHEST_MEL_HZ))

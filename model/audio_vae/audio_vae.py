"""The audio VAE: stereo log-mel spectrograms to 25 latents per second and back.

The latents that leave ``encode`` and enter ``decode`` are normalised with the statistics in the
checkpoint; ``encoder`` and ``decoder`` are plain modules on unnormalised latents, for training.
Keys are those of an LTX-2 file after ``audio_vae.`` is stripped.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn

from ..shapes import AUDIO_BINS, AUDIO_CHANNELS
from .coder import STEREO, AudioDecoder, AudioEncoder
from .config import AudioVaeConfig


class PerChannelStatistics(nn.Module):
    """Mean and deviation of each of the 128 latent values (index ``channel * 16 + bin``)."""

    def __init__(self, size: int, **factory: Any) -> None:
        super().__init__()
        self.register_buffer("mean-of-means", torch.zeros(size, **factory))
        self.register_buffer("std-of-means", torch.ones(size, **factory))

    def normalize(self, x_BTD: Tensor) -> Tensor:
        """Latents of the network to zero mean and unit deviation."""
        mean, deviation = self._statistics(x_BTD)
        return (x_BTD - mean) / deviation

    def denormalize(self, x_BTD: Tensor) -> Tensor:
        """Inverse of ``normalize``."""
        mean, deviation = self._statistics(x_BTD)
        return x_BTD * deviation + mean

    def _statistics(self, like: Tensor) -> tuple[Tensor, Tensor]:
        mean, deviation = self.get_buffer("mean-of-means"), self.get_buffer("std-of-means")
        return mean.to(like), deviation.to(like)


class AudioVae(nn.Module):
    """LTX-2 audio autoencoder.

    Args:
        config: widths and depth.
        operations: namespace with ``Conv2d``, for example a host's casting layers.
        device: where the weights are made.
        dtype: of the weights.
    """

    def __init__(
        self,
        config: AudioVaeConfig,
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        layer = {"operations": operations, "device": device, "dtype": dtype}
        self.encoder = AudioEncoder(config, **layer)
        self.decoder = AudioDecoder(config, **layer)
        self.per_channel_statistics = PerChannelStatistics(
            AUDIO_CHANNELS * AUDIO_BINS, device=device, dtype=dtype
        )

    def encode(self, mel_BCAM: Tensor) -> Tensor:
        """Normalised latents (the posterior mean, nothing is drawn).

        Args:
            mel_BCAM: log-mel ``[B, 2, 4k+1, 64]`` as ``log_mel`` makes it.

        Returns:
            ``[B, 8, k+1, 16]``.

        Raises:
            ValueError: the spectrogram is not stereo with 64 bins.
        """
        bins = self.config.mel_bins
        _check_shape("audio spectrogram", mel_BCAM, (STEREO, bins))
        mean, _ = self.encoder(mel_BCAM).chunk(2, dim=1)
        tokens = rearrange(mean, "b c a m -> b a (c m)")
        return self._untoken(self.per_channel_statistics.normalize(tokens))

    def decode(self, latent_BCAM: Tensor) -> Tensor:
        """Log-mel spectrogram of normalised latents.

        Args:
            latent_BCAM: ``[B, 8, T, 16]``.

        Returns:
            ``[B, 2, 4T-3, 64]``, rows of 10 ms.

        Raises:
            ValueError: the latents do not have 8 channels of 16 bins.
        """
        _check_shape("audio latent", latent_BCAM, (AUDIO_CHANNELS, AUDIO_BINS))
        tokens = rearrange(latent_BCAM, "b c a m -> b a (c m)")
        latent = self._untoken(self.per_channel_statistics.denormalize(tokens))
        mel: Tensor = self.decoder(latent)
        return mel

    def _untoken(self, tokens_BTD: Tensor) -> Tensor:
        return rearrange(tokens_BTD, "b a (c m) -> b c a m", c=AUDIO_CHANNELS)


def _check_shape(name: str, x: Tensor, wanted: tuple[int, int]) -> None:
    channels, bins = wanted
    if x.ndim != 4 or x.shape[1] != channels or x.shape[3] != bins or x.shape[2] < 1:
        raise ValueError(
            f"{name} has shape {list(x.shape)}; "
            f"it must be [batch, {channels}, frames, {bins}] with at least one frame"
        )

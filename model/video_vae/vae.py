"""The LTX-2 video VAE: pixels in [-1, 1] to normalised latents 32x32x8 times smaller, and back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..shapes import VideoShape
from .coder import Decoder, Encoder
from .config import VideoVaeConfig


class PerChannelStatistics(nn.Module):
    """Mean and deviation of every latent channel over the training set."""

    def __init__(self, channels: int, device: Any = None) -> None:
        super().__init__()
        # The hyphens are part of the checkpoint's key names.
        self.register_buffer("mean-of-means", torch.zeros(channels, device=device))
        self.register_buffer("std-of-means", torch.ones(channels, device=device))

    def normalize(self, z_BCFYX: Tensor) -> Tensor:
        """Latents of zero mean and unit deviation, as the transformer sees them."""
        mean, std = self._broadcast(z_BCFYX)
        return (z_BCFYX - mean) / std

    def un_normalize(self, latents_BCFYX: Tensor) -> Tensor:
        """Inverse of normalize."""
        mean, std = self._broadcast(latents_BCFYX)
        return latents_BCFYX * std + mean

    def _broadcast(self, like: Tensor) -> tuple[Tensor, Tensor]:
        mean = self.get_buffer("mean-of-means").view(1, -1, 1, 1, 1).to(like)
        return mean, self.get_buffer("std-of-means").view(1, -1, 1, 1, 1).to(like)


class VideoVae(nn.Module):
    """Encoder, decoder and latent statistics under the checkpoint's own key names."""

    def __init__(
        self,
        config: VideoVaeConfig,
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config, operations, device=device, dtype=dtype)
        self.decoder = Decoder(config, operations, device=device, dtype=dtype)
        self.per_channel_statistics = PerChannelStatistics(config.latent_channels, device)

    def encode(self, pixels_BCFYX: Tensor) -> Tensor:
        """Normalised latent means ``[B, 128, F, h, w]`` of pixels ``[B, 3, 8F-7, 32h, 32w]``.

        Raises:
            ValueError: the frames are not 8k+1 or a side is not a multiple of 32.
        """
        VideoShape(*pixels_BCFYX.shape[2:]).latent()
        means = self.encoder(pixels_BCFYX)[:, : self.config.latent_channels]
        return self.per_channel_statistics.normalize(means)

    def decode(self, latents_BCFYX: Tensor) -> Tensor:
        """Pixels ``[B, 3, 8F-7, 32h, 32w]``, about in [-1, 1], of normalised latents."""
        return self.decoder(self.per_channel_statistics.un_normalize(latents_BCFYX))

"""Mean and deviation of every latent channel, between the VAE's latents and the transformer's."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PerChannelStatistics(nn.Module):
    """Statistics of the training set's latents; the identity until they are set or loaded."""

    def __init__(self, channels: int, device: torch.device | str | None = None) -> None:
        super().__init__()
        # The hyphens are part of the checkpoint's key names.
        self.register_buffer("mean-of-means", torch.zeros(channels, device=device))
        self.register_buffer("std-of-means", torch.ones(channels, device=device))

    def set(self, mean_C: Tensor, std_C: Tensor) -> None:
        """Store measured statistics, one number per latent channel.

        Raises:
            ValueError: a deviation is not positive, so that normalising would divide by it.
        """
        if not bool((std_C > 0).all()):
            raise ValueError(
                f"deviation {float(std_C.min())} of a latent channel is not positive; "
                "measure the statistics on clips that use every channel"
            )
        self.get_buffer("mean-of-means").copy_(mean_C)
        self.get_buffer("std-of-means").copy_(std_C)

    def normalize(self, z_BCFYX: Tensor) -> Tensor:
        """Latents of zero mean and unit deviation, as the transformer sees them."""
        mean, std = self._like(z_BCFYX)
        return (z_BCFYX - mean) / std

    def un_normalize(self, latents_BCFYX: Tensor) -> Tensor:
        """Inverse of normalize."""
        mean, std = self._like(latents_BCFYX)
        return latents_BCFYX * std + mean

    def _like(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        mean = self.get_buffer("mean-of-means").view(1, -1, 1, 1, 1).to(latents)
        return mean, self.get_buffer("std-of-means").view(1, -1, 1, 1, 1).to(latents)

"""Turns the raw latents of a trained VAE onto their principal axes, inside the file format.

The encoder's last and the decoder's first layer are linear in the latent channels, so a rotation
can be folded into their weights and the network stays exactly the same function. Ordered, decorre-
lated channels let the per-channel statistics of the format carry the scaling a diffusion model
learns best from: variance ``eigenvalue ** scale_power`` (renormalised to mean 1), between whitened
(0) and untouched (1).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...model.video_vae import VideoVae


@torch.no_grad()
def rotate_to_principal_axes(vae: VideoVae, latents: Tensor, scale_power: float) -> None:
    """Rotate latent channels to principal axes and set the per-channel statistics, in place.

    Args:
        vae: trained; ``encoder.conv_out`` and ``decoder.conv_in`` are changed.
        latents: raw encoder means ``[n, 128]`` of typical clips.
        scale_power: exponent of the eigenvalues kept as variance of the normalised latents.
    """
    rows = latents.double()
    mean = rows.mean(dim=0)
    covariance = torch.cov((rows - mean).T)
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    order = eigenvalues.argsort(descending=True)
    # Axes that hardly vary in the sample must not blow up what varies more elsewhere.
    eigenvalues = eigenvalues[order].clamp(min=eigenvalues.max() * 1e-4)
    axes = vectors[:, order].T  # [new, old]
    out, into = vae.encoder.conv_out.conv, vae.decoder.conv_in.conv
    count = rows.shape[1]
    turn = axes.to(out.weight)
    out.weight[:count] = torch.einsum("no,o...->n...", turn, out.weight[:count])
    out.bias[:count] = turn @ out.bias[:count]
    into.weight.copy_(torch.einsum("io...,no->in...", into.weight, turn))
    variance = eigenvalues.pow(scale_power)
    variance = variance / variance.mean()
    statistics = vae.per_channel_statistics
    statistics.get_buffer("mean-of-means").copy_(axes @ mean)
    statistics.get_buffer("std-of-means").copy_((eigenvalues / variance).sqrt())

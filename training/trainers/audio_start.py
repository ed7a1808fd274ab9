"""A closed-form start for the audio VAE's encoder: principal components of small patches.

From random weights the encoder loses what tells tones apart: after 1,150 steps the latents held no
trace of where between two mel bands a partial lies. Eight numbers for each patch of 4 rows, 4 bins
and 2 channels keep 99 % of the variance of log-mels if they are the principal components, and the
file format can hold exactly that: strided convolutions move neighbours into channels, residual
blocks start at zero, and the last normalisation and SiLU pass a value through when its negative
stands beside it (``silu(x) - silu(-x) = x``) among constants that fix the root mean square.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...model.audio_vae import AudioVae
from ...model.audio_vae.blocks import CausalConv2d, ResBlock
from ...model.shapes import AUDIO_CHANNELS, MEL_PER_LATENT

CONSTANT = 40.0
"""Value of the channels that fix the root mean square; log-mels stay below 12."""
NO_NOISE = -20.0
"""Log-variance of an encoder that draws nothing."""
PATCH = 2 * MEL_PER_LATENT**2


@torch.no_grad()
def start_encoder(vae: AudioVae, mels: Tensor) -> None:
    """Make the encoder the principal components of patches of 4 rows, 4 bins and 2 channels.

    Args:
        vae: its last level three times as wide as a patch has values; the encoder is set wholly.
        mels: log-mels ``[clips, 2, 4k+1, 64]`` to solve on.

    Raises:
        ValueError: the encoder is too narrow to carry a whole patch.
    """
    encoder, config = vae.encoder, vae.config
    if config.channels * config.multipliers[-1] < 3 * PATCH or config.channels < 8:
        raise ValueError(
            f"audio_vae has ch {config.channels}; the closed-form start needs at least"
            f" {max(8, 3 * PATCH // config.multipliers[-1])}; widen it or set"
            " objective.start_clips = 0"
        )
    for module in encoder.modules():
        if isinstance(module, ResBlock):
            nn.init.zeros_(module.conv2.conv.weight)
            nn.init.zeros_(module.conv2.conv.bias)
    mean = float(mels.mean())
    _clear(encoder.conv_in.conv).weight[:2, :, 2, 1] = torch.eye(2)
    encoder.conv_in.conv.bias[:2] = -mean
    carried = 2
    for level in encoder.down[:-1]:
        _pass_on(level.block[0], carried)
        strided = _clear(level.downsample.conv)
        for place, (row, column) in enumerate(((1, 0), (1, 1), (2, 0), (2, 1))):
            for channel in range(carried):
                strided.weight[place * carried + channel, channel, row, column] = 1.0
        carried *= 4
    widest = encoder.down[-1].block[0]
    _pass_on(widest, carried)
    shortcut = widest.nin_shortcut.conv
    shortcut.weight[carried : 2 * carried, :carried, 0, 0] = -torch.eye(carried)
    shortcut.bias[2 * carried :] = CONSTANT
    size = CONSTANT * (1 - 2 * carried / shortcut.out_channels) ** 0.5
    axes = _principal_axes(_features(vae, mels)[:, :carried]) * size
    last = _clear(encoder.conv_out.conv)
    last.weight[:AUDIO_CHANNELS, :carried, 2, 1] = axes
    last.weight[:AUDIO_CHANNELS, carried : 2 * carried, 2, 1] = -axes
    last.bias[AUDIO_CHANNELS:] = NO_NOISE


def _clear(layer: nn.Conv2d) -> nn.Conv2d:
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _pass_on(block: ResBlock, carried: int) -> None:
    """A block whose widths differ hands on the first channels and clears the others."""
    if isinstance(block.nin_shortcut, CausalConv2d):
        shortcut = _clear(block.nin_shortcut.conv)
        shortcut.weight[:carried, :carried, 0, 0] = torch.eye(carried)


def _features(vae: AudioVae, mels: Tensor) -> Tensor:
    """What reaches the last normalisation, as rows ``[n, channels]``."""
    rows = []
    for some in mels.split(16):
        x = vae.encoder.conv_in(some)
        for level in vae.encoder.down:
            x = level(x)
        rows.append(vae.encoder.mid(x).permute(0, 2, 3, 1).flatten(0, 2))
    return torch.cat(rows)


def _principal_axes(rows: Tensor) -> Tensor:
    """The directions of largest variance ``[8, n]``, largest first."""
    centred = (rows - rows.mean(0)).double()
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    return vectors.flip(1)[:, :AUDIO_CHANNELS].T.to(rows)

"""Starts a video VAE as the best linear codec its format holds, solved instead of trained.

From random weights a pixel-normed VAE without shortcuts at its ends spends thousands of steps on
blurred averages. Its skeleton, though, is linear: convolutions, space-to-depth and shortcuts.
So each compression takes the principal components of the level before it (a hierarchical
Karhunen-Loeve transform), and each expansion is the ridge regression of the finer level on the
coarser one and its neighbours, which also removes block seams. Residual branches start at zero:
what is left to train is what is not linear. The only bend is pixel norm and SiLU before the two
last layers; a constant offset keeps amplitudes through it, and regression sees its real output.

Cells that move count more, since objects are a small part of the picture and most of the interest.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ...model.video_vae import VideoVae
from ...model.video_vae.blocks import Downsample, ResStack, Upsample
from ...model.video_vae.conv import CausalConv3d
from ...model.video_vae.layout import patchify, space_to_depth
from ...model.video_vae.norm import pixel_norm_silu

OFFSET = 1.0
FEATURE_RMS = 0.5
MOTION_WEIGHT = 4.0
# Centre and the six neighbours (time, row, column) that a regression looks at.
TAPS = ((1, 1, 1), (0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2))


@dataclass(frozen=True)
class _Components:
    """Weighted principal axes of features: ``scaled = gain * basis @ (features - mean)``."""

    basis: Tensor
    mean: Tensor
    gain: Tensor

    @classmethod
    def of(cls, features: Tensor, weights: Tensor, count: int) -> _Components:
        """Axes of ``[B, C, F, Y, X]`` features, weighted by ``[B, 1, F, Y, X]``."""
        rows = features.movedim(1, -1).flatten(0, -2).double()
        weight = weights.flatten().double()
        weight = weight / weight.sum()
        mean = weight @ rows
        centred = (rows - mean) * weight.sqrt()[:, None]
        values, vectors = torch.linalg.eigh(centred.T @ centred)
        spread = values.flip(0)[:count].clamp(min=1e-9).sqrt()
        # Half-way to whitening, so that fine components neither vanish nor dominate.
        gain = 1.0 / (spread * spread[0]).sqrt().clamp(min=spread[0] * 1e-3)
        return cls(vectors.flip(1)[:, :count].T.float(), mean.float(), gain.float())

    def matrix(self) -> tuple[Tensor, Tensor]:
        """Linear map and bias of the transform."""
        matrix = self.gain[:, None] * self.basis
        return matrix, -(matrix @ self.mean)

    def __call__(self, features: Tensor) -> Tensor:
        matrix, bias = self.matrix()
        return F.conv3d(features, matrix[:, :, None, None, None], bias)


@torch.no_grad()
def start_in_closed_form(vae: VideoVae, pixels_BCFYX: Tensor) -> None:
    """Set all weights of ``vae`` in place from typical clips in [-1, 1].

    Raises:
        ValueError: a level of the decoder is wider than what it is to be predicted from.
    """
    for module in vae.modules():
        if isinstance(module, ResStack):
            _start_residual(module)
    levels, weights = _start_encoder(vae, pixels_BCFYX)
    _start_decoder(vae, levels, weights)


def _start_residual(stack: ResStack) -> None:
    for res in stack.res_blocks:
        first, second = res.conv1.conv, res.conv2.conv
        nn.init.normal_(first.weight, 0.0, first.weight[0].numel() ** -0.5)
        for tensor in (first.bias, second.weight, second.bias):
            nn.init.zeros_(tensor)


def _start_encoder(vae: VideoVae, pixels: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Set the encoder; return its features per level (patches first, latents last) and weights."""
    encoder = vae.encoder
    patches = patchify(pixels, encoder.config.patch_size)
    still = patches.mean(dim=2, keepdim=True)
    moving = (patches - still).abs().mean(dim=1, keepdim=True)
    weight = 1.0 + MOTION_WEIGHT * (4.0 * moving).clamp(max=1.0)
    parts = _Components.of(patches, weight, encoder.conv_in.conv.out_channels)
    _set_taps(encoder.conv_in, *parts.matrix())
    x = encoder.conv_in(patches)
    levels, weights = [patches], [weight]
    downs = [block for block in encoder.down_blocks if isinstance(block, Downsample)]
    for block in downs:
        filters = block.conv.conv.out_channels
        if not block.averaged:  # the shortcut alone keeps everything
            _set_taps(block.conv, torch.zeros(filters, x.shape[1]), torch.zeros(filters))
        else:
            matrix, bias = _Components.of(x, weight, filters).matrix()
            _set_taps(block.conv, matrix, bias)
        levels.append(x)
        weights.append(weight)
        x = block(x)
        weight = _pool(weight, block.stride)
    matrix, bias = _read_taps(downs[-1].conv)
    shrink = FEATURE_RMS / x.square().mean().sqrt()
    _set_taps(downs[-1].conv, matrix, bias + OFFSET / shrink)
    active = pixel_norm_silu(x + OFFSET / shrink)
    count = vae.config.latent_channels
    matrix, bias = _Components.of(active, weight, count).matrix()
    rows = encoder.conv_out.conv.out_channels
    spare = rows - len(matrix)
    _set_taps(encoder.conv_out, F.pad(matrix, (0, 0, 0, spare)), F.pad(bias, (0, spare)))
    levels.append(encoder.conv_out(x + OFFSET / shrink)[:, :count])
    weights.append(weight)
    return levels, weights


def _start_decoder(vae: VideoVae, levels: list[Tensor], weights: list[Tensor]) -> None:
    """Set the decoder: each level regressed from what the decoder really has one level below."""
    decoder = vae.decoder
    width = decoder.conv_in.conv.out_channels
    _set_taps(decoder.conv_in, torch.eye(width, levels[-1].shape[1]), torch.zeros(width))
    x = decoder.conv_in(levels[-1])
    ups = [block for block in decoder.up_blocks if isinstance(block, Upsample)]
    for depth, block in enumerate(ups):
        finest = depth == len(ups) - 1
        level = len(levels) - 2 - depth
        wide = block.conv.conv.out_channels // (block.stride[0] * block.stride[1] * block.stride[2])
        parts = _Components.of(levels[level], weights[level], min(wide, levels[level].shape[1]))
        target = parts(levels[level])
        target = F.pad(target, (0, 0, 0, 0, 0, 0, 0, wide - target.shape[1]))
        if finest:
            target = target * (FEATURE_RMS / target.square().mean().sqrt()) + OFFSET
        target = _cells(target, block.stride)
        if block.residual:
            cells = target.shape[1] // wide
            own = rearrange(x, "b (c k) f y x -> b c k f y x", k=cells)
            target = target - own.repeat(1, wide // own.shape[1], 1, 1, 1, 1).flatten(1, 2)
        weight = _pool(weights[level], block.stride)
        _regress(block.conv, x, target, weight)
        x = block(x)
    _regress(decoder.conv_out, pixel_norm_silu(x), levels[0], weights[0])


def _cells(x: Tensor, stride: tuple[int, int, int]) -> Tensor:
    """Space-to-depth with the first frame repeated in front, as the encoder does."""
    if stride[0] == 2:
        x = torch.cat([x[:, :, :1], x], dim=2)
    return space_to_depth(x, stride)


def _pool(weight: Tensor, stride: tuple[int, int, int]) -> Tensor:
    return _cells(weight, stride).mean(dim=1, keepdim=True)


def _regress(layer: CausalConv3d, x: Tensor, target: Tensor, weight: Tensor) -> None:
    """Weighted ridge regression of ``target`` on ``x`` and its neighbours, set as the layer."""
    padded = F.pad(F.pad(x, (1, 1, 1, 1)), (0, 0, 0, 0, 1, 1), mode="replicate")
    frames, rows, columns = x.shape[2:]
    shifted = [padded[:, :, t : t + frames, r : r + rows, c : c + columns] for t, r, c in TAPS]
    inputs = torch.cat([*shifted, torch.ones_like(x[:, :1])], dim=1)
    a = inputs.movedim(1, -1).flatten(0, -2)
    b = target.movedim(1, -1).flatten(0, -2)
    scale = weight.flatten().sqrt()[:, None]
    pick = torch.linspace(0, len(a) - 1, min(len(a), 200_000)).long()
    a, b = a[pick] * scale[pick], b[pick] * scale[pick]
    normal = (a.T @ a).double()
    ridge = 1e-4 * normal.diagonal().mean()
    solution = torch.linalg.solve(
        normal + ridge * torch.eye(len(normal), dtype=torch.double), (a.T @ b).double()
    ).float()
    layer.conv.weight.zero_()
    for tap, block in zip(TAPS, solution[:-1].split(x.shape[1]), strict=True):
        layer.conv.weight[(slice(None), slice(None), *tap)] = block.T
    layer.conv.bias.copy_(solution[-1])


def _set_taps(layer: CausalConv3d, centre: Tensor, bias: Tensor) -> None:
    """Make a 3x3x3 convolution a map of each position alone."""
    layer.conv.weight.zero_()
    layer.conv.weight[:, :, 1 if layer.back else 2, 1, 1] = centre
    layer.conv.bias.copy_(bias)


def _read_taps(layer: CausalConv3d) -> tuple[Tensor, Tensor]:
    return layer.conv.weight[:, :, 1 if layer.back else 2, 1, 1].clone(), layer.conv.bias.clone()

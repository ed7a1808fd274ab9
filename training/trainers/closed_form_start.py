"""Starts a video VAE as the best linear codec its format holds, solved instead of trained.

From random weights a pixel-normed VAE without shortcuts at its ends spends thousands of steps on
blurred averages. Its skeleton, though, is linear: convolutions, space-to-depth and shortcuts. So
every compression and expansion is the reduced-rank regression (Izenman 1975) of the pixels that a
cell covers on what the layer is given: the few combinations of its inputs that a linear readout
of the pixels would miss most. The last two layers also look at neighbouring cells, which removes
seams; coarser ones have too many inputs for that, and would learn the windows by heart.
Residual branches start at zero: what is left to train is what is not linear.

The only bend is pixel norm and SiLU before the two last layers. A constant much larger than the
features keeps amplitudes through both; it enters with the bias of the last block before them.

Pixels are judged through orthonormal components of their patches, so errors keep their size at
every level. Cells that move count more, since objects are a small part of the picture and most of
the interest.
"""

from __future__ import annotations

import itertools
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

CONSTANT = 8.0
"""Times the features' root mean square; a constant much larger would leave them too few bits of
bfloat16 and drown them in gradients."""
MOTION_WEIGHT = 1.0
# A window shows two groups of 8 frames after its first frame, a clip of two seconds six.
FIRST_FRAME_WEIGHT = 1 / 3
# How much larger a compression is than its shortcut, which adds averages nobody chose.
LOUDER_THAN_SHORTCUT = 8.0
PATCH_COMPONENTS = 96
CELL_COMPONENTS = 640
STATISTICS_ROWS = 200_000
REGRESSION_ROWS = 100_000
CHUNK_ROWS = 20_000
RIDGE = 1e-5
# Centre first, then the six neighbours in time, rows and columns.
CROSS = ((1, 1, 1), (0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2))
CUBE = tuple(itertools.product(range(3), repeat=3))
Taps = tuple[tuple[int, int, int], ...]


@torch.no_grad()
def start_in_closed_form(vae: VideoVae, pixels_BCFYX: Tensor) -> None:
    """Set all weights of ``vae`` in place from typical windows in [-1, 1] of 1 + 8k frames."""
    for module in vae.modules():
        if isinstance(module, ResStack):
            _start_residual(module)
    patches = patchify(pixels_BCFYX, vae.encoder.config.patch_size)
    levels = [_first_level(patches)]
    latents = _start_encoder(vae, patches, levels)
    _start_decoder(vae, latents, levels, patches)


@dataclass(frozen=True)
class _Level:
    """What the cells of a grid show: ``[B, C, F, Y, X]`` orthonormal components of their pixels,
    and the weight ``[B, 1, F, Y, X]`` of each cell.
    """

    shown: Tensor
    weight: Tensor

    def coarser(self, stride: tuple[int, int, int]) -> _Level:
        """Cells merged by ``stride``; the strongest components of all that they show."""
        weight = _cells(self.weight, stride).mean(dim=1, keepdim=True)
        if stride[0] == 2:
            weight[:, :, :1] /= 2  # the first frame is shown twice
        shown = _cells(self.shown, stride)
        return _Level(_principal(shown, weight, CELL_COMPONENTS)(shown), weight)


def _first_level(patches: Tensor) -> _Level:
    still = patches.mean(dim=2, keepdim=True)
    moving = (patches - still).abs().mean(dim=1, keepdim=True)
    weight = 1.0 + MOTION_WEIGHT * (4.0 * moving).clamp(max=1.0)
    weight[:, :, :1] *= FIRST_FRAME_WEIGHT
    return _Level(_principal(patches, weight, PATCH_COMPONENTS)(patches), weight)


@dataclass(frozen=True)
class _Projection:
    """``basis @ (features - mean)`` with orthonormal rows."""

    basis: Tensor
    mean: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        bias = -(self.basis @ self.mean)
        return F.conv3d(features, self.basis[:, :, None, None, None], bias)


def _principal(features: Tensor, weight: Tensor, count: int) -> _Projection:
    """The ``count`` strongest principal components of weighted features."""
    kept = _spread(weight, STATISTICS_ROWS)
    share = _rows(weight)[kept].double()
    share = share / share.sum()
    rows = _rows(features)[kept].double()
    mean = (share * rows).sum(dim=0)
    centred = (rows - mean) * share.sqrt()
    vectors = torch.linalg.eigh(centred.T @ centred).eigenvectors
    return _Projection(vectors.flip(1)[:, :count].T.float(), mean.float())


class _Regression:
    """Weighted ridge regression of targets ``[n, t]`` on inputs ``[n, x]`` and a constant."""

    def __init__(self, inputs: Tensor, targets: Tensor, weight: Tensor) -> None:
        share = (weight / weight.sum()).sqrt()[:, None]
        parts = zip(
            inputs.split(CHUNK_ROWS),
            targets.split(CHUNK_ROWS),
            share.split(CHUNK_ROWS),
            strict=True,
        )
        self.inner: Tensor = torch.zeros((), dtype=torch.double)
        self.cross: Tensor = torch.zeros((), dtype=torch.double)
        for x, y, scale in parts:  # in double precision: few windows leave hardly any rank
            weighted = F.pad(x, (0, 1), value=1.0).double() * scale
            self.inner = self.inner + weighted.T @ weighted
            self.cross = self.cross + weighted.T @ (y * scale).double()
        ridge = RIDGE * self.inner.diagonal().mean()
        self.inner.diagonal().add_(ridge)

    def solution(self) -> Tensor:
        """``[x + 1, t]``, the constant's row last."""
        return torch.linalg.solve(self.inner, self.cross)

    def filters(self, rank: int) -> tuple[Tensor, Tensor]:
        """Matrix ``[rank, x]`` and bias of the inputs' combinations that explain most."""
        root = torch.linalg.cholesky(self.inner)
        explained = torch.linalg.solve_triangular(root, self.cross, upper=False)
        values, vectors = torch.linalg.eigh(explained @ explained.T)
        rank_held = min(rank, len(values))
        gain = _gain(values.flip(0)[:rank_held])
        white = torch.linalg.solve_triangular(root.T, vectors.flip(1)[:, :rank_held], upper=True)
        matrix = F.pad(
            (white * gain @ _mixing(rank_held).to(white)).T, (0, 0, 0, rank - rank_held)
        ).float()
        return matrix[:, :-1], matrix[:, -1]


def _gain(values: Tensor) -> Tensor:
    """Scales of unit components whose variances become the roots of their explained ones, so that
    fine components neither vanish nor dominate.
    """
    return (values / values[0]).clamp(min=1e-12) ** 0.25


def _mixing(size: int) -> Tensor:
    """A fixed random rotation: spread over all channels, no component alone bends the norms."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(size, size, generator=generator, dtype=torch.double)
    return torch.linalg.qr(normal).Q


def _start_residual(stack: ResStack) -> None:
    for res in stack.res_blocks:
        first, second = res.conv1.conv, res.conv2.conv
        nn.init.normal_(first.weight, 0.0, first.weight[0].numel() ** -0.5)
        for tensor in (first.bias, second.weight, second.bias):
            nn.init.zeros_(tensor)


def _start_encoder(vae: VideoVae, patches: Tensor, levels: list[_Level]) -> Tensor:
    """Set the encoder, append what each of its grids shows to ``levels``, return the latents."""
    encoder = vae.encoder
    first = _principal(patches, levels[0].weight, encoder.conv_in.conv.out_channels)
    _set_centre(encoder.conv_in, first.basis, -(first.basis @ first.mean))
    x = encoder.conv_in(patches)
    for block in encoder.down_blocks:
        if isinstance(block, Downsample):
            _start_compression(block, x, levels[-1])
            levels.append(levels[-1].coarser(block.stride))
            x = block(x)
    x = _lift(encoder.down_blocks, x)
    active = pixel_norm_silu(x)
    count = vae.config.latent_channels
    matrix, bias = _explaining(active, levels[-1]).filters(count)
    size = (_rows(active) @ matrix.T + bias).square().mean().sqrt()
    spare = encoder.conv_out.conv.out_channels - count
    matrix, bias = F.pad(matrix / size, (0, 0, 0, spare)), F.pad(bias / size, (0, spare))
    _set_centre(encoder.conv_out, matrix, bias)
    latents: Tensor = encoder.conv_out(x)[:, :count]
    return latents


def _start_compression(block: Downsample, x: Tensor, level: _Level) -> None:
    filters = block.conv.conv.out_channels
    if not block.averaged:  # the shortcut alone keeps everything
        _set_centre(block.conv, torch.zeros(filters, x.shape[1]), torch.zeros(filters))
        return
    matrix, bias = _explaining(x, level).filters(filters)
    _set_centre(block.conv, torch.zeros_like(matrix), torch.zeros_like(bias))
    shortcut = block(x).square().mean().sqrt()
    made = (_rows(x) @ matrix.T + bias).square().mean().sqrt()
    louder = LOUDER_THAN_SHORTCUT * shortcut / made
    _set_centre(block.conv, louder * matrix, louder * bias)


def _explaining(x: Tensor, level: _Level) -> _Regression:
    kept = _spread(level.weight, STATISTICS_ROWS)
    return _Regression(_rows(x)[kept], _rows(level.shown)[kept], _rows(level.weight)[kept, 0])


def _start_decoder(vae: VideoVae, latents: Tensor, levels: list[_Level], patches: Tensor) -> None:
    """Set the decoder: each grid regressed from what the decoder really has one grid below."""
    decoder = vae.decoder
    width = decoder.conv_in.conv.out_channels
    _set_centre(decoder.conv_in, torch.eye(width, latents.shape[1]), torch.zeros(width))
    x = decoder.conv_in(latents)
    below = levels[-2::-1]
    ups = [block for block in decoder.up_blocks if isinstance(block, Upsample)]
    for block, finer, own in zip(ups, below, levels[:0:-1], strict=True):
        taps = CROSS if finer is levels[0] else CROSS[:1]
        _start_expansion(block, x, finer.shown, own.weight, taps)
        x = block(x)
    active = pixel_norm_silu(_lift(decoder.up_blocks, x))
    inputs, kept = _neighbourhoods(active, CUBE)
    targets, weight = _rows(patches)[kept], _rows(levels[0].weight)[kept, 0]
    _set_taps(decoder.conv_out, CUBE, _Regression(inputs, targets, weight).solution().float())


def _start_expansion(block: Upsample, x: Tensor, finer: Tensor, weight: Tensor, taps: Taps) -> None:
    """The components that all finer cells of a cell can best be told with, and how to tell them."""
    cells = block.stride[0] * block.stride[1] * block.stride[2]
    wide = block.conv.conv.out_channels // cells
    inputs, kept = _neighbourhoods(x, taps)
    targets = _rows(_cells(finer, block.stride))[kept]
    regression = _Regression(inputs, targets, _rows(weight)[kept, 0])
    told = rearrange(regression.solution(), "x (c k) -> x c k", k=cells)
    seen = rearrange(told, "x c k -> c (k x)")
    spread = seen @ rearrange(regression.inner @ told.flatten(1), "x (c k) -> (k x) c", k=cells)
    values, vectors = torch.linalg.eigh((spread + spread.T) / 2)
    held = min(wide, len(values))
    values = values.flip(0)[:held].clamp(min=1e-12)
    basis = vectors.flip(1)[:, :held] * (_gain(values) / values.sqrt()) @ _mixing(held).to(vectors)
    maps = torch.einsum("xck,cw->xwk", told, basis).float()
    maps = F.pad(maps, (0, 0, 0, wide - held)).flatten(1)
    maps /= (inputs @ maps[:-1] + maps[-1]).square().mean().sqrt()
    if block.residual:  # the shortcut repeats the inputs; take them off the centre
        own = x.shape[1] // cells
        repeated = (
            torch.eye(x.shape[1], device=x.device)
            .unflatten(1, (own, cells))
            .repeat(1, wide // own, 1)
        )
        maps[: x.shape[1]] -= repeated.flatten(1)
    _set_taps(block.conv, taps, maps)


def _lift(blocks: nn.ModuleList, x: Tensor) -> Tensor:
    """Give the last block's output ``x`` a constant far above its features."""
    last = blocks[-1]
    conv = last.res_blocks[-1].conv2 if isinstance(last, ResStack) else last.conv
    constant = CONSTANT * x.square().mean().sqrt()
    conv.conv.bias += constant
    return x + constant


def _neighbourhoods(x: Tensor, taps: Taps) -> tuple[Tensor, Tensor]:
    """Every position's neighbours ``[n, taps * C]`` as a convolution sees them, and which of all
    positions were taken.
    """
    padded = F.pad(F.pad(x, (1, 1, 1, 1)), (0, 0, 0, 0, 1, 1), mode="replicate")
    frames, rows, columns = x.shape[2:]
    kept = _spread(x, REGRESSION_ROWS)
    shifted = (padded[:, :, t : t + frames, r : r + rows, c : c + columns] for t, r, c in taps)
    return torch.cat([_rows(part)[kept] for part in shifted], dim=1), kept


def _spread(x: Tensor, limit: int) -> Tensor:
    """At most ``limit`` of all positions of ``x``, evenly spread."""
    total = x[:, 0].numel()
    return torch.linspace(0, total - 1, min(total, limit), dtype=torch.double).long()


def _rows(x: Tensor) -> Tensor:
    """``[B, C, F, Y, X]`` as ``[positions, C]``."""
    return x.movedim(1, -1).flatten(0, -2)


def _cells(x: Tensor, stride: tuple[int, int, int]) -> Tensor:
    """Space-to-depth with the first frame repeated in front, as the encoder does."""
    if stride[0] == 2:
        x = torch.cat([x[:, :, :1], x], dim=2)
    return space_to_depth(x, stride)


def _set_centre(layer: CausalConv3d, matrix: Tensor, bias: Tensor) -> None:
    """Make a 3x3x3 convolution a map of each position alone."""
    layer.conv.weight.zero_()
    layer.conv.weight[:, :, 1 if layer.back else 2, 1, 1] = matrix
    layer.conv.bias.copy_(bias)


def _set_taps(layer: CausalConv3d, taps: Taps, maps: Tensor) -> None:
    """Make a convolution ``maps`` ``[taps * C + 1, out]`` of neighbourhoods, the bias last."""
    layer.conv.weight.zero_()
    blocks = maps[:-1].split(layer.conv.in_channels)
    for tap, block in zip(taps, blocks, strict=True):
        layer.conv.weight[(slice(None), slice(None), *tap)] = block.T
    layer.conv.bias.copy_(maps[-1])

"""Decoding in overlapping tiles of rows, columns and frames, blended linearly.

Legend: B batch, C channels, F frames, Y rows, X columns. Tiles lie on a grid, so the blending
weights factor into one vector per axis and sum to one without a full-size buffer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor

from ..shapes import SPACE_STRIDE, TIME_STRIDE, VideoLatentShape


@dataclass(frozen=True)
class Tiling:
    """Size and overlap of tiles in latents (32x32 pixels, 8 frames); ``frames`` 0 keeps time whole.

    Raises:
        ValueError: an overlap is not smaller than its tile.
    """

    side: int = 16
    overlap: int = 4
    frames: int = 0
    frames_overlap: int = 2

    def __post_init__(self) -> None:
        for name, tile, overlap in (
            ("side", self.side, self.overlap),
            ("frames", self.frames or self.frames_overlap + 1, self.frames_overlap),
        ):
            if not 1 <= overlap < tile:
                raise ValueError(
                    f"tiles of {tile} latents ({name}) cannot overlap by {overlap}; "
                    f"use an overlap from 1 to {tile - 1}, or larger tiles"
                )


def decode_in_tiles(
    decode: Callable[[Tensor], Tensor],
    latents_BCFYX: Tensor,
    pixel_channels: int,
    tiling: Tiling,
    progress: Callable[[int, int], None] | None = None,
) -> Tensor:
    """Blend ``decode`` of every tile of ``latents`` into ``[B, channels, 8F-7, 32Y, 32X]``."""
    shape = VideoLatentShape(*latents_BCFYX.shape[2:])
    # The first latent of a clip holds one frame, the others eight.
    frames = _cut(shape.frames, tiling.frames, tiling.frames_overlap, TIME_STRIDE, TIME_STRIDE - 1)
    rows = _cut(shape.rows, tiling.side, tiling.overlap, SPACE_STRIDE, 0)
    columns = _cut(shape.columns, tiling.side, tiling.overlap, SPACE_STRIDE, 0)
    tiles = list(product(frames, rows, columns))
    pixels = latents_BCFYX.new_zeros(len(latents_BCFYX), pixel_channels, *shape.pixels())
    for done, (f, y, x) in enumerate(tiles, start=1):
        tile = decode(latents_BCFYX[:, :, f.latents, y.latents, x.latents])
        weight = f.weight[:, None, None] * y.weight[:, None] * x.weight
        pixels[:, :, f.pixels, y.pixels, x.pixels] += tile * weight.to(tile)
        if progress:
            progress(done, len(tiles))
    return pixels


class _Cut(NamedTuple):
    """One tile along one axis: what it reads, what it writes, how much it counts there."""

    latents: slice
    pixels: slice
    weight: Tensor


def _cut(total: int, tile: int, overlap: int, scale: int, missing: int) -> list[_Cut]:
    """Cut ``total`` latents, each ``scale`` pixels (the first ``missing`` fewer), into tiles."""
    tile = min(tile or total, total)
    starts = [*range(0, total - tile, tile - overlap), total - tile] if tile < total else [0]
    spans = [slice(s * scale, (s + tile) * scale - missing) for s in starts]
    weights = [torch.ones(span.stop - span.start) for span in spans]
    for before, after, fading, rising in zip(spans, spans[1:], weights, weights[1:], strict=False):
        shared = before.stop - after.start
        ramp = torch.arange(1, shared + 1) / (shared + 1)
        rising[:shared] *= ramp
        fading[-shared:] *= ramp.flip(0)
    sums = torch.zeros(total * scale - missing)
    for span, weight in zip(spans, weights, strict=True):
        sums[span] += weight
    return [
        _Cut(slice(start, start + tile), span, weight / sums[span])
        for start, span, weight in zip(starts, spans, weights, strict=True)
    ]

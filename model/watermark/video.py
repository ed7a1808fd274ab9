"""The invisible mark of a video: 64 bits in the brightness of every frame.

The pattern stands still: each frame carries all of it, so cutting, dropping or re-timing frames
loses nothing and flat areas cannot flicker. It is tied to the size of the frame, so scaling loses
nothing either; a crop or a mirror image is found by search. Only its strength follows the picture.
Legend: F frames, Y rows, X columns, C channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .detection import Detection
from .perception import amplitudes
from .picture import canonical_luma, canonical_size
from .video_pattern import TILE, VideoPattern
from .video_reader import VideoReader, VideoResidual

WORK_FRAMES = 8
"""Frames marked at a time: what a call needs beside its result does not grow with the clip."""


class VideoWatermark:
    """Embeds and finds identifiers under one key.

    Args:
        key: secret of at least 16 bytes; without it the mark is neither found nor told apart from
            another one.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes) -> None:
        self._pattern = VideoPattern(key)
        self._reader = VideoReader(self._pattern)

    def embed(self, frames_FYXC: Tensor, identifier: int) -> Tensor:
        """Return marked frames ``[F, Y, X, C]`` in 0..1, same type; a fourth channel is kept.

        Raises:
            ValueError: the frames or the identifier are unusable.
        """
        return next(self.embed_stream([frames_FYXC], identifier))

    def embed_stream(self, chunks: Iterable[Tensor], identifier: int) -> Iterator[Tensor]:
        """Yield each chunk ``[F, Y, X, C]`` marked; all have one size.

        The same frames come out however they are cut into chunks of two frames or more.

        Raises:
            ValueError: the frames or the identifier are unusable.
        """
        tiles = torch.from_numpy(self._pattern.tiles(identifier))
        pattern, previous = None, None
        for chunk in chunks:
            marked = torch.empty_like(chunk)
            for start in range(0, len(chunk), WORK_FRAMES):
                part = chunk[start : start + WORK_FRAMES]
                luma = canonical_luma(part, thinned=True)
                if pattern is None:
                    pattern = _tiled(tiles, *canonical_size(*part.shape[1:3])).to(part.device)
                change = _changes(luma, previous)
                previous = luma[-1]
                smooth, fine = amplitudes(luma, change)
                mark = smooth.mul_(pattern[0]).add_(fine.mul_(pattern[1])).div_(255.0)
                _add(part, mark, marked[start : start + WORK_FRAMES])
            yield marked

    def detect(self, frames_FYXC: Tensor) -> Detection:
        """Return what a clip ``[F, Y, X, C]`` in 0..1, of any size, carries.

        Raises:
            ValueError: the frames are unusable.
        """
        return self.detect_stream([frames_FYXC])

    def detect_stream(self, chunks: Iterable[Tensor]) -> Detection:
        """Return what the chunks ``[F, Y, X, C]`` of one clip carry, in constant memory.

        Raises:
            ValueError: there is no frame, or frames are unusable or differ in size.
        """
        residual = VideoResidual()
        for chunk in chunks:
            residual.add(chunk)
        return self._reader.read(residual.mean())


def _tiled(tiles: Tensor, rows: int, columns: int) -> Tensor:
    """The tiles repeated over a canonical grid, ``[2, rows, columns]``."""
    return tiles.repeat(1, -(-rows // TILE), -(-columns // TILE))[:, :rows, :columns]


def _changes(luma_FYX: Tensor, previous_YX: Tensor | None) -> Tensor:
    """How much each frame differs from the one before; the first of all as much as the second."""
    if previous_YX is None:
        previous_YX = luma_FYX[min(1, len(luma_FYX) - 1)]
    before = torch.cat([previous_YX[None], luma_FYX[:-1]])
    return (luma_FYX - before).abs_()


def _add(frames_FYXC: Tensor, mark_FYX: Tensor, marked_FYXC: Tensor) -> None:
    """Write frames + mark, the mark scaled to the size of the frames, into ``marked_FYXC``."""
    size = frames_FYXC.shape[1:3]
    if mark_FYX.shape[1:] != size:
        mark_FYX = F.interpolate(mark_FYX[:, None], size, mode="bilinear", align_corners=False)[
            :, 0
        ]
    mark = mark_FYX[..., None].to(frames_FYXC.dtype)
    torch.add(frames_FYXC[..., :3], mark, out=marked_FYXC[..., :3])
    marked_FYXC[..., :3].clamp_(0.0, 1.0)
    marked_FYXC[..., 3:] = frames_FYXC[..., 3:]

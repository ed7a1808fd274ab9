"""What a linear codec keeps at the rate of the video VAE: the baseline beside every PSNR.

A truncated 3-D DCT of 8 x 32 x 32 blocks, then the 128 principal components of many training clips.
The first frame has blocks of its own with 128 numbers, eight times the rate, as in a causal codec.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import linalg

from ..world import ClipSpec, make_clip

LATENTS = 128
SIDE = 32
KEPT = {1: (1, 16), 8: (4, 12)}
"""Frequencies kept in time and in each direction of space, by the frames of a block."""


class LinearCodec:
    """DCT-PCA of clips of 8k+1 frames whose sides are multiples of 32."""

    def __init__(self) -> None:
        self._first, self._rest = _BlockCodec(1), _BlockCodec(8)

    @classmethod
    def fitted(cls, clips: Iterable[np.ndarray]) -> LinearCodec:
        """The best codec for uint8 clips [F, H, W, 3]; some fifty make it general.

        Raises:
            ValueError: fewer blocks than numbers a block: the codec would only know these clips.
        """
        codec = cls()
        for frames in clips:
            codec._first.collect(frames[:1].astype(np.float32))
            codec._rest.collect(frames[1:].astype(np.float32))
        if codec._rest.count < LATENTS:
            raise ValueError(
                f"a linear codec of {LATENTS} numbers cannot be fitted on {codec._rest.count} "
                "blocks; give more or larger clips"
            )
        codec._first.solve()
        codec._rest.solve()
        return codec

    def round_trip(self, frames: np.ndarray) -> np.ndarray:
        """uint8 [F, H, W, 3] after the codec."""
        pixels = frames.astype(np.float32)
        made = np.concatenate(
            [self._first.round_trip(pixels[:1]), self._rest.round_trip(pixels[1:])]
        )
        return made.round().clip(0, 255).astype(np.uint8)


def linear_codec(spec: ClipSpec, clips: int, seed: int = 1) -> LinearCodec:
    """The linear codec of a playground, fitted on the first training clips of a seed."""
    return LinearCodec.fitted(make_clip(seed, index, spec).frames for index in range(clips))


class _BlockCodec:
    """DCT-PCA of blocks of `frames` x 32 x 32 x 3."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        in_time, in_space = KEPT[frames]
        self.time = _dct_basis(frames, in_time)
        self.space = _dct_basis(SIDE, in_space)
        self.size = in_time * in_space * in_space * 3
        self.count, self.total = 0, np.zeros(self.size)
        self.moments = np.zeros((self.size, self.size))

    def coefficients(self, pixels: np.ndarray) -> np.ndarray:
        """[blocks, size] of float pixels [F, H, W, 3]."""
        frames, height, width, _ = pixels.shape
        shape = (frames // self.frames, self.frames, height // SIDE, SIDE, width // SIDE, SIDE, 3)
        blocks = pixels.reshape(shape)
        for axis, basis in ((1, self.time), (2, self.space), (3, self.space)):
            blocks = np.tensordot(blocks, basis, (axis, 1))
        return blocks.reshape(-1, self.size)

    def pixels(self, coefficients: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Float pixels of `shape` [F, H, W, 3] from coefficients."""
        frames, height, width, _ = shape
        kept = (len(self.time), len(self.space), len(self.space))
        blocks = coefficients.reshape(
            frames // self.frames, height // SIDE, width // SIDE, 3, *kept
        )
        for basis in (self.time, self.space, self.space):
            blocks = np.tensordot(blocks, basis, (4, 0))
        return blocks.transpose(0, 4, 1, 5, 2, 6, 3).reshape(shape)

    def collect(self, pixels: np.ndarray) -> None:
        """Adds a clip to the statistics."""
        found = self.coefficients(pixels)
        self.count += len(found)
        self.total += found.sum(0, dtype=np.float64)
        self.moments += found.T @ found

    def solve(self) -> None:
        """Finds the principal components."""
        mean = self.total / self.count
        covariance = self.moments / self.count - np.outer(mean, mean)
        strongest = (self.size - LATENTS, self.size - 1)
        _, vectors = linalg.eigh(covariance, subset_by_index=strongest)
        self.mean = mean.astype(np.float32)
        self.components = vectors.astype(np.float32)

    def round_trip(self, pixels: np.ndarray) -> np.ndarray:
        """Float pixels after LATENTS numbers a block."""
        found = self.coefficients(pixels) - self.mean
        kept = found @ self.components @ self.components.T + self.mean
        return self.pixels(kept, pixels.shape)


def _dct_basis(size: int, kept: int) -> np.ndarray:
    """Orthonormal DCT-II rows [kept, size]."""
    k, n = np.arange(kept)[:, None], np.arange(size)
    rows = np.cos(np.pi * k * (2 * n + 1) / (2 * size)) * np.sqrt(2 / size)
    rows[0] /= np.sqrt(2)
    return rows.astype(np.float32)

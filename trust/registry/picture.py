"""One picture in small: a hash to find it by, and a thumbnail to compare it with.

The hash is the sign of the lowest frequencies of a 64 x 64 luma picture against their median
(Facebook's PDQ, 2019, in its idea); its first 64 bits are the 8 x 8 lowest, so a coarse comparison
reads one word only. Frames of equal pictures after compression differ in few bits, unrelated ones
in about half of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

SIZE = 64  # side of the luma picture that is hashed
THUMB = 24  # side of the thumbnail that is compared
WORDS = 4  # of 64 bits in a hash
_LOW = 16
_BORDER_LEVEL = 24  # of 255: letterbox bars are darker than that, compressed or not

Pixels = NDArray[np.uint8]


def picture_hash(luma: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return the hash, four words, of a luma picture ``[64, 64]``."""
    spectrum = _dct() @ luma @ _dct().T
    ordered = spectrum.reshape(-1)[_order()]
    return np.packbits(ordered > np.median(ordered)).view(np.uint64)


def mirrored_hashes(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the hashes ``[F, 4]`` of the pictures as in a mirror.

    A mirror turns the sign of the odd frequencies across; signs are against the median, which is
    near 0, so turning their bits is nearly exact and costs no picture.
    """
    columns = _order() % _LOW
    odd = np.packbits(columns % 2 == 0).view(np.uint64)  # row 0 holds frequency 1
    return hashes ^ odd


def distance(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return in how many bits hashes ``[..., words]`` differ."""
    return np.asarray(bit_count(first ^ second).sum(axis=-1, dtype=np.int64))


def bit_count(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return the number of bits set in each word."""
    if hasattr(np, "bitwise_count"):
        return np.asarray(np.bitwise_count(words))
    pieces = np.ascontiguousarray(words).view(np.uint16).reshape(*words.shape, 4)  # numpy 1
    return np.asarray(_bits_of_16()[pieces].sum(axis=-1, dtype=np.uint8))


def small_luma(frame: Pixels, size: int, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Return the luma 0..255 of ``frame`` [H, W, 3] inside ``box``, averaged to [size, size]."""
    top, bottom, left, right = box
    inside = frame[top:bottom, left:right, :3].astype(np.float32)
    luma = inside @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    rows, columns = _averaging(luma.shape[0], size), _averaging(luma.shape[1], size)
    return np.asarray(rows @ luma @ columns.T, dtype=np.float32)


def inner_box(frames: list[Pixels]) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of what is inside of black bars that all frames share."""
    height, width = frames[0].shape[:2]
    brightest = np.maximum.reduce([frame[..., :3].max(axis=2) for frame in frames])
    rows = np.flatnonzero(np.quantile(brightest, 0.9, axis=1) > _BORDER_LEVEL)
    columns = np.flatnonzero(np.quantile(brightest, 0.9, axis=0) > _BORDER_LEVEL)
    if len(rows) < height // 4 or len(columns) < width // 4:
        return 0, height, 0, width  # a dark clip, not a framed one
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


@cache
def _bits_of_16() -> NDArray[np.uint8]:
    return np.array([value.bit_count() for value in range(1 << 16)], dtype=np.uint8)


@cache
def _dct() -> NDArray[np.float32]:
    """The 16 lowest rows of the DCT-II after the constant one."""
    k, n = np.arange(1, _LOW + 1)[:, None], np.arange(SIZE)[None]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * SIZE)), dtype=np.float32)


@cache
def _order() -> NDArray[np.int64]:
    """The coefficients with the 8 x 8 lowest first."""
    rows, columns = np.divmod(np.arange(_LOW * _LOW), _LOW)
    return np.argsort((rows >= 8) | (columns >= 8), kind="stable")


@cache
def _averaging(length: int, size: int) -> NDArray[np.float32]:
    """A matrix [size, length] whose rows average equal parts, edges shared by their overlap."""
    edges = np.linspace(0, length, size + 1)
    pixel = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    overlap = np.clip(overlap, 0, None)
    if length < size:  # smaller than the target: the nearest pixels
        overlap = np.maximum(overlap, 1e-6)
    return np.asarray(overlap / overlap.sum(axis=1, keepdims=True), dtype=np.float32)

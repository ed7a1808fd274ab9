"""Finds the mark in a video: the sum of its frames, the pattern's place in it, then the bits.

What frames have in common after removing what pictures usually look like holds the mark. Its place
is searched over size, position and mirroring with the smooth pilots on a coarse grid, and with the
fine pilots (still, busy pictures drown the smooth ones) at the sizes that cropping usually leaves.
The best places are refined on the pilots that found them and read, until a word stands out.
Legend: F frames, Y rows, X columns, C channels; K carriers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .carriers import DECOYS, Complex, Word, deviation
from .detection import MAX_WORD_P_VALUE, READING_P_VALUE, Detection, best_of, peak_p_value
from .perception import blurred
from .picture import canonical_luma, resized
from .video_pattern import TILE, VideoPattern

FRAME_STRIDE = 2
BACKGROUND_WINDOW = 17
CONTRAST_WINDOW = 17
CONTRAST_FLOOR_LEVELS = 0.4
CONTRAST_LIMIT = 2.5

COARSE = 2
"""Canonical points of one point of the coarse search."""
COARSE_SCALES = np.exp(0.015 * np.arange(-34, 30))
FINE_SCALES = np.concatenate(
    [[1.0], 1.25 * np.exp(0.004 * np.arange(-3, 4)), 0.75 * np.exp(0.004 * np.arange(-2, 3))]
)
"""Whole frame, 10 % cropped at each side, 16:9 in a 4:3 frame."""
CANDIDATES = 3
REFINE_STEPS = 0.002 * np.arange(-5, 6)
REFINE_REACH = 4
WHITENING_WINDOW = 31
WHITENED_LIMIT = 1.2
RINGS = 14

Floats = NDArray[np.float64]


class VideoResidual:
    """Running mean of what frames hold beyond their own structure; constant memory."""

    def __init__(self) -> None:
        self._sum: Tensor | None = None
        self._seen = 0
        self._used = 0

    def add(self, frames_FYXC: Tensor) -> None:
        """Take in the next frames (every second one counts).

        Raises:
            ValueError: the frames are unusable, or of another shape than before.
        """
        first = -self._seen % FRAME_STRIDE
        self._seen += len(frames_FYXC)
        for frame in frames_FYXC[first::FRAME_STRIDE]:
            luma = canonical_luma(frame[None].float())
            detail = luma - blurred(blurred(luma, BACKGROUND_WINDOW), BACKGROUND_WINDOW)
            contrast = blurred(detail.square(), CONTRAST_WINDOW).sqrt_()
            detail /= contrast + CONTRAST_FLOOR_LEVELS
            residual = detail.clamp_(-CONTRAST_LIMIT, CONTRAST_LIMIT)[0]
            if self._sum is None:
                self._sum = torch.zeros_like(residual)
            elif self._sum.shape != residual.shape:
                raise ValueError(
                    f"a clip changed its shape from {tuple(self._sum.shape)} to "
                    f"{tuple(residual.shape)} points; detect each part by itself"
                )
            self._sum += residual
            self._used += 1

    def mean(self) -> Tensor:
        """Return the mean ``[rows, columns]`` on the CPU.

        Raises:
            ValueError: no frame was added.
        """
        if self._sum is None:
            raise ValueError("there is no frame to look for a watermark in; give at least one")
        return (self._sum / self._used).cpu()


@dataclass(frozen=True)
class Place:
    """Where a pattern may lie: sizes against the embedded ones, shift in canonical points.

    ``pilots`` are the carriers that found it.
    """

    score: float
    p_value: float
    scale: float
    stretch: float
    shift: tuple[float, float]
    mirrored: bool
    pilots: NDArray[np.int64]


class VideoReader:
    """Reads the residual of a clip under one key's pattern."""

    def __init__(self, pattern: VideoPattern) -> None:
        self._pattern = pattern
        pilots = pattern.carriers.pilots
        self._smooth_pilots = pilots[~pattern.is_fine[pilots]]
        self._fine_pilots = pilots[pattern.is_fine[pilots]]

    def read(self, residual_YX: Tensor) -> Detection:
        """Return what a residual ``[rows, columns]`` carries."""
        coarse = self._search(residual_YX, self._smooth_pilots, COARSE_SCALES, COARSE)
        fine = self._search(residual_YX, self._fine_pilots, FINE_SCALES, 1)
        best_coarse = sorted(coarse, key=lambda place: -place.score)[:CANDIDATES]
        best_fine = max(fine, key=lambda place: place.score)
        candidates = sorted([*best_coarse, best_fine], key=lambda place: place.p_value)
        p_value = best_of(best_coarse[0].p_value, best_fine.p_value)
        if p_value <= READING_P_VALUE:
            for place in self._looks(residual_YX, candidates):
                word = self._word(residual_YX, place)
                if word is not None:
                    return _detection(word.identifier, min(p_value, word.p_value), place)
        return _detection(None, p_value, candidates[0])

    def _search(
        self, residual_YX: Tensor, pilots: NDArray[np.int64], scales: Floats, grid: int
    ) -> list[Place]:
        """The best shift for every size and mirroring, with some of the pilots."""
        rows, columns = residual_YX.shape
        side = TILE // grid
        places, decoys = [], np.zeros(DECOYS)
        for scale in scales:
            size = (round(rows / scale / grid), round(columns / scale / grid))
            scores, peaks = self._peaks(_folded(residual_YX, size, side), pilots)
            decoys = np.maximum(decoys, scores[1:].max(1))
            for mirrored in (False, True):
                row, column = divmod(int(peaks[0, int(mirrored)]), side)
                if mirrored:  # the spectrum was mirrored about point 0, a picture about its middle
                    column = (column + size[1] - 1) % side
                place = Place(
                    score=float(scores[0, int(mirrored)]),
                    p_value=1.0,
                    scale=float(scale),
                    stretch=1.0,
                    shift=(row * grid, column * grid),
                    mirrored=mirrored,
                    pilots=pilots,
                )
                places.append(place)
        return [replace(p, p_value=peak_p_value(p.score, decoys, 2)) for p in places]

    def _peaks(
        self, tile_YX: Tensor, pilots: NDArray[np.int64]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Height in deviations and place of the highest peak, ``[guesses, 2]``: plain, mirrored."""
        carriers, side = self._pattern.carriers, len(tile_YX)
        down, across = carriers.frequencies[pilots].T
        guesses = carriers.guesses[:, np.searchsorted(carriers.pilots, pilots)].conj()
        # The inverse transform adds the opposite frequencies; those straight down stand alone.
        guesses = np.where(across == 0, 2.0, 1.0) * guesses
        spectrum = torch.fft.rfft2(tile_YX).numpy()
        plain = _whitened(spectrum[down, across])
        mirrored = _whitened(spectrum[-down, across].conj())
        field = np.zeros((len(guesses), 2, side, side // 2 + 1), dtype=np.complex64)
        field[:, 0, down, across] = guesses * plain
        field[:, 1, down, across] = guesses * mirrored
        heights = torch.fft.irfft2(torch.from_numpy(field), (side, side)).flatten(2)
        peaks, places = heights.max(2)
        deviations = np.array([deviation(plain), deviation(mirrored)])
        return peaks.numpy() * (side**2 / 2) / deviations, places.numpy()

    def _looks(self, residual_YX: Tensor, candidates: list[Place]) -> Iterator[Place]:
        """Each candidate refined, then as it was found: faint marks are refined away from."""
        for place in candidates:
            yield self._refined(residual_YX, place)
            yield place

    def _refined(self, residual_YX: Tensor, place: Place) -> Place:
        """The best place near a place: size, then proportions, each with the best shift."""
        best = replace(place, score=-np.inf)
        for step in REFINE_STEPS:
            best = self._better(residual_YX, best, replace(place, scale=place.scale * (1 + step)))
        for step in REFINE_STEPS:
            best = self._better(residual_YX, best, replace(best, stretch=1 + step))
        return best

    def _better(self, residual_YX: Tensor, best: Place, place: Place) -> Place:
        """The better of ``best`` and ``place`` moved to its best shift."""
        carriers = self._pattern.carriers
        received = _whitened(self._received(residual_YX, place)[place.pilots])
        received = received * carriers.phases[place.pilots].conj()
        steps = np.arange(-REFINE_REACH, REFINE_REACH + 1)
        shifts = np.stack(np.meshgrid(*(steps + s for s in place.shift), indexing="ij"), axis=-1)
        turns = carriers.frequencies[place.pilots] / TILE
        down = np.exp(2j * np.pi * np.outer(shifts[:, 0, 0], turns[:, 0]))
        across = np.exp(2j * np.pi * np.outer(shifts[0, :, 1], turns[:, 1]))
        heights = ((down * received) @ across.T).real
        peak = int(heights.argmax())
        score = float(heights.flat[peak] / deviation(received))
        if score <= best.score:
            return best
        row, column = shifts.reshape(-1, 2)[peak]
        return replace(place, score=score, shift=(float(row), float(column)))

    def _received(self, residual_YX: Tensor, place: Place) -> Complex:
        """Coefficients ``[K]`` of the residual folded at a place's size."""
        if place.mirrored:
            residual_YX = residual_YX.flip(1)
        rows, columns = residual_YX.shape
        size = (
            round(rows / place.scale / place.stretch),
            round(columns / place.scale * place.stretch),
        )
        return self._pattern.received(_folded(residual_YX, size, TILE).numpy())

    def _word(self, residual_YX: Tensor, place: Place) -> Word | None:
        """The word at a place; each ring of frequencies counts as much as its pilots say."""
        carriers = self._pattern.carriers
        received = carriers.moved(
            _whitened(self._received(residual_YX, place)),
            np.array(place.shift),
            np.array([TILE, TILE], dtype=np.float64),
        )
        strength = carriers.strengths(received, np.log(self._pattern.cycles), RINGS)
        for weights in (strength, ~self._pattern.is_fine, np.ones(len(strength))):
            word = carriers.read(received * weights)
            if word is not None and word.p_value <= MAX_WORD_P_VALUE:
                return word
        return None


def _folded(residual_YX: Tensor, size: tuple[int, int], side: int) -> Tensor:
    """The residual scaled to ``size`` and summed over tiles of ``side`` points."""
    image = residual_YX[None] if size == residual_YX.shape else resized(residual_YX[None], size)
    rows, columns = (-(-length // side) for length in size)
    padded = torch.zeros(rows * side, columns * side)
    padded[: size[0], : size[1]] = image[0]
    return padded.view(rows, side, columns, side).sum((0, 2))


def _whitened(received: Complex) -> Complex:
    """Coefficients, in order of pitch, against the usual size of their neighbours; limited."""
    size = np.abs(received) + 1e-12
    edge = WHITENING_WINDOW // 2
    around = np.convolve(np.pad(size, edge, mode="edge"), np.ones(WHITENING_WINDOW), "valid")
    white = received * (WHITENING_WINDOW / around)
    return np.asarray(white * np.minimum(1.0, WHITENED_LIMIT / (np.abs(white) + 1e-12)))


def _detection(identifier: int | None, p_value: float, place: Place) -> Detection:
    return Detection(identifier, p_value, place.score, place.scale, place.mirrored)

"""Which tokens a training sample keeps clean: what image to video, extension and remix rely on.

Kept tokens enter with sigma 0 and are not asked for; all others are denoised around them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ...model.shapes import VideoLatentShape, audio_frames_for

Grid = tuple[int, int, int]


@dataclass(frozen=True)
class KeptParts:
    """True where a token is clean.

    Attributes:
        video: ``[B, F, Y, X]``.
        audio: ``[B, A]``.
    """

    video: Tensor
    audio: Tensor


def draw_kept_parts(
    batch: int, grid: Grid, audio_tokens: int, fps: float, generator: torch.Generator
) -> KeptParts:
    """Draws one kind of condition for a batch and where it holds in each sample.

    The kinds: the first frame; the last; any frames; both streams up to a moment; both from a
    moment on; the picture around a box, with or without the sound.

    Args:
        batch: samples.
        grid: frames, rows and columns of the video latent.
        audio_tokens: of the audio latent.
        fps: frames per second, which tells the audio tokens that belong to a frame.
        generator: of the draw.
    """
    kinds = (_first, _last, _any, _beginning, _ending, _around) if grid[0] > 1 else (_around,)
    kind: Callable[..., tuple[Tensor, Tensor]] = kinds[_below(len(kinds), generator)]
    drawn = [kind(grid, audio_tokens, fps, generator) for _ in range(batch)]
    video, audio = (torch.stack(parts) for parts in zip(*drawn, strict=True))
    return KeptParts(video, audio)


def _below(limit: int, generator: torch.Generator) -> int:
    return int(torch.randint(limit, (), generator=generator))


def _audio_tokens(latent_frames: int, fps: float) -> int:
    return audio_frames_for(VideoLatentShape(latent_frames, 1, 1).pixels().frames, fps)


def _nothing(grid: Grid, audio_tokens: int) -> tuple[Tensor, Tensor]:
    return torch.zeros(grid, dtype=torch.bool), torch.zeros(audio_tokens, dtype=torch.bool)


def _first(
    grid: Grid, audio_tokens: int, _fps: float, _generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    video[0] = True
    return video, audio


def _last(
    grid: Grid, audio_tokens: int, _fps: float, _generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    video[-1] = True
    return video, audio


def _any(
    grid: Grid, audio_tokens: int, _fps: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    kept = torch.rand(grid[0], generator=generator) < 0.3
    kept[_below(grid[0], generator)] = False
    video[kept] = True
    return video, audio


def _beginning(
    grid: Grid, audio_tokens: int, fps: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    frames = 1 + _below(grid[0] - 1, generator)
    video[:frames] = True
    audio[: _audio_tokens(frames, fps)] = True
    return video, audio


def _ending(
    grid: Grid, audio_tokens: int, fps: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    frames = 1 + _below(grid[0] - 1, generator)
    video[frames:] = True
    audio[_audio_tokens(frames, fps) :] = True
    return video, audio


def _around(
    grid: Grid, audio_tokens: int, _fps: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    video, audio = _nothing(grid, audio_tokens)
    spans = []
    for size in grid[1:]:
        length = 1 + _below(size, generator)
        start = _below(size - length + 1, generator)
        spans.append(slice(start, start + length))
    video[:] = True
    video[:, spans[0], spans[1]] = False
    audio[:] = _below(2, generator) == 1
    return video, audio

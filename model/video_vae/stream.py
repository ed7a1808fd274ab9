"""Running a network over chunks of time: what layers remember, and how chunks travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Stage(NamedTuple):
    """One step of a network that runs on chunks of a stream, or on a whole clip (None).

    ``growth`` is the size of its output over the size of its input.
    """

    run: Callable[[Tensor, Stream | None], Tensor]
    growth: float = 1


class Stream:
    """Memory of one streamed run: the frames that each layer keeps from earlier chunks.

    ``last`` says that the frames now passing are the end of the clip.
    """

    def __init__(self) -> None:
        self.kept: dict[nn.Module, Tensor] = {}
        self.opened: set[nn.Module] = set()
        self.last = False

    def opens(self, layer: nn.Module, frames: int) -> bool:
        """Whether ``frames`` are the first frames of the clip to reach ``layer``."""
        if frames == 0 or layer in self.opened:
            return False
        self.opened.add(layer)
        return True

    def delay(self, layer: nn.Module, x_BCFYX: Tensor, frames: int) -> Tensor:
        """The oldest ``frames`` frames not yet taken from ``layer``'s line; the rest waits."""
        waiting = self.kept.get(layer)
        if waiting is not None:
            x_BCFYX = torch.cat([waiting, x_BCFYX], dim=2)
        self.kept[layer] = x_BCFYX[:, :, frames:].clone()
        return x_BCFYX[:, :, :frames]


def run_stages(
    stages: Sequence[Stage], x_BCFYX: Tensor, stream: Stream, last: bool, chunk_bytes: int
) -> Iterator[Tensor]:
    """Yield what comes out of the last stage, in pieces.

    Every stage takes its input in pieces of time that become about ``chunk_bytes`` there, and each
    piece goes all the way down before the next, so memory does not grow with duration.
    """
    if x_BCFYX.shape[2] == 0 and not last:
        return
    if not stages:
        yield x_BCFYX
        return
    stage, *following = stages
    pieces = split_time(x_BCFYX, int(chunk_bytes / stage.growth))
    for i, piece in enumerate(pieces):
        stream.last = ends = last and i == len(pieces) - 1
        y = stage.run(piece, stream)
        yield from run_stages(following, y, stream, ends, chunk_bytes)


def split_time(x_BCFYX: Tensor, chunk_bytes: int) -> Sequence[Tensor]:
    """Cut ``x`` in time into pieces of at most ``chunk_bytes``, at least one frame each."""
    frames = x_BCFYX.shape[2]
    if frames == 0:
        return [x_BCFYX]
    frame_bytes = x_BCFYX.numel() * x_BCFYX.element_size() // frames
    return torch.split(x_BCFYX, max(1, chunk_bytes // frame_bytes), dim=2)


def regroup_frames(clips: Iterable[Tensor], step: int, frames: int) -> Iterator[Tensor]:
    """Yield ``frames + 1`` frames, then ``frames`` at a time, of pieces ``[B, C, f, Y, X]``.

    Raises:
        ValueError: ``frames`` is not a multiple of ``step``, or all frames are not k*step+1.
    """
    if frames < step or frames % step:
        raise ValueError(f"a chunk of {frames} frames is not a multiple of {step}; use {step}")
    wanted, total, buffer = frames + 1, 0, None
    for clip in clips:
        total += clip.shape[2]
        buffer = clip if buffer is None else torch.cat([buffer, clip], dim=2)
        while buffer.shape[2] >= wanted:
            yield buffer[:, :, :wanted]
            buffer, wanted = buffer[:, :, wanted:], frames
    if total % step != 1:
        low = max(total - 1, 0) // step * step + 1
        raise ValueError(f"length {total} is not {step}k+1; end the clip after {low} frames")
    if buffer is not None and buffer.shape[2]:
        yield buffer

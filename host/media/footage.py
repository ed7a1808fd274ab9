"""Any clip that blocks are given, read in parts: frames at its own constant rate, and its sound.

A file is decoded as it is read, so that the length of a clip costs no memory. Where a file varies
its rate, frames are repeated (see ``video_reader``); a damaged tail ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .audio_file import decode_audio
from .errors import MediaError
from .rate import exact_rate
from .video_reader import iter_frames, open_video, probe_video

Frames = Callable[[int, int], Iterator[Tensor]]
FALLBACK_FPS = Fraction(24)
"""Of pictures that nobody gives a rate to."""


@dataclass(frozen=True)
class Footage:
    """A clip that can be read more than once.

    Attributes:
        fps: its constant rate.
        frames: how many there are.
        size: (height, width) in px.
        audio: its sound from the first frame on, None where it is silent.
        read: (start, stop) to frames ``[H, W, 3]``, uint8 or float in 0..1.
        file: where it comes from, None for a clip in memory.
    """

    fps: Fraction
    frames: int
    size: tuple[int, int]
    audio: dict[str, Any] | None
    read: Frames
    file: Path | None = None

    @property
    def seconds(self) -> float:
        """Duration of the picture."""
        return float(self.frames / self.fps)

    def between(self, start: int, stop: int) -> Tensor:
        """Frames ``[stop - start, H, W, 3]``, float in 0..1; fewer where the clip ends."""
        found = [as_float(frame) for frame in self.read(max(0, start), min(stop, self.frames))]
        return torch.stack(found) if found else torch.zeros(0, *self.size, 3)


def footage_of(source: Any, fps: float | Fraction | None = None) -> Footage:
    """Return what is in a VIDEO, or in an IMAGE batch [F, H, W, C] at ``fps``.

    Raises:
        ValueError: there is no frame, or it is neither; a `MediaError` for a file of another type.
    """
    if isinstance(source, Tensor):
        return _of_images(source, exact_rate(fps or FALLBACK_FPS), None)
    own = getattr(source, "footage", None)
    if own is not None:
        found: Footage = own()
        return found
    if not hasattr(source, "get_components"):
        raise ValueError(f"{type(source).__name__} is no clip. Connect a VIDEO or an IMAGE batch")
    file = file_behind(source)
    if file is not None:
        try:
            return _of_file(file, *source.get_active_trim_window())
        except MediaError:
            pass  # the host may know a type that we do not open
    parts = source.get_components()
    return _of_images(parts.images, Fraction(parts.frame_rate), parts.audio)


def as_float(frame: Tensor) -> Tensor:
    """A frame in 0..1, whatever it came in."""
    return frame.float() / 255 if frame.dtype == torch.uint8 else frame.float()


def file_behind(video: Any) -> Path | None:
    """The file of a VIDEO; asking one in memory for its stream would encode it."""
    if not any(kind.__name__ == "VideoFromFile" for kind in type(video).__mro__):
        return None
    source = video.get_stream_source()
    return Path(source) if isinstance(source, (str, Path)) else None


def _of_images(images: Tensor, fps: Fraction, audio: dict[str, Any] | None) -> Footage:
    if images.ndim != 4 or not len(images) or images.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"pictures of shape {list(images.shape)} are no frames. "
            "Connect at least one of shape [frames, height, width, 3]"
        )
    rgb = images.expand(-1, -1, -1, 3) if images.shape[-1] == 1 else images[..., :3]

    def read(start: int, stop: int) -> Iterator[Tensor]:
        return iter(rgb[start:stop].cpu())

    return Footage(fps, len(images), tuple(images.shape[1:3]), audio, read)


def _of_file(file: Path, start_s: float, duration_s: float) -> Footage:
    """A file, from ``start_s`` for ``duration_s`` (0: to its end); counted by decoding it."""
    fps = probe_video(file).fps
    first = round(start_s * fps)
    wanted = round(duration_s * fps) if duration_s else None
    count, size = 0, (0, 0)
    for pixels in islice(iter_frames(file), first, None if wanted is None else first + wanted):
        count, size = count + 1, pixels.shape[:2]
    if not count:
        raise ValueError(f"{file.name} has no frame from {start_s:g} s on; start earlier")

    def read(start: int, stop: int) -> Iterator[Tensor]:
        frames = islice(iter_frames(file), first + start, first + min(stop, count))
        return (torch.from_numpy(pixels) for pixels in frames)

    return Footage(fps, count, size, _sound(file, float(first / fps)), read, file)


def _sound(file: Path, start_s: float) -> dict[str, Any] | None:
    """The sound from ``start_s`` after the first frame on."""
    with open_video(file) as container:
        if not container.streams.audio:
            return None
        stream: Any = container.streams.video[0]
        first = float((stream.start_time or 0) * stream.time_base)
        return decode_audio(container, first + start_s)

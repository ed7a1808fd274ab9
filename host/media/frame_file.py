"""Frames on disk as they are, so that a clip can grow without growing in memory."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .errors import write_error


class FrameFile:
    """Frames ``[H, W, 3]`` in 8 bits in a file of ``folder``, which goes when nobody needs it.

    Raises:
        MediaWriteError: disk full or no permission.
    """

    def __init__(self, frames: Iterable[Tensor], size: tuple[int, int], folder: Path) -> None:
        """``frames`` are uint8, or float in 0..1; ``size`` is (height, width)."""
        self.size, self.count = size, 0
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(".frames", "hibari-", folder)
        self._path = Path(name)
        self._finalizer = weakref.finalize(self, self._path.unlink, missing_ok=True)
        try:
            with os.fdopen(handle, "wb") as file:
                for frame in frames:
                    file.write(as_bytes(frame).numpy().tobytes())
                    self.count += 1
        except OSError as error:
            self._finalizer()
            raise write_error(self._path, error) from error
        except BaseException:
            self._finalizer()
            raise

    def read(self, start: int, stop: int) -> Iterator[Tensor]:
        """Yield frames uint8 ``[H, W, 3]``, one held at a time."""
        length = self.size[0] * self.size[1] * 3
        with self._path.open("rb") as file:
            file.seek(max(0, start) * length)
            for _ in range(max(0, start), min(stop, self.count)):
                pixels = np.frombuffer(file.read(length), np.uint8).reshape(*self.size, 3)
                yield torch.from_numpy(pixels.copy())


def as_bytes(frame: Tensor) -> Tensor:
    """A frame in 8 bits, whatever it came in."""
    if frame.dtype == torch.uint8:
        return frame.contiguous()
    return (frame.float().clamp(0, 1) * 255).round().byte().contiguous()

"""Rendered playground clips on disk: drawn once, then read by every codec and evaluation run.

A store is a folder named by generator version, split, seed and size, holding raw frames
(uint8 ``[clips, F, Y, X, 3]``), sound (float32 ``[clips, 2, N]``) and one JSON line per clip.
The names make a stale cache impossible: another world version is another folder.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .config import DataConfig

if TYPE_CHECKING:
    from .world import Clip, ClipSpec
    from .world.subjects import Cast

log = logging.getLogger("hibari.train")

AUDIO_RATE_HZ = 24_000
FRAMES, SOUND = "frames.u8", "sound.f32"


@dataclass(frozen=True)
class StoredClip:
    """One clip: frames uint8 ``[F, Y, X, 3]``, waveform float32 ``[2, N]``, caption and truth."""

    frames: np.ndarray
    waveform: np.ndarray
    caption: str
    truth: dict[str, Any]


class ClipStore:
    """Rendered clips of one split; open with :func:`open_store`."""

    def __init__(self, folder: Path, count: int, shape: tuple[int, int, int], fps: int) -> None:
        frames, height, width = shape
        samples = frames * AUDIO_RATE_HZ // fps
        self.folder, self.count, self.fps = folder, count, fps
        folder.mkdir(parents=True, exist_ok=True)
        self.frames = _memory_map(folder / FRAMES, "uint8", (count, frames, height, width, 3))
        self.waveforms = _memory_map(folder / SOUND, "float32", (count, 2, samples))
        self.lines_path = folder / "clips.jsonl"
        self.lines = self._read_lines()

    def _read_lines(self) -> list[dict[str, Any]]:
        if not self.lines_path.is_file():
            return []
        text = self.lines_path.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def drop_torn_line(self) -> None:
        """A writer that was killed may leave half a line; the next line must not join it."""
        if self.lines_path.is_file():
            text = self.lines_path.read_bytes()
            os.truncate(self.lines_path, text.rfind(b"\n") + 1)

    def __len__(self) -> int:
        """Clips rendered so far; they are rendered in order."""
        return min(len(self.lines), self.count)

    def refresh(self) -> int:
        """Look for clips that another process has added; the new length."""
        self.lines = self._read_lines()
        return len(self)

    def __getitem__(self, index: int) -> StoredClip:
        """One clip (views into the memory map)."""
        line = self.lines[index]
        return StoredClip(self.frames[index], self.waveforms[index], line["caption"], line["truth"])

    def append(self, frames: np.ndarray, waveform: np.ndarray, line: dict[str, Any]) -> None:
        """Add the next clip; its line is written last, so a killed worker leaves no half clip.

        Raises:
            OSError: the disk is full; all clips before this one are kept.
        """
        index = len(self.lines)
        try:
            # Written, not stored through the memory map: a full disk would be a fatal bus error.
            _write_row(self.folder / FRAMES, index, self.frames, frames)
            _write_row(self.folder / SOUND, index, self.waveforms, waveform)
            with self.lines_path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.drop_torn_line()
            raise OSError(
                f"could not write clip {index} into {self.folder}: {error}; free space there or "
                f"lower data.count, and run the same command: the {index} clips before are kept"
            ) from error
        self.lines.append(line)

    def pixels(self, index: int, window: tuple[slice, slice, slice]) -> Tensor:
        """A window (frames, rows, columns) of one clip as ``[3, F, Y, X]`` in [-1, 1]."""
        return as_pixels(self.frames[index][window])


def as_pixels(frames_FYXC: np.ndarray, device: torch.device | None = None) -> Tensor:
    """uint8 frames as ``[3, F, Y, X]`` in [-1, 1], on a device, which gets them as they are."""
    pixels = torch.from_numpy(np.ascontiguousarray(frames_FYXC)).to(device=device)
    return pixels.permute(3, 0, 1, 2).float().div_(127.5).sub_(1.0)


def store_folder(data: DataConfig, split: str) -> Path:
    """Where the clips of a split, or what was made of them, are kept."""
    version = _clip_spec(data).version
    name = f"{split}-v{version}-s{data.seed}-{data.frames}x{data.height}x{data.width}"
    return Path(data.folder) / name


def render(data: DataConfig, split: str, indices: Sequence[int]) -> Iterator[Clip]:
    """Clips of a split fresh from the playground, made by ``data.workers`` processes."""
    from .world import some_clips

    return some_clips(data.seed, indices, _clip_spec(data), split, data.workers)


def render_casts(data: DataConfig, split: str, indices: Sequence[int]) -> Iterator[Cast]:
    """The subjects of clips of a split, made by ``data.workers`` processes.

    Raises:
        ValueError: the playground has no reference views.
    """
    from .world import some_casts

    spec = _clip_spec(data)
    return some_casts(data.seed, indices, spec, split, data.reference_px, data.workers)


def open_store(data: DataConfig, split: str) -> ClipStore:
    """The store of one split (``train`` or ``validation``), created empty where absent."""
    shape = (data.frames, data.height, data.width)
    return ClipStore(store_folder(data, split), data.clips_of(split), shape, data.fps)


def stored_clips(data: DataConfig, split: str) -> ClipStore | None:
    """The clips of a split that are rendered so far; None where there are none."""
    folder = store_folder(data, split)
    lines = folder / "clips.jsonl"
    if not lines.is_file():
        return None
    count = lines.read_bytes().count(b"\n")
    shape = (data.frames, data.height, data.width)
    return ClipStore(folder, count, shape, data.fps) if count else None


def fill_store(data: DataConfig, split: str) -> ClipStore:
    """Render what the store lacks, with ``data.workers`` processes.

    With 0 workers nothing is rendered: another process fills the store, and readers look again
    with :meth:`ClipStore.refresh`.

    Raises:
        ValueError: 0 workers and an empty store.
    """
    store = open_store(data, split)
    first = len(store.lines)
    if data.workers == 0:
        if not first:
            raise ValueError(f"{store.folder} is empty and data.workers is 0; use 1 or more")
        return store
    if first >= store.count:
        return store
    store.drop_torn_line()
    log.info("rendering %d %s clips into %s", store.count - first, split, store.folder)
    for clip in render(data, split, range(first, store.count)):
        line = {
            "caption": clip.caption,
            "paraphrases": clip.paraphrases,
            "truth": clip.truth.to_dict(),
        }
        store.append(clip.frames, clip.waveform, line)
    return store


def _clip_spec(data: DataConfig) -> ClipSpec:
    from .world import ClipSpec

    return ClipSpec(data.frames, data.height, data.width, data.fps, data.playground)


def _memory_map(path: Path, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if not path.is_file() or path.stat().st_size < size:
        with path.open("ab") as file:
            file.truncate(size)
    return np.memmap(path, dtype=dtype, mode="r+", shape=shape)


def _write_row(path: Path, index: int, rows: np.ndarray, row: np.ndarray) -> None:
    with path.open("r+b") as file:
        file.seek(index * rows[0].nbytes)
        file.write(np.ascontiguousarray(row, rows.dtype).data)

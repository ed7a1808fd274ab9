"""Frames, sound, frame rate and tags of a video file (mp4, mov, webm, mkv, avi, gif).

Frames come at a constant rate: where a file holds a picture longer (screen recordings, gifs), it
is repeated, so that frame k always shows second k / fps and sound stays in step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch

from .audio_file import decode_audio
from .errors import MediaError, existing_file, read_error

# Above this a varying rate is only the grain of the file's clock.
_MAX_FINEST_FPS = 120
ALLOWED = "mp4, mov, webm, mkv, avi or gif"
# Playlist formats (HLS, concat) may name other files and addresses, so only real media is opened.
_OPEN_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,apng,mpegts,ogg",
    "protocol_whitelist": "file",
}


@dataclass(frozen=True)
class VideoInfo:
    """What the header of a video file says."""

    width: int
    height: int
    fps: Fraction
    duration_s: float
    container: str
    tags: dict[str, str]
    has_audio: bool


@dataclass(frozen=True)
class VideoClip:
    """A decoded video: uint8 frames ``[F, H, W, 3]`` and its sound (an AUDIO dict) or None."""

    frames: torch.Tensor
    fps: Fraction
    audio: dict[str, Any] | None
    tags: dict[str, str]


def open_video(path: str | Path) -> av.container.InputContainer:
    """Open a video file for reading; the caller closes it.

    Raises:
        MediaError: missing, unreadable, or without a picture stream.
    """
    file = existing_file(path)
    try:
        container = av.open(str(file), options=_OPEN_OPTIONS)
    except (av.error.FFmpegError, OSError) as error:
        raise read_error(file, "video", ALLOWED) from error
    if not container.streams.video:
        only_sound = bool(container.streams.audio)
        container.close()
        if only_sound:
            raise MediaError(f"{file.name} has no picture, only sound. Load it as audio instead.")
        raise read_error(file, "video", ALLOWED)
    return container


def probe_video(path: str | Path) -> VideoInfo:
    """Return what the file says of itself, without decoding frames.

    Raises:
        MediaError: missing, unreadable, or without a picture stream.
    """
    with open_video(path) as container:
        stream = container.streams.video[0]
        fps = _frame_rate(stream)
        if container.duration is not None:
            duration_s = container.duration / av.time_base
        else:
            duration_s = float(stream.frames / fps)
        return VideoInfo(
            stream.width,
            stream.height,
            fps,
            duration_s,
            container.format.name,
            _tags(container),
            bool(container.streams.audio),
        )


def iter_frames(path: str | Path) -> Iterator[np.ndarray]:
    """Yield frames as uint8 ``[H, W, 3]`` at the file's constant rate, one held at a time.

    Raises:
        MediaError: missing, unreadable, or no frame could be decoded.
    """
    with open_video(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        fps, start, due, pixels = _frame_rate(stream), None, 0, None
        for frame in _decoded(container, stream):
            start = frame.time if start is None else start
            slot = due if frame.time is None or start is None else round((frame.time - start) * fps)
            while due < slot and pixels is not None:
                yield pixels
                due += 1
            pixels = _upright(frame)
            if slot == due:
                yield pixels
                due += 1
        if pixels is None:
            raise read_error(Path(path), "video", ALLOWED)


def read_video(path: str | Path) -> VideoClip:
    """Return all frames, the sound (aligned to the first frame), the frame rate and the tags.

    Raises:
        MediaError: missing, unreadable, or no frame could be decoded.
    """
    file = existing_file(path)
    frames = torch.from_numpy(np.stack(list(iter_frames(file))))
    with open_video(file) as container:
        stream: Any = container.streams.video[0]
        audio = None
        if container.streams.audio:
            start_s = float((stream.start_time or 0) * stream.time_base)
            audio = decode_audio(container, start_s)
        return VideoClip(frames, _frame_rate(stream), audio, _tags(container))


def _decoded(container: Any, stream: Any) -> Iterator[av.VideoFrame]:
    """Yield the frames that can be decoded; a damaged tail ends the video instead of failing it."""
    try:
        yield from container.decode(stream)
    except (av.error.InvalidDataError, av.error.EOFError):
        return


def _upright(frame: av.VideoFrame) -> np.ndarray:
    pixels = frame.to_ndarray(format="rgb24")
    quarter_turns = round(frame.rotation / 90)  # phones record sideways and say so
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns)) if quarter_turns else pixels


def _frame_rate(stream: Any) -> Fraction:
    """Return the average rate, or the finest one where pictures are held for different times."""
    average, finest = stream.average_rate, stream.guessed_rate
    if average and (not finest or finest < 1.01 * average or finest > _MAX_FINEST_FPS):
        return Fraction(average)
    return Fraction(finest or 24)


def _tags(container: Any) -> dict[str, str]:
    """Return the container's tags with lower-case names (Matroska stores them in capitals)."""
    return {key.lower(): value for key, value in container.metadata.items()}

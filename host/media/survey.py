"""Looking into a file that nobody vouches for: bounded in time and memory, whatever it claims.

Unlike :func:`iter_frames`, which repeats pictures to keep time, this gives the pictures that are
stored, as many as the bounds allow; a damaged tail ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from .audio_file import PACKED, channels_of
from .errors import MediaError, existing_file, read_error
from .video_reader import open_video

MAX_FRAMES = 480
MAX_PIXELS = 240_000_000  # of all frames together: 260 of 1280 x 720
MAX_SOUND_S = 60.0
MAX_PICTURE_PIXELS = 64_000_000
_MAX_SIDE = 8192
_ALLOWED = "a picture, sound or video"
_OPEN_OPTIONS = {
    "format_whitelist": "wav,flac,mp3,ogg,aac,aiff,w64,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi",
    "protocol_whitelist": "file",
}


def survey_frames(path: str | Path) -> Iterator[tuple[float, np.ndarray]]:
    """Yield (time in s, frame uint8 [H, W, 3]) of the stored pictures, within the bounds.

    Raises:
        MediaError: missing, unreadable, or without a picture stream.
    """
    with open_video(path) as container:
        stream = container.streams.video[0]
        if stream.codec_context is None:  # a stream that no decoder here knows
            return
        stream.thread_type = "AUTO"
        pixels = 0
        try:
            for count, frame in enumerate(container.decode(stream)):
                pixels += frame.width * frame.height
                too_large = max(frame.width, frame.height) > _MAX_SIDE
                if count >= MAX_FRAMES or pixels > MAX_PIXELS or too_large:
                    return
                yield float(frame.time or 0.0), frame.to_ndarray(format="rgb24")
        except (av.error.FFmpegError, OSError, ValueError):
            return


def survey_picture(path: str | Path) -> np.ndarray:
    """Return a picture file (its first page) as uint8 [H, W, 3].

    Raises:
        MediaError: missing, unreadable, or of more than 64 million pixels.
    """
    file = existing_file(path)
    try:
        with Image.open(file) as image:
            if image.width * image.height > MAX_PICTURE_PIXELS:
                raise MediaError(f"{file.name} has too many pixels. Scale it down first.")
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except Image.DecompressionBombError as error:
        raise MediaError(f"{file.name} has too many pixels. Scale it down first.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, MediaError):
            raise
        raise read_error(file, "image", _ALLOWED) from error


def survey_sound(path: str | Path) -> dict[str, Any] | None:
    """Return the first minute of a file's sound as an AUDIO dict, or None where it has none.

    Raises:
        MediaError: missing or unreadable.
    """
    file = existing_file(path)
    try:
        with av.open(str(file), options=_OPEN_OPTIONS) as container:
            return _decode(container) if container.streams.audio else None
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise read_error(file, "audio", _ALLOWED) from error


def _decode(container: Any) -> dict[str, Any] | None:
    stream, pieces, seconds = container.streams.audio[0], [], 0.0
    if stream.codec_context is None:
        return None
    resampler = av.AudioResampler(format=PACKED)
    rate_hz = int(stream.rate or 0)
    if not 1000 <= rate_hz <= 768_000:
        return None
    try:
        for frame in container.decode(stream):
            for piece in resampler.resample(frame):
                pieces.append(channels_of(piece))
                seconds += piece.samples / rate_hz
            if seconds >= MAX_SOUND_S:
                break
    except (av.error.FFmpegError, OSError, ValueError):
        pass  # what came before the damage is what there is
    channels = min((len(piece) for piece in pieces), default=0)
    if channels == 0:
        return None
    samples = np.concatenate([piece[:channels] for piece in pieces], axis=1)
    samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1)
    return {"waveform": torch.from_numpy(samples)[None].contiguous(), "sample_rate": rate_hz}

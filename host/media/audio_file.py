"""Sound files: reading any common one, writing FLAC (24 bit) and WAV (16 bit)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import torch

from .audio_feed import audio_frame, waveform_of
from .errors import MediaError, existing_file, read_error
from .partial_file import partial_file

ALLOWED = "wav, flac, mp3, m4a, ogg or a video with sound"
_CODECS = {".flac": ("flac", "flac", "s32"), ".wav": ("wav", "pcm_s16le", "s16")}
PACKED = "flt"
_OPEN_OPTIONS = {
    "format_whitelist": "wav,flac,mp3,ogg,aac,aiff,w64,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi",
    "protocol_whitelist": "file",
}


def read_audio(path: str | Path) -> dict[str, Any]:
    """Return ``{"waveform": float32 [1, C, N] in -1..1, "sample_rate": Hz}`` of a file.

    Raises:
        MediaError: missing, unreadable, or without sound.
    """
    file = existing_file(path)
    try:
        with av.open(str(file), options=_OPEN_OPTIONS) as container:
            audio = decode_audio(container) if container.streams.audio else None
    except (av.error.FFmpegError, OSError) as error:
        raise read_error(file, "audio", ALLOWED) from error
    if audio is None:
        raise MediaError(f"{file.name} has no sound. Use {ALLOWED}.")
    return audio


def write_audio(
    path: str | Path, audio: dict[str, Any], tags: dict[str, str] | None = None
) -> Path:
    """Write batch item 0 of ``audio`` as .flac or .wav, by the suffix of ``path``; return it.

    Raises:
        MediaError: another suffix, or audio that cannot be written.
        MediaWriteError: disk full or no permission.
    """
    target = Path(path).absolute()
    if target.suffix.lower() not in _CODECS:
        raise MediaError(f"{target.name} is neither .flac nor .wav. Use one of these endings.")
    container_name, codec, sample_format = _CODECS[target.suffix.lower()]
    samples, rate_hz, layout = waveform_of(audio)
    if samples.shape[1] == 0:
        raise MediaError(f"{target.name} would hold no sound (0 samples). Give some audio.")
    with (
        partial_file(target) as partial,
        av.open(str(partial), "w", format=container_name) as output,
    ):
        output.metadata.update(tags or {})
        stream: Any = output.add_stream(codec, rate=rate_hz, layout=layout)
        stream.format = sample_format
        output.mux(stream.encode(audio_frame(samples, layout, rate_hz, 0)))
        output.mux(stream.encode(None))
    return target


def decode_audio(container: Any, start_s: float = 0.0) -> dict[str, Any] | None:
    """Return the first audio stream from ``start_s`` on, padded where it begins later, or None.

    Priming samples that the file declares are dropped by the decoder, and padding after the
    stream's stated end is cut.
    """
    stream = container.streams.audio[0]
    resampler, pieces, first = av.AudioResampler(format=PACKED), [], None
    try:
        for frame in container.decode(stream):
            first = frame.time if first is None and frame.time is not None else first
            pieces += [channels_of(piece) for piece in resampler.resample(frame)]
    except (av.error.InvalidDataError, av.error.EOFError):
        pass  # a damaged tail ends the sound instead of failing it
    if not pieces:
        return None
    samples, rate_hz = np.concatenate(pieces, axis=1), int(stream.rate)
    if stream.duration is not None:
        samples = samples[:, : round(float(stream.duration * stream.time_base) * rate_hz)]
    lead = round(((first or 0.0) - start_s) * rate_hz)
    samples = np.pad(samples, ((0, 0), (lead, 0))) if lead > 0 else samples[:, -lead:]
    return {"waveform": torch.from_numpy(samples)[None].contiguous(), "sample_rate": rate_hz}


def channels_of(piece: av.AudioFrame) -> np.ndarray:
    """Return the samples [C, N] of a decoded frame in the format `PACKED`.

    PyAV (14 to 18) counts one plane too many where 8 channels have planes of their own, and
    reading it ends the process; packed samples are in one plane however many channels there are.
    """
    return piece.to_ndarray().reshape(-1, piece.layout.nb_channels).T

"""What is seen and heard in a file, within bounds: its marks, fingerprints, some of its frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..host.media import MediaError, survey_frames, survey_picture, survey_sound
from ..trust.credentials.media_type import media_type
from ..trust.credentials.watermark_key import as_hex, watermark_key
from .publication import Content

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.watermark import AudioWatermark, VideoWatermark
    from ..trust.registry.audio_fingerprint import AudioFingerprint
    from ..trust.registry.video_fingerprint import VideoFingerprint

_CHUNK_PIXELS = 4_000_000  # of frames that are looked at together, 48 MB as numbers
_DENSE_FRAMES = 120


@dataclass(frozen=True)
class MarkFound:
    """What a watermark detector says of one medium; ``p_value`` is the chance without a mark."""

    identifier: str | None
    p_value: float
    found: bool


@dataclass
class Senses:
    """Fingerprints and marks of the content; None where a medium is absent or unreadable."""

    video: VideoFingerprint | None = None
    audio: AudioFingerprint | None = None
    marks: dict[str, MarkFound] = field(default_factory=dict)
    readable: bool = False


def content_of(path: Path) -> Content:
    """Return what a file shows and sounds like, for its registration.

    Raises:
        MediaError: it is neither picture nor sound.
    """
    from ..trust.registry.video_fingerprint import MAX_FRAMES, STEP_S, reduced

    kind = media_type(path) or ""
    if kind.startswith("image/"):
        return Content((reduced(survey_picture(path)),))
    if kind.startswith("audio/"):
        audio = survey_sound(path)
        seconds = 0.0 if audio is None else audio["waveform"].shape[-1] / audio["sample_rate"]
        return Content((), audio, seconds)
    kept: list[np.ndarray] = []
    last = time = 0.0
    for time, frame in survey_frames(path):
        if len(kept) < MAX_FRAMES and (not kept or time - last >= STEP_S * 0.99):
            kept.append(reduced(frame))
            last = time
    return Content(tuple(kept), survey_sound(path), time)


def senses_of(path: Path) -> Senses:
    """Return marks and fingerprints of a file; what cannot be read is left out."""
    kind = media_type(path) or ""
    found = Senses()
    try:
        if kind.startswith("image/"):
            _look(found, iter([(0.0, survey_picture(path))]))
        elif not kind.startswith("audio/"):
            _look(found, survey_frames(path))
    except MediaError:
        pass
    try:
        if not kind.startswith("image/"):
            _listen(found, path)
    except MediaError:
        pass
    return found


def _look(found: Senses, frames: Iterator[tuple[float, np.ndarray]]) -> None:
    """Read the mark of all frames and take some for the fingerprint, in one pass."""
    from ..trust.registry.video_fingerprint import DENSE_S, fingerprint_of, reduced

    kept: list[np.ndarray] = []
    last = -1.0

    def chunks() -> Iterator[Tensor]:
        nonlocal last
        waiting: list[np.ndarray] = []
        for time, frame in frames:
            if waiting and frame.shape != waiting[0].shape:
                return
            if time - last >= DENSE_S * 0.99 and len(kept) < _DENSE_FRAMES:
                kept.append(reduced(frame))
                last = time
            waiting.append(frame)
            if len(waiting) * frame.shape[0] * frame.shape[1] >= _CHUNK_PIXELS:
                yield _as_float(waiting)
                waiting = []
        if waiting:
            yield _as_float(waiting)

    try:
        detection = _detectors(watermark_key())[0].detect_stream(chunks())
    except ValueError:  # too small or none: there is no place for a mark
        detection = None
    if kept:
        found.readable, found.video = True, fingerprint_of(kept)
    if detection is not None:
        found.marks["video"] = _mark(detection)


def _listen(found: Senses, path: Path) -> None:
    from ..trust.registry.audio_fingerprint import fingerprint_of

    audio = survey_sound(path)
    if audio is None:
        return
    found.readable = True
    found.audio = fingerprint_of(audio, kept=400)
    try:
        detector = _detectors(watermark_key())[1]
        found.marks["audio"] = _mark(detector.detect(audio["waveform"][0], audio["sample_rate"]))
    except ValueError:  # too short for a mark
        return


@lru_cache(maxsize=2)
def _detectors(key: bytes) -> tuple[VideoWatermark, AudioWatermark]:
    """Return the detectors of a key; making them costs more than a short clip."""
    from ..model.watermark import AudioWatermark, VideoWatermark

    return VideoWatermark(key), AudioWatermark(key)


def _as_float(frames: list[np.ndarray]) -> Tensor:
    import torch

    return torch.from_numpy(np.stack(frames)).float().div_(255)


def _mark(detection: Any) -> MarkFound:
    identifier = None if detection.identifier is None else as_hex(detection.identifier)
    return MarkFound(identifier, float(detection.p_value), bool(detection.found))

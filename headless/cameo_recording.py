"""Recordings for ``hibari cameo enroll``: pictures and sound out of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host.bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH

if TYPE_CHECKING:
    import numpy as np

    from ..trust.cameo.enrolment import Recording

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v"})
MAX_SECONDS = 60
EXAMINED_FRAMES = 96


def read_recording(paths: list[Path], voice: Path | None, mask: Path | None) -> Recording:
    """The pictures of all files, the sound of ``voice`` or of the first video that has some.

    Raises:
        ValueError: a file cannot be read, or pictures differ in size.
    """
    import numpy as np

    from ..host.media import read_audio
    from ..trust.cameo.enrolment import Recording

    frames, audio = [], None
    for path in paths:
        pictures, sound = _read(path)
        frames.append(pictures)
        audio = audio if audio is not None else sound
    if len({pictures.shape[1:] for pictures in frames}) > 1:
        sizes = ", ".join(f"{p.shape[2]}x{p.shape[1]}" for p in frames)
        raise ValueError(f"the pictures differ in size ({sizes}); give pictures of one size")
    if voice is not None:
        audio = read_audio(voice)
    shape = None if mask is None else _read_mask(mask)
    if audio is None:
        return Recording(np.concatenate(frames), mask=shape)
    sound = audio["waveform"][0].numpy()
    return Recording(np.concatenate(frames), sound, int(audio["sample_rate"]), shape)


def recorded_at(path: Path) -> float:
    """When a file was last written, in seconds since 1970."""
    try:
        return path.stat().st_mtime
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {(error.strerror or '').lower()}") from error


def codecs_of(checkpoint: str | None) -> tuple[Any | None, Any | None]:
    """Codecs whose latents are stored beside the media: by default those of the bundled checkpoint.

    None where nothing was named and no checkpoint is bundled: latents are then made when needed.
    """
    from ..host import checkpoint_path, make_audio_vae, make_video_vae
    from ..model.checkpoint import Checkpoint

    if checkpoint is None and not BUNDLED_PATH.is_file():
        return None, None
    file = Checkpoint(checkpoint_path(checkpoint or BUNDLED_CHECKPOINT))
    return make_video_vae(file), make_audio_vae(file)


def _read(path: Path) -> tuple[np.ndarray, dict[str, Any] | None]:
    """Frames uint8 [F, Y, X, 3] and sound of a video, or the picture of an image file."""
    import numpy as np

    from ..host.media import iter_frames, probe_video, read_audio, read_image

    if path.suffix.lower() in VIDEO_SUFFIXES:
        info = probe_video(path)
        if not info.duration_s <= MAX_SECONDS:
            raise ValueError(
                f"{path.name} lasts {info.duration_s:.0f} s, at most {MAX_SECONDS} are read; cut "
                "it to ten seconds"
            )
        every = max(1, round(info.duration_s * info.fps / EXAMINED_FRAMES))
        frames = [frame for index, frame in enumerate(iter_frames(path)) if index % every == 0]
        return np.stack(frames), read_audio(path) if info.has_audio else None
    pictures, _ = read_image(path)
    whole: np.ndarray = (pictures.numpy() * 255).round().astype(np.uint8)
    return whole, None


def _read_mask(path: Path) -> np.ndarray:
    """A mask [1, Y, X] in 0..1: how light the picture is, or how opaque where it has holes."""
    from ..host.media import read_image

    pictures, opacity = read_image(path)
    if float(opacity.min()) < 1:
        return opacity[:1].numpy()
    return pictures[:1].mean(-1).numpy()

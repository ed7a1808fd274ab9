"""Clips of a batch to numbered files in the output folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host import ProgressBar, check_interrupted, save_path
from ..host.media import VideoSettings, write_video
from .label import Label

if TYPE_CHECKING:
    from torch import Tensor

    from ..trust.credentials.contribution import Contribution


def save_clips(
    images: Tensor,
    audio: dict[str, Any] | None,
    prefix: str,
    settings: VideoSettings,
    tags: dict[str, str],
    story: Sequence[Contribution] = (),
) -> list[tuple[Path, str]]:
    """Write each clip of a batch to its own file; return (file, subfolder of the output folder).

    Every file is labelled: marked, signed and registered with ``story`` before it has its name.

    ``images`` [B * F, H, W, 3] hold B clips one after the other, where B is the number of sounds
    in ``audio`` (1 without sound). Interruption leaves the finished files only.

    Raises:
        ValueError: frames that cannot be shared out among the sounds, unusable ones or such a name.
        OSError: disk full or no permission.
    """
    if any(letter < " " for letter in prefix):  # a zero byte ends names for the encoder only
        raise ValueError(
            f"filename_prefix {prefix!r} holds control characters. Use letters, digits, - and _"
        )
    clips = split_clips(images, audio)
    folder, stem, counter, subfolder = save_path(prefix, images.shape[2], images.shape[1])
    bar = ProgressBar(len(images))
    files = []
    for index, (frames, sound) in enumerate(clips):
        done_before = index * len(frames)

        def advance(done: int, before: int = done_before) -> None:
            check_interrupted()
            bar.update_absolute(before + done)

        path = folder / f"{stem}_{counter + index:05}_.{settings.container}"
        write_labelled(path, Label(frames, settings.fps, sound, story), settings, tags, advance)
        files.append((path, subfolder))
    return files


def write_labelled(
    path: Path,
    label: Label,
    settings: VideoSettings,
    tags: dict[str, str],
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write the clip of a label to ``path``; the file appears marked, signed and registered."""

    def finish(partial: Path) -> None:
        label.finish(partial, path.name)

    write_video(
        path,
        label.frames(),
        settings,
        audio=label.sound,
        tags=tags,
        on_frame=on_frame,
        finish=finish,
    )


def split_clips(
    images: Tensor, audio: dict[str, Any] | None
) -> list[tuple[Tensor, dict[str, Any] | None]]:
    """Return (frames, sound) of each clip.

    Raises:
        ValueError: no picture, or a number of frames that is no multiple of the sounds.
    """
    if images.ndim != 4 or len(images) == 0:
        raise ValueError(
            f"images of shape {list(images.shape)} are no frames. Connect a decoded video"
        )
    if audio is None:
        return [(images, None)]
    sounds = audio["waveform"]
    if len(sounds) == 0 or len(images) % len(sounds):
        raise ValueError(
            f"{len(images)} frames cannot be shared out among {len(sounds)} sounds. "
            "Decode picture and sound from the same latent"
        )
    frames = images.unflatten(0, (len(sounds), -1))
    return [
        (clip, audio | {"waveform": sound[None]})
        for clip, sound in zip(frames, sounds, strict=True)
    ]

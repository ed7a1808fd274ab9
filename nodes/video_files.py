"""Clips of a batch to numbered files in the output folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host import ProgressBar, check_interrupted, save_path
from ..host.media import VideoSettings, write_video
from .label import Label
from .provenance import clip_story

if TYPE_CHECKING:
    from torch import Tensor

    from ..trust.cameo.result import ResultPermission
    from ..trust.credentials.contribution import Contribution


def save_clips(
    images: Tensor,
    audio: dict[str, Any] | None,
    prefix: str,
    settings: VideoSettings,
    tags: dict[str, str],
    story: Sequence[Contribution] = (),
    cameos: ResultPermission | None = None,
    block: tuple[Mapping[str, Any] | None, str | None] = (None, None),
) -> list[tuple[Path, str]]:
    """Write each clip of a batch to its own file; return (file, subfolder of the output folder).

    Every file is labelled: marked, signed and registered with ``story`` before it has its name.
    ``cameos`` is what their owners allow: where the file goes, and a last check before it does.
    ``block`` (graph and node id) is under which the marks are remembered.

    ``images`` [B * F, H, W, 3] hold B clips one after the other, where B is the number of sounds
    in ``audio`` (1 without sound). Interruption leaves the finished files only.

    Raises:
        ValueError: frames that cannot be shared out among the sounds, unusable ones or such a name.
        OSError: disk full or no permission.
    """
    clips = split_clips(images, audio)
    folder, stem, counter, subfolder = save_path(prefix, images.shape[2], images.shape[1])
    bar = ProgressBar(len(images))
    files = []
    for index, (frames, sound) in enumerate(clips):
        done_before = index * len(frames)

        def advance(done: int, before: int = done_before) -> None:
            check_interrupted()
            bar.update_absolute(before + done)

        wanted = folder / f"{stem}_{counter + index:05}_.{settings.container}"
        path = cameos.place(wanted) if cameos else wanted
        label = Label(frames, settings.fps, sound, clip_story(story, index, len(clips)))
        recorded = partial(_record, cameos, path, wanted)
        write_labelled(path, label, settings, tags, advance, recorded)
        label.record(*block, index)
        files.append((path, subfolder))
    return files


def _record(cameos: ResultPermission | None, path: Path, wanted: Path, finished: Path) -> None:
    """Check the cameos of a finished file once more; what this raises keeps it from its name."""
    if cameos is not None:
        cameos.record(finished, path, wanted)


def write_labelled(
    path: Path,
    label: Label,
    settings: VideoSettings,
    tags: dict[str, str],
    on_frame: Callable[[int], None] | None = None,
    on_finished: Callable[[Path], None] | None = None,
) -> None:
    """Write the clip of a label to ``path``; the file appears marked, signed and registered.

    ``on_finished`` gets the whole file before it has its name; what it raises removes the file.
    """

    def finish(partial: Path) -> None:
        label.finish(partial, path.name)
        if on_finished is not None:
            on_finished(partial)

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

"""A VIDEO that was edited: read as it is asked for, labelled and written once somebody saves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..host import Input, InputImpl, Types

if TYPE_CHECKING:
    from torch import Tensor

    from ..host.media import Footage
    from ..trust.cameo.result import ResultPermission
    from ..trust.credentials.contribution import Contribution


@dataclass(frozen=True)
class Origin:
    """What went into an edit, for its credentials: the story, and the block that tells it."""

    story: tuple[Contribution, ...] = ()
    graph: Mapping[str, Any] | None = None
    node_id: str | None = None
    cameos: ResultPermission | None = None


class FootageFrames:
    """The frames of a clip in the way that labels read an IMAGE: counted, in parts, as float."""

    def __init__(self, footage: Footage) -> None:
        self._footage = footage

    def __len__(self) -> int:
        return self._footage.frames

    def __getitem__(self, part: slice) -> Tensor:
        start, stop, _ = part.indices(len(self))
        return self._footage.between(start, stop)

    def split(self, count: int) -> Iterator[Tensor]:
        """Yield frames ``[count, H, W, 3]``, the last part may be shorter; read once through."""
        import torch

        from ..host.media import as_float

        held: list[Tensor] = []
        for frame in self._footage.read(0, len(self)):
            held.append(as_float(frame))
            if len(held) == count:
                yield torch.stack(held)
                held = []
        if held:
            yield torch.stack(held)


class EditedVideo(Input.Video):  # type: ignore[misc]  # the host decides the base
    """A clip of parts that lie on disk; a file of the whole is made when one is needed."""

    def __init__(self, footage: Footage, origin: Origin) -> None:
        self._footage, self._origin = footage, origin
        self._saved: Any = None

    def footage(self) -> Footage:
        """Its frames and sound, read in parts."""
        return self._footage

    def get_components(self) -> Any:
        """The whole clip in memory, as blocks of others want it."""
        clip = self._footage
        images = clip.between(0, clip.frames)
        return Types.VideoComponents(images=images, audio=clip.audio, frame_rate=clip.fps)

    def save_to(self, path: Any, *arguments: Any, **options: Any) -> None:
        """Write the clip, marked and signed; a file appears only when it is complete.

        Raises:
            ValueError: it cannot be labelled, or is a draft that the owner of a cameo has not
                approved.
            OSError: disk full or no permission.
        """
        self._labelled().save_to(path, *arguments, **options)

    def get_stream_source(self) -> str:
        """Path of a labelled file of the whole."""
        return str(self._labelled().get_stream_source())

    def as_trimmed(self, *arguments: Any, **options: Any) -> Any:
        """A part of it, as of a saved file."""
        return self._labelled().as_trimmed(*arguments, **options)

    def get_dimensions(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        height, width = self._footage.size
        return width, height

    def get_frame_rate(self) -> Fraction:
        """Frames per second."""
        return self._footage.fps

    def get_frame_count(self) -> int:
        """Number of frames."""
        return self._footage.frames

    def get_duration(self) -> float:
        """Duration in seconds."""
        return self._footage.seconds

    def get_container_format(self) -> str:
        """Name of the file format that it is written in."""
        return "mp4"

    def _labelled(self) -> InputImpl.VideoFromFile:
        from .whole_clip import MadeClip, labelled_video

        if self._saved is None:
            clip = self._footage
            made: Any = MadeClip(FootageFrames(clip), clip.audio, float(clip.fps))
            told = self._origin
            self._saved = labelled_video(made, told.story, told.graph, told.node_id, told.cameos)
        return self._saved

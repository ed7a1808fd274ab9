"""The label of one clip: marks in picture and sound, signed credentials, an entry in the registry.

One object follows a clip through saving: :meth:`Label.frames` and :attr:`Label.sound` give what is
to be encoded, :meth:`Label.finish` gets the encoded file before it takes its name. What cannot be
labelled is not saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..trust.credentials.contribution import Contribution
from ..trust.credentials.facts import record_fact
from ..trust.credentials.settings import load_settings
from ..trust.credentials.watermark_key import new_identifier
from .marks import (
    CHUNK_FRAMES,
    current_policy,
    marked_sound,
    marked_stream,
    watermark_details,
)
from .provenance import marks_of
from .publication import Content, publish
from .visible_label import labelled, labelled_chunks

if TYPE_CHECKING:
    from torch import Tensor


class Label:
    """What is put on one clip of ``frames`` [F, H, W, 3] at ``fps``, with ``audio`` or without.

    ``story`` is what the graph contributed. Pictures or sound that carry a watermark already (our
    decode blocks put it in) keep theirs; others get a new one, the same in both.

    Raises:
        ValueError: mistakes in the settings or the policy.
    """

    def __init__(
        self,
        frames: Tensor,
        fps: float,
        audio: dict[str, Any] | None,
        story: Sequence[Contribution],
    ) -> None:
        """Read settings and policy; the frames are read once, when they are encoded."""
        from ..trust.registry.video_fingerprint import sample_indices

        self._frames, self._fps = frames, float(fps)
        self._settings, self._policy = load_settings(), current_policy()
        self._identifier = _given_identifier(story)
        self._given, self._story = list(story), list(story)
        self._marks_picture = self._marks("video", story)
        self._shows_name = self._shows(story)
        self._watched = set(sample_indices(len(frames), self._fps))
        self._seen: list[np.ndarray] = []
        self.sound = audio
        if audio is not None and self._marks("audio", story):
            self.sound = marked_sound(audio, self._identifier)

    def frames(self) -> Iterator[Tensor]:
        """Yield the frames as they are to be encoded, and remember some for the fingerprint."""
        from ..trust.registry.video_fingerprint import reduced

        for index, frame in enumerate(self._marked_frames()):
            if index in self._watched:
                self._seen.append(reduced(as_bytes(frame)))
            yield frame

    def record(self, graph: Mapping[str, Any] | None, node_id: str | None, clip: int = 0) -> None:
        """Remember the marks that go in here, for blocks that work on with the saved pictures."""
        for part in self._story:
            if part not in self._given:
                details = {**part.details, "clip": clip}
                slot = f"{part.details.get('medium')}/{clip}"
                record_fact(node_id, part.kind, details, graph=graph, slot=slot)

    def finish(self, partial: Path, title: str) -> None:
        """Sign the encoded file and register it; ``title`` is the name that it will take."""
        content = Content(tuple(self._seen), self.sound, len(self._frames) / self._fps)
        publish(partial, title, self._story, content, self._settings)

    def _marks(self, medium: str, story: Sequence[Contribution]) -> bool:
        """Decide whether a new mark goes in, and tell the story of it."""
        if marks_of(story, medium) or not self._policy.invisible_watermark:
            return False
        details = watermark_details(self._identifier, medium)
        self._story.append(Contribution("watermark", details))
        return True

    def _shows(self, story: Sequence[Contribution]) -> bool:
        """Decide whether the visible mark is drawn, and tell the story of it."""
        if any(part.kind == "visible_mark" and part.details.get("shown") for part in story):
            return False  # a block drew it
        reason = "" if self._policy.visible_mark else f"policy {self._policy.name}"
        reason = reason or self._no_room()
        details = {"shown": not reason, "name": self._settings.creator or "Hibari"}
        details |= {"reason": reason} if reason else {}
        self._story.append(Contribution("visible_mark", details))
        return not reason

    def _no_room(self) -> str:
        """Return why the visible mark cannot be drawn: frames of some pixels have no place."""
        try:
            labelled(self._frames[:1].float(), self._settings.creator, self._fps)
        except ValueError as error:
            return str(error)
        return ""

    def _marked_frames(self) -> Iterator[Tensor]:
        chunks: Iterator[Tensor] = iter(self._frames.split(CHUNK_FRAMES))
        if self._shows_name:
            chunks = labelled_chunks(chunks, self._settings.creator, self._fps)
        if self._marks_picture:
            chunks = marked_stream(chunks, self._identifier)
        for chunk in chunks:
            yield from chunk


def as_bytes(frame: Tensor) -> np.ndarray:
    """Return one frame [H, W, 3] as uint8, whatever it came in."""
    values = frame[..., :3].detach().cpu()
    if values.dtype.is_floating_point:
        values = (values.float().clamp(0, 1) * 255).round().byte()
    return np.ascontiguousarray(values.numpy())


def _given_identifier(story: Sequence[Contribution]) -> int:
    """Return the identifier that part of the clip carries already, else a new one."""
    carried = marks_of(story, "video") or marks_of(story, "audio")
    return int(carried[0], 16) if carried else new_identifier()

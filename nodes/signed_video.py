"""A VIDEO that stays labelled whoever saves it.

ComfyUI's own Save Video copies streams into a new file and loses the box that holds the signature.
So our VIDEO signs again after it was written: the file it came from is named as its parent.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..host import InputImpl
from ..host.interruption import interruptible
from ..trust.cameo.result import check_released
from .signed_copy import label_copy


class SignedVideo(InputImpl.VideoFromFile):  # type: ignore[misc]  # the host decides the base
    """A video file that we saved; copies of it are signed, with the same marks, as its remix."""

    def __init__(self, file: str, *, start_time: float = 0, duration: float = 0) -> None:
        """``file`` is a path; ``start_time`` and ``duration`` in seconds cut it (0: to its end)."""
        window = {"start_time": start_time, "duration": duration}
        # Only a real cut is passed on: ComfyUI 0.8 knows none.
        super().__init__(file, **{name: seconds for name, seconds in window.items() if seconds})
        self._source = Path(file)

    def save_to(self, path: Any, *arguments: Any, **options: Any) -> None:
        """Write the clip as the host does, then sign it; a file appears only when it is complete.

        Raises:
            InterruptProcessingException: the run was cancelled.
            ValueError: the file that this VIDEO came from was changed after it was signed, or is a
                draft that the owner of a cameo has not approved.
        """
        check_released(self._source)
        if not isinstance(path, (str, Path)):
            super().save_to(path, *arguments, **options)  # a buffer in memory leaves nothing yet
            return
        target = Path(path).absolute()
        # the suffix stays last: hosts choose the format by it
        partial = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:8]}.part{target.suffix}")
        try:
            with interruptible():
                super().save_to(str(partial), *arguments, **options)
            label_copy(self._source, partial, target.name)
            partial.replace(target)
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise

    def as_trimmed(
        self, start_time: float = 0, duration: float = 0, strict_duration: bool = True
    ) -> Any:
        """Return the same file with a further cut, signed too; None where it is too short."""
        start, _ = self.get_active_trim_window()
        cut = SignedVideo(
            str(self._source), start_time=start + (start_time or 0), duration=duration or 0
        )
        available = cut.get_duration()
        if available <= 0 or (strict_duration and duration and available < duration):
            return None
        return cut

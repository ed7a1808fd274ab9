"""The visible mark: a small stamp that wanders through the picture on a keyed path.

A stamp that stays in a corner is cropped or painted over; this one passes through everything that
a viewer looks at, and where it will be is known only with the key. Its path is two slow sines.
Legend: F frames, Y rows, X columns, C channels.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .keystream import Keystream
from .picture import check_frames

MAX_COVER = 0.04
"""Most of a frame that the stamp's rectangle may take."""
PERIODS_S = (15.0, 25.0)


class VisibleMark:
    """Draws one stamp over frames.

    Args:
        key: secret of at least 16 bytes that decides the path.
        stamp_YX2: brightness and opacity, both 0..1, at the size in which it is drawn.
        fps: frames per second, so that the speed is the same at any rate.

    Raises:
        ValueError: the key is too short, the stamp is no stamp, or fps is not positive.
    """

    def __init__(self, key: bytes, stamp_YX2: Tensor, fps: float) -> None:
        if stamp_YX2.dim() != 3 or stamp_YX2.shape[2] != 2:
            raise ValueError(
                f"a stamp of shape {tuple(stamp_YX2.shape)} cannot be drawn; "
                "give [rows, columns, 2], brightness and opacity"
            )
        if not fps > 0:
            raise ValueError(f"fps is {fps}; give a positive number of frames per second")
        self._stamp = stamp_YX2.permute(2, 0, 1).float()
        self._fps = fps
        shortest, longest = PERIODS_S
        draws = Keystream(key, "visible").uniform(4)
        self._periods_s = shortest + (longest - shortest) * draws[:2]
        self._phases = 2 * math.pi * draws[2:]

    def draw(self, frames_FYXC: Tensor, start_frame: int = 0) -> Tensor:
        """Return a copy of ``[F, Y, X, C]`` in 0..1 with the stamp; only its place is changed.

        Args:
            frames_FYXC: frames of one clip.
            start_frame: number of the first of them in the clip.

        Raises:
            ValueError: the frames are unusable, or so small that the stamp would cover too much.
        """
        check_frames(frames_FYXC)
        rows, columns = frames_FYXC.shape[1:3]
        height, width = self._stamp.shape[1] + 1, self._stamp.shape[2] + 1
        if height * width > MAX_COVER * rows * columns:
            raise ValueError(
                f"a stamp of {width}x{height} pixels covers more than {MAX_COVER:.0%} of frames of "
                f"{columns}x{rows}; make it smaller"
            )
        marked = frames_FYXC.clone()
        for index, frame in enumerate(marked):
            down, across = self.position((start_frame + index) / self._fps)
            top, left = down * (rows - height), across * (columns - width)
            light, opacity = _moved(self._stamp, top % 1, left % 1).to(frame)[..., None]
            area = frame[int(top) : int(top) + height, int(left) : int(left) + width, :3]
            area += opacity * (light - area)
        return marked

    def position(self, time_s: float) -> tuple[float, float]:
        """Return where the stamp is, 0..1 down and across the room that it has."""
        down, across = (
            0.5 + 0.5 * math.sin(2 * math.pi * time_s / period + phase)
            for period, phase in zip(self._periods_s, self._phases, strict=True)
        )
        return down, across


def _moved(stamp_2YX: Tensor, down: float, across: float) -> Tensor:
    """The stamp one point larger on both axes, moved by parts of a pixel (no jumps while slow)."""
    weights = torch.outer(torch.tensor([down, 1 - down]), torch.tensor([across, 1 - across]))
    padded = F.pad(stamp_2YX, (1, 1, 1, 1))
    premultiplied = torch.stack([padded[0] * padded[1], padded[1]])[:, None]
    light, opacity = F.conv2d(premultiplied, weights[None, None])[:, 0]
    return torch.stack([light / opacity.clamp(min=1e-6), opacity])

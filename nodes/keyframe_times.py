"""From what people write, "0.5, 1.2:0.6", to the frames and strengths of pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from .keyframes import Keyframe

if TYPE_CHECKING:
    from torch import Tensor


class Moment(NamedTuple):
    """A time in s, and a strength where one was written."""

    time_s: float
    strength: float | None


def read_times(text: str) -> list[Moment]:
    """Return the moments of "0.5, 1.2:0.6": times in s, each with its strength if it has one.

    Raises:
        ValueError: something in it is no time or no strength.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        time, _, strength = part.partition(":")
        try:
            moment = Moment(float(time), float(strength) if strength.strip() else None)
        except ValueError:
            raise ValueError(
                f"times {text!r}: {part!r} is no time in seconds. Write for example 0.5, 1.2:0.6"
            ) from None
        if not math.isfinite(moment.time_s) or moment.time_s < 0:
            raise ValueError(f"times {text!r}: {part!r} is not 0 or more. Use seconds from 0 on")
        found.append(moment)
    return found


def timed(images: Tensor, times: str, strength: float, frames: int, fps: float) -> list[Keyframe]:
    """Return pictures [N, H, W, 3] as keyframes of a clip of so many frames.

    Without times they are spread evenly inside the clip, away from its first and last frame.

    Raises:
        ValueError: other than one time for each picture, or a time beyond the clip.
    """
    moments = read_times(times)
    count = len(images)
    if not moments:
        moments = [Moment(frames * (at + 1) / (count + 1) / fps, None) for at in range(count)]
    if len(moments) != count:
        raise ValueError(
            f"times {times!r} names {len(moments)} moments for {count} pictures. Write one for "
            "each, or none to spread them evenly"
        )
    return [
        Keyframe(image, _frame(moment, frames, fps), _strength(moment, strength), f"picture {at}")
        for at, (image, moment) in enumerate(zip(images, moments, strict=True), start=1)
    ]


def _frame(moment: Moment, frames: int, fps: float) -> int:
    """The frame on show at a moment; the very end of the clip is its last frame."""
    frame = round(moment.time_s * fps)
    if frame > frames:
        raise ValueError(
            f"time {moment.time_s:g} s is beyond the clip, which lasts {frames / fps:.2f} s. "
            "Give an earlier time, or make the clip longer"
        )
    return min(frame, frames - 1)


def _strength(moment: Moment, strength: float) -> float:
    return strength if moment.strength is None else moment.strength

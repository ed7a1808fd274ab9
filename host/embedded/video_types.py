"""What a VIDEO is made of: its components, the containers and codecs it can be saved in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class VideoCodec(str, Enum):
    """Video codecs; AUTO is the usual one of the container."""

    AUTO = "auto"
    H264 = "h264"
    AV1 = "av1"

    @classmethod
    def as_input(cls) -> list[str]:
        """Names for a dropdown."""
        return [member.value for member in cls]


class VideoContainer(str, Enum):
    """File formats; AUTO goes by the file's suffix and is mp4 otherwise."""

    AUTO = "auto"
    MP4 = "mp4"
    MKV = "mkv"
    WEBM = "webm"

    @classmethod
    def as_input(cls) -> list[str]:
        """Names for a dropdown."""
        return [member.value for member in cls]

    @classmethod
    def get_extension(cls, value: str | VideoContainer) -> str:
        """File suffix without the dot."""
        container = cls(value)
        return "mp4" if container is cls.AUTO else container.value


@dataclass
class VideoComponents:
    """A decoded video: images [F,H,W,C] in 0..1, frames per second, and sound as AUDIO or None."""

    images: torch.Tensor
    frame_rate: Fraction
    audio: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    alpha: torch.Tensor | None = None

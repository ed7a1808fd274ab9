"""VIDEO: a clip in a file or in memory, with one interface for blocks.

Writing and reading are done by ``host/media``. The embedded host writes mp4 and webm in 8 bits.
"""

from __future__ import annotations

import json
import tempfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from .video_types import VideoCodec, VideoComponents, VideoContainer


class VideoInput:
    """A VIDEO; durations are in seconds."""

    def get_components(self) -> VideoComponents:
        """The decoded clip; as large in memory as all its frames."""
        raise NotImplementedError

    def save_to(
        self,
        path: str | Path | IO[bytes],
        format: VideoContainer | str = VideoContainer.AUTO,  # noqa: A002 - the contract's name
        codec: VideoCodec | str = VideoCodec.AUTO,
        metadata: dict[str, Any] | None = None,
        **quality: Any,
    ) -> None:
        """Write the clip to a file or a buffer; ``metadata`` values become JSON tags.

        ``quality`` takes ``bit_depth``, ``crf`` and ``color_space`` of the contract; only their
        defaults exist here.

        Raises:
            ValueError: a container, codec or quality that the embedded host does not write.
            OSError: the file cannot be written; nothing is left behind.
        """
        suffix = "" if isinstance(path, BytesIO) else Path(str(path)).suffix.lower().lstrip(".")
        container = _checked_container(VideoContainer(format), suffix)
        _check_quality(VideoCodec(codec), container, quality)
        tags = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in (metadata or {}).items()
        }
        if isinstance(path, (str, Path)):
            self._write(Path(path), container, tags)
            return
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"clip.{container}"
            self._write(file, container, tags)
            path.write(file.read_bytes())

    def _write(self, path: Path, container: str, tags: dict[str, str]) -> None:
        raise NotImplementedError

    def get_stream_source(self) -> str | BytesIO:
        """The clip as an encoded file: its path, or a buffer."""
        buffer = BytesIO()
        self.save_to(buffer)
        buffer.seek(0)
        return buffer

    def get_dimensions(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        images = self.get_components().images
        return images.shape[2], images.shape[1]

    def get_frame_rate(self) -> Fraction:
        """Frames per second."""
        return self.get_components().frame_rate

    def get_frame_count(self) -> int:
        """Number of frames."""
        return int(self.get_components().images.shape[0])

    def get_duration(self) -> float:
        """Duration in seconds."""
        return float(self.get_frame_count() / self.get_frame_rate())

    def get_container_format(self) -> str:
        """Name of the file format."""
        return "mp4"

    def get_bit_depth(self) -> int:
        """Bits per channel."""
        return 8

    def get_color_space(self) -> str:
        """Name of the colour space."""
        return "sRGB"

    def get_active_trim_window(self) -> tuple[float, float]:
        """(start, duration) of the cut in seconds; duration 0 means up to the end."""
        return 0.0, 0.0

    def as_trimmed(
        self,
        start_time: float | None = None,
        duration: float | None = None,
        strict_duration: bool = False,
    ) -> VideoInput | None:
        """The clip from ``start_time`` for ``duration`` (0: to its end), None if too short."""
        raise NotImplementedError


class VideoFromComponents(VideoInput):
    """A VIDEO in memory."""

    def __init__(self, components: VideoComponents, bit_depth: int = 8) -> None:
        if bit_depth != 8:
            raise ValueError(f"bit depth {bit_depth} is not written without ComfyUI; use 8")
        self._components = components

    def get_components(self) -> VideoComponents:
        """The clip itself."""
        return self._components

    def as_trimmed(
        self,
        start_time: float | None = None,
        duration: float | None = None,
        strict_duration: bool = False,
    ) -> VideoInput | None:
        """A view of the frames and the sound from ``start_time`` on."""
        clip, rate = self._components, self._components.frame_rate
        start = _from_start(start_time or 0.0, self.get_duration())
        first = round(start * rate)
        count = round(duration * rate) if duration else self.get_frame_count() - first
        images = clip.images[first : first + count]
        if len(images) == 0 or (strict_duration and duration and len(images) < count):
            return None
        audio = clip.audio and _cut_audio(clip.audio, first / rate, len(images) / rate)
        return VideoFromComponents(VideoComponents(images, rate, audio, clip.metadata))

    def _write(self, path: Path, container: str, tags: dict[str, str]) -> None:
        from ..media import VideoSettings, write_video
        from .progress import check_interrupted

        write_video(
            path,
            self._components.images,
            VideoSettings(self._components.frame_rate, container),
            audio=self._components.audio,
            tags=tags,
            on_frame=lambda _: check_interrupted(),
        )


class VideoFromFile(VideoInput):
    """A VIDEO in a file, decoded only when its frames are asked for."""

    def __init__(
        self, file: str | Path | BytesIO, *, start_time: float = 0, duration: float = 0
    ) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if isinstance(file, BytesIO):
            self._folder = tempfile.TemporaryDirectory()
            path = Path(self._folder.name) / "clip"
            path.write_bytes(file.getvalue())
            file = path
        self._path = Path(file)
        self._start, self._duration = start_time, duration

    def get_stream_source(self) -> str | BytesIO:
        """Path of the file; a cut is not applied to it."""
        return str(self._path)

    def get_dimensions(self) -> tuple[int, int]:
        """(width, height) in pixels, from the file's header."""
        info = self._probe()
        return info.width, info.height

    def get_frame_rate(self) -> Fraction:
        """Frames per second, from the file's header."""
        return self._probe().fps

    def get_duration(self) -> float:
        """Duration in seconds, from the file's header and the cut."""
        start, duration = self.get_active_trim_window()
        rest = self._probe().duration_s - start
        return min(duration, rest) if duration else rest

    def get_frame_count(self) -> int:
        """Number of frames, from the file's header and the cut."""
        return round(self.get_duration() * self.get_frame_rate())

    def get_container_format(self) -> str:
        """Name of the file format, such as ``mov,mp4,m4a,3gp,3g2,mj2``."""
        return self._probe().container

    def get_active_trim_window(self) -> tuple[float, float]:
        """(start, duration) of the cut in seconds; a start below 0 counts from the end."""
        if self._start >= 0:
            return float(self._start), float(self._duration)
        return _from_start(self._start, self._probe().duration_s), float(self._duration)

    def as_trimmed(
        self,
        start_time: float | None = None,
        duration: float | None = None,
        strict_duration: bool = False,
    ) -> VideoInput | None:
        """The same file with a further cut."""
        cut = VideoFromFile(
            self._path, start_time=self._start + (start_time or 0), duration=duration or 0
        )
        available = cut.get_duration()
        if available <= 0 or (strict_duration and duration and available < duration):
            return None
        return cut

    def get_components(self) -> VideoComponents:
        """The decoded clip."""
        from ..media import read_video

        clip = read_video(self._path)
        images = clip.frames.float().div_(255)
        whole = VideoFromComponents(VideoComponents(images, clip.fps, clip.audio, clip.tags))
        start, duration = self.get_active_trim_window()
        if not start and not duration:
            return whole.get_components()
        cut = whole.as_trimmed(start, duration)
        if cut is None:
            raise ValueError(
                f"{self._path.name} lasts {whole.get_duration():.2f} s and has no frame from "
                f"{start} s on; start earlier"
            )
        return cut.get_components()

    def _probe(self) -> Any:
        from ..media import probe_video

        return probe_video(self._path)

    def _write(self, path: Path, container: str, tags: dict[str, str]) -> None:
        from .remux import remux

        start, duration = self.get_active_trim_window()
        if not start and not duration and container in self.get_container_format().split(","):
            remux(self._path, path, container, tags)
            return
        components = self.get_components()
        kept = components.metadata or {}
        VideoFromComponents(components)._write(path, container, kept | tags)


class Input:
    """Types of values that blocks receive."""

    Video = VideoInput


class InputImpl:
    """Ways to make a VIDEO."""

    VideoFromFile = VideoFromFile
    VideoFromComponents = VideoFromComponents


class Types:
    """Types of what a VIDEO is made of."""

    VideoCodec = VideoCodec
    VideoContainer = VideoContainer
    VideoComponents = VideoComponents


def _from_start(start: float, duration: float) -> float:
    return max(duration + start, 0.0) if start < 0 else start


def _cut_audio(audio: dict[str, Any], start: Fraction, duration: Fraction) -> dict[str, Any]:
    rate = int(audio["sample_rate"])
    first, count = round(start * rate), round(duration * rate)
    return audio | {"waveform": audio["waveform"][..., first : first + count]}


def _checked_container(wanted: VideoContainer, suffix: str) -> str:
    if wanted is VideoContainer.AUTO:
        wanted = VideoContainer.WEBM if suffix == "webm" else VideoContainer.MP4
    if wanted is VideoContainer.MKV:
        raise ValueError("container mkv is not written without ComfyUI; use mp4 or webm")
    return wanted.value


def _check_quality(codec: VideoCodec, container: str, quality: dict[str, Any]) -> None:
    given = {name: value for name, value in quality.items() if value is not None}
    if given.get("color_space") == "sRGB":
        del given["color_space"]
    if given.get("bit_depth") == 8:
        del given["bit_depth"]
    if given:
        raise ValueError(f"{', '.join(given)} cannot be set without ComfyUI; leave it out")
    if codec is VideoCodec.AV1 or (codec is VideoCodec.H264 and container != "mp4"):
        raise ValueError(
            f"codec {codec.value} in {container} is not written without ComfyUI; use codec auto"
        )

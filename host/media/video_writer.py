"""Video files with sound, encoded frame by frame.

mp4 is H.264 (yuv420p, BT.709) with AAC and its index in front, webm is VP9 with Opus; both play in
browsers. Sound is padded with silence or trimmed so that it ends with the picture, and both start
at 0: the encoders' priming samples are declared in the file (edit list, codec delay), not heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from .audio_feed import AudioFeed, audio_frame
from .errors import MediaError
from .partial_file import partial_file
from .rate import exact_rate

# A level that looks like the source, one for the web, one for previews.
_CRF = {
    "mp4": {"high": 16, "balanced": 21, "small": 28},
    "webm": {"high": 20, "balanced": 30, "small": 40},
}
# The vectorised macroblock tree of x264 gives pictures up to 128 pixels wide other bytes now and
# then; from 192 on it is exact.
_EXACT_TREE_PX = 192
_CHANNEL_BIT_RATE = {"high": 96_000, "balanced": 64_000, "small": 40_000}
CONTAINERS = tuple(_CRF)
QUALITIES = tuple(_CRF["mp4"])
_AAC_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS_RATE_HZ = 48000


@dataclass(frozen=True)
class VideoSettings:
    """How to encode: frames per second, ``container`` mp4 or webm, ``quality`` high to small."""

    fps: float | Fraction
    container: str = "mp4"
    quality: str = "high"

    def __post_init__(self) -> None:
        """Raises: ValueError for an unknown container or quality, or fps out of range."""
        for name, value, known in (
            ("container", self.container, CONTAINERS),
            ("quality", self.quality, QUALITIES),
        ):
            if value not in known:
                raise ValueError(f"{name} {value!r} is unknown; use {', '.join(known)}")
        exact_rate(self.fps)


def write_video(
    path: str | Path,
    frames: Iterable[torch.Tensor | np.ndarray],
    settings: VideoSettings,
    *,
    audio: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
    on_frame: Callable[[int], None] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> Path:
    """Write frames ``[H, W, 3 or 4]`` (float 0..1 or uint8) and sound to ``path``; return it.

    ``frames`` may be a generator: one frame is held at a time. mp4 needs even sides, so an odd one
    grows by repeating its last row or column. ``on_frame`` gets the number of frames written so
    far and may raise to interrupt; whatever is raised, no partial file stays. ``finish`` gets the
    complete file before it takes its name, for example to sign it.

    Raises:
        MediaError: no frames, sizes that differ, values that are not numbers, unusable audio.
        MediaWriteError: disk full or no permission.
    """
    target = Path(path).absolute()
    with partial_file(target) as partial:
        with _Encoder(partial, settings, audio, tags or {}) as encoder:
            for frame in frames:
                encoder.write(frame)
                if on_frame is not None:
                    on_frame(encoder.frames)
            encoder.finish(on_frame)
        if finish is not None:
            finish(partial)
    return target


class _Encoder:
    """One open output file: its streams, the frames written so far and the sound up to there."""

    def __init__(
        self,
        path: Path,
        settings: VideoSettings,
        audio: dict[str, Any] | None,
        tags: dict[str, str],
    ) -> None:
        self.frames = 0
        self._path, self._settings, self._tags = path, settings, tags
        self._rate = exact_rate(settings.fps)
        self._size = (0, 0)
        self._samples = 0
        self._feed = None if audio is None else AudioFeed(audio, self._audio_rate(audio))

    def __enter__(self) -> _Encoder:
        is_mp4 = self._settings.container == "mp4"
        # Without use_metadata_tags mp4 keeps only tags that Apple named; faststart lets a browser
        # play before the whole file has arrived.
        options = {"movflags": "use_metadata_tags+faststart"} if is_mp4 else {}
        self._output = av.open(
            str(self._path), "w", format=self._settings.container, options=options
        )
        self._output.metadata.update(self._tags)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._output.close()
            return
        with suppress(OSError):  # the first error is the one to report
            self._output.close()

    def write(self, frame: torch.Tensor | np.ndarray) -> None:
        """Encode the next frame and the sound up to its end."""
        pixels = _pixels(frame, self.frames)
        if self.frames == 0:
            self._start(pixels)
        if pixels.shape[:2] != self._size:
            raise MediaError(
                f"frame {self.frames} is {pixels.shape[1]}x{pixels.shape[0]}, the first one was "
                f"{self._size[1]}x{self._size[0]}. Give frames of one size."
            )
        picture = av.VideoFrame.from_ndarray(self._padded(pixels), format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        picture.color_primaries, picture.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        picture.pts, picture.time_base = self.frames, 1 / self._rate
        self._output.mux(self._video.encode(picture))
        self.frames += 1
        self._write_audio()

    def finish(self, on_frame: Callable[[int], None] | None) -> None:
        """Flush what the encoders hold back."""
        if self.frames == 0:
            raise MediaError(f"{self._settings.container} video has no frames. Give at least one.")
        if self._feed is not None:
            self._output.mux(self._audio.encode(None))
        for packet in self._video.encode_lazy(None):
            self._output.mux(packet)
            if on_frame is not None:
                on_frame(self.frames)

    def _start(self, pixels: np.ndarray) -> None:
        self._size = pixels.shape[:2]
        container, quality = self._settings.container, self._settings.quality
        is_mp4 = container == "mp4"
        self._video = self._output.add_stream(
            "libx264" if is_mp4 else "libvpx-vp9", rate=self._rate
        )
        self._video.height, self._video.width = self._padded(pixels).shape[:2]
        self._video.pix_fmt = "yuv420p"
        self._video.options = {"crf": str(_CRF[container][quality])}
        if is_mp4 and self._video.width < _EXACT_TREE_PX:
            self._video.options |= {"x264-params": "mbtree=0"}
        if not is_mp4:
            # b=0 makes crf a constant quality; row-mt and cpu-used trade little size for speed.
            self._video.options |= {"b": "0", "row-mt": "1", "cpu-used": "3"}
        context = self._video.codec_context
        context.time_base = 1 / self._rate
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        if self._feed is not None:
            self._audio = self._output.add_stream(
                "aac" if is_mp4 else "libopus", rate=self._feed.rate_hz, layout=self._feed.layout
            )
            # AAC cannot spend more than about 6 bits a sample; 4 keeps low rates clear of that.
            per_channel = min(_CHANNEL_BIT_RATE[quality], 4 * self._feed.rate_hz)
            self._audio.bit_rate = self._feed.channels * per_channel

    def _padded(self, pixels: np.ndarray) -> np.ndarray:
        if self._settings.container != "mp4":
            return pixels  # VP9 takes odd sides
        height, width = pixels.shape[:2]
        return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")

    def _write_audio(self) -> None:
        if self._feed is None:
            return
        end = round(self.frames / self._rate * self._feed.rate_hz)
        samples = self._feed.take(end - self._samples)
        frame = audio_frame(samples, self._feed.layout, self._feed.rate_hz, self._samples)
        self._output.mux(self._audio.encode(frame))
        self._samples = end

    def _audio_rate(self, audio: dict[str, Any]) -> int:
        """Keep the source's rate where the codec knows it, else 48 kHz."""
        source_hz = int(audio["sample_rate"])
        known = self._settings.container == "mp4" and source_hz in _AAC_RATES_HZ
        return source_hz if known else _OPUS_RATE_HZ


def _pixels(frame: torch.Tensor | np.ndarray, index: int) -> np.ndarray:
    """Return one frame as contiguous uint8 ``[H, W, 3]``; alpha is dropped."""
    values = torch.as_tensor(frame).detach().cpu()
    if values.ndim != 3 or values.shape[-1] not in (3, 4) or 0 in values.shape:
        raise MediaError(
            f"frame {index} has shape {list(values.shape)}. Give [height, width, 3] images."
        )
    values = values[..., :3]
    if values.dtype != torch.uint8:
        if not bool(torch.isfinite(values).all()):
            raise MediaError(
                f"frame {index} contains values that are not numbers. Decode the video again."
            )
        values = (values.float().clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(values.numpy())

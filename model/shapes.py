"""Shapes of clips and latents: the one place that knows 32x32x8, 128 channels and 25 Hz.

Legend in ``model/``: B batch, C channels, F frames, Y rows, X columns (video);
A audio frames, M mel bins; T tokens, D width, N heads, H head dim.
Source: LTX-2 checkpoint format (Lightricks/LTX-2): video VAE 32x32x8, audio VAE 4 rows of 10 ms.
"""

from __future__ import annotations

from typing import NamedTuple

TIME_STRIDE = 8
SPACE_STRIDE = 32
VIDEO_CHANNELS = 128
AUDIO_CHANNELS = 8
AUDIO_BINS = 16
MEL_BINS = 64
MEL_RATE_HZ = 100
MEL_PER_LATENT = 4
AUDIO_LATENT_RATE_HZ = MEL_RATE_HZ // MEL_PER_LATENT
MAX_FRAMES = 8 * 500 + 1
MAX_SIDE_PX = 4096


class VideoLatentShape(NamedTuple):
    """Latent frames, rows, columns; the tensor is ``[B, 128, frames, rows, columns]``."""

    frames: int
    rows: int
    columns: int

    @property
    def tokens(self) -> int:
        """Number of transformer tokens of one clip."""
        return self.frames * self.rows * self.columns

    def pixels(self) -> VideoShape:
        """The clip that these latents decode to (8k+1 frames)."""
        return VideoShape(
            (self.frames - 1) * TIME_STRIDE + 1,
            self.rows * SPACE_STRIDE,
            self.columns * SPACE_STRIDE,
        )


class VideoShape(NamedTuple):
    """Frames, height and width of a clip in pixels."""

    frames: int
    height: int
    width: int

    def latent(self) -> VideoLatentShape:
        """Latent shape of this clip.

        Raises:
            ValueError: frames is not 8k+1, or a side is not a multiple of 32.
        """
        if self.frames < 1 or (self.frames - 1) % TIME_STRIDE:
            low = max(1, (self.frames - 1) // TIME_STRIDE * TIME_STRIDE + 1)
            raise ValueError(
                f"length {self.frames} is not 8k+1; use {low} or {low + TIME_STRIDE} frames"
            )
        for name, side in (("height", self.height), ("width", self.width)):
            if side < SPACE_STRIDE or side % SPACE_STRIDE:
                low = max(SPACE_STRIDE, side // SPACE_STRIDE * SPACE_STRIDE)
                raise ValueError(
                    f"{name} {side} is not a multiple of {SPACE_STRIDE}; "
                    f"use {low} or {low + SPACE_STRIDE}"
                )
        return VideoLatentShape(
            (self.frames - 1) // TIME_STRIDE + 1,
            self.height // SPACE_STRIDE,
            self.width // SPACE_STRIDE,
        )


class AudioLatentShape(NamedTuple):
    """Audio latent frames; the tensor is ``[B, 8, frames, 16]``, 25 frames per second."""

    frames: int

    @property
    def tokens(self) -> int:
        """Number of transformer tokens of one clip."""
        return self.frames

    @property
    def mel_frames(self) -> int:
        """Mel rows that these latents decode to (10 ms each)."""
        return MEL_PER_LATENT * self.frames - (MEL_PER_LATENT - 1)


def snap_frames(seconds: float, fps: float) -> int:
    """Frames (8k+1) nearest to a duration in seconds, at least 9."""
    wanted = seconds * fps
    return max(1, round((wanted - 1) / TIME_STRIDE)) * TIME_STRIDE + 1


def snap_side(pixels: int) -> int:
    """Multiple of 32 nearest to a side in pixels, at least 32."""
    return max(1, round(pixels / SPACE_STRIDE)) * SPACE_STRIDE


def audio_frames_for(frames: int, fps: float) -> int:
    """Audio latents that cover ``frames`` video frames at ``fps``: ``round(frames / fps * 25)``."""
    return max(1, round(frames / fps * AUDIO_LATENT_RATE_HZ))

"""VAE of the picture in the embedded host: chunk by chunk, with progress and cancelling."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from ...model.shapes import SPACE_STRIDE, TIME_STRIDE, VideoLatentShape
from ...model.video_vae import Tiling, VideoVae
from .progress import ProgressBar


class VideoCodec:
    """VAE: IMAGE [F,H,W,3] or [B,F,H,W,3] in 0..1 to latents [B,128,F,h,w] and back."""

    def __init__(self, vae: VideoVae) -> None:
        self.first_stage_model = vae
        self.latent_channels = vae.config.latent_channels

    def spacial_compression_decode(self) -> int:
        """Pixels per latent column; ComfyUI's spelling."""
        return SPACE_STRIDE

    def temporal_compression_decode(self) -> int:
        """Frames per latent frame."""
        return TIME_STRIDE

    def decode(self, samples: Tensor) -> Tensor:
        """Pictures [B,F,H,W,3] in 0..1; only they grow with the duration."""
        batch, _, *grid = samples.shape
        frames, height, width = VideoLatentShape(*grid).pixels()
        images = torch.empty(batch, frames, height, width, 3)
        bar, done = ProgressBar(frames), 0
        for piece in self.first_stage_model.decode_stream(self._ready(samples)):
            images[:, done : done + piece.shape[2]] = _as_pictures(piece)
            done += piece.shape[2]
            bar.update_absolute(done)
        return images

    def decode_tiled(
        self,
        samples: Tensor,
        tile_x: int | None = None,
        tile_y: int | None = None,
        overlap: int | None = None,
        tile_t: int | None = None,
        overlap_t: int | None = None,
    ) -> Tensor:
        """The same in overlapping tiles; sizes are in latents, tiles are square."""
        side = max(2, min(tile_x or Tiling.side, tile_y or Tiling.side))
        shared = max(1, min(Tiling.overlap if overlap is None else overlap, side - 1))
        frames = tile_t or 0
        frames_shared = max(1, min(overlap_t or 1, (frames or 2) - 1))
        bar = ProgressBar(1)
        pixels = self.first_stage_model.decode_tiled(
            self._ready(samples),
            Tiling(side, shared, frames, frames_shared),
            progress=bar.update_absolute,
        )
        return _as_pictures(pixels)

    def encode(self, pixels: Tensor) -> Tensor:
        """Latents of pictures; sides are cropped to multiples of 32, frames to 8k+1."""
        clips = _cropped(pixels if pixels.ndim == 5 else pixels[None])
        scaled = rearrange(clips * 2 - 1, "B F Y X C -> B C F Y X")
        bar = ProgressBar(1)
        latents = self.first_stage_model.encode(self._ready(scaled), progress=bar.update_absolute)
        return latents.float().cpu()

    def _ready(self, values: Tensor) -> Tensor:
        return values.to(next(self.first_stage_model.parameters()))


def _as_pictures(pixels_BCFYX: Tensor) -> Tensor:
    pictures = rearrange(pixels_BCFYX, "B C F Y X -> B F Y X C").float().cpu()
    return ((pictures + 1) / 2).clamp(0, 1)


def _cropped(clips_BFYXC: Tensor) -> Tensor:
    """The middle of the pictures, with sides that are multiples of 32, and 8k+1 frames.

    Raises:
        ValueError: a side is below 32.
    """
    frames, height, width = clips_BFYXC.shape[1:4]
    if min(height, width) < SPACE_STRIDE:
        raise ValueError(
            f"pictures of {width}x{height} px are too small to encode; use at least "
            f"{SPACE_STRIDE}x{SPACE_STRIDE}"
        )
    kept = (frames - 1) // TIME_STRIDE * TIME_STRIDE + 1
    top, left = height % SPACE_STRIDE // 2, width % SPACE_STRIDE // 2
    rows, columns = height // SPACE_STRIDE * SPACE_STRIDE, width // SPACE_STRIDE * SPACE_STRIDE
    return clips_BFYXC[:, :kept, top : top + rows, left : left + columns, :3]

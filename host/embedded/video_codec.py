"""VAE of the picture in the embedded host: chunk by chunk, with progress and cancelling."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from ...model.shapes import SPACE_STRIDE, TIME_STRIDE, VideoLatentShape
from ...model.video_vae import VideoVae
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
        for chunk in self.first_stage_model.decode_stream(self._ready(samples)):
            pixels = rearrange(chunk, "B C F Y X -> B F Y X C").float()
            images[:, done : done + pixels.shape[1]] = ((pixels + 1) / 2).clamp(0, 1)
            done += pixels.shape[1]
            bar.update_absolute(done)
        return images

    def decode_tiled(
        self,
        samples: Tensor,
        tile_x: int | None = None,
        tile_y: int | None = None,
        overlap: int | None = None,
        **_: int | None,
    ) -> Tensor:
        """The same in tiles of latents. ``tile_t`` is not needed: time is streamed anyway."""
        tile = max(2, min(size for size in (tile_x, tile_y, samples.shape[-1]) if size))
        shared = max(1, min(overlap or 1, tile // 2))
        pixels = self.first_stage_model.decode_tiled(self._ready(samples), tile, shared)
        images = rearrange(pixels, "B C F Y X -> B F Y X C").float().cpu()
        return ((images + 1) / 2).clamp(0, 1)

    def encode(self, pixels: Tensor) -> Tensor:
        """Latents of pictures; sides are cropped to multiples of 32, frames to 8k+1."""
        clips = pixels if pixels.ndim == 5 else pixels[None]
        frames = (clips.shape[1] - 1) // TIME_STRIDE * TIME_STRIDE + 1
        clips = _cropped(clips[:, :frames, ..., :3])
        scaled = rearrange(clips * 2 - 1, "B F Y X C -> B C F Y X")
        bar, pieces = ProgressBar((frames - 1) // TIME_STRIDE + 1), []
        for piece in self.first_stage_model.encode_stream(self._ready(scaled)):
            pieces.append(piece.float().cpu())
            bar.update(piece.shape[2])
        return torch.cat(pieces, dim=2)

    def _ready(self, values: Tensor) -> Tensor:
        return values.to(next(self.first_stage_model.parameters()))


def _cropped(clips_BFYXC: Tensor) -> Tensor:
    """The middle of the pictures, with sides that are multiples of 32.

    Raises:
        ValueError: a side is below 32.
    """
    height, width = clips_BFYXC.shape[2:4]
    if min(height, width) < SPACE_STRIDE:
        raise ValueError(
            f"pictures of {width}x{height} px are too small to encode; use at least "
            f"{SPACE_STRIDE}x{SPACE_STRIDE}"
        )
    top, left = height % SPACE_STRIDE // 2, width % SPACE_STRIDE // 2
    rows, columns = height // SPACE_STRIDE * SPACE_STRIDE, width // SPACE_STRIDE * SPACE_STRIDE
    return clips_BFYXC[:, :, top : top + rows, left : left + columns]

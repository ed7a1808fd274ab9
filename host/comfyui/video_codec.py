"""Our video VAE with the methods that ``comfy.sd.VAE`` calls on a codec."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from comfy.utils import ProgressBar
from torch import Tensor

from ...model.shapes import SPACE_STRIDE, TIME_STRIDE, VideoLatentShape
from ...model.video_vae import VideoVae
from ...model.video_vae.vae import CHUNK_BYTES

# Frames that travel to the GPU at once when a clip is encoded.
CHUNK_FRAMES = 4 * TIME_STRIDE
# Of a clip while it is decoded, at least.
PIECES = 12
# 4x4 pixels each, where the decoder is widest in memory.
PATCHES_PER_LATENT = (SPACE_STRIDE // 4) ** 2


class HostVideoVae(VideoVae):
    """Encodes and decodes in chunks of time, with progress and cancelling between them."""

    # ComfyUI then hands over its own output buffer, and pixels that are not on the GPU yet.
    comfy_has_chunked_io = True

    def decode_output_shape(self, shape: Any) -> tuple[int, ...]:
        """Shape of the pixels that latents of ``shape`` decode to."""
        pixels = VideoLatentShape(*shape[2:]).pixels()
        return (shape[0], self.config.pixel_channels, *pixels)

    def encode(self, pixels_BCFYX: Tensor, device: Any = None) -> Tensor:  # type: ignore[override]
        """Normalised latents; frames beyond 8k+1 are left out, as ComfyUI's LTX-2 codec does."""
        frames = (pixels_BCFYX.shape[2] - 1) // TIME_STRIDE * TIME_STRIDE + 1
        kept, bar = pixels_BCFYX[:, :, :frames], ProgressBar(frames)

        def pieces() -> Iterator[Tensor]:
            for piece in kept.split(CHUNK_FRAMES, dim=2):
                yield piece.to(device or piece.device)
                bar.update(piece.shape[2])

        latents = list(self.encode_stream(pieces(), chunk_frames=CHUNK_FRAMES))
        return torch.cat(latents, dim=2)

    def decode(  # type: ignore[override]
        self, latents_BCFYX: Tensor, output_buffer: Tensor | None = None
    ) -> Tensor:
        """Pixels in [-1, 1], written to ``output_buffer`` where one is given."""
        shape = self.decode_output_shape(latents_BCFYX.shape)
        pixels = latents_BCFYX.new_empty(shape) if output_buffer is None else output_buffer
        bar, done = ProgressBar(shape[2]), 0
        for piece in self.decode_stream(
            latents_BCFYX, chunk_bytes=self._chunk_bytes(latents_BCFYX)
        ):
            pixels[:, :, done : done + piece.shape[2]] = piece
            done += piece.shape[2]
            bar.update_absolute(done)
        return pixels

    def _chunk_bytes(self, latents_BCFYX: Tensor) -> int:
        """Small enough for about ``PIECES`` reports of progress, also where memory is plenty."""
        pixels = VideoLatentShape(*latents_BCFYX.shape[2:]).pixels()
        widest = self.config.decoder_base_channels * math.prod(pixels) // self.config.patch_size**2
        total = len(latents_BCFYX) * widest * latents_BCFYX.element_size()
        return max(1, min(CHUNK_BYTES, total // PIECES))


def decode_bytes(vae: VideoVae, shape: Sequence[int], dtype: torch.dtype) -> int:
    """What decoding latents ``[B, 128, F, h, w]`` takes besides weights; duration adds nothing.

    Pieces on their way through the network, and two frames kept by each convolution.
    """
    final_frame = shape[3] * shape[4] * vae.config.decoder_base_channels * PATCHES_PER_LATENT
    return 16 * CHUNK_BYTES + 40 * shape[0] * final_frame * dtype.itemsize


def encode_bytes(vae: VideoVae, shape: Sequence[int], dtype: torch.dtype) -> int:
    """What encoding pixels ``[B, 3, F, H, W]`` takes besides weights; measured on a CPU."""
    frames = min(shape[2], CHUNK_FRAMES)
    first_frame = shape[3] * shape[4] * vae.config.encoder_base_channels // vae.config.patch_size**2
    return 28 * shape[0] * frames * first_frame * dtype.itemsize

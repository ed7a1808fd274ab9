"""Our video VAE with the methods that ``comfy.sd.VAE`` calls on a codec."""

from __future__ import annotations

from typing import Any

import torch
from comfy.model_management import intermediate_device
from comfy.utils import ProgressBar
from torch import Tensor

from ...model.shapes import TIME_STRIDE, VideoLatentShape
from ...model.video_vae import VideoVae
from .progress import check_interrupted


class HostVideoVae(VideoVae):
    """Encodes and decodes in chunks of time, with progress and cancelling between them."""

    # ComfyUI then hands us its own output buffer, and pixels that are not on the GPU yet.
    comfy_has_chunked_io = True

    def decode_output_shape(self, shape: Any) -> tuple[int, ...]:
        """Shape of the pixels that latents of ``shape`` decode to."""
        return (shape[0], 3, *VideoLatentShape(*shape[2:]).pixels())

    def encode(self, pixels_BCFYX: Tensor, device: Any = None) -> Tensor:
        """Normalised latents; frames beyond 8k+1 are left out, as ComfyUI's LTX-2 codec does."""
        frames = (pixels_BCFYX.shape[2] - 1) // TIME_STRIDE * TIME_STRIDE + 1
        pixels = pixels_BCFYX[:, :, :frames].to(device or pixels_BCFYX.device)
        return super().encode(pixels)

    def decode(self, latents_BCFYX: Tensor, output_buffer: Tensor | None = None) -> Tensor:
        """Pixels in [-1, 1], written to ``output_buffer`` where one is given."""
        if output_buffer is None:
            shape = self.decode_output_shape(latents_BCFYX.shape)
            output_buffer = torch.empty(
                shape, dtype=latents_BCFYX.dtype, device=intermediate_device()
            )
        bar, start = ProgressBar(output_buffer.shape[2]), 0
        for chunk in [super().decode(latents_BCFYX)]:
            check_interrupted()
            output_buffer[:, :, start : start + chunk.shape[2]].copy_(chunk)
            start += chunk.shape[2]
            bar.update_absolute(start)
        return output_buffer

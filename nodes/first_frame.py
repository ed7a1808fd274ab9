"""A picture as the first frame of a clip yet to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .av_latent import audio_of, video_of
from .reach import scaled

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.shapes import VideoShape


def with_first_frame(
    latent: dict[str, Any], image: Tensor, vae: Any, shape: VideoShape
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that starts with ``image`` [1, H, W, 3] and keeps it.

    The picture is scaled to cover ``shape``; its latent frame is held by the noise mask.

    Raises:
        ValueError: it is not one picture.
    """
    import torch

    from ..host import NestedTensor

    if image.ndim != 4 or len(image) != 1:
        raise ValueError(
            f"image of shape {list(image.shape)} is not one picture. Connect a single image, "
            "for example through Image From Batch"
        )
    video, audio = video_of(latent).clone(), audio_of(latent)
    start = vae.encode(scaled(image[..., :3], shape.width, shape.height))
    video[:, :, :1] = start[:, :, :1].to(video)
    kept = torch.ones(1, 1, video.shape[2], 1, 1)
    kept[:, :, 0] = 0
    sound = torch.ones(1, 1, audio.shape[2], 1)
    masks = NestedTensor((kept.expand(-1, -1, -1, *video.shape[3:]).clone(), sound))
    return {**latent, "samples": NestedTensor((video, audio)), "noise_mask": masks}

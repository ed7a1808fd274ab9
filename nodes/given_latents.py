"""Latents that are given in part: what a mask keeps stays, the sampler makes the rest around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .av_latent import audio_of, check_joint, video_of
from .kept_part import masks_of

if TYPE_CHECKING:
    from torch import Tensor

Given = tuple["Tensor", "Tensor"]


def with_given(
    latent: dict[str, Any], video: Given | None = None, audio: Given | None = None
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that starts from given latents.

    Args:
        latent: what it keeps already is kept as well.
        video: latents ``[1 or B, 128, F, h, w]`` and mask ``[F]`` or ``[F, h, w]``, 0 (kept) to 1.
        audio: latents ``[1 or B, 8, T, 16]`` and mask ``[T]``.

    Raises:
        ValueError: the latent is not video with sound.
    """
    from ..host import NestedTensor

    check_joint(latent)
    streams = [video_of(latent).clone(), audio_of(latent).clone()]
    masks = masks_of(latent, streams)
    for stream, mask, given in zip(streams, masks, (video, audio), strict=True):
        if given is None:
            continue
        clean, amount = given
        shape = (1, 1, *amount.shape, *(1 for _ in range(stream.ndim - 2 - amount.ndim)))
        stream.copy_(clean)
        mask.copy_(mask.minimum(amount.to(mask).view(shape)))
    return {
        **latent,
        "samples": NestedTensor(tuple(streams)),
        "noise_mask": NestedTensor(tuple(masks)),
    }

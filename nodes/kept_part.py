"""Parts of a clip that are given: the sampler keeps them and makes the rest to go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .av_latent import audio_of, check_joint, video_of

if TYPE_CHECKING:
    from torch import Tensor


def with_kept(
    latent: dict[str, Any],
    video: Tensor | None = None,
    audio: Tensor | None = None,
    noise: float | Tensor = 0.0,
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that begins with given latents and keeps them.

    Args:
        latent: its mask, if there is one, goes on for what is not given.
        video: ``[1, 128, F, h, w]``, the first F latent frames.
        audio: ``[1, 8, T, 16]``, the first T latents of sound; what juts out is left out.
        noise: how much of it is made anew, 0 (kept as it is) to 1; for sound also one for each of
            its latents, ``[T]``.

    Raises:
        ValueError: the latent is not video with sound.
    """
    import torch

    from ..host import NestedTensor

    check_joint(latent)
    streams = [video_of(latent).clone(), audio_of(latent).clone()]
    masks = masks_of(latent, streams)
    for stream, mask, given in zip(streams, masks, (video, audio), strict=True):
        if given is None:
            continue
        count = min(given.shape[2], stream.shape[2])
        stream[:, :, :count] = given[:, :, :count].to(stream)
        amount = torch.as_tensor(noise, dtype=mask.dtype)
        if amount.ndim:
            amount = amount[:count].view(1, 1, -1, *(1 for _ in mask.shape[3:]))
        mask[:, :, :count] = amount
    return {
        **latent,
        "samples": NestedTensor(tuple(streams)),
        "noise_mask": NestedTensor(tuple(masks)),
    }


def masks_of(latent: dict[str, Any], streams: list[Tensor]) -> list[Tensor]:
    """The masks of a LATENT, one value for each token; all 1 where it has none."""
    import torch

    sizes = [(1, 1, *streams[0].shape[2:]), (1, 1, streams[1].shape[2], 1)]
    given = latent.get("noise_mask")
    if given is None:
        return [torch.ones(size) for size in sizes]
    masks = list(given.unbind()) if getattr(given, "is_nested", False) else [given]
    if len(masks) < len(sizes):  # of a latent that was masked before its sound was added
        masks.append(torch.ones(sizes[1]))
    kept = (mask[:1, :1, ..., :1] if mask.ndim == 4 else mask[:1, :1] for mask in masks)
    return [mask.expand(size).clone() for mask, size in zip(kept, sizes, strict=True)]

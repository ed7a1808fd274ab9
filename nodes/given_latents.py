"""Latents that are given in part: what a mask keeps stays, the sampler makes the rest around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .av_latent import audio_of, check_joint, video_of

if TYPE_CHECKING:
    from torch import Tensor

Given = tuple["Tensor", "Tensor"]


def with_given(
    latent: dict[str, Any], video: Given | None = None, audio: Given | None = None
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that starts from given latents.

    Args:
        latent: its mask, if there is one, goes on for what is not given.
        video: latents ``[1 or B, 128, F, h, w]`` and how much of them is made anew, ``[F]`` or
            ``[F, h, w]``, 0 (kept as it is) to 1 (not given).
        audio: latents ``[1 or B, 8, T, 16]`` and as much ``[T]``.

    Raises:
        ValueError: the latent is not video with sound.
    """
    from ..host import NestedTensor

    check_joint(latent)
    streams = [video_of(latent).clone(), audio_of(latent).clone()]
    masks = _masks_of(latent, streams)
    for stream, mask, given in zip(streams, masks, (video, audio), strict=True):
        if given is None:
            continue
        clean, amount = given
        shape = (1, 1, *amount.shape, *(1 for _ in range(stream.ndim - 2 - amount.ndim)))
        placed = amount.to(mask).view(shape)
        stream.copy_(clean)
        mask.copy_(placed.where(placed < 1, mask))
    return {
        **latent,
        "samples": NestedTensor(tuple(streams)),
        "noise_mask": NestedTensor(tuple(masks)),
    }


def with_beginning(
    latent: dict[str, Any],
    video: Tensor | None = None,
    audio: Tensor | None = None,
    noise: float | Tensor = 0.0,
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that begins with given latents; what juts out is left out.

    Args:
        latent: its mask, if there is one, goes on for what is not given.
        video: ``[1, 128, F, h, w]``, the first F latent frames.
        audio: ``[1, 8, T, 16]``, the first T latents of sound.
        noise: how much of it is made anew, 0 (kept as it is) to 1; for sound also one for each of
            its latents, ``[T]``.

    Raises:
        ValueError: the latent is not video with sound.
    """
    check_joint(latent)
    pairs = zip((video_of(latent), audio_of(latent)), (video, audio), strict=True)
    return with_given(
        latent,
        *(None if part is None else _beginning(stream, part, noise) for stream, part in pairs),
    )


def _beginning(stream: Tensor, part: Tensor, noise: float | Tensor) -> Given:
    """A stream that begins with a part of it, and how much of each latent frame is made anew."""
    import torch

    count = min(part.shape[2], stream.shape[2])
    clean, amount = stream.clone(), torch.ones(stream.shape[2])
    clean[:, :, :count] = part[:, :, :count].to(stream)
    amount[:count] = noise[:count] if isinstance(noise, torch.Tensor) else noise
    return clean, amount


def _masks_of(latent: dict[str, Any], streams: list[Tensor]) -> list[Tensor]:
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

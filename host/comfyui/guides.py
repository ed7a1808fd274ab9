"""Guides of ComfyUI's LTXV blocks: pictures appended in time, of their own strength and grid.

A guide on a grid coarser than the video's is spread out over that grid, with a negative mask where
it has no token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Guide = dict[str, Any]


def present_tokens(mask: Tensor | None) -> Tensor | None:
    """Which video tokens exist, ``[tokens]``; None where all do. ``mask`` is [B, C, F, Y, X]."""
    if mask is None or not bool((mask < 0).any()):
        return None
    return ~(mask[0] < 0).any(dim=0).flatten()


def guide_weights(guides: Sequence[Guide], present: Tensor | None) -> Tensor | None:
    """How strongly each guide token is heeded, ``[n]`` over all guides; None where all fully are.

    Raises:
        ValueError: guides count more tokens than the video has.
    """
    if all(guide["strength"] == 1 and guide.get("pixel_mask") is None for guide in guides):
        return None
    counts = [guide["pre_filter_count"] for guide in guides]
    if present is not None:
        if sum(counts) > len(present):
            raise ValueError(
                f"the guides hold {sum(counts)} tokens, the video has {len(present)}; add the "
                "guides to the latent that is sampled"
            )
        counts = [int(part.sum()) for part in present[-sum(counts) :].split(counts)]
    weights = [weights_of(guide, count) for guide, count in zip(guides, counts, strict=True)]
    device = next((w.device for w in weights if w.device.type != "cpu"), None)
    return torch.cat([weight.to(device) for weight in weights])


def weights_of(guide: Guide, count: int) -> Tensor:
    """Weights of the ``count`` tokens of one guide: its strength, times its mask if it has one."""
    mask = guide.get("pixel_mask")
    if mask is None:
        return torch.full((count,), float(guide["strength"]))
    return (
        on_latents(mask[0, 0].float(), guide["latent_shape"]).flatten()[:count] * guide["strength"]
    )


def on_latents(mask_FYX: Tensor, shape: Sequence[int]) -> Tensor:
    """Means of a mask of pictures over the latents of ``shape`` (frames, rows, columns).

    The first picture is the first latent; equal shares of the others are the rest.
    """
    frames, rows, columns = shape
    small = F.interpolate(mask_FYX[:, None], size=(rows, columns), mode="area")[:, 0]
    first, rest = small[:1], small[1:]
    if frames == 1:
        return first
    if len(rest) == 0:
        return first.expand(frames, -1, -1)
    share = len(rest) // (frames - 1)
    if share:
        later = rest[: share * (frames - 1)].unflatten(0, (frames - 1, share)).mean(dim=1)
    else:
        later = rest[torch.arange(frames - 1) * len(rest) // (frames - 1)]
    return torch.cat((first, later))

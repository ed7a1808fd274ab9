"""Latents of one or both modalities as one value.

A single tensor, or a tuple of one for each modality, video [B, 128, F, Y, X] before audio
[B, 8, A, 16]. Samplers treat both alike; a host may also pass one packed tensor through them.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

Latents = Tensor | tuple[Tensor, ...]

VIDEO_AXES = 5
AUDIO_AXES = 4


def each(function: Callable[..., Tensor], *latents: Latents) -> Latents:
    """The function applied to corresponding tensors of latents of one structure."""
    if isinstance(latents[0], Tensor):
        return function(*latents)
    return tuple(function(*tensors) for tensors in zip(*latents, strict=True))


def as_tuple(latents: Latents) -> tuple[Tensor, ...]:
    """The tensors, video first."""
    return (latents,) if isinstance(latents, Tensor) else tuple(latents)


def split_modalities(latents: Latents) -> tuple[Tensor | None, Tensor | None]:
    """Video and audio latents; a modality that is not there is None.

    Raises:
        ValueError: the tensors are not a video latent, an audio latent, or both in this order.
    """
    tensors = as_tuple(latents)
    axes = [tensor.ndim for tensor in tensors]
    if axes == [VIDEO_AXES, AUDIO_AXES]:
        return tensors[0], tensors[1]
    if axes == [VIDEO_AXES]:
        return tensors[0], None
    if axes == [AUDIO_AXES]:
        return None, tensors[0]
    raise ValueError(
        f"latents have shapes {[list(tensor.shape) for tensor in tensors]}; give video "
        "[B, 128, F, Y, X], audio [B, 8, A, 16], or both in this order"
    )

"""What goes into a forward pass: conditions, and the tokens of each stream with noise and place.

Shapes: B batch, C channels, F frames, Y rows, X columns, A audio frames, M bins, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor

from ..shapes import VideoLatentShape
from .adaln import NoiseLevels
from .attention import KeyframeBias
from .layers import compute_dtype
from .positions import audio_positions, keyframe_positions, video_positions

# Added to the logits of masked text: far below any logit, finite in half precision too.
MASKED = -1e4


@dataclass(frozen=True)
class TransformerInputs:
    """What conditions a forward pass besides latents, noise levels and text.

    Attributes:
        frame_rate: frames per second of the video, which places its tokens in time.
        context_mask: ``[B, S]``, True or 1 where the text context is valid; None: everywhere.
        keyframe_coordinates: ``[B or 1, 3, n, 2]``, [start, end) in frames, rows and columns of
            pixels, of the last n video tokens (guides appended on the time axis).
        keyframe_weights: ``[n]``, how strongly each of those tokens and all others heed each other:
            1 is neutral, 0 not at all.
        present: ``[tokens]``, False where a video token does not exist, as between those of a
            keyframe on a coarser grid; its velocity is 0. ``keyframe_weights`` skips such tokens.
        reference_audio: ``[B or 1, R, 128]`` clean audio tokens that come before the clip in time.
        reference_video: ``[B or 1, R, 128]`` clean video tokens that are no part of the clip, such
            as views of a subject, on a grid of their own.
        reference_coordinates: ``[B or 1, 3, R, 2]``, where they are, like keyframe_coordinates;
            frames below 0 lie before the clip.
        audio_to_video: False cuts what video hears (modality guidance).
        video_to_audio: False cuts what audio sees.
        skip_self_attention: blocks whose self-attention passes values through (STG).
        observe: called with each block's index and the video and audio streams ``[B, T, D]``
            that leave it, for losses on hidden states.
    """

    frame_rate: float = 25.0
    context_mask: Tensor | None = None
    keyframe_coordinates: Tensor | None = None
    keyframe_weights: Tensor | None = None
    present: Tensor | None = None
    reference_audio: Tensor | None = None
    reference_video: Tensor | None = None
    reference_coordinates: Tensor | None = None
    audio_to_video: bool = True
    video_to_audio: bool = True
    skip_self_attention: frozenset[int] = frozenset()
    observe: Callable[[int, Tensor | None, Tensor | None], None] | None = None

    @property
    def reference_video_tokens(self) -> int:
        """How many video tokens stand in front of the clip's."""
        return 0 if self.reference_video is None else self.reference_video.shape[1]

    def reference_positions(self) -> Tensor:
        """Positions ``[B or 1, R, 3]`` of the video reference tokens.

        Raises:
            ValueError: they have no coordinates, or not one for each token.
        """
        coordinates, tokens = self.reference_coordinates, self.reference_video_tokens
        if coordinates is None or coordinates.shape[2] != tokens:
            given = "none" if coordinates is None else list(coordinates.shape)
            raise ValueError(
                f"reference_video holds {tokens} tokens, reference_coordinates is {given}; give "
                f"[B or 1, 3, {tokens}, 2]"
            )
        return keyframe_positions(coordinates, self.frame_rate)

    def context_bias(self, dtype: torch.dtype) -> Tensor | None:
        """The mask as attention bias ``[B, 1, 1, S]``.

        Raises:
            ValueError: the mask is floating-point (it could mean weights or logits).
        """
        mask = self.context_mask
        if mask is None:
            return None
        if mask.is_floating_point():
            raise ValueError(f"context_mask has dtype {mask.dtype}; give booleans or integers")
        bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
        return rearrange(bias.masked_fill_(~mask.bool(), MASKED), "B S -> B 1 1 S")


@dataclass(frozen=True)
class StreamTokens:
    """Latent tokens [B, T, C] with their positions [B or 1, T, axes] and noise levels."""

    latent: Tensor
    position: Tensor
    levels: NoiseLevels
    keyframe_weights: Tensor | None = None

    @classmethod
    def of_video(
        cls, latent_BCFYX: Tensor, sigma: Tensor | None, conditions: TransformerInputs
    ) -> StreamTokens:
        """Tokens of a video latent, F-major, then Y, then X, behind the reference tokens if any."""
        batch, _, *grid = latent_BCFYX.shape
        shape, device = VideoLatentShape(*grid), latent_BCFYX.device
        position = video_positions(shape, conditions.frame_rate, device)
        if conditions.keyframe_coordinates is not None:
            coordinates = conditions.keyframe_coordinates.to(device)
            last = keyframe_positions(coordinates, conditions.frame_rate)
            if last.shape[1] > shape.tokens:
                raise ValueError(
                    f"keyframe_coordinates place {last.shape[1]} tokens, the video has "
                    f"{shape.tokens}; crop the guides or append their latents to the video"
                )
            first = position[:, : shape.tokens - last.shape[1]]
            position = torch.cat((first.expand(last.shape[0], -1, -1), last), dim=1)
        tokens = rearrange(latent_BCFYX, "B C F Y X -> B (F Y X) C")
        sigma, count = _required(sigma, "video"), shape.tokens
        if conditions.present is not None:
            there = conditions.present.to(device)
            tokens, position = tokens[:, there], position[:, there]
            count = tokens.shape[1]
            sigma = sigma[:, there] if sigma.ndim == 2 and sigma.shape[1] > 1 else sigma
        before = conditions.reference_video_tokens
        if conditions.reference_video is not None:
            reference = conditions.reference_video.to(tokens).expand(batch, -1, -1)
            tokens = torch.cat((reference, tokens), dim=1)
            place = conditions.reference_positions().to(device)
            groups = max(place.shape[0], position.shape[0])
            position = torch.cat(
                (place.expand(groups, -1, -1), position.expand(groups, -1, -1)), dim=1
            )
            sigma = sigma.view(batch, -1).expand(batch, count)
            sigma = torch.cat((sigma.new_zeros(batch, before), sigma), dim=1)
        levels = NoiseLevels.of(sigma, batch, before + count, "video sigma")
        return cls(tokens, position, levels, conditions.keyframe_weights)

    @classmethod
    def of_audio(
        cls, latent_BCAM: Tensor, sigma: Tensor | None, conditions: TransformerInputs
    ) -> StreamTokens:
        """Tokens of an audio latent (bins fastest), behind the reference tokens if any."""
        batch, _, frames, _ = latent_BCAM.shape
        tokens = rearrange(latent_BCAM, "B C A M -> B A (C M)")
        sigma = _required(sigma, "audio")
        reference = conditions.reference_audio
        before = 0 if reference is None else reference.shape[1]
        if reference is not None:
            tokens = torch.cat((reference.to(tokens).expand(batch, -1, -1), tokens), dim=1)
            sigma = sigma.view(batch, -1).expand(batch, frames)
            sigma = torch.cat((sigma.new_zeros(batch, before), sigma), dim=1)
        position = audio_positions(frames, before, latent_BCAM.device)
        levels = NoiseLevels.of(sigma, batch, before + frames, "audio sigma")
        return cls(tokens, position, levels)

    def keyframe_bias(self) -> KeyframeBias | None:
        """What ``keyframe_weights`` add to self-attention."""
        if self.keyframe_weights is None:
            return None
        weights = self.keyframe_weights.to(self.latent.device)
        return KeyframeBias.of(weights, compute_dtype(self.latent))


def _required(sigma: Tensor | None, name: str) -> Tensor:
    if sigma is None:
        raise ValueError(f"{name} latents came without {name}_sigma; give [B] or [B, tokens]")
    return sigma

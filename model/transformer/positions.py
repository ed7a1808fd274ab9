"""Where tokens are: seconds and pixels of video tokens, seconds of audio tokens.

Every token stands for an interval; its position is the middle. Both codecs are causal: the first
video latent is one frame, the first audio latent one mel row, later ones 8 frames or 4 rows.
Source: LTX-2 checkpoint format, tokens and positions.
"""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from ..shapes import (
    AUDIO_LATENT_RATE_HZ,
    MEL_PER_LATENT,
    MEL_RATE_HZ,
    SPACE_STRIDE,
    TIME_STRIDE,
    VideoLatentShape,
)


def _causal_middle(count: int, stride: int, rate: float, device: torch.device | None) -> Tensor:
    """Middles ``[count]``, in seconds, of intervals of 1, ``stride``, ``stride``... at ``rate``."""
    edge = torch.arange(count + 1, device=device, dtype=torch.float32) * stride
    edge = (edge + 1 - stride).clamp_(min=0) / rate
    return (edge[:-1] + edge[1:]) / 2


def video_positions(
    shape: VideoLatentShape, frame_rate: float, device: torch.device | None = None
) -> Tensor:
    """Positions ``[1, F*Y*X, 3]`` of video tokens: seconds, pixels down, pixels right."""
    seconds = _causal_middle(shape.frames, TIME_STRIDE, frame_rate, device)
    down = (torch.arange(shape.rows, device=device) + 0.5) * SPACE_STRIDE
    right = (torch.arange(shape.columns, device=device) + 0.5) * SPACE_STRIDE
    grid = torch.stack(torch.meshgrid(seconds, down, right, indexing="ij"), dim=-1)
    return rearrange(grid, "F Y X A -> 1 (F Y X) A")


def keyframe_positions(coordinates_BAT2: Tensor, frame_rate: float) -> Tensor:
    """Positions ``[B, n, 3]`` of keyframe tokens from [start, end) in frames and pixels."""
    coordinates = coordinates_BAT2.float()
    unit = coordinates.new_tensor([frame_rate, 1.0, 1.0])
    return rearrange(coordinates / unit.view(3, 1, 1), "B A T E -> B T A E").mean(dim=-1)


def audio_positions(frames: int, reference: int = 0, device: torch.device | None = None) -> Tensor:
    """Positions ``[1, reference + frames, 1]`` of audio tokens, in seconds.

    ``reference`` tokens come first and lie before zero, one latent apart from the clip.
    """
    own = _causal_middle(frames, MEL_PER_LATENT, MEL_RATE_HZ, device)
    if reference:
        length = (MEL_PER_LATENT * reference + 1 - MEL_PER_LATENT) / MEL_RATE_HZ
        before = _causal_middle(reference, MEL_PER_LATENT, MEL_RATE_HZ, device)
        own = torch.cat((before - (length + 1 / AUDIO_LATENT_RATE_HZ), own))
    return rearrange(own, "T -> 1 T 1")

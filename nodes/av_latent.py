"""The LATENT wire: video [B,128,F,h,w] and audio [B,8,T,16] as one nested tensor, and its time.

``frame_rate`` travels in the latent, so that frames per second are set in one place of a graph, and
so does ``frames``, how many of the 8k+1 that it decodes to were asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.shapes import (
    AUDIO_BINS,
    AUDIO_CHANNELS,
    TIME_STRIDE,
    VIDEO_CHANNELS,
    audio_frames_for,
)
from .clip_plan import ClipPlan, grid_frames

if TYPE_CHECKING:
    from torch import Tensor

FRAME_RATE = "frame_rate"
FRAMES = "frames"
LTX_FPS = 25.0
"""What LTX-2 assumes where nobody says (latents of ComfyUI's own LTXV blocks carry no rate)."""


def video_of(latent: dict[str, Any]) -> Tensor:
    """Return the video latent [B,C,F,h,w] of a joint latent or of one that holds only video.

    Raises:
        ValueError: it holds no video.
    """
    samples = latent["samples"]
    video = samples.unbind()[0] if is_joint(latent) else samples
    if video.ndim != 5:
        raise ValueError(
            f"the latent of shape {list(video.shape)} holds no video. "
            "Connect the latent of Hibari Sample, or one of shape [batch, channels, frames, h, w]"
        )
    return video


def audio_of(latent: dict[str, Any]) -> Tensor:
    """Return the audio latent [B,C,T,bins] of a joint latent or of one that holds only audio.

    Raises:
        ValueError: it holds no audio.
    """
    samples = latent["samples"]
    streams = samples.unbind() if is_joint(latent) else [samples]
    if streams[-1].ndim != 4:
        raise ValueError(
            f"the latent of shape {list(streams[-1].shape)} holds no sound. "
            "Connect the latent of Hibari Sample"
        )
    return streams[-1]


def check_joint(latent: dict[str, Any]) -> None:
    """Raise ValueError unless the latent has both streams in the shape of LTX-2."""
    if not is_joint(latent):
        raise ValueError(
            f"the latent of shape {list(latent['samples'].shape)} is not video with sound. "
            "Use Hibari Empty Latent, or join a video and an audio latent with Concat AV Latent"
        )
    video, audio = video_of(latent), audio_of(latent)
    if video.shape[1] != VIDEO_CHANNELS or audio.shape[1::2] != (AUDIO_CHANNELS, AUDIO_BINS):
        raise ValueError(
            f"the latent has video {list(video.shape)} and audio {list(audio.shape)}, LTX-2 makes "
            f"[batch, {VIDEO_CHANNELS}, frames, h, w] and [batch, {AUDIO_CHANNELS}, time, "
            f"{AUDIO_BINS}]. Use Hibari Empty Latent"
        )


def is_joint(latent: dict[str, Any]) -> bool:
    """Whether the latent holds several streams."""
    return bool(getattr(latent["samples"], "is_nested", False))


def frames_of(latent: dict[str, Any]) -> int | None:
    """Return the frames that a clip of the latent decodes to, None where only sound is there.

    Those that were asked for, also beside sound alone; but if the latent has another length than
    they need, another block has changed it, and all there are count.
    """
    asked = latent.get(FRAMES)
    needed = grid_frames(asked) if isinstance(asked, int) and asked > 0 else None
    first = latent["samples"].unbind()[0] if is_joint(latent) else latent["samples"]
    if first.ndim == 5:
        held = (first.shape[2] - 1) * TIME_STRIDE + 1
        return asked if needed == held else held
    if needed and audio_frames_for(needed, latent.get(FRAME_RATE) or LTX_FPS) == first.shape[2]:
        return asked
    return None


def agreed_frame_rate(latent: dict[str, Any], *conditionings: Any) -> float:
    """Return the frames per second that the latent or the conditioning tells (else LTX-2's 25).

    Raises:
        ValueError: they tell different rates.
    """
    told = {"the latent": latent.get(FRAME_RATE)}
    for name, conditioning in zip(("positive", "negative"), conditionings, strict=False):
        for _, options in conditioning or ():
            told[f"the {name} conditioning"] = options.get(FRAME_RATE)
    rates = {name: float(fps) for name, fps in told.items() if fps is not None}
    if len(set(rates.values())) > 1:
        shown = " and ".join(f"{name} {fps:g}" for name, fps in rates.items())
        raise ValueError(f"frames per second differ: {shown}. Set them in one place only")
    return next(iter(rates.values()), LTX_FPS)


def with_frame_rate(conditioning: Any, fps: float) -> list[list[Any]]:
    """Return a copy of a conditioning that tells the frame rate."""
    return [[context, {**options, FRAME_RATE: fps}] for context, options in conditioning]


def empty_latent(plan: ClipPlan, batch_size: int) -> dict[str, Any]:
    """Return the LATENT of a clip yet to be made: zeros for video and audio, frames and rate."""
    import torch

    from ..host import NestedTensor

    audio_frames = audio_frames_for(plan.shape.frames, plan.fps)
    video = torch.zeros(batch_size, VIDEO_CHANNELS, *plan.shape.latent())
    audio = torch.zeros(batch_size, AUDIO_CHANNELS, audio_frames, AUDIO_BINS)
    return {
        "samples": NestedTensor((video, audio)),
        FRAME_RATE: plan.fps,
        FRAMES: plan.frames,
    }


def duration_of(latent: dict[str, Any], frames: int, fps: float) -> float | None:
    """Return seconds of ``frames`` at ``fps``; what is 0 comes from the latent, None if unknown.

    Raises:
        ValueError: a number below zero, or frames that nobody gives a rate to.
    """
    for name, value in (("frames", frames), ("fps", fps)):
        if not value >= 0:
            raise ValueError(f"{name} {value:g} is below 0. Use 0 to take it from the latent")
    frames = frames or frames_of(latent) or 0
    fps = fps or float(latent.get(FRAME_RATE, 0)) or (LTX_FPS if is_joint(latent) else 0)
    if frames and not fps:
        raise ValueError(
            f"{frames} frames have no duration without a rate. Set fps, for example 24"
        )
    return frames / fps if frames else None

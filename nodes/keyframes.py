"""Pictures that a clip shows at given times: kept by the mask, and whole again after decoding.

In time the codec is coarse: one latent holds eight frames. A picture is encoded as a still of
these eight, so it stands for a third of a second at 24 fps; the first frame has a latent of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..model.latent_mask import frames_of_latent, latent_of_frame
from ..model.shapes import SPACE_STRIDE, TIME_STRIDE
from .av_latent import check_joint, video_of

if TYPE_CHECKING:
    from torch import Tensor

KEPT_PICTURES = "kept_pictures"
RELEASE_FRAMES = 5
"""Frames in which what decoding took from a kept picture is given back to its neighbours."""


@dataclass(frozen=True)
class Keyframe:
    """One picture ``[H, W, 3]`` in 0..1, the frame that shows it, and how strictly it is kept.

    ``strength`` 1 keeps it as it is, 0 does not; ``name`` is what errors call it.
    """

    image: Tensor
    frame: int
    strength: float
    name: str


@dataclass(frozen=True)
class KeptPicture:
    """The frame at which a picture is shown, and its latents ``[1, 128, 1 or 2, h, w]``."""

    frame: int
    latents: Tensor


def with_keyframes(
    latent: dict[str, Any], keyframes: Sequence[Keyframe], vae: Any
) -> dict[str, Any]:
    """Return a copy of a joint LATENT that keeps pictures, scaled to cover its size.

    Raises:
        ValueError: two pictures for the same eight frames, a time or strength out of range.
    """
    import torch

    from ..host.media import conform_video
    from .given_latents import with_given

    check_joint(latent)
    video = video_of(latent)
    rows, columns = (side * SPACE_STRIDE for side in video.shape[3:])
    clean, mask = video.clone(), torch.ones(video.shape[2])
    kept = list(latent.get(KEPT_PICTURES, ()))
    for index, key in _by_latent(keyframes, video.shape[2]).items():
        frames = TIME_STRIDE + 1 if index else 1
        own = vae.encode(conform_video(key.image[None], 24, columns, rows, frames))
        clean[:, :, index] = own[:, :, -1].to(clean)
        mask[index] = 1 - key.strength
        if key.strength == 1:
            kept.append(KeptPicture(key.frame, own))
    return {**with_given(latent, (clean, mask)), KEPT_PICTURES: tuple(kept)}


def with_kept_pictures(images: Tensor, latent: dict[str, Any], vae: Any) -> Tensor:
    """Return decoded frames [B * F, H, W, 3] in which kept pictures are as they decode alone.

    Decoding looks at neighbours in time, so frames that differ bleed into a kept one. What it took
    is given back, in full to the kept frame and less and less to those around it.
    """
    from .codec_output import frames_from

    kept = [one for one in latent.get(KEPT_PICTURES, ()) if _fits(one, images)]
    if not kept:
        return images
    clips = images.unflatten(0, (len(video_of(latent)), -1)).clone()
    for one in kept:
        if one.frame >= clips.shape[1]:
            continue
        group = frames_of_latent(latent_of_frame(one.frame))
        stills = frames_from(vae, one.latents, None)
        alone = stills[one.frame - group.start + bool(group.start)]
        lost = alone.to(clips) - clips[:, one.frame]
        for offset in _reached(one, kept):
            at = one.frame + offset
            if 0 <= at < clips.shape[1]:
                share = 1 - abs(offset) / RELEASE_FRAMES
                clips[:, at] = (clips[:, at] + share * lost).clamp(0, 1)
    return clips.flatten(0, 1)


def _by_latent(keyframes: Sequence[Keyframe], latents: int) -> dict[int, Keyframe]:
    """The keyframes by the latent frame that holds each."""
    found: dict[int, Keyframe] = {}
    for key in keyframes:
        index = latent_of_frame(key.frame)
        if not 0 <= index < latents:
            held = (latents - 1) * TIME_STRIDE + 1
            raise ValueError(
                f"{key.name} is at frame {key.frame}, the clip has {held}. "
                "Give a time inside the clip"
            )
        if not 0 <= key.strength <= 1:
            raise ValueError(f"{key.name} has strength {key.strength:g}. Use 0 to 1")
        if index in found:
            raise ValueError(
                f"{found[index].name} and {key.name} fall into the same {TIME_STRIDE} frames "
                f"({_shown(index)}). Set them further apart, or leave one out"
            )
        found[index] = key
    return found


def _shown(index: int) -> str:
    group = frames_of_latent(index)
    return f"{group.start} to {group.stop - 1}"


def _fits(one: KeptPicture, images: Tensor) -> bool:
    """Whether a picture has the size of the decoded frames; other blocks may have scaled them."""
    return tuple(side * SPACE_STRIDE for side in one.latents.shape[3:]) == images.shape[1:3]


def _reached(one: KeptPicture, kept: Sequence[KeptPicture]) -> range:
    """Offsets of the frames that get something back; none that is kept itself but its own."""
    others = [abs(other.frame - one.frame) for other in kept if other.frame != one.frame]
    reach = min([RELEASE_FRAMES, *others])
    return range(1 - reach, reach)

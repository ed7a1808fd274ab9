"""From a clip that is worked on to the LATENT that the sampler starts from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..model.latent_mask import mask_on_latents
from ..model.shapes import MAX_FRAMES, TIME_STRIDE, audio_frames_for
from .av_latent import empty_latent
from .clip_plan import grid_frames
from .clip_windows import plan_of

if TYPE_CHECKING:
    from torch import Tensor

    from .edit import Edit

DENOISE = "denoise"
"""How much of a latent is to be made anew; the sample block heeds it."""
MIRROR_S = 0.5


def extension_latent(edit: Edit, vae: Any, audio_vae: Any) -> dict[str, Any]:
    """Return the LATENT of a window that begins or ends in a clip, which is kept there.

    Raises:
        ValueError: a codec of the wrong kind, or more frames than the networks can place.
    """
    import torch

    from .given_latents import with_given

    latent, picture, sound = _encoded(edit, vae, audio_vae)
    latents, tokens = picture.shape[2], sound.shape[2]
    video, audio = torch.ones(latents), torch.ones(tokens)
    if edit.kind == "forward":
        video[: (edit.shared - 1) // TIME_STRIDE + 1] = 0
        audio[: audio_frames_for(edit.shared, float(edit.fps))] = 0
    else:
        video[(-edit.start - 1) // TIME_STRIDE + 1 :] = 0
        audio[audio_frames_for(-edit.start, float(edit.fps)) :] = 0
    return with_given(latent, (picture, video), (sound, audio))


def remix_latent(edit: Edit, strength: float, vae: Any, audio_vae: Any) -> dict[str, Any]:
    """Return the LATENT of a clip of which ``strength`` is made anew, where its mask says so.

    Raises:
        ValueError: a codec of the wrong kind, or more frames than the networks can place.
    """
    import torch

    from .given_latents import with_given

    latent, picture, sound = _encoded(edit, vae, audio_vae)
    video = torch.ones(picture.shape[2:]) if edit.mask is None else _tokens(edit, edit.mask)
    audio = torch.full((sound.shape[2],), 0.0 if edit.keeps_sound else 1.0)
    return {**with_given(latent, (picture, video), (sound, audio)), DENOISE: strength}


def _encoded(edit: Edit, vae: Any, audio_vae: Any) -> tuple[dict[str, Any], Tensor, Tensor]:
    """An empty LATENT, and what picture and sound of the source are at its place.

    Beyond the ends of the source its picture stands still and its sound is mirrored.
    """
    from ..host.media import conform_video, contain
    from .other_modality import sound_latents

    total = grid_frames(edit.skipped + edit.frames)
    if total > MAX_FRAMES:
        raise ValueError(
            f"{total} frames are more than the {MAX_FRAMES} that the networks can place in time. "
            "Take a shorter part"
        )
    fps = float(edit.fps)
    plan = plan_of(total, edit.placement.outer, fps)
    latent = {**empty_latent(plan, 1), "frames": edit.skipped + edit.frames}
    start_s = Fraction(edit.start) / edit.fps
    frames = conform_video(
        edit.source, edit.fps, plan.shape.width, plan.shape.height, total, start_s, contain
    )
    seconds = Fraction(total) / edit.fps
    sound = sound_latents(audio_vae, _heard(edit, start_s, seconds), 0.0, float(seconds))
    wanted = audio_frames_for(total, fps)
    return latent, vae.encode(frames), _as_long(sound, wanted)


def _heard(edit: Edit, start_s: Fraction, seconds: Fraction) -> dict[str, Any] | None:
    """The sound of the source in a window; beyond its ends half a second of it is mirrored.

    The codec hears some context: silence there would sound like an ending.
    """
    import torch
    from torch.nn.functional import pad

    from ..host.media import conform_audio

    audio = edit.source.audio
    if audio is None:
        return None
    rate_hz = int(audio["sample_rate"])
    ends_s = edit.source.frames / edit.fps
    first, last = max(start_s, Fraction(0)), min(start_s + seconds, ends_s)
    waveform = conform_audio(audio, rate_hz, last - first, start_s=first)
    mirrored = min(round(MIRROR_S * rate_hz), waveform.shape[-1])
    before, after = (round(gap * rate_hz) for gap in (first - start_s, start_s + seconds - last))
    front = waveform[:, : min(before, mirrored)].flip(-1)
    back = waveform[:, waveform.shape[-1] - min(after, mirrored) :].flip(-1)
    given = torch.cat((front, waveform, back), dim=-1)
    whole = pad(given, (before - front.shape[-1], after - back.shape[-1]))
    return {"waveform": whole[None], "sample_rate": rate_hz}


def _as_long(sound: Tensor, wanted: int) -> Tensor:
    """Latents of sound, the last repeated where rounding left one out."""
    missing = wanted - sound.shape[2]
    if missing <= 0:
        return sound[:, :, :wanted]
    return sound[:, :, [*range(sound.shape[2]), *[-1] * missing]]


def _tokens(edit: Edit, mask_FYX: Tensor) -> Tensor:
    """The mask on the latents of the frames that are made."""
    import torch

    total = grid_frames(edit.frames)
    placed = torch.stack(
        [edit.placement.place(one[..., None])[..., 0] for one in mask_FYX.clamp(0, 1)]
    )
    if len(placed) == 1:
        return mask_on_latents(placed.expand(total, -1, -1))
    return mask_on_latents(placed[[*range(edit.frames), *[-1] * (total - edit.frames)]])

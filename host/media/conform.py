"""Foreign pictures and sound, brought to the size, rate and length that the networks work at.

Any VIDEO, IMAGE or AUDIO may come in. Pictures are picked in time (frame k shows second k / fps)
and scaled with a low-pass; sound is resampled band-limited and mixed down as ITU-R BS.775 says.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from ...model.audio_transform import resample
from ...model.mixing import to_stereo
from .footage import Footage, as_float, footage_of
from .placement import Placement, cover
from .rate import exact_rate

Place = Callable[[tuple[int, int], tuple[int, int]], Placement]


def conform_video(
    source: Any,
    fps: float | Fraction,
    width: int,
    height: int,
    frames: int,
    start_s: float | Fraction = 0,
    place: Place = cover,
) -> Tensor:
    """Return frames [frames, height, width, 3] in 0..1 of a VIDEO, `Footage` or IMAGE batch.

    An IMAGE batch is taken to be at ``fps`` already. Before its start and after its end (a clip
    may be shorter) the nearest frame is held. ``start_s`` may be below 0; ``place`` is `cover`,
    which cuts off what juts out, or `contain`.

    Raises:
        ValueError: it is no clip, or a number of frames below 1.
    """
    if frames < 1:
        raise ValueError(f"frames {frames} is not 1 or more. Ask for at least one frame")
    rate = exact_rate(fps)
    clip = source if isinstance(source, Footage) else footage_of(source, rate)
    wanted = source_indices(clip, rate, frames, start_s)
    placed = place(clip.size, (height, width))
    result = torch.empty(frames, height, width, 3)
    first, last = wanted[0], wanted[-1]
    filled = 0
    for index, frame in enumerate(clip.read(first, last + 1), start=first):
        until = filled
        while until < frames and wanted[until] == index:
            until += 1
        if until > filled:
            result[filled:until] = placed.place(as_float(frame))
            filled = until
    if not filled:
        raise ValueError("the clip ended before its first frame. Save it again")
    result[filled:] = result[filled - 1].clone()
    return result


def source_indices(
    clip: Footage, fps: Fraction, frames: int, start_s: float | Fraction = 0
) -> list[int]:
    """Return which frame of a clip is on show at each of ``frames`` moments, at ``fps``."""
    start = Fraction(start_s).limit_denominator(1_000_000) * clip.fps
    steps = (start + index * clip.fps / fps for index in range(frames))
    return [min(max(0, step.__floor__()), clip.frames - 1) for step in steps]


def conform_audio(
    audio: dict[str, Any] | None,
    sample_rate: int,
    seconds: float | Fraction | None = None,
    channels: int = 2,
    start_s: float | Fraction = 0,
) -> Tensor:
    """Return a waveform [channels, round(seconds * sample_rate)] of an AUDIO of any kind.

    What the sound does not cover is silence, and no sound (None) is silence throughout.
    ``seconds`` None takes all from ``start_s`` on, which may be below 0.

    Raises:
        ValueError: a batch of several sounds, or other than 1 or 2 channels asked for.
    """
    if channels not in (1, 2):
        raise ValueError(f"channels {channels} is not 1 or 2. Use 2 for the networks")
    waveform = torch.zeros(2, 0) if audio is None else _stereo(audio, sample_rate)
    start = round(start_s * sample_rate)
    count = waveform.shape[-1] - start if seconds is None else round(seconds * sample_rate)
    result = torch.zeros(2, max(0, count))
    inside = waveform[:, max(0, start) : max(0, start + count)]
    offset = max(0, -start)
    result[:, offset : offset + inside.shape[-1]] = inside
    return result if channels == 2 else result.mean(dim=0, keepdim=True)


def _stereo(audio: dict[str, Any], sample_rate: int) -> Tensor:
    waveform = audio["waveform"]
    sound = waveform[0] if waveform.ndim == 3 and len(waveform) == 1 else waveform
    if sound.ndim != 2:
        raise ValueError(
            f"a sound has the shape {list(waveform.shape)}. Connect one sound, not a batch"
        )
    if not sound.numel():
        return torch.zeros(2, 0)
    finite = torch.nan_to_num(sound.detach().cpu().float(), nan=0.0, posinf=1.0, neginf=-1.0)
    return resample(to_stereo(finite), int(audio["sample_rate"]), sample_rate)

"""Sound for a picture, and a picture for sound: one is kept, the sampler makes the other.

Clips longer than the checkpoint was made for go through it in windows. Each window is given what
the one before made of its beginning, so that picture and sound go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..model.shapes import AUDIO_LATENT_RATE_HZ, MEL_PER_LATENT
from .clip_windows import Window, longest_window, plan_of, size_for, windows_over

if TYPE_CHECKING:
    from torch import Tensor

    from ..host.media import Footage

SEEDS = 2**64
# A little more sound than a window lasts, so that its last latent is whole.
SPARE_S = MEL_PER_LATENT / 100


@dataclass(frozen=True)
class Maker:
    """The networks, what to make, and how: ``settings`` are further inputs of Hibari Sample."""

    model: Any
    positive: Any
    vae: Any
    audio_vae: Any
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def sampled(self, latent: dict[str, Any], window: int) -> dict[str, Any]:
        """The LATENT of one window, sampled by the block that everybody uses."""
        from .sample import HibariSample

        seed = (self.seed + window) % SEEDS if 0 <= self.seed < SEEDS else self.seed
        made = HibariSample.execute(
            self.model, self.positive, latent, seed=seed, **self.settings
        ).args[0]
        return dict(made)


def sound_for(footage: Footage, maker: Maker) -> dict[str, Any]:
    """Return AUDIO that goes with a clip, as long as it is.

    Raises:
        ValueError: codecs of the wrong kind, or settings that the sampler refuses.
    """
    import torch

    from ..host.media import conform_video
    from ..model.joining import overlap_add
    from .av_latent import audio_of, empty_latent
    from .codec_output import sound_from
    from .given_latents import with_beginning
    from .sampling_request import recommended

    fps = recommended(maker.model).fps
    size = size_for(maker.model, *footage.size)
    frames = max(1, round(footage.seconds * fps))
    waveform, rate_hz = torch.zeros(1, 2, 0), 0
    for number, window in enumerate(windows_over(frames, longest_window(maker.model, fps))):
        start_s = Fraction(window.start) / Fraction(fps)
        seen = conform_video(footage, fps, size[1], size[0], window.frames, start_s)
        known = _heard_before(waveform, rate_hz, window, fps, maker.audio_vae)
        latent = empty_latent(plan_of(window.frames, size, fps), 1)
        made = maker.sampled(with_beginning(latent, maker.vae.encode(seen), known), number)
        piece = sound_from(maker.audio_vae, audio_of(made), window.frames / fps)
        rate_hz = int(piece["sample_rate"])
        start = round(window.start / fps * rate_hz)
        waveform = overlap_add(waveform, piece["waveform"].float().cpu(), start, -1)
    samples = round(footage.seconds * rate_hz)
    padded = torch.nn.functional.pad(waveform, (0, max(0, samples - waveform.shape[-1])))
    return {"waveform": padded[..., :samples].contiguous(), "sample_rate": rate_hz}


def picture_for(
    audio: dict[str, Any],
    maker: Maker,
    size: tuple[int, int],
    fps: float,
    noise: float = 0.0,
) -> Tensor:
    """Return IMAGE [F, H, W, 3] at ``fps`` that goes with a sound, as long as it is.

    ``size`` (height, width) is on the grid; ``noise`` is how much of the sound the sampler hears
    anew, 0 to 1.

    Raises:
        ValueError: no sound, codecs of the wrong kind, or settings that the sampler refuses.
    """
    import torch

    from ..model.joining import overlap_add
    from .av_latent import empty_latent, video_of
    from .codec_output import frames_from
    from .given_latents import with_beginning

    seconds = audio["waveform"].shape[-1] / audio["sample_rate"]
    frames = max(1, round(seconds * fps))
    images = torch.zeros(0, *size, 3)
    for number, window in enumerate(windows_over(frames, longest_window(maker.model, fps))):
        heard = sound_latents(maker.audio_vae, audio, window.start / fps, window.frames / fps)
        known = maker.vae.encode(images[window.start :]) if window.kept else None
        latent = with_beginning(
            empty_latent(plan_of(window.frames, size, fps), 1), None, heard, noise
        )
        made = maker.sampled(with_beginning(latent, known), number)
        piece = frames_from(maker.vae, video_of(made), None).float().cpu()
        images = overlap_add(images, piece, window.start, 0)
    return images[:frames]


def sound_latents(
    audio_vae: Any, audio: dict[str, Any] | None, start_s: float, seconds: float
) -> Tensor:
    """Return latents [1, 8, T, 16] of a stretch of an AUDIO of any kind; beyond it is silence.

    Raises:
        ValueError: the codec is one for pictures.
    """
    from einops import rearrange

    from ..host.media import conform_audio

    rate_hz = getattr(audio_vae, "audio_sample_rate", None)
    if rate_hz is None:
        raise ValueError(
            "the VAE encodes pictures, not sound. Connect the audio_vae output of Hibari Load Model"
        )
    waveform = conform_audio(audio, int(rate_hz), seconds + SPARE_S, start_s=start_s)
    latents: Tensor = audio_vae.encode(rearrange(waveform, "C N -> 1 N C"))
    return latents[:, :, : max(1, round(seconds * AUDIO_LATENT_RATE_HZ))]


def _heard_before(
    waveform: Tensor, rate_hz: int, window: Window, fps: float, audio_vae: Any
) -> Tensor | None:
    """Latents of the sound that the windows before made of this one's beginning."""
    if not window.kept:
        return None
    audio = {"waveform": waveform, "sample_rate": rate_hz}
    known = sound_latents(audio_vae, audio, window.start / fps, window.kept / fps)
    # The last latent would hear the silence behind what was made.
    return known[:, :, : int(window.kept / fps * AUDIO_LATENT_RATE_HZ)]

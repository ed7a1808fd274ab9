"""What comes out of the two codecs, brought to the shape of the IMAGE and AUDIO wires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def frames_from(vae: Any, video: Tensor, frames: int | None) -> Tensor:
    """Return IMAGE [B * F, H, W, 3] of a video latent [B, C, F, h, w]: ``frames`` of each clip.

    Raises:
        ValueError: the codec is one for sound.
    """
    if _sample_rate(vae) is not None:
        raise ValueError(
            "the VAE decodes sound, not pictures. Connect the vae output of Hibari Load Model"
        )
    images = vae.decode(video)
    clips = images.reshape(len(video), -1, *images.shape[-3:])
    return clips[:, :frames].flatten(0, 1)


def sound_from(audio_vae: Any, audio: Tensor, seconds: float | None) -> dict[str, Any]:
    """Return AUDIO of an audio latent [B, C, T, bins], padded or trimmed to ``seconds`` if given.

    Raises:
        ValueError: the codec is one for pictures.
    """
    import torch.nn.functional as F

    rate_hz = _sample_rate(audio_vae)
    if rate_hz is None:
        raise ValueError(
            "the VAE decodes pictures, not sound. Connect the audio_vae output of Hibari Load Model"
        )
    waveform = audio_vae.decode(audio)
    if hasattr(audio_vae, "first_stage_model"):
        # A VAE of today has channels last; in ComfyUI before 0.12 one of sound was no VAE.
        waveform = waveform.movedim(-1, 1)
    if seconds is not None:
        waveform = F.pad(waveform, (0, round(seconds * rate_hz) - waveform.shape[-1]))
    return {"waveform": waveform.contiguous(), "sample_rate": rate_hz}


def _sample_rate(vae: Any) -> int | None:
    """Rate in Hz that an audio codec decodes to, None for a video codec."""
    codec = getattr(vae, "first_stage_model", vae)
    rate_hz = getattr(codec, "output_sample_rate", None)
    return None if rate_hz is None else int(rate_hz)

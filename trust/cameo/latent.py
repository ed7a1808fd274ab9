"""Latents of a cameo's views and voice, by whatever codecs a graph brings.

A cameo stores latents of the codecs it was enrolled with and, to recognise them, the latents of a
fixed test picture and sound (*probes*). Other codecs, those of an official LTX-2 model say, encode
the stored media again. Codecs are the VAE objects of the hosts: pictures [F, Y, X, 3] in 0..1 to
latents [1, C, F, Y, X], waveforms [1, N, 2] to latents [1, 8, T, 16].
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from einops import rearrange

from ...model.audio_transform import resample
from .bundle import VOICE_RATE_HZ, Parts
from .container import CameoError

PROBE_PX = 64
PROBE_S = 0.25
# Codecs in half precision differ from themselves by less, other codecs by far more.
SAME_CODEC = 0.05


def latents_for(parts: Parts, vae: Any | None, audio_vae: Any | None) -> Parts:
    """``view_latents`` [V, C, Y, X] and ``voice_latents`` [T, C] in the space of the codecs.

    What the cameo has for these codecs is taken as it is; a codec that is None adds nothing.
    """
    made: Parts = {}
    if vae is not None:
        made["view_latents"] = _known(parts, "view", probe_views(vae))
        if made["view_latents"] is None:
            made["view_latents"] = encode_views(vae, parts["views"])
    if audio_vae is not None and "voice" in parts:
        made["voice_latents"] = _known(parts, "voice", probe_voice(audio_vae))
        if made["voice_latents"] is None:
            made["voice_latents"] = encode_voice(audio_vae, parts["voice"])
    return made


def with_latents(parts: Parts, vae: Any | None, audio_vae: Any | None) -> Parts:
    """The media with latents and probes of the codecs, to be stored."""
    made = dict(parts)
    if vae is not None:
        made |= {"view_latents": encode_views(vae, parts["views"]), "view_probe": probe_views(vae)}
    if audio_vae is not None and "voice" in parts:
        made["voice_latents"] = encode_voice(audio_vae, parts["voice"])
        made["voice_probe"] = probe_voice(audio_vae)
    return made


def encode_views(vae: Any, views: np.ndarray) -> np.ndarray:
    """Latents [V, C, Y, X] of views uint8 [V, Y, X, 3], each encoded as a clip of one frame."""
    if getattr(getattr(vae, "first_stage_model", vae), "output_sample_rate", None) is not None:
        raise CameoError("vae is a codec for sound; connect the vae output of Hibari Load Model")
    pictures = torch.from_numpy(views).float() / 255
    latents = [vae.encode(picture[None]) for picture in pictures]
    return _numpy(torch.stack([latent[0, :, 0] for latent in latents]))


def encode_voice(audio_vae: Any, voice: np.ndarray) -> np.ndarray:
    """Latent tokens [T, 8 * 16] of a voice int16 [2, N] at 24 kHz."""
    rate_hz = getattr(audio_vae, "audio_sample_rate", None)
    if rate_hz is None:
        raise CameoError(
            "audio_vae is a codec for pictures; connect the audio_vae output of Hibari Load Model"
        )
    waveform = torch.from_numpy(voice).float() / 32767
    at_rate = resample(waveform, VOICE_RATE_HZ, int(rate_hz))
    latents = audio_vae.encode(rearrange(at_rate, "C N -> 1 N C"))
    return _numpy(rearrange(latents, "1 C A M -> A (C M)"))


def probe_views(vae: Any) -> np.ndarray:
    """Latents of the test picture: how a video codec is recognised."""
    return encode_views(vae, _noise((1, PROBE_PX, PROBE_PX, 3), 256).astype(np.uint8))


def probe_voice(audio_vae: Any) -> np.ndarray:
    """Latents of the test sound: how an audio codec is recognised."""
    samples = _noise((1, round(PROBE_S * VOICE_RATE_HZ)), 20000).astype(np.int16)
    return encode_voice(audio_vae, np.repeat(samples, 2, axis=0))


def _known(parts: Parts, name: str, probe: np.ndarray) -> Any:
    stored, latents = parts.get(f"{name}_probe"), parts.get(f"{name}_latents")
    if stored is None or latents is None or stored.shape != probe.shape:
        return None
    distance = float(np.linalg.norm(stored - probe)) / max(float(np.linalg.norm(stored)), 1e-6)
    return latents if distance < SAME_CODEC else None


def _noise(shape: tuple[int, ...], below: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, below, shape)


def _numpy(latents: torch.Tensor) -> np.ndarray:
    return latents.detach().float().cpu().numpy()

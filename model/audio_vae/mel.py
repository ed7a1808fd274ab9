"""The log-mel spectrogram that the audio VAE reads and the vocoder speaks."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ..audio_transform import mel_filterbank, stft_magnitude
from .config import AudioVaeConfig

LOG_FLOOR = 1e-5
_DEFAULT = AudioVaeConfig()


def log_mel(waveform: Tensor, config: AudioVaeConfig = _DEFAULT) -> Tensor:
    """Log of the mel magnitudes of a stereo waveform at the rate of the audio VAE.

    Args:
        waveform: ``[B, 2, N]`` in [-1, 1] at ``config.sample_rate`` (16 kHz), N > 512.
            Mono ``[B, 1, N]`` is used for both sides.
        config: spectrogram settings (1024-sample Hann window, hop 160, 64 Slaney bins).

    Returns:
        ``[B, 2, N // 160 + 1, 64]`` of ``log(max(mel, 1e-5))``, differentiable, same dtype.

    Raises:
        ValueError: the waveform is not mono or stereo, or too short.
    """
    if waveform.ndim != 3 or waveform.shape[1] not in (1, 2):
        raise ValueError(
            f"audio has shape {list(waveform.shape)}; it must be [batch, 1 or 2 channels, samples]"
        )
    magnitude = stft_magnitude(waveform.float(), config.n_fft, config.hop)
    filters = _filters(config.n_fft, config.mel_bins, config.sample_rate).to(magnitude)
    mel = magnitude.transpose(-1, -2) @ filters
    return mel.clamp_min(LOG_FLOOR).log().to(waveform.dtype).expand(-1, 2, -1, -1)


@lru_cache(maxsize=4)
def _filters(n_fft: int, mel_bins: int, sample_rate: int) -> Tensor:
    # Kept for later calls, so it must not depend on the context of this one.
    with torch.inference_mode(False), torch.device("cpu"):
        return mel_filterbank(n_fft, mel_bins, sample_rate, sample_rate / 2)

"""Audio VAE of LTX-2: waveform, log-mel spectrogram, latents."""

from .audio_vae import AudioVae
from .config import AudioVaeConfig
from .mel import log_mel

__all__ = ["AudioVae", "AudioVaeConfig", "log_mel"]

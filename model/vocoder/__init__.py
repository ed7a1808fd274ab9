"""Vocoders of LTX-2 (HiFi-GAN) and LTX-2.3 (BigVGAN-v2 with bandwidth extension)."""

from .config import VocoderConfig
from .vocoder import Vocoder, build_vocoder

__all__ = ["Vocoder", "VocoderConfig", "build_vocoder"]

"""Vocoders of LTX-2 (HiFi-GAN) and LTX-2.3 (BigVGAN-v2 with bandwidth extension)."""

from .config import VocoderConfig
from .partials import Partials, PartialsConfig
from .tonal import TonalVocoder
from .vocoder import Vocoder, build_vocoder

__all__ = [
    "Partials",
    "PartialsConfig",
    "TonalVocoder",
    "Vocoder",
    "VocoderConfig",
    "build_vocoder",
]

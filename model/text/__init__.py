"""Prompts to the transformer's text context: our small encoder, and Gemma for official weights."""

from .config import TextEncoderConfig
from .encoder import TextEncoder
from .gemma import GemmaEncoder
from .projection import TextProjection
from .tokenizer import Tokenizer

__all__ = ["GemmaEncoder", "TextEncoder", "TextEncoderConfig", "TextProjection", "Tokenizer"]

"""How each speaker sounds: one neutral sentence in every voice."""

from __future__ import annotations

import numpy as np

from ..scenes.cast import Character
from .synth import say

SENTENCE = "Hello, this is my voice today."


def speak_references(cast: tuple[Character, ...]) -> dict[str, np.ndarray]:
    """float32 mono at 24 kHz by role, with peak 1; the same for the same voice."""
    return {
        who.role: say(SENTENCE, "en", who.voice, np.random.default_rng(0)).waveform for who in cast
    }

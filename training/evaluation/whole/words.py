"""Whether a clip says the words that were asked for: they are looked up among 20 sentences.

The world's own synthesiser speaks the asked sentence and 19 others of about its length in the asked
voice; the one whose sound is found in the clip at the least cost wins. Subsequence dynamic time
warping over cepstra (Sakoe & Chiba 1978; Davis & Mermelstein 1980). Chance is 1 in 20.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

from ...world import SAMPLE_RATE
from ...world.scenes.cast import Voice
from ...world.scenes.dice import Dice
from ...world.voice.lexicon import spoken
from ...world.voice.sentences import draw_sentence
from ...world.voice.synth import say
from .spectrum import band_levels

CHOICES = 20
POOL = 300
CEPSTRA, HOP_STEP = 14, 2
FLOOR = -9.0
"""Band levels below this are not listened to."""
PAUSES = 0.1
"""Share of the clip that is taken for pauses, band by band."""


def voice_levels(waveform: np.ndarray, rate_hz: int = SAMPLE_RATE) -> np.ndarray:
    """float32 [A, BANDS] every 20 ms of a sound [2, N] or [N], its peak scaled to 1."""
    peak = max(float(np.abs(waveform).max(initial=0)), 1e-6)
    return np.maximum(band_levels(waveform / peak, rate_hz)[::HOP_STEP], FLOOR)


def says(heard: np.ndarray, text: str, language: str, voice: Voice) -> bool:
    """Whether the asked text is the likeliest of its 20 choices.

    The choices are compared as if they were spoken over what the clip sounds like in its pauses.

    Args:
        heard: what `voice_levels` makes of the clip.
        text: that was asked for.
        language: "en" or "fr".
        voice: that was asked for.
    """
    pauses = np.quantile(heard, PAUSES, axis=0)
    own = _cepstra(heard)
    wanted = _choices(text, language, voice)
    costs = [_cost(own, _cepstra(np.logaddexp(levels, pauses))) for levels in wanted]
    return int(np.argmin(costs)) == 0


def _cepstra(levels: np.ndarray) -> np.ndarray:
    """float [A, 14] without the mean of the loud parts; loudness itself weighs half."""
    made = fft.dct(levels, axis=1, norm="ortho")[:, :CEPSTRA]
    loud = made[:, 0] >= np.quantile(made[:, 0], 0.5)
    made = made - made[loud].mean(0)
    made[:, 0] *= 0.5
    return np.asarray(made)


@lru_cache(maxsize=256)
def _choices(text: str, language: str, voice: Voice) -> tuple[np.ndarray, ...]:
    """Levels of the asked text, then of the others."""
    texts = [text, *_others(text, language)]
    rng = np.random.default_rng(0)
    return tuple(voice_levels(say(one, language, voice, rng).waveform) for one in texts)


def _others(text: str, language: str) -> list[str]:
    """Sentences of about the same length, the same ones for the same text."""
    dice = Dice(np.random.default_rng(list(text.encode())))
    pool = {draw_sentence(dice, language) for _ in range(POOL)} - {text}
    length = _phones(text, language)
    ordered = sorted(pool, key=lambda one: (abs(_phones(one, language) - length), one))
    return ordered[: CHOICES - 1]


def _phones(text: str, language: str) -> int:
    return sum(len(word) for word in spoken(text, language))


def _cost(heard: np.ndarray, wanted: np.ndarray) -> float:
    """Mean distance along the best way through `wanted`, anywhere in `heard`."""
    apart = np.sqrt(((wanted[:, None] - heard[None]) ** 2).sum(-1))
    total = apart[0]
    for row in apart[1:]:
        one = np.concatenate(([np.inf], total[:-1]))
        two = np.concatenate(([np.inf, np.inf], total[:-2]))
        total = row + np.minimum(np.minimum(total, one), two)
    return float(total.min() / len(wanted))

"""Who listens to a challenge: a speech recogniser with its model on this computer, if any.

``faster-whisper`` hears any language where ``HIBARI_SPEECH_MODEL`` names its model folder; the
extra ``guard-speech`` (CMU's Pocketsphinx, model in the wheel) hears English numbers by a grammar
that knows nothing else. Nothing is ever downloaded.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import numpy as np

from .challenge import WORDS, Recogniser

RATE_HZ = 16_000
_GRAMMAR = "#JSGF V1.0; grammar digits; public <digits> = ( {words} )+ ;"


def find_recogniser(language: str = "en") -> Recogniser | None:
    """What can hear numbers in ``language`` here, None where nothing can."""
    folder = os.environ.get("HIBARI_SPEECH_MODEL")
    if folder and find_spec("faster_whisper") is not None:
        return _whisper(folder)
    if language == "en" and find_spec("pocketsphinx") is not None:
        return hear_digits
    return None


def hear_digits(waveform: Any, rate_hz: int) -> str:
    """The English digits in a sound [C, N], as words; "" for silence."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE_HZ, loglevel="FATAL", lm=None)
    decoder.add_jsgf_string("digits", _GRAMMAR.format(words=" | ".join(WORDS["en"])))
    decoder.activate_search("digits")
    decoder.start_utt()
    samples = (_mono(waveform, rate_hz).clip(-1, 1) * 32767).astype("<i2")
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return "" if heard is None else str(heard.hypstr)


def _whisper(folder: str) -> Recogniser:
    from faster_whisper import WhisperModel

    model = WhisperModel(folder, device="cpu", local_files_only=True)

    def hear(waveform: Any, rate_hz: int) -> str:
        segments, _ = model.transcribe(_mono(waveform, rate_hz))
        return " ".join(segment.text for segment in segments)

    return hear


def _mono(waveform: Any, rate_hz: int) -> np.ndarray:
    import torch

    from ...model.audio_transform import resample

    sound = torch.as_tensor(waveform).float().mean(dim=0, keepdim=True)
    mono: np.ndarray = resample(sound, rate_hz, RATE_HZ)[0].numpy()
    return mono

"""What is said in the sound: recognisers by name, as policies list them.

``pocketsphinx`` comes as an extra (English; its model is in the wheel). It hears only what its
voice detector takes for speech, because a recogniser finds words in any noise. Others are added
with :func:`register_recogniser`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .check import Verdict, check_transcript, decide
from .extra import MissingExtraError
from .policy import Policy

RATE_HZ = 16_000
_FRAME_S = 0.03
_MIN_SPEECH_S = 0.3
_MIN_WORDS = 2
_SURE = 0.5

Speech = NDArray[np.float32]
"""Mono sound in -1..1 at 16 kHz [N]."""


class Recogniser(Protocol):
    """Writes down what is said."""

    def transcribe(self, speech: Speech) -> str:
        """Return the words in a sound, "" where there are none."""


class Pocketsphinx:
    """CMU's recogniser with its bundled English model."""

    def __init__(self) -> None:
        try:
            from pocketsphinx import Decoder, Vad
        except ImportError as error:
            raise MissingExtraError(
                "listening to speech", "pocketsphinx", "guard-speech"
            ) from error
        self._decoder = Decoder(samprate=RATE_HZ, loglevel="FATAL")
        self._vad = Vad(mode=Vad.STRICT, sample_rate=RATE_HZ, frame_length=_FRAME_S)

    def transcribe(self, speech: Speech) -> str:
        """Return the words that are likely said; fewer than two are taken for noise."""
        voiced = b"".join(self._voiced(speech))
        if len(voiced) < 2 * RATE_HZ * _MIN_SPEECH_S:
            return ""
        self._decoder.start_utt()
        self._decoder.process_raw(voiced, full_utt=True)
        self._decoder.end_utt()
        exp = self._decoder.get_logmath().exp
        words = [
            found.word.split("(")[0]
            for found in self._decoder.seg() or ()
            if found.word[0].isalpha() and exp(found.prob) >= _SURE
        ]
        return " ".join(words) if len(words) >= _MIN_WORDS else ""

    def _voiced(self, speech: Speech) -> Iterator[bytes]:
        samples = (speech.clip(-1, 1) * 32767).astype("<i2").tobytes()
        size = self._vad.frame_bytes
        pieces = (samples[at : at + size] for at in range(0, len(samples) - size + 1, size))
        return (piece for piece in pieces if self._vad.is_speech(piece))


_MAKERS: dict[str, Callable[[], Recogniser]] = {"pocketsphinx": Pocketsphinx}


def register_recogniser(name: str, make: Callable[[], Recogniser]) -> None:
    """Add a recogniser that policies may name; ``make`` may raise MissingExtraError."""
    _MAKERS[name] = make
    _recogniser.cache_clear()


def check_sound(audio: Mapping[str, Any] | None, policy: Policy) -> Verdict:
    """Return the verdict on what is said in ``{"waveform": [B, C, N], "sample_rate": Hz}``.

    Raises:
        ValueError: the policy names a recogniser that nobody registered.
        MissingExtraError: the policy requires a recogniser that is not installed.
    """
    name = policy.recogniser
    if audio is None or not name:
        return decide([], policy, "transcript")
    if name not in _MAKERS:
        raise ValueError(
            f"policy {policy.name!r} names the recogniser {name!r}, which is not known; known are "
            f"{', '.join(sorted(_MAKERS))}"
        )
    try:
        said = _recogniser(name).transcribe(as_speech(audio))
    except MissingExtraError as error:
        if policy.recogniser_required:
            raise
        return decide([], policy, "transcript", notes=(f"speech was not heard: {error}",))
    return check_transcript(said, policy) if said else decide([], policy, "transcript")


def as_speech(audio: Mapping[str, Any]) -> Speech:
    """Return all clips of a sound one after the other, mono at 16 kHz."""
    import torch

    from ...model.audio_transform import resample

    waveform_BCN = torch.as_tensor(audio["waveform"]).detach().float().cpu()
    mono_BN = resample(waveform_BCN.mean(dim=1), int(audio["sample_rate"]), RATE_HZ)
    return np.ascontiguousarray(mono_BN.reshape(-1).numpy(), dtype=np.float32)


@cache
def _recogniser(name: str) -> Recogniser:
    return _MAKERS[name]()

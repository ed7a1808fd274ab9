"""Who speaks a line: Piper where it is installed and has a voice, else espeak-ng."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from . import espeak, piper
from .script import Line
from .voice import voice_of


def speak_line(line: Line, language: str, voices: Path) -> tuple[Tensor, int]:
    """The line as sound ``[N]`` and its sample rate; ``voices`` is the folder of Piper's voices.

    Raises:
        SpeechError: nobody can speak it; the message tells what to install.
    """
    voice = voice_of(line.speaker, line.voice)
    found = piper.voices_in(voices, language)
    if found and piper.piper_command() is not None:
        model = piper.chosen_voice(found, line.speaker, line.voice)
        return piper.speak(line.text, model, voice)
    return espeak.speak(line.text, language, voice)

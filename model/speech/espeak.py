"""Speech from the program espeak-ng, which many systems have and every system can install.

It is under the GPL and no part of this package: it runs as a process of its own, is given words on
its input and gives sound on its output.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from torch import Tensor

from .voice import Voice
from .wave_sound import SpeechError, sound_of_wave

PROGRAMS = ("espeak-ng", "espeak")
WINDOWS_PROGRAM = Path("C:/Program Files/eSpeak NG/espeak-ng.exe")
INSTALL = (
    "install espeak-ng (Debian and Ubuntu: apt install espeak-ng; macOS: brew install espeak-ng; "
    "Windows: winget install eSpeak-NG.eSpeak-NG) and start again"
)
TIMEOUT_S = 60


def espeak_program() -> str | None:
    """Path of the program; None where it is not installed."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and WINDOWS_PROGRAM.is_file():
        return str(WINDOWS_PROGRAM)
    return found


def speak(text: str, language: str, voice: Voice) -> tuple[Tensor, int]:
    """The words as sound ``[N]`` in -1..1 and its sample rate; the same words sound the same.

    Raises:
        SpeechError: the program is not there, knows no such language, or fails.
    """
    program = espeak_program()
    if program is None:
        raise SpeechError(f"no speech program is installed; {INSTALL}")
    settings = {
        "-v": f"{language}+{voice.variant}",
        "-s": str(voice.words_per_minute),
        "-p": str(voice.pitch),
        "-b": "1",  # UTF-8
    }
    command = [program, *(part for pair in settings.items() for part in pair)]
    try:
        done = subprocess.run(
            [*command, "--stdin", "--stdout"],
            input=_plain(text).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpeechError(f"{program} did not speak: {error}; try it in a terminal") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip()[:200] or "no sound came"
        raise SpeechError(f"{program} did not speak {language!r}: {said}; choose another language")
    return sound_of_wave(done.stdout)


def _plain(text: str) -> str:
    """The words without what the program would read as its own phoneme codes."""
    return " ".join(text.replace("[[", " ").replace("]]", " ").split())

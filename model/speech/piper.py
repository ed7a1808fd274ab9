"""Speech from Piper, a neural synthesiser, with voices that people bring.

Piper is under the GPL and no part of this package: it runs as a process of its own (the extra
"speech" installs it). A voice is a file ``en_US-name-medium.onnx`` with its ``.onnx.json`` beside
it; none comes with Piper. Its noise is off, so that the same words sound the same.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from .voice import NORMAL_WPM, Voice
from .wave_sound import SpeechError, sound_of_wave

TIMEOUT_S = 300
STILL = ("--noise-scale", "0", "--noise-w-scale", "0")


def piper_command() -> list[str] | None:
    """How to start Piper; None where it is not installed. Nothing of it is imported."""
    found = importlib.util.find_spec("piper")
    folders = (found.submodule_search_locations or ()) if found else ()
    # Other packages have that name too.
    if any((Path(folder) / "espeakbridge.pyi").is_file() for folder in folders):
        return [sys.executable, "-m", "piper"]
    return None


def voices_in(folder: Path, language: str) -> list[Path]:
    """Voices of a language such as "en-us", or else of any of its countries, sorted by name."""
    there = sorted(
        path for path in folder.glob("*.onnx") if path.with_name(f"{path.name}.json").is_file()
    )
    wanted = language.replace("-", "_").lower()
    exact = [path for path in there if path.name.lower().startswith(f"{wanted}-")]
    short = wanted.partition("_")[0]
    return exact or [path for path in there if path.name.lower().partition("_")[0] == short]


def chosen_voice(voices: Sequence[Path], speaker: str, description: str) -> Path:
    """The voice that a description names, else always the same one for a speaker."""
    words = description.lower()
    named = [path for path in voices if path.name.split("-")[1].lower() in words.split()]
    pool = named or list(voices)
    return pool[zlib.crc32(speaker.casefold().encode()) % len(pool)]


def speak(text: str, model: Path, voice: Voice) -> tuple[Tensor, int]:
    """The words as sound ``[N]`` in -1..1 and its sample rate.

    Only the speed of ``voice`` counts; the rest is in the file.

    Raises:
        SpeechError: Piper is not installed, or fails.
    """
    command = piper_command()
    if command is None:
        raise SpeechError('Piper is not installed; install it with: pip install "hibari[speech]"')
    slower = f"{NORMAL_WPM / voice.words_per_minute:.3f}"
    with tempfile.TemporaryDirectory(prefix="hibari-") as folder:
        file = Path(folder) / "line.wav"
        try:
            done = subprocess.run(
                [*command, "-m", str(model), "-f", str(file), "--length-scale", slower, *STILL],
                input=" ".join(text.split()).encode(),
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeechError(f"Piper did not speak: {error}; try it in a terminal") from error
        if done.returncode or not file.is_file():
            said = done.stderr.decode(errors="replace").strip()[-200:] or "no sound came"
            raise SpeechError(f"Piper did not speak with {model.name}: {said}; use another voice")
        return sound_of_wave(file.read_bytes())

"""What the dialogue block does: lines to sound, sound to latents, times to text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model.speech.script import Line
    from ..model.speech.track import SpokenLine

TIMING_FORMAT = "hibari-dialogue-1"
VOICES = "voices"
"""Folder in Hibari's home with voices of Piper that people brought."""


def spoken_lines(lines: Sequence[Line], language: str, pause_s: float) -> list[SpokenLine]:
    """Return the lines with their sound and their times.

    Raises:
        ValueError: no speech program is installed, or it cannot speak a line.
    """
    from ..host import ProgressBar, check_interrupted
    from ..model.speech.synthesis import speak_line
    from ..model.speech.track import lay_out
    from ..trust.home import home_path

    voices = home_path() / VOICES
    bar, sounds = ProgressBar(len(lines)), []
    for line in lines:
        check_interrupted()
        sounds.append(speak_line(line, language, voices))
        bar.update(1)
    return lay_out(lines, sounds, pause_s)


def length_of(
    spoken: Sequence[SpokenLine], latent: dict[str, Any] | None, seconds: float, fps: float
) -> tuple[float, float]:
    """Return (seconds, frames per second) of the track: asked for, of the latent, or of the lines.

    Raises:
        ValueError: a line would not be heard to its end.
    """
    from .av_latent import FRAME_RATE, LTX_FPS, check_joint, frames_of

    if latent is not None:
        check_joint(latent)
        fps = float(latent.get(FRAME_RATE) or LTX_FPS)
        seconds = (frames_of(latent) or 0) / fps
    seconds = seconds or max(line.end_s for line in spoken)
    for number, line in enumerate(spoken, start=1):
        if line.end_s > seconds + 1 / fps:
            raise ValueError(
                f"line {number} of the dialogue ends at {line.end_s:.2f} s, and the clip lasts "
                f"{seconds:.2f} s. Make the clip longer, the line shorter, or start it earlier"
            )
    return seconds, fps


def with_track(
    latent: dict[str, Any] | None,
    audio_vae: Any,
    audio: dict[str, Any],
    spoken: Sequence[SpokenLine],
    noise: tuple[Sequence[float], float],
) -> dict[str, Any] | None:
    """Return a LATENT in whose sound the lines are kept; None without one.

    ``noise`` is how much of each line, and of what is between lines, is made anew.

    Raises:
        ValueError: the audio codec is missing, or is one for pictures.
    """
    from ..model.shapes import AUDIO_LATENT_RATE_HZ
    from ..model.speech.track import latent_noise
    from .av_latent import audio_of
    from .given_latents import with_beginning
    from .other_modality import sound_latents

    if latent is None:
        return None
    if audio_vae is None:
        raise ValueError("audio_vae is not connected. The latent needs that of Hibari Load Model")
    count = audio_of(latent).shape[2]
    tokens = sound_latents(audio_vae, audio, 0.0, count / AUDIO_LATENT_RATE_HZ)
    return with_beginning(latent, audio=tokens, noise=latent_noise(spoken, count, *noise))


def timing_text(spoken: Sequence[SpokenLine], seconds: float, fps: float) -> str:
    """Return JSON: each line with its times, and how far each speaker's mouth is open.

    ``mouths`` has a list for each speaker, 0 (closed) to 1 for every frame.
    """
    from ..model.speech.mouth import mouth_opening
    from ..model.speech.track import RATE_HZ, track_of

    frames = round(seconds * fps)
    mouths = {}
    for speaker in dict.fromkeys(line.line.speaker for line in spoken):
        own = [line for line in spoken if line.line.speaker == speaker]
        opening = mouth_opening(track_of(own, seconds)[0], RATE_HZ, frames, fps)
        mouths[speaker] = [round(value, 3) for value in opening.tolist()]
    lines = [
        {
            "speaker": line.line.speaker,
            "text": line.line.text,
            "start_s": round(line.start_s, 3),
            "end_s": round(line.end_s, 3),
        }
        for line in spoken
    ]
    timing = {"format": TIMING_FORMAT, "fps": fps, "lines": lines, "mouths": mouths}
    return json.dumps(timing, ensure_ascii=False)


def read_timing(text: str) -> Mapping[str, Any]:
    """Return the object that `timing_text` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        timing = json.loads(text)
    except (ValueError, RecursionError):
        timing = None
    if not isinstance(timing, dict) or timing.get("format") != TIMING_FORMAT:
        raise ValueError("timing is no text of Hibari Dialogue. Connect its timing output")
    return timing

"""What the instruments read from a clip of the whole playground: from pixels and sound only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ...world import SAMPLE_RATE
from .ear import Hearing, listen
from .eye import look
from .instruments import Instruments
from .likeness import speaker_picture, voice_facts
from .mouth import mouth_curves, sound_envelope
from .touch import Point, visible_contacts
from .track import Track, count_at_start, follow
from .viewer import View, view
from .words import voice_levels


@dataclass(frozen=True, eq=False)
class WholeReading:
    """The state of a clip as far as it can be seen and heard.

    Attributes:
        fps: frames per second.
        width: of the picture in 1/256 of its height.
        tracks: the things, those seen longest first.
        count: of things in the first frames.
        contacts: moments and places of visible contacts.
        view: words for event, place and look.
        hearing: what is heard.
        mouths: float [F, speakers], opening 0..1, from left to right.
        envelope: float [F], loudness of voices.
        looks: float [speakers, 32], directions of likeness.
        voice: float [24], direction of likeness.
        said: float [A, BANDS], levels for the check of words.
    """

    fps: int
    width: float
    tracks: tuple[Track, ...]
    count: int
    contacts: tuple[Point, ...]
    view: View
    hearing: Hearing
    mouths: np.ndarray
    envelope: np.ndarray
    looks: np.ndarray
    voice: np.ndarray
    said: np.ndarray

    @property
    def onsets_s(self) -> tuple[float, ...]:
        """When things are heard to hit."""
        return self.hearing.onsets_s

    @property
    def contact_s(self) -> float | None:
        """The first visible contact."""
        return min((time_s for time_s, _, _ in self.contacts), default=None)

    def to_dict(self) -> dict[str, object]:
        """Words and moments, ready for json.dumps."""
        view, hearing = self.view, self.hearing
        words = {key: getattr(view, key) for key in ("event", "place", "time", "weather")}
        return {
            **words,
            "style": view.style,
            "camera": view.camera,
            "count": self.count,
            "things": [f"{t.colour} {t.material} {t.shape}" for t in self.tracks],
            "contacts_s": [round(time_s, 3) for time_s, _, _ in self.contacts],
            "onsets_s": [round(time_s, 3) for time_s in hearing.onsets_s],
            "material": hearing.material,
            "ambience": hearing.ambience,
            "music": hearing.music,
            "speakers": self.mouths.shape[1],
        }


def read_whole(
    frames: np.ndarray, waveform: np.ndarray, fps: int, instruments: Instruments
) -> WholeReading:
    """Reads one clip.

    Args:
        frames: uint8 [F, H, W, 3].
        waveform: float [2, N] in -1..1 at the world's 24 kHz.
        fps: frames per second.
        instruments: trained.
    """
    height, width = frames.shape[1:3]
    glances = look(instruments.eye, frames)
    tracks = follow(glances, height)
    mouths, places = mouth_curves(glances, width)
    with torch.inference_mode():
        facts = torch.from_numpy(voice_facts(waveform))[None]
        voice = instruments.voices(facts)[0].numpy()
    return WholeReading(
        fps=fps,
        width=256 * width / height,
        tracks=tuple(tracks),
        count=count_at_start(tracks),
        contacts=tuple(visible_contacts(instruments.touch, tracks, fps)),
        view=view(instruments.viewer, instruments.namer, frames, fps),
        hearing=listen(instruments.ear, waveform),
        mouths=mouths,
        envelope=sound_envelope(waveform, SAMPLE_RATE, len(frames), fps),
        looks=_looks(frames, places, instruments),
        voice=voice,
        said=voice_levels(waveform),
    )


@torch.inference_mode()
def _looks(frames: np.ndarray, places: np.ndarray, instruments: Instruments) -> np.ndarray:
    if not len(places):
        return np.zeros((0, instruments.looks.out.out_features))
    pictures = np.stack([speaker_picture(frames, x, len(places)) for x in places])
    return np.asarray(instruments.looks(torch.from_numpy(pictures)).numpy())

"""Whose looks and voice a clip shows: retrieval of the nearest reference among many identities.

Identities are speakers of the whole playground that no training clip shows: a reference view, a
reference voice, and a true clip of them; no two of them look or sound the same. Features are
measured from pixels and sound and trained with nothing: how much of the reference's colours the
clip holds, and the long-term spectrum and pitch of the voice. Chance is one over the number of
identities; true clips are the ceiling of the features, not 1.
Shapes: F frames, Y rows, X columns, N samples, Q clips, R references.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...model.audio_transform import resample
from ...model.audio_vae import AudioVaeConfig, log_mel
from ..world import SAMPLE_RATE, ClipSpec, make_clip
from .codec_pitch import f0_hz

if TYPE_CHECKING:
    from ..world.scenes.cast import Character

SEED = 6_021
SPEC = ClipSpec(playground="whole")
SPLIT = "validation"
VIEW_PX = 256
PITCH_APART = 1.03
LOOKS = ("word", "fur", "skin", "hair", "hair_colour", "glasses", "beard", "clothes")
PAPER = (232, 232, 236)
COLOUR_STEPS, MIN_CONTRAST, SHARE_OF_CLIP = 6, 24, 4.0
CEPSTRA, VOICED_DB, PITCH_HZ = 16, 25.0, (60.0, 500.0)
PITCH_WEIGHT = 40.0
"""Spreads of the cepstrum that a pitch e times as high counts for; a semitone for 2.3."""
MEL_HZ = 16_000


@dataclass(frozen=True, eq=False)
class Identity:
    """One speaker: ``views`` uint8 [V, Y, X, 3], ``voice`` [N] at 24 kHz, and a true clip."""

    name: str
    views: np.ndarray
    voice: np.ndarray
    frames: np.ndarray
    sound: np.ndarray

    @property
    def view(self) -> np.ndarray:
        """The reference view that clips are compared with, uint8 [Y, X, 3]."""
        return np.asarray(self.views[0])


def identities(count: int, seed: int = SEED) -> Iterator[Identity]:
    """Speakers of the held-out world who are alone in their clips and unlike those before."""
    from ..world.subjects import make_cast

    for number, index in enumerate(islice(clips_of_one(seed), count), start=1):
        clip = make_clip(seed, index, SPEC, SPLIT)
        (speaker,) = make_cast(seed, index, SPEC, SPLIT, VIEW_PX).subjects
        assert speaker.voice is not None  # a cast of one speaks
        name = f"speaker {number}"
        yield Identity(name, speaker.views, speaker.voice, clip.frames, clip.waveform)


def clips_of_one(seed: int) -> Iterator[int]:
    """Indices of clips in which somebody speaks whose looks and pitch no earlier speaker has."""
    from ..world.whole import set_up

    known: list[Character] = []
    for index in count_from(0):
        cast = set_up(seed, index, SPEC, SPLIT).stage.cast
        if len(cast) == 1 and not any(alike(cast[0], other) for other in known):
            known.append(cast[0])
            yield index


def alike(one: Character, other: Character) -> bool:
    """Whether two speakers look the same, or have one kind of voice at nearly one pitch."""
    pitches = one.voice.pitch_hz, other.voice.pitch_hz
    same_voice = one.voice.name == other.voice.name and max(pitches) < PITCH_APART * min(pitches)
    return same_voice or all(getattr(one, look) == getattr(other, look) for look in LOOKS)


def retrieval(distances_QR: np.ndarray) -> float:
    """Share of clips whose nearest reference is their own (clip k shows reference k).

    Each reference's mean distance is taken off first: one that resembles everything wins nothing.
    """
    fair = distances_QR - distances_QR.mean(axis=0, keepdims=True)
    return float(np.mean(fair.argmin(axis=1) == np.arange(len(fair))))


def look_distances(clips: Sequence[np.ndarray], views: Sequence[np.ndarray]) -> np.ndarray:
    """Distances [Q, R]: how much of each view's colours a clip [F, Y, X, 3] lacks, 0..1."""
    seen = np.stack([colours(frames.reshape(-1, 3)) for frames in clips])
    wanted = np.stack([colours(subject_pixels(view)) for view in views])
    held = np.minimum(wanted[None], SHARE_OF_CLIP * seen[:, None]).sum(axis=-1)
    return np.asarray(1.0 - held)


def voice_distances(
    sounds: Sequence[np.ndarray], voices: Sequence[np.ndarray], rate_hz: int = SAMPLE_RATE
) -> np.ndarray:
    """Distances [Q, R] of spectrum, in spreads of the references, and of pitch."""
    heard = np.stack([cepstrum(sound, rate_hz) for sound in sounds])
    wanted = np.stack([cepstrum(voice, SAMPLE_RATE) for voice in voices])
    gaps = (heard[:, None] - wanted[None]) / (wanted.std(axis=0) + 1e-3)
    apart = PITCH_WEIGHT * pitch_distances(sounds, voices, rate_hz)
    return np.asarray(np.sqrt((gaps**2).mean(axis=-1) + apart**2))


def pitch_distances(
    sounds: Sequence[np.ndarray], voices: Sequence[np.ndarray], rate_hz: int = SAMPLE_RATE
) -> np.ndarray:
    """Distances [Q, R] of the logarithms of usual pitches."""
    heard = np.array([usual_pitch_hz(sound, rate_hz) for sound in sounds])
    wanted = np.array([usual_pitch_hz(voice, SAMPLE_RATE) for voice in voices])
    return np.asarray(np.abs(np.log(heard[:, None] / wanted[None])))


def subject_pixels(view: np.ndarray) -> np.ndarray:
    """Pixels [n, 3] of a reference view that are not its plain ground."""
    pixels = view.reshape(-1, 3).astype(int)
    stands_out = np.abs(pixels - np.array(PAPER)).sum(axis=1) > MIN_CONTRAST
    return np.asarray(view.reshape(-1, 3)[stands_out] if stands_out.any() else view.reshape(-1, 3))


def colours(pixels: np.ndarray) -> np.ndarray:
    """Histogram of colours [216] of pixels uint8 [n, 3], summing to 1."""
    steps = pixels.astype(int) * COLOUR_STEPS // 256
    codes = (steps[:, 0] * COLOUR_STEPS + steps[:, 1]) * COLOUR_STEPS + steps[:, 2]
    counts = np.bincount(codes, minlength=COLOUR_STEPS**3).astype(float)
    return np.asarray(counts / max(counts.sum(), 1.0))


def cepstrum(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Cepstrum [16] of the loud parts of a sound [N] or [C, N]."""
    sound = _mono(waveform, rate_hz)
    mel = log_mel(sound[None].expand(1, 2, -1), AudioVaeConfig())[0, 0].numpy()
    level = mel.mean(axis=1) * 20 / np.log(10)
    envelope = mel[level > level.max() - VOICED_DB].mean(axis=0)
    bins = np.arange(len(envelope)) + 0.5
    orders = np.arange(1, CEPSTRA + 1)[:, None]
    waves = np.cos(np.pi * orders * bins / len(envelope))
    return np.asarray((envelope * waves).mean(axis=1))


def usual_pitch_hz(waveform: np.ndarray, rate_hz: int) -> float:
    """Median pitch of a voice [N] or [C, N] in Hz, 100 where none is heard."""
    found = f0_hz(_mono(waveform, rate_hz)[0].numpy(), MEL_HZ)
    spoken = found[(found > PITCH_HZ[0]) & (found < PITCH_HZ[1])]
    return float(np.median(spoken)) if len(spoken) else 100.0


def _mono(waveform: np.ndarray, rate_hz: int) -> torch.Tensor:
    """[1, N] at the rate of the features."""
    mono = np.atleast_2d(waveform).mean(axis=0)
    return resample(torch.from_numpy(mono[None].astype(np.float32)), rate_hz, MEL_HZ)


def pitch_of(sound: np.ndarray, rate_hz: int = MEL_HZ) -> float:
    """Median pitch in Hz of the loud parts of a sound [N], by autocorrelation; 100 for silence."""
    size = round(0.04 * rate_hz)
    pieces = sound[: len(sound) // size * size].reshape(-1, size)
    power = (pieces**2).mean(axis=1)
    if not len(pieces) or power.max() <= 0:
        return 100.0
    low, high = (round(rate_hz / limit) for limit in reversed(PITCH_HZ))
    pitches = []
    for piece in pieces[power > 0.1 * power.max()]:
        spectrum = np.fft.rfft(piece - piece.mean(), 2 * size)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:size]
        lag = low + int(np.argmax(correlation[low : min(high, size)]))
        pitches.append(rate_hz / lag)
    return float(np.median(pitches))

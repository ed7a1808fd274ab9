"""Whose looks and voice a clip shows: retrieval of the nearest reference among many identities.

Identities are speakers of the whole playground that no training clip shows: a reference view, a
reference voice, and a true clip of them. Features are measured from pixels and sound and trained
with nothing: how much of the reference's colours the clip holds, and the long-term spectrum and
pitch of the voice. Chance is one over the number of identities; true clips are the ceiling of the
features, not 1.
Shapes: F frames, Y rows, X columns, N samples, Q clips, R references.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...model.audio_transform import resample
from ...model.audio_vae import AudioVaeConfig, log_mel
from ..world import SAMPLE_RATE, ClipSpec, make_clip

SEED = 6_021
SPEC = ClipSpec(playground="whole")
SPLIT = "validation"
VIEW_PX = 256
PAPER = (232, 232, 236)
COLOUR_STEPS, MIN_CONTRAST, SHARE_OF_CLIP = 6, 24, 4.0
CEPSTRA, VOICED_DB, PITCH_HZ = 16, 25.0, (60.0, 500.0)
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
    """The first ``count`` clips of the held-out world in which one person or animal speaks."""
    from ..world.subjects import make_cast
    from ..world.whole import set_up

    index, found = -1, 0
    while found < count:
        index += 1
        if len(set_up(seed, index, SPEC, SPLIT).stage.cast) != 1:
            continue
        clip = make_clip(seed, index, SPEC, SPLIT)
        (speaker,) = make_cast(seed, index, SPEC, SPLIT, VIEW_PX).subjects
        assert speaker.voice is not None  # a cast of one speaks
        found += 1
        name = f"speaker {found}"
        yield Identity(name, speaker.views, speaker.voice, clip.frames, clip.waveform)


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
    """Distances [Q, R] of spectrum and pitch, in spreads of the references."""
    heard = np.stack([voice_features(sound, rate_hz) for sound in sounds])
    wanted = np.stack([voice_features(voice, SAMPLE_RATE) for voice in voices])
    spread = wanted.std(axis=0) + 1e-3
    gaps = (heard[:, None] - wanted[None]) / spread
    return np.asarray(np.sqrt((gaps**2).mean(axis=-1)))


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


def voice_features(waveform: np.ndarray, rate_hz: int) -> np.ndarray:
    """Cepstrum of the voiced parts of a sound [N] or [C, N], and the logarithm of its pitch."""
    mono = np.atleast_2d(waveform).mean(axis=0)
    sound = resample(torch.from_numpy(mono[None].astype(np.float32)), rate_hz, MEL_HZ)
    mel = log_mel(sound[None].expand(1, 2, -1), AudioVaeConfig())[0, 0].numpy()
    level = mel.mean(axis=1) * 20 / np.log(10)
    voiced = mel[level > level.max() - VOICED_DB]
    envelope = voiced.mean(axis=0)
    bins = np.arange(len(envelope)) + 0.5
    cepstrum = [
        np.mean(envelope * np.cos(np.pi * k * bins / len(envelope))) for k in range(1, CEPSTRA + 1)
    ]
    # The pitch weighs as much as a quarter of the cepstrum.
    return np.array([*cepstrum, *[np.log(pitch_of(sound[0].numpy()))] * (CEPSTRA // 4)])


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

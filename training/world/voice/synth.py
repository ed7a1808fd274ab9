"""A formant synthesiser: from symbols to a voice.

A glottal pulse train and noise are shaped by a moving cascade of resonances, frame by frame in the
frequency domain (source-filter model; Klatt 1980, "Software for a cascade/parallel formant
synthesizer", resonator of eq. 1). Lengths vary with stress and place in the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from ..clip import SAMPLE_RATE
from ..scenes.cast import Voice
from .lexicon import spoken
from .phonemes import PHONES, Phone

HOP, WINDOW, SIZE = 192, 576, 1024
BANDWIDTHS = (70.0, 100.0, 150.0, 240.0, 320.0)
UPPER = (3500.0, 4500.0)
"""F4 and F5, which hardly move."""


@dataclass(frozen=True, eq=False)
class Utterance:
    """waveform float32 [N] with peak 1; `wide`, 0 round .. 1 spread lips, by HOP samples."""

    waveform: np.ndarray
    wide: np.ndarray

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.waveform) / SAMPLE_RATE


@dataclass(frozen=True)
class _Segment:
    phone: Phone
    seconds: float
    stress: float
    closed: bool = False


def say(text: str, language: str, voice: Voice, rng: np.random.Generator) -> Utterance:
    """Speaks a sentence; a final "?" lets the voice rise.

    Raises:
        ValueError: for a word that the lexicon lacks.
    """
    segments = _segments(spoken(text, language), voice)
    tracks = _Tracks.of(segments, voice)
    pitch = _pitch(segments, tracks, voice, text.rstrip().endswith("?"))
    sound = _shape(tracks, _source(pitch, tracks, voice, rng), rng)
    peak = float(np.abs(sound).max(initial=1e-6))
    wide = np.clip((tracks.formants[:, 1] * voice.tract - 850) / 1300, 0, 1)
    return Utterance((sound / peak).astype(np.float32), wide)


def _segments(words: list[tuple[str, ...]], voice: Voice) -> list[_Segment]:
    segments: list[_Segment] = []
    for number, word in enumerate(words):
        final = number == len(words) - 1
        for symbol in word:
            stress = 1.0 if symbol.endswith("1") else 0.0
            for phone in PHONES[symbol.rstrip("1")]:
                seconds = phone.seconds * (1.18 if stress else 0.92) * (1.3 if final else 1.0)
                if phone.stop:
                    segments.append(_Segment(phone, phone.stop / voice.pace, 0, closed=True))
                segments.append(_Segment(phone, seconds / voice.pace, stress))
    return segments


@dataclass(frozen=True, eq=False)
class _Tracks:
    """Controls by hop: formants [T, 5] in Hz, and the levels [T] of the sources."""

    formants: np.ndarray
    voice: np.ndarray
    breath: np.ndarray
    hiss: np.ndarray
    hiss_hz: np.ndarray
    middles: np.ndarray

    @classmethod
    def of(cls, segments: list[_Segment], voice: Voice) -> _Tracks:
        """Interpolates the targets of the segments; levels change faster than formants."""
        ends = np.cumsum([segment.seconds for segment in segments])
        starts = ends - [segment.seconds for segment in segments]
        hops = int(np.ceil((ends[-1] + 0.05) * SAMPLE_RATE / HOP))
        time_s = np.arange(hops) * HOP / SAMPLE_RATE
        # A target holds in the middle of its segment and glides between.
        hold = np.minimum(0.3 * (ends - starts), 0.03)
        knots = np.stack([starts + hold, ends - hold], 1).ravel()
        targets = np.repeat([segment.phone.formants for segment in segments], 2, axis=0)
        formants = np.stack([np.interp(time_s, knots, targets[:, k]) for k in range(3)], 1)
        upper = np.broadcast_to(UPPER, (hops, 2))
        formants = np.concatenate([formants, upper], 1) / voice.tract
        formants = np.minimum(formants, 11_000)
        edge = np.minimum(0.2 * (ends - starts), 0.012)
        fast = np.stack([starts + edge, ends - edge], 1).ravel()

        def level(values: list[float]) -> np.ndarray:
            track = np.interp(time_s, fast, np.repeat(values, 2), left=0)
            return np.where(time_s > ends[-1], 0, track)

        closed = [segment.closed for segment in segments]
        phones = [segment.phone for segment in segments]
        voiced = [
            0.12 * (p.voice > 0) if shut else p.voice * (1.0 + 0.25 * s.stress)
            for p, shut, s in zip(phones, closed, segments, strict=True)
        ]
        breath = [0.0 if shut else p.breath for p, shut in zip(phones, closed, strict=True)]
        hiss = [0.0 if shut else p.hiss for p, shut in zip(phones, closed, strict=True)]
        hiss_hz = np.interp(time_s, fast, np.repeat([p.hiss_hz for p in phones], 2))
        return cls(
            formants,
            level(voiced),
            level(breath),
            level(hiss),
            np.minimum(hiss_hz / voice.tract**0.5, 9_500),
            (starts + ends) / 2,
        )


def _pitch(segments: list[_Segment], tracks: _Tracks, voice: Voice, question: bool) -> np.ndarray:
    """Hz by hop: a slow fall, a rise on every stress, and up or down at the end."""
    hops = len(tracks.voice)
    time_s = np.arange(hops) * HOP / SAMPLE_RATE
    share = time_s / time_s[-1]
    semitones = voice.lift * (0.7 - 1.6 * share)
    for segment, middle in zip(segments, tracks.middles, strict=True):
        if segment.stress and segment.phone.vowel:
            semitones = semitones + 0.55 * voice.lift * np.exp(-(((time_s - middle) / 0.07) ** 2))
    if question:
        semitones = semitones + 2.2 * voice.lift * np.clip((share - 0.65) / 0.35, 0, 1) ** 2
    wobble = 0.12 * np.sin(2 * np.pi * 5.1 * time_s) if voice.lift else 0.0
    return voice.pitch_hz * 2 ** ((semitones + wobble) / 12)


def _source(
    pitch: np.ndarray, tracks: _Tracks, voice: Voice, rng: np.random.Generator
) -> np.ndarray:
    """Glottal flow derivative plus breath, before the vocal tract."""
    samples = len(pitch) * HOP
    hops = np.arange(samples) / HOP
    rate = np.interp(hops, np.arange(len(pitch)), pitch)
    phase = np.cumsum(rate / SAMPLE_RATE) % 1.0
    # Rosenberg's pulse: it opens for 40 % and closes within 16 % of the period.
    opened, closing = 0.4, 0.16
    rising = np.sin(np.pi * phase / opened) * (phase < opened)
    back = (phase - opened) / closing
    falling = -2.2 * np.sin(np.pi / 2 * np.clip(back, 0, 1)) * (back > 0) * (back < 1)
    pulse = 0.6 * rising + falling
    noise = rng.standard_normal(samples)
    voiced = np.interp(hops, np.arange(len(pitch)), tracks.voice)
    breath = np.interp(hops, np.arange(len(pitch)), tracks.breath)
    open_share = np.where(phase < opened + closing, 1.0, 0.35)
    # The lips radiate changes of pressure, which lifts the highs by about 6 dB an octave.
    pulse = pulse - 0.9 * np.concatenate([[0.0], pulse[:-1]])
    return voiced * (2.5 * pulse + voice.breath * noise * open_share) + 0.5 * breath * noise


def _shape(tracks: _Tracks, source: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Filters the source through the moving formants and adds the hisses, by overlap and add."""
    hops = len(tracks.voice)
    padded = np.pad(source, (WINDOW // 2, WINDOW))
    starts = np.arange(hops) * HOP
    index = starts[:, None] + np.arange(WINDOW)
    window = np.hanning(WINDOW + 1)[:-1]
    spectrum = fft.rfft(padded[index] * window, SIZE)
    spectrum *= _vocal_tract(tracks.formants)
    loud = np.flatnonzero(tracks.hiss > 0.005)
    if len(loud):
        noise = fft.rfft(rng.standard_normal((len(loud), WINDOW)) * window, SIZE)
        spectrum[loud] += noise * _hiss_band(tracks, loud)
    grains = fft.irfft(spectrum, SIZE)
    out = np.zeros(hops * HOP + SIZE)
    # Each residue class of hops lands on disjoint stretches when a grain spans whole hops.
    span = -(-SIZE // HOP)
    grains = np.pad(grains, ((0, -hops % span), (0, span * HOP - SIZE)))
    for offset in range(span):
        part = grains[offset::span].ravel()
        end = min(len(out), offset * HOP + len(part))
        out[offset * HOP : end] += part[: end - offset * HOP]
    middle = WINDOW // 2
    return out[middle : middle + hops * HOP]


def _vocal_tract(formants: np.ndarray) -> np.ndarray:
    """Response of the cascade of resonators [T, SIZE / 2 + 1], unity gain at 0 Hz each."""
    z = np.exp(-2j * np.pi * np.arange(SIZE // 2 + 1) / SIZE).astype(np.complex64)
    z_squared = z * z
    response = np.ones((len(formants), SIZE // 2 + 1), np.complex64)
    for k, bandwidth in enumerate(BANDWIDTHS):
        radius = np.exp(-np.pi * bandwidth / SAMPLE_RATE)
        b = 2 * radius * np.cos(2 * np.pi * formants[:, k, None] / SAMPLE_RATE)
        b, c = b.astype(np.float32), np.float32(-radius * radius)
        response *= (1 - b - c) / (1 - b * z - c * z_squared)
    return response


def _hiss_band(tracks: _Tracks, loud: np.ndarray) -> np.ndarray:
    frequency = np.arange(SIZE // 2 + 1) * SAMPLE_RATE / SIZE
    centre = tracks.hiss_hz[loud, None]
    width = 0.32 * centre + 250
    band = np.exp(-(((frequency - centre) / width) ** 2))
    return tracks.hiss[loud, None] * band * 0.9

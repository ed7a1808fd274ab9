"""One evaluation: clip after clip through the networks and the instruments."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from ..world import Clip, ClipSpec
from .card import CONTINUED, REAL, SAMPLES, Evidence
from .kit import Kit
from .networks import Networks, Settings
from .round_trip import Made, measure_round_trip
from .sheet import SheetClip
from .variety import mean_distance, thumbnails

SEEDS = 4
"""Clips of one caption that are compared."""
APART = 100_000
"""From one seed of a caption to its next; clips have smaller numbers."""

Codec = Callable[[np.ndarray, np.ndarray], Made]
"""Frames uint8 [F, H, W, 3] and waveform [2, N] at 24 kHz after encoding and decoding."""


@dataclass
class Session:
    """What an evaluation works with and what it has collected.

    Attributes:
        spec: size of the clips.
        kit: instruments and metrics of their playground.
        codecs: round trips to measure, by the name of their column.
        networks: of the checkpoint; None makes no samples.
        settings: of the samples; None makes none.
        sheet_clips: how many clips of each source are kept as strips for the contact sheets.
        evidence: readings and truths so far.
        strips: for the contact sheets, by source.
        sampling_s: seconds that each sample took.
    """

    spec: ClipSpec
    kit: Kit
    codecs: Mapping[str, Codec] = field(default_factory=dict)
    networks: Networks | None = None
    settings: Settings | None = None
    sheet_clips: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    strips: dict[str, list[Image.Image]] = field(default_factory=dict)
    sampling_s: list[float] = field(default_factory=list)

    def measure(self, index: int, clip: Clip, others: Iterable[np.ndarray] = ()) -> None:
        """Reads a clip, its round trips, what the networks make of its first frames and what they
        make of its caption alone, both seeded by the index.

        Args:
            index: of the clip.
            clip: the true one.
            others: pictures of further true clips of the same caption; where there are any, as
                many further samples are made, and both are compared among each other.
        """
        self.evidence.indices.append(index)
        self.evidence.captions.append(clip.caption)
        self.evidence.truths.append(clip.truth)
        self._read(REAL, clip.frames, clip.waveform)
        seen = {REAL: [clip.frames, *others]}
        for name, codec in self.codecs.items():
            made = codec(clip.frames, clip.waveform)
            self._read(name, *made)
            seen[name] = [made[0]]
            measured = measure_round_trip(made, (clip.frames, clip.waveform))
            self.evidence.fidelity.setdefault(name, []).append(measured)
        if self.networks is not None and self.settings is not None:
            if 0 < self.kit.begins < self.spec.frames:
                begins = clip.frames[: self.kit.begins]
                made = self.networks.sample(clip.caption, index, self.settings, begins)
                self._read(CONTINUED, *made)
            sampled = self._sample(clip.caption, index)
            self._read(SAMPLES, *sampled)
            seen[SAMPLES] = [sampled[0]]
        if len(seen[REAL]) > 1:
            self._compare_seeds(clip, seen)

    def _sample(self, caption: str, seed: int) -> Made:
        assert self.networks is not None  # whoever asks has looked
        assert self.settings is not None
        began = time.perf_counter()
        sampled = self.networks.sample(caption, seed, self.settings)
        self.sampling_s.append(time.perf_counter() - began)
        return sampled

    def _compare_seeds(self, clip: Clip, seen: dict[str, list[np.ndarray]]) -> None:
        """How far the clips of one caption are apart, source by source."""
        true = seen[REAL]
        for name, codec in self.codecs.items():
            seen[name] += [codec(frames, clip.waveform)[0] for frames in true[1:]]
        if SAMPLES in seen:
            seeds = (self.evidence.indices[-1] + APART * k for k in range(1, len(true)))
            seen[SAMPLES] += [self._sample(clip.caption, seed)[0] for seed in seeds]
        for source, clips in seen.items():
            small = [thumbnails(frames, self.spec.fps) for frames in clips]
            self.evidence.variety.setdefault(source, []).append(mean_distance(small))

    def _read(self, source: str, frames: np.ndarray, waveform: np.ndarray) -> None:
        reading = self.kit.read(frames, waveform, self.spec.fps)
        self.evidence.readings.setdefault(source, []).append(reading)
        small = thumbnails(frames, self.spec.fps)
        self.evidence.pictures.setdefault(source, []).append(small)
        strips = self.strips.setdefault(source, [])
        if len(strips) < self.sheet_clips:
            caption = self.evidence.captions[-1]
            strips.append(SheetClip(frames, waveform, caption, reading).strip())

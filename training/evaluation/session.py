"""One evaluation: clip after clip through the networks and the instruments."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from ..world import Clip, ClipSpec
from .card import CODEC, REAL, SAMPLES, Evidence
from .fidelity import log_mel_l1, onset_f1, psnr, ssim
from .material import MaterialEar
from .networks import Networks, Settings
from .reading import read_clip
from .sheet import SheetClip


@dataclass
class Session:
    """What an evaluation works with and what it has collected.

    Attributes:
        spec: size of the clips.
        ear: tells materials by their sound.
        networks: of the checkpoint; None measures real clips only.
        settings: of the samples; None makes none.
        sheet_clips: how many clips of each source are kept as strips for the contact sheets.
        evidence: readings and truths so far.
        strips: for the contact sheets, by source.
        sampling_s: seconds that each sample took.
    """

    spec: ClipSpec
    ear: MaterialEar
    networks: Networks | None = None
    settings: Settings | None = None
    sheet_clips: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    strips: dict[str, list[Image.Image]] = field(default_factory=dict)
    sampling_s: list[float] = field(default_factory=list)

    def measure(self, index: int, clip: Clip) -> None:
        """Reads a clip, its round trip and a sample of its caption, seeded by the index."""
        self.evidence.captions.append(clip.caption)
        self.evidence.truths.append(clip.truth)
        self._read(REAL, clip.frames, clip.waveform)
        if self.networks is not None and self.networks.has_codecs:
            made = self.networks.round_trip(clip.frames, clip.waveform)
            self._read(CODEC, *made)
            self.evidence.fidelity.append(_fidelity(made, (clip.frames, clip.waveform)))
        if self.networks is not None and self.settings is not None:
            began = time.perf_counter()
            sampled = self.networks.sample(clip.caption, index, self.settings)
            self.sampling_s.append(time.perf_counter() - began)
            self._read(SAMPLES, *sampled)

    def _read(self, source: str, frames: np.ndarray, waveform: np.ndarray) -> None:
        reading = read_clip(frames, waveform, self.spec.fps, self.ear)
        self.evidence.readings.setdefault(source, []).append(reading)
        strips = self.strips.setdefault(source, [])
        if len(strips) < self.sheet_clips:
            caption = self.evidence.captions[-1]
            strips.append(SheetClip(frames, waveform, caption, reading).strip())


def _fidelity(made: Sequence[np.ndarray], true: Sequence[np.ndarray]) -> dict[str, float | None]:
    return {
        "psnr": psnr(made[0], true[0]),
        "ssim": ssim(made[0], true[0]),
        "log_mel_l1": log_mel_l1(made[1], true[1]),
        "onset_f1": onset_f1(made[1], true[1]),
    }

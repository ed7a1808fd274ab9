"""How a mouth moves with its speech, frame by frame."""

from __future__ import annotations

import numpy as np

from ..clip import SAMPLE_RATE
from .synth import HOP

GATE = 0.06


def mouth_curve(
    waveform: np.ndarray, wide: np.ndarray, frames: int, fps: int, start_s: float
) -> np.ndarray:
    """float64 [frames, 2], open and wide in 0..1, of an utterance that starts at `start_s`.

    Open is the loudness of the speech around each frame, to the power 0.7, over its loudest.
    """
    step = SAMPLE_RATE / fps
    padded = np.concatenate([[0.0], np.cumsum(waveform.astype(float) ** 2)])
    centres = (np.arange(frames) / fps - start_s) * SAMPLE_RATE
    low = np.clip(centres - 0.6 * step, 0, len(waveform)).astype(int)
    high = np.clip(centres + 0.6 * step, 0, len(waveform)).astype(int)
    rms = np.sqrt((padded[high] - padded[low]) / (1.2 * step))
    opened = (rms / max(float(rms.max(initial=0)), 1e-9)) ** 0.7
    opened = np.where(opened < GATE, 0, opened)
    opened = np.convolve(np.pad(opened, 1), [0.2, 0.6, 0.2], mode="valid")
    hops = np.clip(centres / HOP, 0, len(wide) - 1).astype(int)
    return np.stack([np.clip(opened, 0, 1), wide[hops]], 1)

"""Features that tell identities apart, none of which trained the model that is measured.

Colours and spectrum are measured. The instruments of the evaluation, where they are bundled,
learned on other speakers; the card of a checkpoint counts with them.
Shapes: Q clips, R references; clips uint8 [F, Y, X, 3], views uint8 [Y, X, 3], sounds [C, N].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from hibari.training.evaluation.likeness import (
    look_distances,
    pitch_distances,
    voice_distances,
)
from hibari.training.evaluation.whole.instruments import BUNDLED, load_instruments
from hibari.training.evaluation.whole.likeness import speaker_picture, voice_facts
from hibari.training.world import SAMPLE_RATE

PITCH_WEIGHT = 2.0
"""What a pitch e times as high counts beside a distance of directions, 0 to 2."""
Arrays = Sequence[np.ndarray]


@dataclass(frozen=True)
class Features:
    """Distances [Q, R] of clips from views, and of sounds (at a rate in Hz) from voices."""

    looks: Callable[[Arrays, Arrays], np.ndarray]
    voices: Callable[[Arrays, Arrays, int], np.ndarray]


def feature_sets() -> dict[str, Features]:
    """What there is to tell identities apart, by name."""
    sets = {"measured": Features(look_distances, voice_distances)}
    if BUNDLED.is_file():
        sets["instruments"] = Features(learned_look_distances, learned_voice_distances)
    return sets


def learned_look_distances(clips: Arrays, views: Arrays) -> np.ndarray:
    """Distances [Q, R] of whole pictures: of the middle frame of a clip, and of a view."""
    looks = load_instruments().looks
    seen, wanted = (
        looks(torch.from_numpy(np.stack([speaker_picture(f, f.shape[2] / 2, 1) for f in frames])))
        for frames in (clips, [view[None] for view in views])
    )
    return 1 - (seen @ wanted.T).numpy()


def learned_voice_distances(sounds: Arrays, voices: Arrays, rate_hz: int) -> np.ndarray:
    """Distances [Q, R] of voices; the network hears timbre rather than pitch, so that is added."""
    features = load_instruments().voices
    heard, wanted = (
        features(torch.from_numpy(np.stack([voice_facts(one, rate) for one in many])))
        for many, rate in ((sounds, rate_hz), (voices, SAMPLE_RATE))
    )
    apart = PITCH_WEIGHT * pitch_distances(sounds, voices, rate_hz)
    return np.asarray(1 - (heard @ wanted.T).numpy() + apart)

"""Portraits of playground speakers: one pose and one sentence, and references with others.

What a small transformer learns to make out of references within minutes.
Shapes: F frames, Y rows, X columns, N samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count as count_from

import numpy as np
import torch
from cameo_studio import Filmed, pcm16, reference_of
from einops import rearrange
from hibari.model.checkpoint import CheckpointParts
from hibari.model.shapes import audio_frames_for
from hibari.training.clip_store import as_pixels
from hibari.training.config import DataConfig
from hibari.training.evaluation.likeness import Identity, alike
from hibari.training.latent_store import LatentStore
from hibari.training.reference_store import ClipReferences, SubjectLatents
from hibari.training.trainers.audio_vae import waveform_mel
from hibari.training.trainers.flow_batch import Bucket
from hibari.training.world import SAMPLE_RATE
from hibari.training.world.drawing.reference import draw_views
from hibari.training.world.scenes.cast import Character, draw_cast
from hibari.training.world.scenes.dice import Dice
from hibari.training.world.voice.synth import say
from torch import Tensor

FRAMES, FPS, SIDE_PX = 9, 8.0, 256
SAYS = "Hello, how are you?"
REFERENCE = "Come here, I have a lovely idea."
LEVEL = 0.5
NARROW = 200.0
"""Width in which there is room for one speaker."""


def portraits(seed: int, count: int, distinct: bool) -> Iterator[Identity]:
    """So many speakers; no two of them look or sound the same where they must be ``distinct``."""
    known: list[Character] = []
    for index in count_from():
        if len(known) == count:
            return
        (who,) = draw_cast(Dice(np.random.default_rng([seed, index])), NARROW)
        if not distinct or not any(alike(who, other) for other in known):
            known.append(who)
            yield portrait(f"speaker {len(known)}", who)


def portrait(name: str, who: Character) -> Identity:
    """A speaker: the first pose is the clip's, the others are the references'."""
    first, *others = draw_views(who, SIDE_PX)
    spoken, reference = (
        LEVEL * say(text, "en", who.voice, np.random.default_rng(0)).waveform
        for text in (SAYS, REFERENCE)
    )
    samples = round(FRAMES / FPS * SAMPLE_RATE)
    sound = np.pad(spoken, (0, max(0, samples - len(spoken))))[:samples]
    frames = np.repeat(first[None], FRAMES, axis=0)
    return Identity(name, np.stack(others), reference, frames, np.stack([sound, sound]))


def filmed(person: Identity) -> Filmed:
    """The speaker as recorded for a cameo."""
    return Filmed(person.name, person.views, pcm16(person.voice))


def bucket_of(
    parts: CheckpointParts, people: Sequence[Identity], caption: str, data: DataConfig
) -> Bucket:
    """Latents and references of portraits, in half precision as training keeps them."""
    clips, references = [], []
    for person in people:
        clips.append(encoded(parts, person))
        made = reference_of(parts, filmed(person))
        subject = SubjectLatents(made.views.half(), made.voice.half())
        references.append(ClipReferences((subject,), (caption,)))
    video, audio = (torch.cat(streams).half() for streams in zip(*clips, strict=True))
    store = LatentStore(video, audio, [(caption,)] * len(people), [1] * len(people))
    return Bucket(data, store, references)


def encoded(parts: CheckpointParts, person: Identity) -> tuple[Tensor, Tensor]:
    """Latents [1, 128, F, Y, X] and [1, 8, T, 16] of the true clip."""
    video = parts.video_vae.encode(rearrange(as_pixels(person.frames), "C F Y X -> 1 C F Y X"))
    audio = parts.audio_vae.encode(waveform_mel(torch.from_numpy(person.sound))[None])
    return video, audio[:, :, : audio_frames_for(FRAMES, FPS)]

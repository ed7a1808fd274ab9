"""Latents of reference views and voices, cached beside those of the clips that they belong to.

Views are squares of ``data.reference_px``, each encoded as a clip of one frame, and voices are
encoded whole, exactly as those of cameos when a clip is sampled.
Shapes: V views, C channels, Y rows, X columns, R voice tokens.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from einops import rearrange
from safetensors import safe_open
from torch import Tensor

from ..model.sampling.references import Reference
from .clip_store import as_pixels, render_casts, store_folder
from .config import DataConfig
from .latent_store import Codecs, Part, spans
from .loop import autocast
from .state import save_tensors
from .trainers.audio_vae import waveform_mel

if TYPE_CHECKING:
    from .world.subjects import Cast

log = logging.getLogger("hibari.train")


@dataclass(frozen=True, eq=False)
class SubjectLatents:
    """Half-precision ``views`` [V, 128, Y, X] and, of speakers, ``voice`` [R, 128]."""

    views: Tensor
    voice: Tensor | None = None

    def reference(self, role: str, views: int, voice_tokens: int) -> Reference:
        """The first so many views and voice tokens, as the sampler takes them; 0 leaves out."""
        voice = self.voice[:voice_tokens].float() if self.voice is not None else None
        return Reference(
            role,
            self.views[:views].float() if views else None,
            voice if voice_tokens else None,
        )


@dataclass(frozen=True, eq=False)
class ClipReferences:
    """The subjects of one clip, and captions that leave their looks unsaid."""

    subjects: tuple[SubjectLatents, ...]
    captions: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        """Whether its subjects are speakers."""
        return any(subject.voice is not None for subject in self.subjects)


def make_references(
    data: DataConfig, split: str, codecs: Codecs, precision: str, device: torch.device
) -> list[ClipReferences]:
    """The references of the clips that have some, in order; shards made before come from disk."""
    encoder = ReferenceEncoder(codecs, precision, device)
    return [clip for shard in encoder.shards(data, split) for clip in shard]


def encode_references(
    data: DataConfig, codecs: Codecs, precision: str, device: torch.device, part: Part
) -> None:
    """Make every n-th shard of all stores from the i-th on."""
    encoder = ReferenceEncoder(codecs, precision, device)
    for store in data.stores():
        for split in ("validation", "train"):
            for _ in encoder.shards(store, split, part):
                pass


@dataclass(frozen=True)
class ReferenceEncoder:
    """Frozen codecs at work on reference views and voices."""

    codecs: Codecs
    precision: str
    device: torch.device

    def shards(
        self, data: DataConfig, split: str, part: Part = (0, 1)
    ) -> Iterator[list[ClipReferences]]:
        """The references of each shard of a part, from disk or made now and written there."""
        mine = spans(data.referenced_clips_of(split), part)
        paths = [self._path(data, split, span) for span in mine]
        missing = [span for span, path in zip(mine, paths, strict=True) if not path.is_file()]
        # All of them share one set of workers, whose start takes seconds.
        casts = render_casts(data, split, [index for span in missing for index in span])
        for span, path in zip(mine, paths, strict=True):
            if span not in missing:
                yield _read(path)
                continue
            log.info("encoding references %d to %d of %s", span.start, span.stop, path.parent)
            made = [self._references(next(casts)) for _ in span]
            _write(path, made)
            yield made

    def _path(self, data: DataConfig, split: str, span: range) -> Path:
        name = f"references-{self.codecs.fingerprint}-{data.reference_px}-{span.start}-{span.stop}"
        return store_folder(data, split) / f"{name}.safetensors"

    def _references(self, cast: Cast) -> ClipReferences:
        subjects = tuple(self._encode(one.views, one.voice) for one in cast.subjects)
        return ClipReferences(subjects, cast.captions)

    @torch.no_grad()
    def _encode(self, views_VYXC: np.ndarray, voice: np.ndarray | None) -> SubjectLatents:
        pixels = rearrange(as_pixels(views_VYXC, self.device), "C V Y X -> V C 1 Y X")
        with autocast(self.precision, self.device):
            views = self.codecs.video.encode(pixels)[:, :, 0]
        tokens = None
        if voice is not None:
            stereo = torch.from_numpy(voice).float().expand(2, -1)
            latents = self.codecs.audio.encode(waveform_mel(stereo)[None].to(self.device))
            tokens = rearrange(latents, "1 C A M -> A (C M)").half().cpu()
        return SubjectLatents(views.half().cpu(), tokens)


def _write(path: Path, clips: list[ClipReferences]) -> None:
    """One tensor of all views, one of all voices, and how many of each belong to whom."""
    subjects = [subject for clip in clips for subject in clip.subjects]
    voices = [subject.voice for subject in subjects if subject.voice is not None]
    tensors = {
        "views": torch.cat([subject.views for subject in subjects]),
        "voices": torch.cat(voices) if voices else torch.zeros(0, 128, dtype=torch.half),
    }
    lengths = [
        {
            "captions": clip.captions,
            "subjects": [
                (len(one.views), -1 if one.voice is None else len(one.voice))
                for one in clip.subjects
            ],
        }
        for clip in clips
    ]
    save_tensors(path, tensors, {"clips": json.dumps(lengths)})


def _read(path: Path) -> list[ClipReferences]:
    with safe_open(path, framework="pt") as file:
        views, voices = file.get_tensor("views"), file.get_tensor("voices")
        lines = json.loads(file.metadata()["clips"])
    clips, view, token = [], 0, 0
    for line in lines:
        subjects = []
        for count, tokens in line["subjects"]:
            voice = None if tokens < 0 else voices[token : token + tokens]
            subjects.append(SubjectLatents(views[view : view + count], voice))
            view, token = view + count, token + max(0, tokens)
        clips.append(ClipReferences(tuple(subjects), tuple(line["captions"])))
    return clips

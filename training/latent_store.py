"""Latents of playground clips, encoded once by frozen codecs and kept as half precision.

Clips come from a rendered store, or straight from the playground without being kept: pictures take
eighty times the room of their latents. Both encoders are causal, so the first latents of a long
clip are the latents of a shorter one: duration buckets are slices. The names of the shards carry a
fingerprint of both codecs' weights.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from ..model.audio_vae import AudioVae
from ..model.video_vae import VideoVae, VideoVaeConfig
from .clip_store import ClipStore, as_pixels, fill_store, render, store_folder, stored_clips
from .config import DataConfig
from .loop import autocast
from .state import read_network, save_tensors
from .trainers.audio_vae import read_audio_vae, waveform_mel

SHARD_CLIPS = 500

log = logging.getLogger("hibari.train")


@dataclass(frozen=True)
class Codecs:
    """Frozen video and audio VAE and a fingerprint of their weights."""

    video: VideoVae
    audio: AudioVae
    fingerprint: str

    @classmethod
    def load(cls, video_path: Path, audio_path: Path, device: torch.device) -> Codecs:
        """Codecs from two stages' results."""
        video = read_network(video_path, "vae", lambda c: VideoVae(VideoVaeConfig.from_metadata(c)))
        audio = read_audio_vae(audio_path)
        digest = hashlib.sha256()
        for name, tensor in sorted({**video.state_dict(), **audio.state_dict()}.items()):
            if not name.startswith("decoder."):
                digest.update(name.encode() + tensor.numpy().tobytes())
        return cls(
            video.to(device).eval().requires_grad_(False),
            audio.to(device).eval().requires_grad_(False),
            digest.hexdigest()[:12],
        )


@dataclass(frozen=True)
class LatentStore:
    """Video ``[clips, 128, F, Y, X]`` and audio ``[clips, 8, A, 16]`` (half); of each clip its
    caption followed by its paraphrases, and the number of its objects.
    """

    video: Tensor
    audio: Tensor
    captions: list[tuple[str, ...]]
    counts: list[int]

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.captions)


def make_latents(
    data: DataConfig, split: str, codecs: Codecs, precision: str, device: torch.device
) -> LatentStore:
    """Latents of every clip of a split; shards that these codecs made before come from disk.

    With ``data.keep_clips`` the clips are rendered into their store first, else each shard is
    rendered and encoded in one go.
    """
    encoder = _Encoder(codecs, precision, device)
    return _joined([shard() for shard in encoder.shards(data, split)])


def encode_part(
    data: DataConfig, codecs: Codecs, precision: str, device: torch.device, part: Part
) -> None:
    """Make every n-th shard from the i-th on, so that n processes can share the work."""
    encoder = _Encoder(codecs, precision, device)
    for store in data.stores():
        for split in ("validation", "train"):
            for shard in encoder.shards(store, split, part):
                shard()


def encode_clips(
    data: DataConfig, count: int, codecs: Sequence[Codecs], precision: str, device: torch.device
) -> Iterator[tuple[tuple[str, ...], list[tuple[Tensor, Tensor]]]]:
    """Of the first training clips the captions, and video and audio latents by each of several
    codecs; nothing is kept.
    """
    encoders = [_Encoder(each, precision, device) for each in codecs]
    clips = range(min(count, data.count))
    for frames, waveform, (captions, _) in _Stream(data, "train", [clips]).take(clips):
        pixels = as_pixels(frames, device)
        yield captions, [encoder.encode(pixels, waveform) for encoder in encoders]


Part = tuple[int, int]
"""The i-th of n processes that share a work."""
Told = list[tuple[tuple[str, ...], int]]
"""Captions and number of objects of every clip."""
Shard = tuple[Tensor, Tensor, Told]


def _joined(shards: list[Shard]) -> LatentStore:
    video, audio, told = zip(*shards, strict=True)
    captions, counts = zip(*(clip for part in told for clip in part), strict=True)
    return LatentStore(torch.cat(video), torch.cat(audio), list(captions), list(counts))


def spans(count: int, part: Part = (0, 1)) -> list[range]:
    """The clips of each shard; part i of n has every n-th from the i-th on."""
    starts = range(0, count, SHARD_CLIPS)
    every = [range(start, min(start + SHARD_CLIPS, count)) for start in starts]
    return every[part[0] :: part[1]]


def _told(line: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    """Captions and number of objects of a clip in a store."""
    return (line["caption"], *line.get("paraphrases", ())), len(line["truth"]["objects"])


class _Stream:
    """Clips of shards, taken in order: from a store as far as it has them, else rendered.

    All shards share one set of workers, whose start takes seconds.
    """

    def __init__(self, data: DataConfig, split: str, shards: Sequence[range]) -> None:
        self.stored = stored_clips(data, split)
        known = len(self.stored) if self.stored is not None else 0
        unknown = [index for span in shards for index in span if index >= known]
        self.rendered = render(data, split, unknown)

    def take(self, span: range) -> Iterator[tuple[np.ndarray, np.ndarray, Any]]:
        """Frames, waveform, and captions with the number of objects, of every clip of a shard."""
        for index in span:
            if self.stored is not None and index < len(self.stored):
                clip = self.stored[index]
                yield clip.frames, clip.waveform, _told(self.stored.lines[index])
            else:
                made = next(self.rendered)
                captions = (made.caption, *made.paraphrases)
                yield made.frames, made.waveform, (captions, len(made.truth.objects))


@dataclass(frozen=True)
class _Encoder:
    """Frozen codecs at work on a device."""

    codecs: Codecs
    precision: str
    device: torch.device

    def shards(
        self, data: DataConfig, split: str, part: Part = (0, 1)
    ) -> list[Callable[[], Shard]]:
        """What makes or reads each shard of a part of a split, in order."""
        if data.keep_clips:
            clips = fill_store(data, split)
            return [partial(self.stored_shard, clips, span) for span in spans(len(clips), part)]
        mine, folder = spans(data.clips_of(split), part), store_folder(data, split)
        missing = [span for span in mine if not self._path(folder, span).is_file()]
        stream = _Stream(data, split, missing)
        return [partial(self.streamed_shard, folder, stream, span) for span in mine]

    def stored_shard(self, clips: ClipStore, span: range) -> Shard:
        """Latents of some clips of a store."""
        lines = [clips.lines[index] for index in span]
        told = [_told(line) for line in lines]
        path = self._path(clips.folder, span)
        if path.is_file():
            return (*_read(path), told)
        log.info("encoding clips %d to %d of %s", span.start, span.stop, clips.folder)
        whole = (slice(None),) * 3
        made = [self.encode(clips.pixels(i, whole), clips.waveforms[i]) for i in span]
        return self._save(path, made, told)

    def streamed_shard(self, folder: Path, stream: _Stream, span: range) -> Shard:
        """Latents of some clips that are rendered for it and not kept."""
        path = self._path(folder, span)
        if path.is_file():
            with safe_open(path, framework="pt") as file:
                told = [(tuple(texts), n) for texts, n in json.loads(file.metadata()["told"])]
            return (*_read(path), told)
        log.info("rendering and encoding clips %d to %d of %s", span.start, span.stop, folder)
        made, told = [], []
        for frames, waveform, texts in stream.take(span):
            made.append(self.encode(as_pixels(frames, self.device), waveform))
            told.append(texts)
        return self._save(path, made, told)

    def _path(self, folder: Path, span: range) -> Path:
        name = f"latents-{self.codecs.fingerprint}-{span.start}-{span.stop}.safetensors"
        return folder / name

    def _save(self, path: Path, made: list[tuple[Tensor, Tensor]], told: Told) -> Shard:
        video, audio = (torch.stack(parts) for parts in zip(*made, strict=True))
        facts = {"codecs": self.codecs.fingerprint, "told": json.dumps(told)}
        save_tensors(path, {"video": video, "audio": audio}, facts)
        return video, audio, told

    @torch.no_grad()
    def encode(self, pixels_CFYX: Tensor, waveform: np.ndarray) -> tuple[Tensor, Tensor]:
        """Latents of one clip, half precision on the CPU."""
        mel = waveform_mel(torch.from_numpy(waveform.copy()))[None].to(self.device)
        with autocast(self.precision, self.device):
            video = self.codecs.video.encode(pixels_CFYX[None].to(self.device))[0]
        return video.half().cpu(), self.codecs.audio.encode(mel)[0].half().cpu()


def _read(path: Path) -> tuple[Tensor, Tensor]:
    with safe_open(path, framework="pt") as file:
        return file.get_tensor("video"), file.get_tensor("audio")

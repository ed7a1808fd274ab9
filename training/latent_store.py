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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from ..model.audio_vae import AudioVae, AudioVaeConfig
from ..model.video_vae import VideoVae, VideoVaeConfig
from .clip_store import ClipStore, as_pixels, fill_store, render, store_folder, stored_clips
from .config import DataConfig
from .loop import autocast
from .state import read_tensors_with_config, save_tensors
from .trainers.audio_vae import waveform_mel

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
        video_tensors, video_config = read_tensors_with_config(video_path)
        audio_tensors, audio_config = read_tensors_with_config(audio_path)
        video = VideoVae(VideoVaeConfig.from_metadata(video_config["vae"]))
        audio = AudioVae(AudioVaeConfig.from_metadata(audio_config["audio_vae"]))
        video.load_state_dict(video_tensors)
        audio.load_state_dict(audio_tensors)
        digest = hashlib.sha256()
        for name, tensor in sorted({**video_tensors, **audio_tensors}.items()):
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
    data: DataConfig, codecs: Codecs, precision: str, device: torch.device, part: tuple[int, int]
) -> None:
    """Make every n-th shard from the i-th on, so that n processes can share the work."""
    encoder = _Encoder(codecs, precision, device)
    for store in data.stores():
        for split in ("validation", "train"):
            for shard in encoder.shards(store, split)[part[0] :: part[1]]:
                shard()


Told = list[tuple[tuple[str, ...], int]]
"""Captions and number of objects of every clip."""
Shard = tuple[Tensor, Tensor, Told]


def _joined(shards: list[Shard]) -> LatentStore:
    video, audio, told = zip(*shards, strict=True)
    captions, counts = zip(*(clip for part in told for clip in part), strict=True)
    return LatentStore(torch.cat(video), torch.cat(audio), list(captions), list(counts))


def spans(count: int) -> list[range]:
    """The clips of each shard."""
    starts = range(0, count, SHARD_CLIPS)
    return [range(start, min(start + SHARD_CLIPS, count)) for start in starts]


def _told(line: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    """Captions and number of objects of a clip in a store."""
    return (line["caption"], *line.get("paraphrases", ())), len(line["truth"]["objects"])


class _Stream:
    """Clips of missing shards: from a store as far as it has them, else rendered one by one.

    Shards that follow each other share one set of workers, whose start takes seconds.
    """

    def __init__(self, data: DataConfig, split: str, missing: list[range]) -> None:
        self.data, self.split, self.missing = data, split, missing
        self.stored = stored_clips(data, split)
        self._next, self._rendered = -1, iter(())

    def take(self, span: range) -> Iterator[tuple[np.ndarray, np.ndarray, Any]]:
        """Frames, waveform, and captions with the number of objects, of every clip of a shard."""
        for index in span:
            if self.stored is not None and index < len(self.stored):
                clip = self.stored[index]
                yield clip.frames, clip.waveform, _told(self.stored.lines[index])
                continue
            if index != self._next:
                self._rendered = render(self.data, self.split, range(index, self._end(index)))
            made = next(self._rendered)
            self._next = index + 1
            captions = (made.caption, *made.paraphrases)
            yield made.frames, made.waveform, (captions, len(made.truth.objects))

    def _end(self, index: int) -> int:
        """Behind the last clip of the missing shards that follow each other from here on."""
        for span in self.missing:
            if index in span:
                index = span.stop
        return index


@dataclass(frozen=True)
class _Encoder:
    """Frozen codecs at work on a device."""

    codecs: Codecs
    precision: str
    device: torch.device

    def shards(self, data: DataConfig, split: str) -> list[Callable[[], Shard]]:
        """What makes or reads each shard of a split, in order."""
        if not data.keep_clips:
            all_spans = spans(data.clips_of(split))
            missing = [
                s for s in all_spans if not self._path(store_folder(data, split), s).exists()
            ]
            clips_of = _Stream(data, split, missing)
            return [partial(self.streamed_shard, data, split, clips_of, s) for s in all_spans]
        clips = fill_store(data, split)
        return [partial(self.stored_shard, clips, span) for span in spans(len(clips))]

    def stored_shard(self, clips: ClipStore, span: range) -> Shard:
        """Latents of some clips of a store."""
        lines = [clips.lines[index] for index in span]
        told = [_told(line) for line in lines]
        path = self._path(clips.folder, span)
        if path.is_file():
            return (*_read(path), told)
        log.info("encoding clips %d to %d of %s", span.start, span.stop, clips.folder)
        whole = (slice(None),) * 3
        made = [self._encode(clips.pixels(i, whole), clips.waveforms[i]) for i in span]
        return self._save(path, made, told)

    def streamed_shard(self, data: DataConfig, split: str, clips_of: _Stream, span: range) -> Shard:
        """Latents of some clips that are rendered for it and not kept."""
        path = self._path(store_folder(data, split), span)
        if path.is_file():
            with safe_open(path, framework="pt") as file:
                told = [(tuple(texts), n) for texts, n in json.loads(file.metadata()["told"])]
            return (*_read(path), told)
        log.info("rendering and encoding clips %d to %d of %s", span.start, span.stop, split)
        made, told = [], []
        for frames, waveform, texts in clips_of.take(span):
            made.append(self._encode(as_pixels(frames), waveform))
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
    def _encode(self, pixels_CFYX: Tensor, waveform: np.ndarray) -> tuple[Tensor, Tensor]:
        mel = waveform_mel(torch.from_numpy(waveform.copy()))[None].to(self.device)
        with autocast(self.precision, self.device):
            video = self.codecs.video.encode(pixels_CFYX[None].to(self.device))[0]
        return video.half().cpu(), self.codecs.audio.encode(mel)[0].half().cpu()


def _read(path: Path) -> tuple[Tensor, Tensor]:
    with safe_open(path, framework="pt") as file:
        return file.get_tensor("video"), file.get_tensor("audio")

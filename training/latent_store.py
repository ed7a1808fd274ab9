"""Latents of a rendered store, encoded once by frozen codecs and kept as half precision.

Both encoders are causal, so the first latents of a long clip are the latents of a shorter one:
duration buckets are slices. The file name carries a fingerprint of both codecs' weights.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from ..model.audio_vae import AudioVae, AudioVaeConfig
from ..model.video_vae import VideoVae, VideoVaeConfig
from .clip_store import ClipStore
from .loop import autocast
from .state import read_tensors_with_config, save_tensors
from .trainers.audio_vae import clip_mel

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
    """video ``[clips, 128, F, Y, X]``, audio ``[clips, 8, A, 16]`` (half), captions, truths."""

    video: Tensor
    audio: Tensor
    captions: list[str]
    truths: list[dict[str, Any]]

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.captions)


def encode_store(
    clips: ClipStore, codecs: Codecs, precision: str, device: torch.device
) -> LatentStore:
    """Latents of every clip of a store; shards that these codecs made before come from disk."""
    shards = [
        _shard(clips, start, codecs, precision, device)
        for start in range(0, len(clips), SHARD_CLIPS)
    ]
    video, audio = (torch.cat(parts) for parts in zip(*shards, strict=True))
    lines = clips.lines[: len(clips)]
    return LatentStore(
        video, audio, [line["caption"] for line in lines], [line["truth"] for line in lines]
    )


def encode_part(clips: ClipStore, codecs: Codecs, precision: str, part: tuple[int, int]) -> None:
    """Make every n-th shard from the i-th on, so that n processes can share the work."""
    starts = range(0, len(clips), SHARD_CLIPS)
    for start in starts[part[0] :: part[1]]:
        _shard(clips, start, codecs, precision, torch.device("cpu"))


def _shard(
    clips: ClipStore, start: int, codecs: Codecs, precision: str, device: torch.device
) -> tuple[Tensor, Tensor]:
    stop = min(start + SHARD_CLIPS, len(clips))
    path = clips.folder / f"latents-{codecs.fingerprint}-{start}-{stop}.safetensors"
    if path.is_file():
        with safe_open(path, framework="pt") as file:
            return file.get_tensor("video"), file.get_tensor("audio")
    log.info("encoding clips %d to %d of %s", start, stop, clips.folder)
    pairs = [_encode(clips, i, codecs, precision, device) for i in range(start, stop)]
    video = torch.stack([pair[0] for pair in pairs])
    audio = torch.stack([pair[1] for pair in pairs])
    save_tensors(path, {"video": video, "audio": audio}, {"codecs": codecs.fingerprint})
    return video, audio


@torch.no_grad()
def _encode(
    clips: ClipStore, index: int, codecs: Codecs, precision: str, device: torch.device
) -> tuple[Tensor, Tensor]:
    full = slice(None)
    pixels = clips.pixels(index, (full, full, full))[None].to(device)
    mel = clip_mel(clips, index)[None].to(device)
    with autocast(precision, device):
        video = codecs.video.encode(pixels)[0]
    audio = codecs.audio.encode(mel)[0]
    return video.half().cpu(), audio.half().cpu()

"""Clips of an enrolled cameo by the blocks, and of the same recording by the model library alone.

By the blocks: enrolment, encrypted file, grant, *Load Cameo*, *Apply Cameo*, *Sample*. By the
library: the networks of ``hibari.model`` and nothing else. Nothing may be lost on the way, so the
latents of both must be equal bit by bit.
Shapes: V views, F frames, Y rows, X columns, C channels, N samples, R voice tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from einops import rearrange
from hibari.host import checkpoint_names, checkpoint_path
from hibari.model.audio_transform import resample
from hibari.model.audio_vae import log_mel
from hibari.model.checkpoint import CheckpointParts, load_checkpoint
from hibari.model.sampling import (
    Guidance,
    Guider,
    TextContext,
    check_sigmas,
    make_sigmas,
    sample,
)
from hibari.model.sampling.references import Reference
from hibari.model.shapes import (
    AUDIO_BINS,
    AUDIO_CHANNELS,
    MEL_PER_LATENT,
    VIDEO_CHANNELS,
    VideoShape,
    audio_frames_for,
    snap_frames,
)
from hibari.model.transformer import TransformerInputs
from hibari.nodes.cameo_apply import HibariApplyCameo
from hibari.nodes.cameo_load import HibariLoadCameo
from hibari.nodes.conditioning import encode
from hibari.nodes.empty_latent import HibariEmptyLatent
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.sample import HibariSample
from hibari.trust.cameo.challenge import issue_challenge
from hibari.trust.cameo.enrolment import Recording, Subject, enroll
from hibari.trust.cameo.view import Box
from torch import Tensor

Latents = tuple[Tensor, Tensor]
VOICE_RATE_HZ = 24_000
ROLE = "subject"


@dataclass(frozen=True, eq=False)
class Filmed:
    """Who or what was recorded: ``views`` uint8 [V, Y, X, 3], a 16-bit ``voice`` [N] or None."""

    name: str
    views: np.ndarray
    voice: np.ndarray | None
    kind: str = "person"


@dataclass(frozen=True)
class Scene:
    """The same words for everybody: ``prompt`` mentions @subject, ``stranger`` names nobody."""

    prompt: str
    stranger: str


def pcm16(sound: np.ndarray) -> np.ndarray:
    """A sound as a microphone writes it: 16 bits, here as float32 in -1..1."""
    return ((sound.clip(-1, 1) * 32767).round() / 32767).astype(np.float32)


def enrolled(filmed: Filmed, codecs: tuple[Any, Any], stranger: str) -> None:
    """Make a cameo the way people do.

    Drawn faces are no faces to OpenCV, so all of the picture counts as one, and nobody in the
    playground speaks a challenge, so it counts as heard.
    """
    challenge = issue_challenge(filmed.name) if filmed.kind == "person" else None
    size = filmed.views.shape[1] // 2
    sound = None if filmed.voice is None else np.stack([filmed.voice, filmed.voice])
    enroll(
        Subject(filmed.name, stranger, filmed.kind),
        Recording(filmed.views, sound, VOICE_RATE_HZ),
        True,
        challenge,
        codecs,
        recogniser=lambda _sound, _rate_hz: challenge.sentence if challenge else "",
        find_faces=lambda _picture: [Box(size // 2, round(size * 0.45), size, size)],
    )


def reference_of(parts: CheckpointParts, filmed: Filmed) -> Reference:
    """The clean tokens of views and voice."""
    pixels = torch.from_numpy(filmed.views).float() / 255 * 2 - 1
    encode_view = parts.video_vae.encode
    views = [encode_view(rearrange(one, "Y X C -> 1 C 1 Y X"))[0, :, 0] for one in pixels]
    voice = None
    if filmed.voice is not None:
        config = parts.audio_vae.config
        stereo = torch.from_numpy(np.stack([filmed.voice, filmed.voice]))
        mel = log_mel(resample(stereo, VOICE_RATE_HZ, config.sample_rate)[None], config)
        rows = (mel.shape[2] - 1) // MEL_PER_LATENT * MEL_PER_LATENT + 1
        voice = rearrange(parts.audio_vae.encode(mel[:, :, :rows]), "1 C A M -> A (C M)")
    return Reference(ROLE, torch.stack(views), voice)


class Studio:
    """One checkpoint, as blocks hold it and as the library loads it."""

    def __init__(self, checkpoint: str | None, seconds: float | None, seed: int) -> None:
        self.name = name = checkpoint or checkpoint_names()[0]
        self.seed = seed
        self.model, self.clip, self.vae, self.audio_vae = HibariLoadModel.execute(name).args
        self.parts, file = load_checkpoint(Path(checkpoint_path(name)))
        self.advice = file.info.recommended
        self.trained_with_references = file.info.trained_with_references
        self.frames = snap_frames(seconds or self.advice.seconds, self.advice.fps)
        self.shape = VideoShape(self.frames, self.advice.height, self.advice.width)

    def enrol(self, filmed: Filmed, scene: Scene) -> None:
        """Enrol with the latents of this checkpoint in the file."""
        enrolled(filmed, (self.vae, self.audio_vae), scene.stranger)

    def by_blocks(self, filmed: Filmed, scene: Scene, number: int) -> Latents:
        """Latents of a clip with the enrolled cameo."""
        (loaded,) = HibariLoadCameo.execute(filmed.name).args
        told = encode(self.clip, scene.prompt)
        (told,) = HibariApplyCameo.execute(
            told, loaded, self.vae, ROLE, audio_vae=self.audio_vae
        ).args
        return self._sampled(told, number)

    def without(self, _filmed: Filmed, scene: Scene, number: int) -> Latents:
        """Latents of a clip of the same words alone."""
        return self._sampled(encode(self.clip, scene.prompt, {ROLE: scene.stranger}), number)

    def by_library(self, filmed: Filmed, scene: Scene, number: int) -> Latents:
        """The same clip as :meth:`by_blocks`, without enrolment, file, grant, block or host."""
        words = scene.prompt.replace(f"@{ROLE}", scene.stranger)
        references = (reference_of(self.parts, filmed),)
        guidance = Guidance(
            self.advice.guidance, self.advice.audio_guidance or self.advice.guidance
        )
        guider = Guider(
            self.parts.transformer,
            TextContext(self._context(words), references=references),
            TextContext(self._context(""), references=references),
            guidance,
            TransformerInputs(frame_rate=float(self.advice.fps)),
        )
        grid = self.shape.latent()
        sounds = audio_frames_for(self.frames, self.advice.fps)
        start = (
            torch.zeros(1, VIDEO_CHANNELS, *grid),
            torch.zeros(1, AUDIO_CHANNELS, sounds, AUDIO_BINS),
        )
        if self.advice.sigmas:
            sigmas = check_sigmas(self.advice.sigmas)
        else:
            sigmas = make_sigmas("ltx2", self.advice.steps, grid.tokens)
        video, audio = sample(guider, start, sigmas, self.seed + number)
        return video, audio

    def decoded(self, latents: Latents) -> tuple[np.ndarray, np.ndarray]:
        """Frames uint8 [F, Y, X, 3] and sound [C, N] of latents, without marks."""
        video, audio = latents
        frames = (self.vae.decode(video)[0] * 255).round().to(torch.uint8).numpy()
        return frames, self.audio_vae.decode(audio)[0].T.numpy()

    @property
    def sound_rate_hz(self) -> int:
        """Of decoded sound."""
        return int(self.audio_vae.output_sample_rate)

    def makers(self) -> dict[str, Callable[[Filmed, Scene, int], Latents]]:
        """What makes the clips, by row of the table."""
        return {
            "cameo, through the blocks": self.by_blocks,
            "cameo, through the library": self.by_library,
            "no cameo": self.without,
        }

    def _sampled(self, positive: Any, number: int) -> Latents:
        seconds, advice = self.frames / self.advice.fps, self.advice
        empty = partial(HibariEmptyLatent.execute, "custom", advice.width, advice.height)
        latent = empty(seconds, advice.fps, 1).args[0]
        (made,) = HibariSample.execute(self.model, positive, latent, seed=self.seed + number).args
        video, audio = made["samples"].unbind()
        return video, audio

    def _context(self, words: str) -> Tensor:
        context: Tensor = self.parts.text_encoder.encode([words])[0]
        return context

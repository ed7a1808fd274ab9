"""Clips that a checkpoint makes: the round trip through its codecs, and samples from captions.

Everything runs as the graph blocks run it: seeded noise on the CPU, video before audio, streamed
decoding, and the settings that the checkpoint recommends unless others are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from ...model.audio_transform import resample
from ...model.audio_vae import log_mel
from ...model.checkpoint import CheckpointInfo, CheckpointParts, load_checkpoint
from ...model.sampling import (
    Guidance,
    Guider,
    Kept,
    TextContext,
    check_sigmas,
    make_sigmas,
    sample,
)
from ...model.shapes import (
    AUDIO_BINS,
    AUDIO_CHANNELS,
    MEL_PER_LATENT,
    VIDEO_CHANNELS,
    VideoShape,
    audio_frames_for,
    snap_frames,
)
from ...model.transformer import TransformerInputs
from ..bundle import PLAYGROUND
from ..clip_store import as_pixels
from ..world import SAMPLE_RATE, ClipSpec
from .trained_codecs import load_codecs

SCHEDULE = "ltx2"


@dataclass(frozen=True)
class Settings:
    """How samples are made; the noise levels themselves, so that nothing is left to guess."""

    guidance: Guidance
    sigmas: tuple[float, ...]


class Networks:
    """The networks of one checkpoint, ready to make clips of one size.

    Args:
        path: of the checkpoint; a file with codecs alone has no samples.
        device: that the networks run on.
        playground: whose clips are made, "drops" or "whole".

    Attributes:
        decoding_s: seconds that each picture and each sound took to decode so far.

    Raises:
        CheckpointError: the file cannot be used.
        ValueError: it recommends a size that the world cannot draw.
    """

    def __init__(
        self, path: Path, device: torch.device | str = "cpu", playground: str = "drops"
    ) -> None:
        parts, file = load_checkpoint(path, device)
        self._take(parts, file.info, device, playground)

    @classmethod
    def of_codecs(
        cls,
        video_vae: Path,
        audio_vae: Path,
        vocoder: Path,
        partials: Path | None = None,
        device: torch.device | str = "cpu",
        playground: str = "drops",
    ) -> Networks:
        """Codecs as their training stages wrote them, before any checkpoint holds them.

        Raises:
            ValueError: a file is absent, damaged, of another stage, or does not fit its own
                configuration.
        """
        made = cls.__new__(cls)
        parts = load_codecs(video_vae, audio_vae, vocoder, partials, device)
        made._take(parts, replace(PLAYGROUND, name=video_vae.parent.name), device, playground)
        return made

    def _take(
        self,
        parts: CheckpointParts,
        info: CheckpointInfo,
        device: torch.device | str,
        playground: str,
    ) -> None:
        self.parts, self.info, self.device = parts, info, device
        advice = info.recommended
        self.spec = ClipSpec(
            frames=snap_frames(advice.seconds, advice.fps),
            height=advice.height,
            width=advice.width,
            fps=round(advice.fps),
            playground=playground,
        )
        self.shape = VideoShape(self.spec.frames, self.spec.height, self.spec.width)
        self.decoding_s: list[tuple[float, float]] = []

    @property
    def name(self) -> str:
        """Of the checkpoint, or of the folder that the codecs lie in."""
        return self.info.name

    @property
    def has_codecs(self) -> bool:
        """Whether there are codecs for picture and sound."""
        return None not in (self.parts.video_vae, self.parts.audio_vae, self.parts.vocoder)

    @property
    def can_sample(self) -> bool:
        """Whether there is all it takes to go from a caption to a clip."""
        return self.has_codecs and None not in (self.parts.transformer, self.parts.text_encoder)

    def settings(
        self,
        steps: int | None = None,
        guidance: float | None = None,
        interval: Sequence[float] | None = None,
    ) -> Settings:
        """Recommended settings, with another number of steps, another guidance, or an interval of
        noise levels to which it is limited, where given.

        Raises:
            ValueError: a number out of range.
        """
        advice = self.info.recommended
        if guidance is None:
            weights = Guidance(advice.guidance, advice.audio_guidance or advice.guidance)
        else:
            weights = Guidance.uniform(guidance)
        if interval is not None:
            low, high = interval
            weights = replace(weights, interval=(low, high))
        if steps is None and advice.sigmas:
            sigmas = check_sigmas(advice.sigmas)
        else:
            wanted = advice.steps if steps is None else steps
            sigmas = make_sigmas(SCHEDULE, wanted, self.shape.latent().tokens)
        return Settings(weights, tuple(sigmas.tolist()))

    @torch.inference_mode()
    def round_trip(self, frames: np.ndarray, waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Frames uint8 [F, H, W, 3] and waveform [2, N] after encoding and decoding."""
        audio_vae = self.parts.audio_vae
        sound = torch.from_numpy(waveform)[None].to(self.device)
        mel = log_mel(resample(sound, SAMPLE_RATE, audio_vae.config.sample_rate), audio_vae.config)
        rows = (mel.shape[2] - 1) // MEL_PER_LATENT * MEL_PER_LATENT + 1
        return self._decoded(self._encoded(frames), audio_vae.encode(mel[:, :, :rows]))

    @torch.inference_mode()
    def video_round_trip(self, frames: np.ndarray) -> np.ndarray:
        """Frames uint8 [F, H, W, 3] after encoding and decoding."""
        return self._pictures(self._encoded(frames))

    @torch.inference_mode()
    def sample(
        self, caption: str, seed: int, settings: Settings, begins: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Frames uint8 [F, H, W, 3] and waveform [2, N] that the caption asks for.

        Args:
            caption: what to make.
            seed: of the noise.
            settings: noise levels and guidance.
            begins: frames uint8 [1 + 8k, H, W, 3] that the clip begins with.
        """
        video = torch.zeros(1, VIDEO_CHANNELS, *self.shape.latent(), device=self.device)
        length = audio_frames_for(self.spec.frames, self.spec.fps)
        audio = torch.zeros(1, AUDIO_CHANNELS, length, AUDIO_BINS, device=self.device)
        kept = None
        if begins is not None:
            given = self._encoded(begins)
            video[:, :, : given.shape[2]] = given
            anew = torch.ones_like(video[:, :1, :, :1, :1])
            anew[:, :, : given.shape[2]] = 0
            kept = Kept((video, audio), (anew, None))
        needs_negative = "negative" in settings.guidance.branches()
        guider = Guider(
            self.parts.transformer,
            self._context(caption),
            self._context("") if needs_negative else None,
            settings.guidance,
            TransformerInputs(frame_rate=float(self.spec.fps)),
            kept,
        )
        video, audio = sample(guider, (video, audio), settings.sigmas, seed)
        return self._decoded(video, audio)

    def _context(self, caption: str) -> TextContext:
        context, _ = self.parts.text_encoder.encode([caption])
        return TextContext(context)

    def _encoded(self, frames: np.ndarray) -> Tensor:
        latents: Tensor = self.parts.video_vae.encode(as_pixels(frames, self.device)[None])
        return latents

    def _pictures(self, video: Tensor) -> np.ndarray:
        pixels = self.parts.video_vae.decode(video)[0]
        levels = ((pixels.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        frames: np.ndarray = rearrange(levels, "C F Y X -> F Y X C").cpu().numpy()
        return frames

    def _decoded(self, video: Tensor, audio: Tensor) -> tuple[np.ndarray, np.ndarray]:
        began = time.perf_counter()
        frames = self._pictures(video)
        seen = time.perf_counter()
        vocoder = self.parts.sounding()
        mel = self.parts.audio_vae.decode(audio).float()
        pieces = list(vocoder.stream(mel, latents_BCAM=audio))
        sound = resample(torch.cat(pieces, -1), vocoder.sample_rate, SAMPLE_RATE)
        # The blocks cut or pad the sound to the length of the picture, too.
        waveform = F.pad(sound, (0, self.spec.samples - sound.shape[-1]))[0].cpu().numpy()
        self.decoding_s.append((seen - began, time.perf_counter() - seen))
        return frames, waveform

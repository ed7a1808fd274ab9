"""What one step of the transformer stage learns from: clips, captions, noise and conditions.

Clips come from buckets of one size each. A batch is of one bucket and one duration, and holds as
many tokens whatever they are.
Shapes: B samples, F, Y, X and A latent frames, rows, columns and audio frames.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import torch
from einops import rearrange
from torch import Tensor

from ...model.shapes import VideoShape, audio_frames_for
from ...model.transformer import TransformerInputs
from ..config import DataConfig
from ..latent_store import LatentStore
from ..reference_store import ClipReferences
from ..world.drops.other_words import in_other_words
from .kept_parts import KeptParts, draw_kept_parts
from .shown_references import Shown, Subjects, draw_shown, with_references

Pair = tuple[Tensor, Tensor]
"""Video before audio."""


@dataclass(frozen=True)
class FlowObjective:
    """How clips, noise, conditions and losses are drawn.

    Attributes:
        video_vae, audio_vae: results of the codec stages.
        frames: durations; each batch takes one of them at random, as far as its bucket has them.
            ``run.batch`` counts clips of the first bucket's longest; other batches hold as many
            tokens.
        sigma_mean, sigma_std: of the logit-normal.
        uniform_share: share of sigmas drawn uniformly instead.
        independent_share: share of samples whose modalities have their own sigmas.
        clean_share: of those, the share in which one modality is clean.
        caption_dropout: share of samples trained without their caption.
        other_words_share: share of captions told in other words; of the playground "drops" only.
        audio_weight: weight of the audio loss beside the video loss.
        crowded_share: share of samples drawn from clips with several objects only, which are rare
            and the hardest to keep apart; the rest is drawn from all.
        kept_share: share of batches in which parts of the clip are kept clean (see `kept_parts`).
        reference_share: share of batches that are shown references (see `shown_references`), for
            which ``data.reference_px`` must be set.
        reference_dropout: share in which the looks, or the voice, of a subject are left out.
        discreet_share: of samples with references, the share whose caption leaves looks unsaid.
        motion_weight: how much more the velocity error of moving parts of a picture counts: objects
            are a few of its tokens.
        place_weight: weight of the loss of `PlaceProbe`, which asks early blocks where and when
            their tokens are.
        text_tokens: captions are padded to so many words, so that compiled blocks see one shape.
    """

    video_vae: str = ""
    audio_vae: str = ""
    frames: tuple[int, ...] = (49,)
    sigma_mean: float = 0.8
    sigma_std: float = 1.0
    uniform_share: float = 0.1
    independent_share: float = 0.15
    clean_share: float = 0.3
    caption_dropout: float = 0.1
    other_words_share: float = 0.0
    audio_weight: float = 0.5
    crowded_share: float = 0.0
    kept_share: float = 0.0
    reference_share: float = 0.0
    reference_dropout: float = 0.15
    discreet_share: float = 0.6
    motion_weight: float = 0.0
    place_weight: float = 0.0
    text_tokens: int = 47


@dataclass(frozen=True, eq=False)
class Bucket:
    """The clips of one size: latents, and references where they are trained."""

    data: DataConfig
    latents: LatentStore
    references: list[ClipReferences] = field(default_factory=list)

    def slice(self, which: Tensor, frames: int) -> Pair:
        """The first so many frames of some clips, video ``[B, 128, F, Y, X]`` and audio."""
        tokens = audio_frames_for(frames, self.data.fps)
        which = which.to(self.latents.video.device)
        video = self.latents.video[which, :, : latent_frames(frames)].float()
        return video, self.latents.audio[which, :, :tokens].float()

    def motion(self, which: Tensor, frames: int) -> Tensor:
        """How far the first frames of some clips are from what each place mostly shows, 0 to 1:
        ``[B, 1, F, Y, X]``.
        """
        whole = self.latents.video[which.to(self.latents.video.device)].float()
        usual = whole.median(dim=2, keepdim=True).values
        change = (whole - usual).square().mean(dim=1, keepdim=True).sqrt() / whole.std()
        return change[:, :, : latent_frames(frames)].clamp(max=1.0)

    def to(self, device: torch.device) -> Bucket:
        """The bucket with its latents on a device: a large GPU holds all that it learns from."""
        store = self.latents
        moved = replace(store, video=store.video.to(device), audio=store.audio.to(device))
        return replace(self, latents=moved)

    def durations(self, frames: Sequence[int]) -> list[int]:
        """Those of the durations that its clips have, or their own."""
        return [count for count in frames if count <= self.data.frames] or [self.data.frames]

    def tokens(self, frames: int) -> int:
        """Video tokens of one sample."""
        return VideoShape(frames, self.data.height, self.data.width).latent().tokens


@dataclass(frozen=True, eq=False)
class FlowBatch:
    """Samples of one shape.

    Attributes:
        clean, noises: latents of both modalities.
        sigmas: noise levels ``[B]`` of both, on the CPU.
        captions: one of each sample, empty where dropped.
        inputs: frame rate and reference tokens.
        kept: what stays clean; None: nothing.
        video_weight: how much each video token counts, ``[B, 1, F, Y, X]``; None: all alike.
    """

    clean: Pair
    noises: Pair
    sigmas: Pair
    captions: list[str]
    inputs: TransformerInputs
    kept: KeptParts | None = None
    video_weight: Tensor | None = None

    @property
    def levels(self) -> Pair:
        """Noise levels that broadcast over both latents: of samples, or of tokens if some are kept.

        Flattened after the first axis they are what the transformer takes.
        """
        device = self.clean[0].device
        video, audio = (rearrange(sigma, "B -> B 1 1 1 1") for sigma in self.sigmas)
        audio = audio[..., 0]
        if self.kept is not None:
            video = video * rearrange(~self.kept.video, "B F Y X -> B 1 F Y X")
            audio = audio * rearrange(~self.kept.audio, "B A -> B 1 A 1")
        return video.to(device), audio.to(device)

    @property
    def noisy(self) -> Pair:
        """Latents at their noise levels."""
        video, audio = (
            (1 - level) * latent + level * noise
            for latent, noise, level in zip(self.clean, self.noises, self.levels, strict=True)
        )
        return video, audio

    @property
    def has_references(self) -> bool:
        """Whether there are reference tokens."""
        return not (self.inputs.reference_video is None and self.inputs.reference_audio is None)

    @property
    def kind(self) -> str:
        """Prefix of the numbers to log: conditions make a sample easier than its noise tells."""
        return "ref_" if self.has_references else "" if self.kept is None else "kept_"

    def at(self, sigma: Tensor) -> FlowBatch:
        """The same samples with another noise level ``[B]`` wherever there is noise."""
        video, audio = (torch.where(own > 0, sigma, own) for own in self.sigmas)
        return replace(self, sigmas=(video, audio))

    def part(self, index: int, count: int) -> FlowBatch:
        """Every ``count``-th sample from ``index`` on."""
        if count == 1:
            return self
        mine = slice(index, None, count)
        inputs = replace(
            self.inputs,
            reference_video=_part(self.inputs.reference_video, mine),
            reference_audio=_part(self.inputs.reference_audio, mine),
        )
        kept = self.kept and KeptParts(self.kept.video[mine], self.kept.audio[mine])
        pairs = ((a[mine], b[mine]) for a, b in (self.clean, self.noises, self.sigmas))
        clean, noises, sigmas = pairs
        weight = _part(self.video_weight, mine)
        return FlowBatch(clean, noises, sigmas, self.captions[mine], inputs, kept, weight)


def _part(tokens: Tensor | None, mine: slice) -> Tensor | None:
    return None if tokens is None else tokens[mine]


class BatchDrawer:
    """Draws batches from buckets.

    Args:
        objective: what is drawn.
        buckets: the first one's longest clips are what ``batch`` counts.
        batch: samples.
        multiple: other batches are a multiple of this, one share for each process.

    ``noise`` draws the noise levels; a stage that needs its own replaces it.
    """

    def __init__(
        self, objective: FlowObjective, buckets: Sequence[Bucket], batch: int, multiple: int = 1
    ) -> None:
        self.objective, self.buckets = objective, buckets
        self.multiple = multiple
        self.noise: Callable[[FlowObjective, int, torch.Generator], Pair] = draw_sigmas
        self.tokens = batch * buckets[0].tokens(max(buckets[0].durations(objective.frames)))
        self.shares = torch.tensor([float(len(bucket.latents)) for bucket in buckets])
        self.subjects = [Subjects.of(bucket.references) for bucket in buckets]
        self.crowded = [
            (torch.tensor(bucket.latents.counts) > 1).nonzero().flatten() for bucket in buckets
        ]

    def draw(self, generator: torch.Generator) -> FlowBatch:
        """The batch of one step."""
        objective, index = self.objective, 0
        if len(self.buckets) > 1:
            index = int(torch.multinomial(self.shares, 1, generator=generator))
        bucket = self.buckets[index]
        durations = bucket.durations(objective.frames)
        frames = durations[_below(len(durations), generator)]
        shown = self._shown(index, generator)
        which = self._pick(index, self._size(bucket, frames, shown), shown, generator)
        clean = bucket.slice(which, frames)
        captions = self._captions(bucket, which, shown, generator)
        batch = len(which)
        sigmas = self.noise(objective, batch, generator)
        video, audio = draw_noise(clean, generator)
        inputs, kept = TransformerInputs(frame_rate=float(bucket.data.fps)), None
        if shown is not None:
            clips = [bucket.references[i] for i in which.tolist()]
            inputs = with_references(inputs, shown, clips, generator)
        elif _chance(objective.kept_share, generator):
            _, _, *grid = clean[0].shape
            kept = draw_kept_parts(
                batch, (grid[0], grid[1], grid[2]), clean[1].shape[2], bucket.data.fps, generator
            )
        weight = None
        if objective.motion_weight:
            weight = 1 + objective.motion_weight * bucket.motion(which, frames)
        return FlowBatch(clean, (video, audio), sigmas, captions, inputs, kept, weight)

    def _shown(self, index: int, generator: torch.Generator) -> Shown | None:
        objective = self.objective
        if not objective.reference_share or not _chance(objective.reference_share, generator):
            return None
        return draw_shown(self.subjects[index], objective.reference_dropout, generator)

    def _size(self, bucket: Bucket, frames: int, shown: Shown | None) -> int:
        """How many samples have as many tokens as a batch should, at least one per process."""
        tokens = bucket.tokens(frames)
        if shown is not None:
            a_view = bucket.references[int(shown.clips[0])].subjects[0].views[0, 0].numel()
            tokens += a_view * sum(slot.views for slot in shown.slots)
        return max(1, self.tokens // tokens // self.multiple) * self.multiple

    def _pick(
        self, index: int, batch: int, shown: Shown | None, generator: torch.Generator
    ) -> Tensor:
        """Clips at random, those with several objects as often as they should come."""
        if shown is not None:
            return shown.clips[torch.randint(len(shown.clips), (batch,), generator=generator)]
        bucket, crowded = self.buckets[index], self.crowded[index]
        which = torch.randint(len(bucket.latents), (batch,), generator=generator)
        if not self.objective.crowded_share or not len(crowded):
            return which
        several = crowded[torch.randint(len(crowded), (batch,), generator=generator)]
        often = torch.rand(batch, generator=generator) < self.objective.crowded_share
        return torch.where(often, several, which)

    def _captions(
        self, bucket: Bucket, which: Tensor, shown: Shown | None, generator: torch.Generator
    ) -> list[str]:
        told = []
        for i in which.tolist():
            captions = bucket.latents.captions[i]
            if shown is not None and _chance(self.objective.discreet_share, generator):
                captions = bucket.references[i].captions
            told.append(self._said(captions[_below(len(captions), generator)], generator))
        dropped = torch.rand(len(told), generator=generator) < self.objective.caption_dropout
        return ["" if gone else text for text, gone in zip(told, dropped, strict=True)]

    def _said(self, caption: str, generator: torch.Generator) -> str:
        share = self.objective.other_words_share
        if not share or not _chance(share, generator):
            return caption
        return in_other_words(caption, Random(_below(2**31, generator)))


def draw_sigmas(objective: FlowObjective, batch: int, generator: torch.Generator) -> Pair:
    """Noise levels ``[B]`` of both modalities, mostly the same."""

    def draw() -> Tensor:
        normal = torch.randn(batch, generator=generator)
        sigma = torch.sigmoid(objective.sigma_mean + objective.sigma_std * normal)
        uniform = torch.rand(batch, generator=generator)
        flat = torch.rand(batch, generator=generator) < objective.uniform_share
        return torch.where(flat, uniform, sigma)

    video, other = draw(), draw()
    own = torch.rand(batch, generator=generator) < objective.independent_share
    audio = torch.where(own, other, video)
    clean = own & (torch.rand(batch, generator=generator) < objective.clean_share)
    which = torch.rand(batch, generator=generator) < 0.5
    zero = torch.zeros(())
    return torch.where(clean & which, zero, video), torch.where(clean & ~which, zero, audio)


def draw_noise(like: Pair, generator: torch.Generator) -> Pair:
    """Noise for both latents on their device, where it is drawn fastest."""
    device = like[0].device
    if device.type != "cpu":
        seed = int(torch.randint(2**62, (), generator=generator))
        generator = torch.Generator(device).manual_seed(seed)
    video, audio = (
        torch.randn(latent.shape, generator=generator, device=device) for latent in like
    )
    return video, audio


def latent_frames(frames: int) -> int:
    """Latent frames of so many frames."""
    return VideoShape(frames, 32, 32).latent().frames


def _below(limit: int, generator: torch.Generator) -> int:
    return int(torch.randint(limit, (), generator=generator))


def _chance(probability: float, generator: torch.Generator) -> bool:
    return float(torch.rand((), generator=generator)) < probability

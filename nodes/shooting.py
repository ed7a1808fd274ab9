"""Shots to takes: each is sampled by Hibari Sample, with what it shares with the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..model.montage import Join, Take, starts_of
from ..model.shapes import TIME_STRIDE
from .clip_plan import grid_frames
from .shot import SOUND_CUTS, TRANSITIONS, Shot

if TYPE_CHECKING:
    from torch import Tensor

    from ..trust.cameo.reference import CameoReference
    from .cameo_load import LoadedCameo
    from .conditioning import Conditioning

_, MATCH_CUT, DISSOLVE = TRANSITIONS
_, J_CUT, L_CUT = SOUND_CUTS
SEEDS = 2**64


@dataclass(frozen=True)
class Style:
    """What all shots share.

    Attributes:
        words: of the look, a sentence of every prompt.
        size: (height, width) in px, on the grid.
        fps: frames per second.
        dissolve_s: how long a dissolve lasts.
        sound_overlap_s: how far J- and L-cuts reach.
        continuity: how strongly shots are shown the first one; 0 not at all.
    """

    words: str
    size: tuple[int, int]
    fps: float
    dissolve_s: float = 0.5
    sound_overlap_s: float = 0.3
    continuity: float = 0.0


@dataclass(frozen=True)
class Slate:
    """What is made of one shot: frames before those that are seen, those, and frames after."""

    lead: int
    shown: int
    tail: int

    @property
    def frames(self) -> int:
        """Frames to make, 8k+1."""
        return grid_frames(self.lead + self.shown + self.tail)


@dataclass(frozen=True)
class Plan:
    """All shots on one line of time."""

    slates: tuple[Slate, ...]
    joins: tuple[Join, ...]

    @property
    def frames(self) -> int:
        """Length of the clip."""
        return starts_of([slate.shown for slate in self.slates], self.joins)[-1]


@dataclass(frozen=True)
class Studio:
    """The networks, the cameos, and how to sample: ``settings`` go to Hibari Sample."""

    model: Any
    clip: Any
    vae: Any
    audio_vae: Any
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    cameos: Sequence[tuple[LoadedCameo, CameoReference]] = ()


def plan_shots(shots: Sequence[Shot], style: Style) -> Plan:
    """Return what has to be made of each shot so that pictures and sounds can cross.

    Raises:
        ValueError: a shot is shorter than its dissolves.
    """
    joins = tuple(_join(shot, style) for shot in shots[1:])
    slates = []
    for number, shot in enumerate(shots):
        before = joins[number - 1] if number else Join()
        after = joins[number] if number < len(joins) else Join()
        lead = max(0, round(-before.sound_after_s * style.fps) - before.dissolve // 2)
        tail = max(0, round(after.sound_after_s * style.fps) - after.dissolve // 2)
        if number and shot.transition == MATCH_CUT:
            # What it begins with was seen already: whole latent frames of the shot before.
            lead = grid_frames(lead + 1) if lead else 1
        slates.append(Slate(lead, max(1, round(shot.seconds * style.fps)), tail))
    plan = Plan(tuple(slates), joins)
    starts_of([slate.shown for slate in slates], joins)
    return plan


def shoot(
    shots: Sequence[Shot], texts: Sequence[str], plan: Plan, style: Style, studio: Studio
) -> tuple[list[Take], int]:
    """Return the takes and the sample rate of their sound; ``texts`` are the whole prompts.

    Raises:
        ValueError: a block refuses a shot; the message names it.
    """
    if studio.clip is None:
        raise ValueError(
            "the checkpoint brought no text encoder. Connect the CLIP of a text encoder loader"
        )
    takes: list[Take] = []
    rate_hz = 0
    for number, (shot, text, slate) in enumerate(zip(shots, texts, plan.slates, strict=True)):
        try:
            take, rate_hz = _take(shot, text, slate, style, studio, takes)
        except ValueError as error:
            raise ValueError(f"shot {number + 1}: {error}") from error
        takes.append(take)
    return takes, rate_hz


def _join(shot: Shot, style: Style) -> Join:
    dissolve = round(style.dissolve_s * style.fps) if shot.transition == DISSOLVE else 0
    after = {J_CUT: -style.sound_overlap_s, L_CUT: style.sound_overlap_s}
    return Join(dissolve, after.get(shot.sound_cut, 0.0))


def _take(
    shot: Shot,
    text: str,
    slate: Slate,
    style: Style,
    studio: Studio,
    before: Sequence[Take],
) -> tuple[Take, int]:
    from .av_latent import audio_of, empty_latent, video_of
    from .clip_windows import plan_of
    from .codec_output import frames_from, sound_from
    from .continuity import views_of, with_earlier_shot
    from .given_latents import with_beginning
    from .sample import HibariSample

    positive = _prompt(text, studio)
    latent = empty_latent(plan_of(slate.frames, style.size, style.fps), 1)
    if before and shot.transition == MATCH_CUT:
        opening = _last_frames(before[-1], slate.lead)
        slate = Slate(len(opening), slate.shown, slate.tail)
        latent = with_beginning(latent, studio.vae.encode(opening))
    elif before and style.continuity:
        views = views_of(_first_seen(before[0]), studio.vae)
        positive = with_earlier_shot(positive, views, style.continuity)
    seed = (studio.seed + len(before)) % SEEDS if 0 <= studio.seed < SEEDS else studio.seed
    (made,) = HibariSample.execute(
        studio.model, positive, latent, seed=seed, **studio.settings
    ).args
    frames = frames_from(studio.vae, video_of(made), None).float().cpu()
    audio = sound_from(studio.audio_vae, audio_of(made), len(frames) / style.fps)
    sound = audio["waveform"][0].float().cpu()
    return Take(frames, sound, slate.lead, slate.shown), int(audio["sample_rate"])


def _prompt(text: str, studio: Studio) -> Conditioning:
    """The encoded prompt, with those cameos that it mentions."""
    from ..trust.cameo.prompt import mentions
    from .cameo_apply import with_cameo, with_description
    from .conditioning import encode

    positive = encode(studio.clip, text)
    for loaded, reference in studio.cameos:
        if reference.role in mentions(text):
            told = with_description(positive, loaded, reference.role)
            positive = with_cameo(told, reference)
    return positive


def _last_frames(take: Take, count: int) -> Tensor:
    """The last ``count`` frames that were seen, fewer (8k+1) where there are not so many."""
    end = take.lead + take.shown
    there = (min(count, end) - 1) // TIME_STRIDE * TIME_STRIDE + 1
    return take.frames[end - there : end]


def _first_seen(take: Take) -> Tensor:
    """The frame in the middle of what is seen of a take, [1, H, W, 3]."""
    middle = take.lead + take.shown // 2
    return take.frames[middle : middle + 1]

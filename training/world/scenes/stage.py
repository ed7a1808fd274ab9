"""A finished scene: what was set up, what happened, who talks; all that picture and sound need."""

from __future__ import annotations

from dataclasses import dataclass

from .cast import Character
from .layout import Camera, Layout, Outcome, Setting
from .physics import Motion


@dataclass(frozen=True)
class Line:
    """One spoken sentence: `speaker` is an index into the cast, times are seconds."""

    speaker: int
    text: str
    language: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Tune:
    """Background music: instrument, key such as "A minor", beats per minute, tempo word."""

    instrument: str
    tonic: str
    mode: str
    tempo_bpm: int
    tempo: str

    @property
    def key(self) -> str:
        """For instance "A minor"."""
        return f"{self.tonic} {self.mode}"


@dataclass(frozen=True, eq=False)
class Stage:
    """Everything about a clip before it is drawn, heard and told.

    `layout` and `motion` are those of things (empty for talks); `held_out` names what about it
    training never shows: "", "combination", "hole", "beyond".
    """

    kind: str
    width: float
    setting: Setting
    camera: Camera
    ambience: str
    tune: Tune | None
    layout: Layout
    motion: Motion
    outcome: Outcome
    numbers: dict[str, float]
    cast: tuple[Character, ...]
    lines: tuple[Line, ...]
    held_out: str

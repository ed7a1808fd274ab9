"""What one playground clip is: its size, its pictures, its sound, its sentence and its truth.

Lengths in a truth are pixels of the clip, times are seconds, angles radians. x grows to the
right, y downwards. Sound is stereo at 24 kHz, which makes exactly 1000 samples a frame at 24 fps.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from . import drops

WORLD_VERSION = drops.VERSION
"""Version of the playground "drops", which today's training and instruments use."""

WHOLE_VERSION = "whole-1"
"""Changes whenever the same seed would give another clip of the whole playground."""

SAMPLE_RATE = 24_000
PARAPHRASES = 3
VERSIONS = {"drops": WORLD_VERSION, "whole": WHOLE_VERSION}
NARROWEST = {"drops": 0.7, "whole": 0.5}
"""Smallest width / height that has room for what happens."""


@dataclass(frozen=True)
class ClipSpec:
    """Size of a clip, frames, picture height and width in pixels, frames per second, and its world.

    `playground` is "drops", the narrow slice of falling balls and boxes, or "whole", everything.

    Raises:
        ValueError: when a size leaves no room for the objects or no time for a fall, or the
            playground is unknown.
    """

    frames: int = 49
    height: int = 256
    width: int = 256
    fps: int = 24
    playground: str = "drops"

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise ValueError(f"frames is {self.frames}, but a clip has at least 1; use 49")
        if self.playground not in VERSIONS:
            raise ValueError(
                f'playground is "{self.playground}", but must be one of {", ".join(VERSIONS)}'
            )
        narrowest = NARROWEST[self.playground]
        if self.height < 32 or not narrowest <= self.width / self.height <= 4:
            raise ValueError(
                f"size {self.width}x{self.height} is outside the world: the height is at least 32"
                f" and width / height between {narrowest} and 4; use 256x256"
            )
        if not 8 <= self.fps <= 60:
            raise ValueError(f"fps is {self.fps}, but it must lie in 8..60; use 24")

    @property
    def version(self) -> str:
        """Version of the playground's generator, for the key of every cache of clips."""
        return VERSIONS[self.playground]

    @property
    def samples(self) -> int:
        """Audio samples per channel."""
        return round(self.frames * SAMPLE_RATE / self.fps)

    @property
    def scale(self) -> float:
        """Pixels per world unit; the picture is always 256 units high."""
        return self.height / 256


@dataclass(frozen=True)
class TruthObject:
    """One object as the picture shows it; `bounces` counts the visible rebounds off the floor."""

    shape: str
    colour: str
    rgb: tuple[int, int, int]
    material: str
    size: str
    radius_px: float
    position: str
    bounces: int


@dataclass(frozen=True)
class Contact:
    """One audible hit.

    `other` is "floor", "wall" or "object K"; `impulse_dv` is the change of velocity in world units
    (1/256 of the picture height) per second, so it does not depend on the resolution.
    """

    time_s: float
    object: int
    other: str
    impulse_dv: float
    x_px: float


@dataclass(frozen=True, eq=False)
class Truth:
    """Everything an evaluator may ask about a clip.

    `trajectories` is float32 [frames, objects, 3] of x px, y px, angle, the state AT frame / fps,
    so a contact first shows in frame ceil(time * fps). `words` are the attribute words the caption
    really used; `outcome` among them is how many bounces it tells (0..3, many, some, mixed). The
    two flags mark the validation clips that no training clip resembles.
    """

    place: str
    backdrop: int
    objects: tuple[TruthObject, ...]
    height: str
    fps: int
    floor_y_px: float
    trajectories: np.ndarray
    contacts: tuple[Contact, ...]
    words: dict[str, str]
    language: str
    held_out_combination: bool
    held_out_sentence: bool

    @property
    def count(self) -> int:
        """Number of objects."""
        return len(self.objects)

    @property
    def first_impact_s(self) -> float | None:
        """Time of the first audible hit, or None when the clip ends before it."""
        return self.contacts[0].time_s if self.contacts else None

    def to_dict(self) -> dict[str, object]:
        """Plain lists, numbers and strings, ready for json.dumps."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain["objects"] = [asdict(thing) for thing in self.objects]
        plain["contacts"] = [asdict(contact) for contact in self.contacts]
        plain["trajectories"] = np.round(self.trajectories.astype(float), 4).tolist()
        return plain | {"count": self.count, "first_impact_s": self.first_impact_s}


@dataclass(frozen=True, eq=False)
class Clip:
    """frames uint8 [F, H, W, 3]; waveform float32 [2, N] in -1..1 at 24 kHz; caption; truth.

    `paraphrases` tell the same in other words and leave other details open; training draws one of
    all, so that a model meets each clip in several sentences.
    """

    frames: np.ndarray
    waveform: np.ndarray
    caption: str
    truth: Truth
    paraphrases: tuple[str, ...] = ()

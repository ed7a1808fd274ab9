"""Finished frames: detectors that look at some of them, by name, as policies list them.

``nudenet`` comes as an extra (its model ships inside the package). Others are added with
:func:`register_detector`; a policy that lists a detector gets it wherever it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .category import Category, Level
from .check import Verdict, decide
from .extra import MissingExtraError
from .finding import Finding
from .policy import Policy

Frame = NDArray[np.uint8]
"""One picture [H, W, 3], RGB."""


@dataclass(frozen=True)
class Sighting:
    """What a detector saw in a frame; ``label`` becomes part of the rule's name."""

    label: str
    category: Category
    level: Level
    score: float


class FrameDetector(Protocol):
    """Looks at one frame at a time."""

    def find(self, frame: Frame) -> Iterable[Sighting]:
        """Return what is seen in a frame."""


class NudeNetDetector:
    """Exposed body parts by NudeNet's 320 px detector (MIT code; its model is in the wheel)."""

    _STRONG = ("FEMALE_BREAST", "FEMALE_GENITALIA", "MALE_GENITALIA", "ANUS", "BUTTOCKS")
    _MILD = ("BELLY_EXPOSED", "MALE_BREAST_EXPOSED")

    def __init__(self) -> None:
        try:
            from nudenet import NudeDetector
        except ImportError as error:
            raise MissingExtraError("looking at frames", "nudenet") from error
        self._detector = NudeDetector()

    def find(self, frame: Frame) -> Iterable[Sighting]:
        """Return exposed parts; covered ones and faces say nothing against a frame."""
        for found in self._detector.detect(np.ascontiguousarray(frame[..., ::-1])):
            label, score = str(found["class"]), float(found["score"])
            part = label.removesuffix("_EXPOSED")
            if part != label and part in self._STRONG:
                yield Sighting(part.lower(), Category.SEXUAL, Level.STRONG, score)
            elif label in self._MILD:
                yield Sighting(part.lower(), Category.SEXUAL, Level.MILD, score)


_MAKERS: dict[str, Callable[[], FrameDetector]] = {"nudenet": NudeNetDetector}


def register_detector(name: str, make: Callable[[], FrameDetector]) -> None:
    """Add a detector that policies may list; ``make`` raises MissingExtraError where it cannot."""
    _MAKERS[name] = make
    _detector.cache_clear()


def check_frames(frames: Any, policy: Policy, fps: float = 24.0) -> Verdict:
    """Return the verdict on frames [F, H, W, 3] (floats in 0..1 or uint8; array or tensor).

    One frame in ``policy.frame_interval_s`` is looked at, the last one always.

    Raises:
        ValueError: the policy lists a detector that nobody registered.
        MissingExtraError: the policy requires a detector that is not installed.
    """
    detectors, notes = _installed(policy)
    findings: dict[str, Finding] = {}
    for index in sampled(len(frames), fps, policy.frame_interval_s) if detectors else ():
        for name, detector in detectors:
            for seen in detector.find(as_frame(frames[index])):
                rule = f"{seen.category}/{name}/{seen.label}"
                if seen.score >= policy.frame_score:
                    findings[rule] = Finding(rule, seen.category, seen.level)
    return decide(list(findings.values()), policy, "frames", notes=notes)


def sampled(count: int, fps: float, interval_s: float) -> list[int]:
    """Return the indices of frames to look at: one in every interval, and the last."""
    step = max(1, round(interval_s * fps))
    return sorted({*range(0, count, step), count - 1}) if count else []


def as_frame(frame: Any) -> Frame:
    """Return one frame as uint8 RGB."""
    values = np.asarray(frame.detach().cpu() if hasattr(frame, "detach") else frame)[..., :3]
    if values.dtype != np.uint8:
        finite = np.nan_to_num(values.astype(np.float32))  # savers refuse the rest by name
        values = (finite.clip(0, 1) * 255).round().astype(np.uint8)
    return np.ascontiguousarray(values)


def _installed(policy: Policy) -> tuple[Sequence[tuple[str, FrameDetector]], tuple[str, ...]]:
    """Return the policy's detectors that can be made, and what to say of the others."""
    ready, notes = [], []
    for name in policy.frame_detectors:
        if name not in _MAKERS:
            known = ", ".join(sorted(_MAKERS))
            raise ValueError(
                f"policy {policy.name!r} lists the frame detector {name!r}, which is not known; "
                f"known are {known}"
            )
        try:
            ready.append((name, _detector(name)))
        except MissingExtraError as error:
            if policy.frames_required:
                raise
            notes.append(f"frames were not checked by {name}: {error}")
    return ready, tuple(notes)


@cache
def _detector(name: str) -> FrameDetector:
    return _MAKERS[name]()

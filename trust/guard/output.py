"""The last look before a clip leaves: its words, pictures, sound, and what went into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .attestation import Attestation
from .check import CameoRules, Verdict, check_prompt, check_transcript
from .faces import check_upload
from .frames import check_frames
from .graph import GraphWords
from .policy import Policy
from .rights import RightsRegistry
from .speech import check_sound

Upload = Callable[[], Any]
"""Reads the frames [F, H, W, 3] of something that was brought."""


@dataclass(frozen=True)
class Clip:
    """What is about to leave.

    ``frames`` [F, H, W, 3] at ``fps``, ``audio`` as ComfyUI's AUDIO, ``words`` as the graph told
    them, ``uploads`` by name.
    """

    frames: Any
    fps: float = 24.0
    audio: Mapping[str, Any] | None = None
    words: GraphWords = field(default_factory=lambda: GraphWords((), (), (), None))
    uploads: Mapping[str, Upload] = field(default_factory=dict)


def check_output(
    clip: Clip,
    policy: Policy,
    *,
    rights: RightsRegistry | None = None,
    cameos: Sequence[CameoRules] = (),
    attestation: Attestation | None = None,
) -> list[Verdict]:
    """Return the verdicts on a clip, cheapest check first; the last one is the refusal, if any.

    Raises:
        ValueError: a required detector is not installed, or a name in the policy is not known.
    """
    attestation = attestation or clip.words.attestation
    options: dict[str, Any] = {"rights": rights, "cameos": cameos, "attestation": attestation}
    checks: list[Callable[[], Verdict]] = [
        *(lambda text=text: check_prompt(text, policy, **options) for text in clip.words.texts),
        *(
            lambda text=text: check_transcript(text, policy, **options)
            for text in clip.words.spoken
        ),
        *(
            lambda read=read: check_upload(read(), policy, attestation)
            for read in clip.uploads.values()
        ),
        lambda: check_frames(clip.frames, policy, clip.fps),
        lambda: check_sound(clip.audio, policy),
    ]
    verdicts: list[Verdict] = []
    for check in checks:
        verdicts.append(check())
        if not verdicts[-1].allowed:
            break
    return verdicts


def summary(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the facts of all verdicts for the manifest, equal ones once."""
    told: list[dict[str, Any]] = []
    for verdict in verdicts:
        facts = verdict.facts()
        if facts not in told:
            told.append(facts)
    return told

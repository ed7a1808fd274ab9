"""From a recording to a signed cameo: views, voice, challenge and consent.

Everything that is missing is said at once. Consent is not a default: whoever enrols says so, and
the words are part of what the owner signs.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..identity import current_identity
from .bundle import Bundle, Header, Parts, write_bundle
from .challenge import Challenge, Recogniser, spend_challenge
from .container import CameoError
from .latent import with_latents
from .ledger import Ledger
from .library import check_unlike_others, library_folder
from .listening import find_recogniser
from .name import checked_name
from .rules import KINDS, PERSON, Rules
from .view import FindFaces, find_views
from .voice import find_voice

CONSENT = {
    "person": (
        "I am the person in this recording, or I have the right to decide for them. I agree that "
        "this likeness and voice are used in generated videos under the rules I set, by those whom "
        "I grant it to. I can take every grant back at any time."
    ),
    "animal": "I have the right to let this animal be used in generated videos under my rules.",
    "object": "I have the right to let this object be used in generated videos under my rules.",
}


@dataclass(frozen=True)
class Subject:
    """Who or what is enrolled, and on which conditions."""

    name: str
    description: str
    kind: str = PERSON
    minor: bool = False
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, eq=False)
class Recording:
    """What was recorded: frames uint8 [F, Y, X, 3], sound [C, N] at ``rate_hz``, a mask."""

    frames: np.ndarray
    sound: np.ndarray | None = None
    rate_hz: int = 0
    mask: np.ndarray | None = None


def enroll(
    subject: Subject,
    recording: Recording,
    agreed: bool,
    challenge: Challenge | None = None,
    codecs: tuple[Any | None, Any | None] = (None, None),
    recogniser: Recogniser | None = None,
    find_faces: FindFaces | None = None,
) -> Bundle:
    """Make, sign and store a cameo of the current identity.

    ``codecs`` are VAE and audio VAE whose latents are stored beside the media.

    Raises:
        CameoError: no consent, no challenge for a person, or a recording that is not good enough;
            names everything that is missing.
    """
    name = checked_name(subject.name)
    if subject.kind not in KINDS:
        raise CameoError(f"kind {subject.kind!r} is unknown; use {', '.join(KINDS)}")
    if not agreed:
        raise CameoError(f"nobody agreed. Read and confirm: {CONSENT[subject.kind]}")
    check_unlike_others(name)
    parts = good_parts(subject.kind, recording, find_faces)
    level, spoken = "attested", None
    if subject.kind == PERSON:
        if challenge is None or challenge.name != name:
            raise CameoError("a person speaks a challenge in the recording; ask for one first")
        listener = recogniser or find_recogniser(challenge.language)
        level, spoken = checked_speech(challenge, recording, listener)
    identity = current_identity()
    now = int(time.time())
    header = Header(
        id=os.urandom(16).hex(),
        name=name,
        description=subject.description.strip(),
        kind=subject.kind,
        owner=identity.public,
        rules=subject.rules,
        consent={
            "text": CONSENT[subject.kind],
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "challenge": None if challenge is None else challenge.sentence,
            "challenge_checked": spoken,
        },
        level=level,
        minor=subject.minor,
        created=now,
        sealed_key="",
    )
    bundle = write_bundle(library_folder(), header, with_latents(parts, *codecs), identity)
    _note(bundle)
    if challenge is not None:
        spend_challenge(challenge)
    return bundle


def good_parts(kind: str, recording: Recording, find_faces: FindFaces | None = None) -> Parts:
    """``views`` and ``voice`` of a recording.

    Raises:
        CameoError: it is not good enough; says everything that is missing.
    """
    views, problems = find_views(recording.frames, kind, recording.mask, find_faces)
    voice = None
    if recording.sound is not None:
        voice, missing = find_voice(recording.sound, recording.rate_hz)
        problems += missing if kind == PERSON else []
    elif kind == PERSON:
        problems.append("there is no sound: record with the microphone on, or give the voice apart")
    if problems or views is None:
        raise CameoError("the recording is not good enough yet: " + "; ".join(problems))
    return {"views": views} | ({} if voice is None else {"voice": voice})


def checked_speech(
    challenge: Challenge, recording: Recording, recogniser: Recogniser | None
) -> tuple[str, bool | None]:
    """("verified", True) when the numbers were heard, ("attested", None) when nobody can listen.

    Raises:
        CameoError: something else is spoken.
    """
    if recogniser is None or recording.sound is None:
        return "attested", None
    if not challenge.is_spoken_in(recogniser(recording.sound, recording.rate_hz)):
        raise CameoError(
            "the sentence of numbers was not heard in the recording; ask for a new one, speak it "
            "slowly and clearly, and enroll again"
        )
    return "verified", True


def _note(bundle: Bundle) -> None:
    header = bundle.header
    try:
        Ledger().note(
            "enrolled",
            cameo=header.id,
            name=header.name,
            header_sha256=header.sha256,
            level=header.level,
        )
    except BaseException:
        if isinstance(bundle.path, Path):
            bundle.path.unlink(missing_ok=True)
        raise

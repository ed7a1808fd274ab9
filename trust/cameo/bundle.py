"""The ``.cameo`` file: a signed header that everybody may read, and parts that need a grant.

The header (name, kind, owner, rules, consent, hashes of the encrypted parts) is signed by the
owner; views and voice, as media and as latents, are encrypted under a content key that the header
seals to the owner alone. Grants seal it to others. So the file may be copied to anybody.
Shapes: V views, Y rows, X columns (px), N samples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..home import write_private
from ..identity import Identity, PublicIdentity, SignatureError, canonical_json, verify
from .container import CameoError, parse_json, read_container, write_container
from .name import checked_name
from .rules import KINDS, Rules
from .sealing import decrypt, encrypt, new_content_key, open_key, seal_key

FORMAT = 1
SUFFIX = ".cameo"
LEVELS = ("attested", "verified")
MAX_VIEWS = 5
VIEW_SIDES_PX = (64, 1024)
VOICE_SECONDS = (1.0, 10.0)
VOICE_RATE_HZ = 24000
MAX_DESCRIPTION_CHARS = 300
_DTYPES = {"uint8": np.uint8, "int16": np.int16, "float32": np.float32}
Parts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Header:
    """What a cameo says of itself in the open, signed by its owner."""

    id: str
    name: str
    description: str
    kind: str
    owner: PublicIdentity
    rules: Rules
    consent: Mapping[str, Any]
    level: str
    minor: bool
    created: int
    sealed_key: str
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.level not in LEVELS:
            raise CameoError(f"kind {self.kind!r} or level {self.level!r} is unknown")
        if checked_name(self.name) != self.name:
            raise CameoError(f"its name {self.name!r} is not in composed form")
        if not self.description.strip() or len(self.description) > MAX_DESCRIPTION_CHARS:
            raise CameoError(
                f"a description of 1 to {MAX_DESCRIPTION_CHARS} characters is missing; say in "
                "words what the cameo looks like"
            )
        if "@" in self.description:
            raise CameoError("its description holds an @, which would mention another cameo")

    @cached_property
    def effective_rules(self) -> Rules:
        """The owner's rules with what no owner can lift."""
        return self.rules.for_subject(self.kind, self.minor)

    @cached_property
    def sha256(self) -> str:
        """Hex digest that grants name this exact file by."""
        return hashlib.sha256(canonical_json(self.to_json())).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As it is signed."""
        return {
            "format": FORMAT,
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "kind": self.kind,
            "owner": self.owner.signing,
            "owner_exchange": self.owner.exchange,
            "rules": self.rules.to_json(),
            "consent": dict(self.consent),
            "level": self.level,
            "minor": self.minor,
            "created": self.created,
            "sealed_key": self.sealed_key,
            "parts": {name: dict(part) for name, part in self.parts.items()},
        }

    @classmethod
    def from_json(cls, told: Any) -> Header:
        """A header out of a file.

        Raises:
            CameoError: it is not one that this version reads.
        """
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise CameoError("its header is of a format that this version does not know")
        try:
            values = {key: value for key, value in told.items() if key != "format"}
            owner = PublicIdentity(str(values.pop("owner")), str(values.pop("owner_exchange")))
            rules = Rules.from_json(values.pop("rules"))
            texts = ("id", "name", "description", "kind", "level", "sealed_key")
            if not all(isinstance(values[name], str) for name in texts):
                raise TypeError
            if type(values["minor"]) is not bool or type(values["created"]) is not int:
                raise TypeError
            return cls(owner=owner, rules=rules, **values)
        except (KeyError, TypeError, AttributeError) as error:
            raise CameoError("its header lacks something that a cameo has") from error


@dataclass(frozen=True)
class Bundle:
    """A cameo file that was read and whose signature holds; its parts are still encrypted."""

    header: Header
    sealed: Mapping[str, bytes]
    path: Path | None = None

    def open_as_owner(self, identity: Identity) -> bytes:
        """The content key, for the owner.

        Raises:
            CameoError: ``identity`` is not the owner.
        """
        if identity.public != self.header.owner:
            raise CameoError(f"the cameo {self.header.name} belongs to somebody else")
        return open_key(self.header.sealed_key, identity, _key_purpose(self.header.id))

    def read_parts(self, content_key: bytes, names: tuple[str, ...] | None = None) -> Parts:
        """The decrypted parts, all or those of ``names`` that the cameo has.

        Raises:
            CameoError: another key, or a part that is not what the header says.
        """
        chosen = self.header.parts if names is None else names
        return {
            name: _decoded(
                decrypt(content_key, self.sealed[name], _part_purpose(self.header.id, name)),
                self.header.parts[name],
            )
            for name in chosen
            if name in self.header.parts
        }


def write_bundle(
    folder: Path, header: Header, parts: Parts, identity: Identity, replace: bool = False
) -> Bundle:
    """Encrypt, sign and write a cameo as ``folder/NAME.cameo``; return it as read back.

    ``header`` comes without ``sealed_key`` and ``parts``, which are made here.

    Raises:
        CameoError: parts that no cameo has, or a file of that name is there and ``replace`` is
            False.
    """
    path = folder / f"{header.name}{SUFFIX}"
    if path.exists() and not replace:
        raise CameoError(f"a cameo named {header.name} is there already; choose another name")
    content = build_bundle(header, parts, identity)
    write_private(path, content)
    return read_bundle(path)


def build_bundle(header: Header, parts: Parts, identity: Identity) -> bytes:
    """The bytes of a cameo file."""
    check_parts(parts, header.kind)
    key = new_content_key()
    sealed, described = {}, {}
    for name, array in parts.items():
        raw = np.ascontiguousarray(array)
        sealed[name] = encrypt(key, raw.tobytes(), _part_purpose(header.id, name))
        described[name] = {
            "dtype": raw.dtype.name,
            "shape": list(raw.shape),
            "sha256": hashlib.sha256(sealed[name]).hexdigest(),
        }
    told = header.to_json() | {
        "owner": identity.public.signing,
        "owner_exchange": identity.public.exchange,
        "sealed_key": seal_key(key, identity.public.exchange, _key_purpose(header.id)),
        "parts": described,
    }
    metadata = {
        "hibari_cameo": canonical_json(told).decode(),
        "signature": identity.sign("cameo", told),
    }
    return write_container(sealed, metadata)


def read_bundle(path: Path) -> Bundle:
    """Return the cameo of a file, its signature and the hashes of its parts checked.

    Raises:
        CameoError: damaged, tampered with, foreign, or of an unknown format.
    """
    sealed, metadata = read_container(path)
    try:
        told = parse_json(metadata.get("hibari_cameo", ""))
        header = Header.from_json(told)
        verify(header.owner.signing, "cameo", told, metadata.get("signature", ""))
        _check_sealed(header, sealed)
    except (SignatureError, CameoError) as error:
        raise CameoError(f"{path.name} is no usable cameo: {error}") from error
    return Bundle(header, sealed, path)


def check_parts(parts: Parts, kind: str) -> None:
    """Raise CameoError unless there are 1 to 5 views, a fitting voice, and latents of them."""
    views, voice = parts.get("views"), parts.get("voice")
    low, high = VIEW_SIDES_PX
    if (
        views is None
        or views.dtype != np.uint8
        or views.ndim != 4
        or not 1 <= len(views) <= MAX_VIEWS
        or views.shape[-1] != 3
        or not all(low <= side <= high for side in views.shape[1:3])
    ):
        raise CameoError(f"it needs 1 to {MAX_VIEWS} views of {low} to {high} px a side")
    if voice is not None:
        shortest, longest = (round(seconds * VOICE_RATE_HZ) for seconds in VOICE_SECONDS)
        if voice.dtype != np.int16 or voice.ndim != 2 or len(voice) != 2:
            raise CameoError("its voice is not stereo sound")
        if not shortest <= voice.shape[1] <= longest:
            raise CameoError(
                f"its voice lasts {voice.shape[1] / VOICE_RATE_HZ:.1f} s, a cameo's 1 to 10 s"
            )
    elif kind == "person":
        raise CameoError("the cameo of a person needs 1 to 10 s of voice")
    latents = set(parts) - {"views", "voice"}
    if latents - {"view_latents", "voice_latents", "view_probe", "voice_probe"} or any(
        parts[name].dtype != np.float32 or not np.isfinite(parts[name]).all() for name in latents
    ):
        raise CameoError("it holds a part that no cameo has")


def _check_sealed(header: Header, sealed: Mapping[str, bytes]) -> None:
    if set(header.parts) != set(sealed):
        raise CameoError("its parts are not those that its owner signed")
    for name, content in sealed.items():
        if hashlib.sha256(content).hexdigest() != header.parts[name].get("sha256"):
            raise CameoError(f"its part {name} is not the one that its owner signed")


def _decoded(raw: bytes, described: Mapping[str, Any]) -> np.ndarray:
    dtype = _DTYPES.get(str(described.get("dtype")))
    shape = described.get("shape")
    if dtype is None or not isinstance(shape, list):
        raise CameoError("a part is of a type that no cameo has")
    try:
        return np.frombuffer(raw, dtype).reshape(shape).copy()
    except (ValueError, TypeError) as error:
        raise CameoError("a part has another size than its header says") from error


def _key_purpose(cameo: str) -> str:
    return f"owner of cameo {cameo}"


def _part_purpose(cameo: str, name: str) -> str:
    return f"part {name} of cameo {cameo}"

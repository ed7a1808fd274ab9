"""The signed documents about a cameo: grants, revocation lists, approvals and upload bans.

All are JSON with an Ed25519 signature of the owner over the rest, small enough for an e-mail. A
grant names the cameo file by digest, the grantee by key, its time, and carries the content key
sealed to the grantee (in the open where anyone may use the cameo). Revocations only ever add up, so
replaying an old list does nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ..home import write_private
from ..identity import Identity, PublicIdentity, canonical_json, verify
from .bundle import LEVELS, Header
from .container import CameoError, parse_json
from .rules import Rules
from .sealing import KEY_BYTES, open_key, seal_key

ANYONE = "anyone"
DAY_S = 86_400
DEFAULT_DAYS = 30
MAX_DAYS = 366
MAX_DOCUMENT_BYTES = 2**18
MAX_FACES, MAX_FACE_VALUES = 20, 1024
Signed = TypeVar("Signed", bound="Document")


@dataclass(frozen=True)
class Document:
    """What all signed documents share: who signed, and when (seconds since 1970, UTC)."""

    purpose: ClassVar[str] = ""
    owner: str
    issued: int
    signature: str

    def body(self) -> dict[str, Any]:
        """What is signed: everything but the signature."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """The whole document."""
        return {**self.body(), "kind": self.purpose, "signature": self.signature}

    def signed_by(self: Signed, identity: Identity) -> Signed:
        """The same document with the owner's signature.

        Raises:
            CameoError: ``identity`` is not the owner it names.
        """
        if identity.public.signing != self.owner:
            raise CameoError(f"only the owner can sign this {self.purpose}")
        return replace(self, signature=identity.sign(self.purpose, self.body()))

    def check(self) -> None:
        """Raise SignatureError unless the owner signed exactly this."""
        verify(self.owner, self.purpose, self.body(), self.signature)

    def write(self, path: Path) -> Path:
        """Write it to a file."""
        return write_private(path, canonical_json(self.to_json()) + b"\n")


@dataclass(frozen=True)
class Grant(Document):
    """Permission of the owner: who may use which cameo, until when, under which rules."""

    purpose: ClassVar[str] = "grant"
    id: str
    cameo: str
    name: str
    header_sha256: str
    level: str
    grantee: str
    expires: int
    rules: Rules
    key: str

    def body(self) -> dict[str, Any]:
        """What is signed."""
        told = {name: getattr(self, name) for name in _GRANT_TEXTS}
        return told | {
            "format": 1,
            "issued": self.issued,
            "expires": self.expires,
            "rules": self.rules.to_json(),
        }

    def content_key(self, identity: Identity) -> bytes:
        """The content key that the grant carries for ``identity``.

        Raises:
            CameoError: it is sealed to somebody else, or damaged.
        """
        if self.grantee != ANYONE:
            return open_key(self.key, identity, f"grant {self.id} of cameo {self.cameo}")
        try:
            key = bytes.fromhex(self.key)
        except ValueError as error:
            raise CameoError("the key in the grant is damaged") from error
        if len(key) != KEY_BYTES:
            raise CameoError("the key in the grant is damaged")
        return key

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Grant:
        """A grant out of a document whose signature is yet to be checked."""
        texts = {name: _text(told, name) for name in (*_GRANT_TEXTS, "signature")}
        if texts["level"] not in LEVELS:
            raise CameoError(f"its level {texts['level']!r} is unknown")
        return cls(
            **texts,
            issued=_seconds(told, "issued"),
            expires=_seconds(told, "expires"),
            rules=Rules.from_json(told.get("rules")),
        )


_GRANT_TEXTS = ("owner", "id", "cameo", "name", "header_sha256", "level", "grantee", "key")


@dataclass(frozen=True)
class RevocationList(Document):
    """Grants, or all grants of whole cameos, that their owner has taken back."""

    purpose: ClassVar[str] = "revocation list"
    grants: tuple[str, ...] = ()
    cameos: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": 1,
            "owner": self.owner,
            "issued": self.issued,
            "grants": sorted(self.grants),
            "cameos": sorted(self.cameos),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> RevocationList:
        """A list out of a document whose signature is yet to be checked."""
        return cls(
            owner=_text(told, "owner"),
            issued=_seconds(told, "issued"),
            signature=_text(told, "signature"),
            grants=_texts(told, "grants"),
            cameos=_texts(told, "cameos"),
        )


@dataclass(frozen=True)
class Approval(Document):
    """The owner's word on one result: it may leave the drafts, or it has to go."""

    purpose: ClassVar[str] = "approval"
    cameo: str
    result_sha256: str
    approved: bool

    def body(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": 1,
            "owner": self.owner,
            "issued": self.issued,
            "cameo": self.cameo,
            "result_sha256": self.result_sha256,
            "approved": self.approved,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Approval:
        """An approval out of a document whose signature is yet to be checked."""
        if type(told.get("approved")) is not bool:
            raise CameoError("its field approved is neither true nor false")
        texts = ("owner", "signature", "cameo", "result_sha256")
        return cls(
            **{name: _text(told, name) for name in texts},
            issued=_seconds(told, "issued"),
            approved=told["approved"],
        )


@dataclass(frozen=True)
class FaceVector:
    """What a face embedding says of a face."""

    embedder: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class UploadBan(Document):
    """The owner's word that nobody uploads pictures of their face, or that they may again."""

    purpose: ClassVar[str] = "upload ban"
    cameo: str
    forbidden: bool
    faces: tuple[FaceVector, ...] = ()

    def body(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": 1,
            "owner": self.owner,
            "issued": self.issued,
            "cameo": self.cameo,
            "forbidden": self.forbidden,
            "faces": [
                {"embedder": face.embedder, "values": list(face.values)} for face in self.faces
            ],
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> UploadBan:
        """A ban out of a document whose signature is yet to be checked."""
        if type(told.get("forbidden")) is not bool:
            raise CameoError("its field forbidden is neither true nor false")
        return cls(
            owner=_text(told, "owner"),
            issued=_seconds(told, "issued"),
            signature=_text(told, "signature"),
            cameo=_text(told, "cameo"),
            forbidden=told["forbidden"],
            faces=_faces(told),
        )


def issue_grant(
    header: Header,
    content_key: bytes,
    grantee: PublicIdentity | None,
    rules: Rules,
    expires: int,
    now: int,
    identity: Identity,
) -> Grant:
    """A signed grant of ``identity``, the owner, to ``grantee`` (None: anyone with the file).

    Raises:
        CameoError: not the owner, a time out of range, or ``anyone`` for the cameo of a minor.
    """
    if grantee is None and header.minor:
        raise CameoError(
            f"{header.name} is the cameo of a minor, which cannot be granted to anyone; name each "
            "person by key card"
        )
    if not now < expires <= now + MAX_DAYS * DAY_S:
        raise CameoError(f"a grant lasts from now to at most {MAX_DAYS} days")
    grant_id = os.urandom(16).hex()
    if grantee is None:
        key = content_key.hex()
    else:
        key = seal_key(content_key, grantee.exchange, f"grant {grant_id} of cameo {header.id}")
    grant = Grant(
        owner=header.owner.signing,
        issued=now,
        signature="",
        id=grant_id,
        cameo=header.id,
        name=header.name,
        header_sha256=header.sha256,
        level=header.level,
        grantee=ANYONE if grantee is None else grantee.signing,
        expires=expires,
        rules=rules.within(header.effective_rules).for_subject(header.kind, header.minor),
        key=key,
    )
    return grant.signed_by(identity)


def parse_document(text: str | bytes) -> Document:
    """The signed document of a text, its signature checked.

    Raises:
        CameoError: it is none.
        SignatureError: it was changed, or somebody else signed it.
    """
    told = parse_json(text, MAX_DOCUMENT_BYTES)
    kinds: dict[str, type[Grant | RevocationList | Approval | UploadBan]] = {
        kind.purpose: kind for kind in (Grant, RevocationList, Approval, UploadBan)
    }
    kind = kinds.get(str(told.get("kind"))) if isinstance(told, dict) else None
    if kind is None or told.get("format") != 1:
        known = ", ".join(kinds)
        raise CameoError(f"this is no document that this version knows; it knows: {known}")
    document = kind.from_json(told)
    if document.to_json() != told:
        raise CameoError("the document holds more than its signature covers")
    document.check()
    return document


def read_document(path: Path) -> Document:
    """The signed document of a file, its signature checked.

    Raises:
        CameoError: it cannot be read or is none.
        SignatureError: it was changed, or somebody else signed it.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise CameoError(f"{path.name} cannot be read: {(error.strerror or '').lower()}") from error
    return parse_document(text)


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or len(value) > 2048:
        raise CameoError(f"its field {name} is missing or no text")
    return value


def _texts(told: dict[str, Any], name: str) -> tuple[str, ...]:
    values = told.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CameoError(f"its field {name} is missing or no list of texts")
    return tuple(values)


def _faces(told: dict[str, Any]) -> tuple[FaceVector, ...]:
    faces = told.get("faces")
    if not isinstance(faces, list) or len(faces) > MAX_FACES:
        raise CameoError(f"its field faces is missing or no list of at most {MAX_FACES}")
    found = []
    for face in faces:
        values = face.get("values") if isinstance(face, dict) else None
        if not isinstance(values, list) or not 1 <= len(values) <= MAX_FACE_VALUES:
            raise CameoError("its field faces holds something else than a face")
        if any(type(value) not in (int, float) for value in values):
            raise CameoError("its field faces holds something else than numbers")
        found.append(FaceVector(_text(face, "embedder"), tuple(values)))
    return tuple(found)


def _seconds(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    if type(value) is not int or value < 0:
        raise CameoError(f"its field {name} is missing or no time")
    return value

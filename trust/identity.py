"""Who this user is: one Ed25519 key that signs, one X25519 key that opens what is sealed to it.

Both keys come from one random seed, kept in ``identity.json`` of the home folder (0600) and made on
first use. Others know the user by a *key card*, a line of text with both public keys, bound to each
other by a signature, so that nobody can put their own opening key beside another's signing key.
Signatures are over canonical JSON and name what they are for, so that one kind of document never
passes for another. Primitives: ``cryptography`` (RFC 8032, RFC 7748, RFC 5869).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .home import home_folder, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FILE_NAME = "identity.json"
CARD_PREFIX = "hibari-key-"
_SEED_BYTES = 32


class SignatureError(ValueError):
    """A signature does not belong to the document or to the key."""


def canonical_json(document: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal documents give equal bytes.

    Raises:
        ValueError: it holds what JSON cannot say (NaN, infinity) or no JSON type.
    """
    try:
        text = json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except TypeError as error:
        raise ValueError(f"the document cannot be written as JSON: {error}") from error
    return text.encode()


@dataclass(frozen=True)
class PublicIdentity:
    """The public half: hex of the signing key (who it is) and of the exchange key."""

    signing: str
    exchange: str

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits in groups of four, for people to compare."""
        return " ".join(self.signing[start : start + 4] for start in range(0, 16, 4))


@dataclass(frozen=True)
class Identity:
    """The private half; its text form never shows the seed."""

    seed: bytes
    marks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Identity({self.public.fingerprint})"

    @cached_property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(_derive(self.seed, b"sign"))

    @cached_property
    def exchange_key(self) -> X25519PrivateKey:
        """The key that opens what is sealed to this user."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        return X25519PrivateKey.from_private_bytes(_derive(self.seed, b"exchange"))

    @cached_property
    def public(self) -> PublicIdentity:
        """What others may know."""
        return PublicIdentity(
            self.signing_key.public_key().public_bytes_raw().hex(),
            self.exchange_key.public_key().public_bytes_raw().hex(),
        )

    def sign(self, purpose: str, document: Any) -> str:
        """Hex signature of ``document`` as a ``purpose`` ("grant", "cameo"...)."""
        return self.signing_key.sign(_message(purpose, document)).hex()

    def card(self) -> str:
        """The line of text that others need to grant something to this user."""
        signature = bytes.fromhex(self.sign("key card", self.public.exchange))
        keys = bytes.fromhex(self.public.signing + self.public.exchange)
        return CARD_PREFIX + base64.urlsafe_b64encode(keys + signature).decode().rstrip("=")


def verify(signing: str, purpose: str, document: Any, signature: str) -> None:
    """Return when ``signature`` is that of the key ``signing`` (hex) for this use.

    Raises:
        SignatureError: it is not.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signing))
        key.verify(bytes.fromhex(signature), _message(purpose, document))
    except (InvalidSignature, ValueError, TypeError) as error:
        raise SignatureError(
            f"the signature of this {purpose} does not fit its content or its signer; it was "
            "changed, or somebody else signed it"
        ) from error


def parse_card(text: str) -> PublicIdentity:
    """Return the public identity of a key card.

    Raises:
        ValueError: it is cut, mistyped or forged.
    """
    told = text.strip()
    body = told.removeprefix(CARD_PREFIX)
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not told.startswith(CARD_PREFIX) or len(raw) != 128:
        raise ValueError(
            f"{told[:24]!r} is no key card; ask the other person for the whole line that "
            f"`hibari cameo show` prints, which starts with {CARD_PREFIX}"
        )
    card = PublicIdentity(raw[:32].hex(), raw[32:64].hex())
    verify(card.signing, "key card", card.exchange, raw[64:].hex())
    return card


def current_identity() -> Identity:
    """Return the identity of this home folder, made on first use.

    Raises:
        ValueError: its file is damaged or readable by others.
    """
    path = home_folder() / FILE_NAME
    if not path.exists():
        _create(path)
    return _read(path)


def mark_identity(mark: str) -> Identity:
    """Write ``mark`` into the identity for good (that it has a ledger, say) and return it."""
    identity = current_identity()
    if mark in identity.marks:
        return identity
    marked = Identity(identity.seed, (*identity.marks, mark))
    write_private(home_folder() / FILE_NAME, _content(marked))
    return marked


def _create(path: Path) -> None:
    content = _content(Identity(os.urandom(_SEED_BYTES)))
    finished = write_private(path.with_name(f".{path.name}.{os.urandom(4).hex()}"), content)
    try:
        os.link(finished, path)  # whole, and never over the key of another process
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not path.exists():
            finished.replace(path)
    finally:
        finished.unlink(missing_ok=True)


def _read(path: Path) -> Identity:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ValueError(
            f"{path} can be read by other users, so it is no longer a secret; "
            f"run chmod 600 {path} if nobody else had access"
        )
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        seed, marks = bytes.fromhex(stored["seed"]), tuple(map(str, stored.get("marks", ())))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged; restore it from a backup") from error
    if len(seed) != _SEED_BYTES:
        raise ValueError(f"{path} is damaged; restore it from a backup")
    return Identity(seed, marks)


def _content(identity: Identity) -> bytes:
    stored = {"format": 1, "marks": list(identity.marks), "seed": identity.seed.hex()}
    return canonical_json(stored)


def _derive(seed: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"hibari identity 1 " + purpose).derive(seed)


def _message(purpose: str, document: Any) -> bytes:
    return b"hibari " + purpose.encode() + b" 1\0" + canonical_json(document)

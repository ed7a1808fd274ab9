"""Encryption of a cameo: parts under one content key, the content key under people's keys.

Parts: ChaCha20-Poly1305 (RFC 8439) with a random nonce, bound to cameo and part by associated
data. Content key: sealed to an X25519 key by an ephemeral one (ECIES: RFC 7748, HKDF-SHA256 of
RFC 5869), bound to what the seal is for. No cipher is written here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .container import CameoError

if TYPE_CHECKING:
    from ..identity import Identity

KEY_BYTES = 32
_NONCE_BYTES = 12


def new_content_key() -> bytes:
    """A random key for the parts of one cameo."""
    return os.urandom(KEY_BYTES)


def encrypt(key: bytes, content: bytes, bound_to: str) -> bytes:
    """Nonce and ciphertext of ``content``; it opens only with the same ``bound_to``."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, bound_to.encode())


def decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """The content that :func:`encrypt` was given.

    Raises:
        CameoError: another key, another place, or changed bytes.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise CameoError(
            "it does not open with this key: it was changed, or the key belongs to another cameo"
        ) from error


def seal_key(content_key: bytes, exchange: str, purpose: str) -> str:
    """Hex of the content key, sealed to a public exchange key (hex) for one ``purpose``."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )

    recipient = X25519PublicKey.from_public_bytes(bytes.fromhex(exchange))
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    wrapping = _wrapping_key(ephemeral.exchange(recipient), public + bytes.fromhex(exchange))
    return (public + encrypt(wrapping, content_key, purpose)).hex()


def open_key(sealed: str, identity: Identity, purpose: str) -> bytes:
    """The content key that was sealed to ``identity`` for ``purpose``.

    Raises:
        CameoError: it was sealed to somebody else, or for something else.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        raw = bytes.fromhex(sealed)
        public = raw[:KEY_BYTES]
        shared = identity.exchange_key.exchange(X25519PublicKey.from_public_bytes(public))
    except (ValueError, TypeError) as error:
        raise CameoError("the sealed key is damaged; ask the owner for a new grant") from error
    wrapping = _wrapping_key(shared, public + bytes.fromhex(identity.public.exchange))
    return decrypt(wrapping, raw[KEY_BYTES:], purpose)


def _wrapping_key(shared: bytes, parties: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt=parties, info=b"hibari cameo key 1").derive(shared)

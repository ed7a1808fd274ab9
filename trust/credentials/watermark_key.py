"""The secret under which this installation marks its clips, and the identifiers it gives them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress

from ..home import home_subfolder, write_private

_FILE = "watermark.key"
_BYTES = 32


def watermark_key() -> bytes:
    """Return the key of 32 bytes, made on first use (0600).

    Raises:
        ValueError: the file is there but does not hold a key.
    """
    path = home_subfolder("credentials") / _FILE
    if not path.exists():
        name = f".{secrets.token_hex(8)}.key"
        draft = write_private(path.with_name(name), secrets.token_bytes(_BYTES))
        with suppress(OSError):  # unlike a rename this never replaces another process's key
            path.hardlink_to(draft)
        if path.exists():
            draft.unlink()
        else:  # a disk without links
            draft.replace(path)
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise ValueError(f"{path} is no watermark key. Restore it from a backup or delete it.")
    return key


def new_identifier() -> int:
    """Return an identifier of 64 bits that no other clip has."""
    return secrets.randbits(64)


def derived_identifier(origin: str) -> int:
    """Return the identifier of what ``origin`` makes, the same each time on this installation."""
    digest = hmac.new(watermark_key(), origin.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big")


def as_hex(identifier: int) -> str:
    """Return an identifier as it is written in manifests and the registry: 16 hex digits."""
    return f"{identifier:016x}"

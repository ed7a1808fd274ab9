"""Text hidden in an encoding: Base64, hexadecimal, binary, escapes, ROT13 and mirror writing."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX = re.compile(r"(?<!\w)(?:0x)?[0-9A-Fa-f]{2}(?:[\s:,]?(?:0x)?[0-9A-Fa-f]{2}){3,}(?!\w)")
_BINARY = re.compile(r"(?<!\w)[01]{8}(?:\s?[01]{8}){2,}(?!\w)")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))")
_MAX_DEPTH = 3


def decoded_texts(text: str, depth: int = _MAX_DEPTH) -> Iterator[str]:
    """Yield the text with encoded parts replaced by what they say, encodings in encodings too."""
    seen = {text}
    for decode in (_unescaped, _from_base64, _from_binary, _from_hex):
        found = decode(text)
        if found not in seen:
            seen.add(found)
            yield found
            if depth > 1:
                yield from decoded_texts(found, depth - 1)


def turned_texts(text: str) -> Iterator[str]:
    """Yield what the text says in ROT13 and read backwards."""
    yield codecs.encode(text, "rot13")
    yield text[::-1]


def _unescaped(text: str) -> str:
    text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    return unquote(html.unescape(text))


def _from_base64(text: str) -> str:
    def decode(found: re.Match[str]) -> str:
        body = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            return _readable(base64.b64decode(body + "=" * (-len(body) % 4)), found[0])
        except binascii.Error:
            return found[0]

    return _BASE64.sub(decode, text)


def _from_hex(text: str) -> str:
    def decode(found: re.Match[str]) -> str:
        digits = re.sub(r"0x|[\s:,]", "", found[0])
        return _readable(bytes.fromhex(digits), found[0])

    return _HEX.sub(decode, text)


def _from_binary(text: str) -> str:
    def decode(found: re.Match[str]) -> str:
        bits = re.sub(r"\s", "", found[0])
        octets = (int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
        return _readable(bytes(octets), found[0])

    return _BINARY.sub(decode, text)


def _readable(data: bytes, otherwise: str) -> str:
    """Return the bytes as text if they are mostly letters, else what stood there."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return otherwise
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return f" {text} " if letters >= 0.8 * max(len(text), 1) else otherwise

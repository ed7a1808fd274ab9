"""The bytes of an embedded manifest store, and whether each of them is as a signer writes it.

C2PA hashes assertions and signs the claim, but readers do not look at everything around them:
labels and sizes of boxes, the zeros that pad a signature, the header of the mp4 box. A change there
forges nothing, yet it is a change, and for our own files we say so. Formats: JUMBF (ISO 19566-5),
COSE_Sign1 (RFC 9052) in CBOR (RFC 8949), the mp4 box of C2PA 2.2 section A.5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_PURPOSE = b"manifest\0"
_STORE_START = b"jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71"
_PLAIN, _SALTED = 0x03, 0x13  # toggles of a description box: label, label and private salt
_MAX_STORE = 64 << 20
_PARTS = {"c2pa.assertions", "c2pa.claim", "c2pa.claim.v2", "c2pa.signature", "c2pa.databoxes"}
_COSE_KEYS = {33, "x5chain", "pad", "pad2", "sigTst", "sigTst2", "rVals"}


def embedded_store(path: Path, kind: str) -> tuple[bytes, list[str]] | None:
    """Return the store in a file and what is odd about the box that holds it; None without one.

    ``kind`` is the MIME type; mp4, png and RIFF (wav, webp) are looked into.
    """
    with path.open("rb") as file:
        if kind.endswith("/mp4"):
            return _store_in_mp4(file)
        if kind == "image/png":
            return _store_in_chunks(file, 8, b"caBX", ">", name_first=False)
        if kind in ("audio/wav", "image/webp"):
            return _store_in_chunks(file, 12, b"C2PA", "<", name_first=True)
    return None


def has_store_remains(path: Path) -> bool:
    """Whether an mp4 holds a manifest store in a box that readers no longer take for one."""
    with path.open("rb") as file:
        for _, start, size in _file_boxes(file):
            file.seek(max(0, start - 8))
            if _STORE_START in file.read(min(size + 8, 96)):
                return True
    return False


def structure_problems(store: bytes) -> list[str]:
    """Return what in a store is not as a signer writes it, in words; [] when all is."""
    try:
        top = list(_boxes(store))
        if len(top) != 1 or top[0][0] != b"jumb":
            return ["the manifest store is not one box"]
        return _superbox(top[0][1], ())
    except (ValueError, IndexError, struct.error, UnicodeDecodeError, RecursionError):
        return ["the boxes of the manifest store do not fit into each other"]


def _store_in_mp4(file: BinaryIO) -> tuple[bytes, list[str]] | None:
    for name, start, size in _file_boxes(file):
        if name != b"uuid" or size < 16 + 4 + len(_PURPOSE) + 8:
            continue
        file.seek(start)
        if file.read(16) != _C2PA_UUID:
            continue
        flags, purpose, offset = file.read(4), file.read(len(_PURPOSE)), file.read(8)
        store = file.read(min(size - 16 - 4 - len(_PURPOSE) - 8, _MAX_STORE))
        odd = flags != b"\0" * 4 or purpose != _PURPOSE or offset != b"\0" * 8
        return store, ["the header of the manifest's box was changed"] if odd else []
    return None


def _file_boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start of content, size of content) of an mp4's top-level boxes."""
    file.seek(0, 2)
    end, at = file.tell(), 0
    while at + 8 <= end:
        file.seek(at)
        size, name = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))[0], 16
        size = end - at if size == 0 else size
        if size < header:
            return
        yield name, at + header, size - header
        at += size


def _store_in_chunks(
    file: BinaryIO, start: int, wanted: bytes, order: str, *, name_first: bool
) -> tuple[bytes, list[str]] | None:
    at = start
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return None
        layout = f"{order}4sI" if name_first else f"{order}I4s"
        first, second = struct.unpack(layout, head)
        name, size = (first, second) if name_first else (second, first)
        if name == wanted:
            return file.read(min(size, _MAX_STORE)), []
        at += 8 + size + ((size & 1) if name_first else 4)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, content) of boxes that fill ``content`` exactly.

    Raises:
        ValueError: they do not.
    """
    at = 0
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        if size < 8 or at + size > len(content):
            raise ValueError("a box does not fit")
        yield name, content[at + 8 : at + size]
        at += size


def _superbox(content: bytes, above: tuple[str, ...]) -> list[str]:
    boxes = list(_boxes(content))
    if not boxes or boxes[0][0] != b"jumd":
        raise ValueError("no description")
    label, odd = _description(boxes[0][1])
    place = (*above, label)
    problems = [f"the description of {label} was changed"] if odd else []
    if len(place) == 1 and label != "c2pa":
        problems.append("the label of the manifest store was changed")
    if len(place) == 3 and label not in _PARTS:
        problems.append(f"a part of the manifest is called {label!r}, which is none")
    for name, inner in boxes[1:]:
        if name == b"jumb":
            problems += _superbox(inner, place)
        elif label == "c2pa.signature" and name == b"cbor":
            problems += _signature_problems(inner)
        elif name == b"bfdb" and inner[:1] != b"\0":
            problems.append(f"the description of the file in {label} was changed")
    return problems


def _description(content: bytes) -> tuple[str, bool]:
    """Return the label of a description box and whether its toggles do not fit its content."""
    toggles, end = content[16], content.index(b"\0", 17)
    rest = content[end + 1 :]
    if toggles == _SALTED:
        return content[17:end].decode(), [name for name, _ in _boxes(rest)] != [b"c2sh"]
    return content[17:end].decode(), toggles != _PLAIN or bool(rest)


def _signature_problems(cose: bytes) -> list[str]:
    value, end = _cbor(cose, 0)
    if end != len(cose) or not isinstance(value, list) or len(value) != 4:
        return ["the signature is not in its usual form"]
    unprotected = value[1]
    if not isinstance(unprotected, dict) or not set(unprotected) <= _COSE_KEYS:
        return ["the signature has an unknown header"]
    pads = [unprotected.get("pad", b""), unprotected.get("pad2", b"")]
    if any(not isinstance(pad, bytes) or pad.strip(b"\0") for pad in pads):
        return ["the padding of the signature was changed"]
    return []


def _cbor(data: bytes, at: int, depth: int = 0) -> tuple[object, int]:
    """Return the CBOR value at ``at`` and where it ends; tags are passed through.

    Raises:
        ValueError: floats, indefinite lengths or nesting, none of which a signature holds.
    """
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    if small >= 28 or depth > 8:
        raise ValueError("not a form that signatures use")
    if small >= 24:
        width = 1 << (small - 24)
        small, at = int.from_bytes(data[at : at + width], "big"), at + width
    if major in (0, 1):
        return (small if major == 0 else -1 - small), at
    if major in (2, 3):
        if at + small > len(data):
            raise ValueError("text runs over the end")
        piece = data[at : at + small]
        return (piece if major == 2 else piece.decode()), at + small
    if major == 6:
        return _cbor(data, at, depth + 1)
    if major == 7:
        return None, at
    items: list[object] = []
    for _ in range(small * (2 if major == 5 else 1)):
        item, at = _cbor(data, at, depth + 1)
        items.append(item)
    if major == 4:
        return items, at
    return {_hashable(key): value for key, value in zip(items[::2], items[1::2], strict=True)}, at


def _hashable(key: object) -> object:
    if isinstance(key, (list, dict)):
        raise ValueError("a key that is no key")
    return key

"""The safetensors container of a cameo, read with suspicion.

A cameo comes from strangers, so nothing in it is believed: every length is checked before anything
of that length is read, tensors are plain bytes (U8) in order and without gaps, and there is no
compression to expand. Format: 8 bytes little-endian header length, JSON header, data
(huggingface/safetensors, format description).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 2**18
MAX_TENSORS = 32
_TENSOR_NAME = re.compile(r"[a-z0-9_]{1,40}")
_LENGTH = struct.Struct("<Q")


class CameoError(ValueError):
    """A cameo, or a document about one, that cannot be used; says why in one sentence."""


def write_container(tensors: Mapping[str, bytes], metadata: Mapping[str, str]) -> bytes:
    """Return the bytes of a safetensors file with the given byte strings, in order of names."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    start = 0
    for name in sorted(tensors):
        end = start + len(tensors[name])
        header[name] = {
            "dtype": "U8",
            "shape": [len(tensors[name])],
            "data_offsets": [start, end],
        }
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return _LENGTH.pack(len(text)) + text + b"".join(tensors[name] for name in sorted(tensors))


def read_container(path: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return (tensors, metadata) of a file.

    Raises:
        CameoError: it is missing, too large, cut off, or no container of this kind.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size > MAX_FILE_BYTES:
                raise CameoError(
                    f"{path.name} has {size / 2**20:.0f} MB, a cameo at most "
                    f"{MAX_FILE_BYTES // 2**20}; ask the owner for the file again"
                )
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CameoError(f"{path.name} cannot be read: {(error.strerror or '').lower()}") from error
    try:
        return parse_container(content)
    except CameoError as error:
        raise CameoError(f"{path.name} is no usable cameo: {error}") from error


def parse_container(content: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return (tensors, metadata) of the bytes of a container.

    Raises:
        CameoError: they are not exactly such a container.
    """
    if len(content) < _LENGTH.size:
        raise CameoError("it is shorter than a header; the copy was cut off")
    (length,) = _LENGTH.unpack_from(content)
    if length > MAX_HEADER_BYTES:
        raise CameoError(f"its header claims {length} bytes; it was made by something else")
    data = memoryview(content)[_LENGTH.size + length :]
    header = _parse_header(content[_LENGTH.size : _LENGTH.size + length], length)
    metadata = header.pop("__metadata__", {})
    if not _is_text_map(metadata) or len(header) > MAX_TENSORS:
        raise CameoError("its header holds something else than a cameo")
    return _slices(header, data), metadata


def parse_json(text: str | bytes, largest: int = MAX_HEADER_BYTES) -> Any:
    """JSON from a stranger: no repeated names, no endless nesting, no NaN, no huge text.

    Raises:
        CameoError: it is none of that kind.
    """
    if len(text) > largest:
        raise CameoError(f"its text has {len(text)} bytes, at most {largest} are read")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CameoError("its text is damaged; ask for the file again") from error


def _parse_header(text: bytes, length: int) -> dict[str, Any]:
    if len(text) < length:
        raise CameoError("its header is cut off; copy the file again")
    header = parse_json(text)
    if not isinstance(header, dict):
        raise CameoError("its header holds something else than a cameo")
    return header


def _slices(header: Mapping[str, Any], data: memoryview) -> dict[str, bytes]:
    entries = []
    for name, entry in header.items():
        if not _TENSOR_NAME.fullmatch(name) or not isinstance(entry, dict):
            raise CameoError("its header names a part that no cameo has")
        offsets, shape = entry.get("data_offsets"), entry.get("shape")
        if entry.get("dtype") != "U8" or offsets is None or not _is_pair(offsets):
            raise CameoError(f"its part {name} is not plain bytes")
        start, end = offsets
        if shape != [end - start]:
            raise CameoError(f"its part {name} claims another size than it has")
        entries.append((start, end, name))
    position = 0
    for start, end, name in sorted(entries):
        if start != position or end < start:
            raise CameoError(f"its part {name} overlaps another one or leaves a gap")
        position = end
    if position != len(data):
        raise CameoError(f"it holds {len(data)} bytes of data, its header tells of {position}")
    return {name: bytes(data[start:end]) for start, end, name in entries}


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")

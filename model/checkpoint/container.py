"""The safetensors container: a header that is checked before anything is read, and exact bytes out.

Layout: 8 bytes little-endian header length, JSON header, tensor bytes in header order.
Source: safetensors format specification (README of huggingface/safetensors).
Nothing here can execute code: pickled files are recognised by their first bytes and refused.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

# The limit of the safetensors library itself.
MAX_HEADER_BYTES = 100_000_000

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}

_FOREIGN_STARTS = (
    (b"PK\x03\x04", "a pickled PyTorch file, which can run code when it is opened"),
    (b"\x80", "a pickled PyTorch file, which can run code when it is opened"),
    (b"GGUF", "a GGUF file"),
    (b"version https://git-lfs", "a Git LFS pointer instead of the weights"),
    (b"<", "a web page instead of the weights"),
)


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message names the file, the fault and the way out."""


@dataclass(frozen=True)
class TensorInfo:
    """Type and shape of a stored tensor, known without reading it."""

    dtype: torch.dtype
    shape: tuple[int, ...]


def read_header(path: Path) -> tuple[dict[str, str], dict[str, TensorInfo]]:
    """Metadata and tensor descriptions of a safetensors file.

    Raises:
        CheckpointError: the file is absent, of another kind, damaged or cut short.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CheckpointError(f"checkpoint {path} {what}; give the path of a .safetensors file")
    with path.open("rb") as file:
        header, data_bytes = _read_json_header(path, file)
    metadata = header.pop("__metadata__", {})
    try:
        tensors = {
            name: TensorInfo(DTYPES[entry["dtype"]], tuple(entry["shape"]))
            for name, entry in header.items()
        }
        if not all(isinstance(value, str) for value in metadata.values()):
            raise TypeError("its metadata holds more than text")
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise _damaged(path, f"its header holds an entry that is not a tensor ({error})") from error
    if end > data_bytes:
        raise _damaged(path, f"it is cut short: {data_bytes} of {end} bytes of weights are there")
    if end < data_bytes:
        raise _damaged(path, f"{data_bytes - end} bytes follow the last tensor")
    return metadata, tensors


def _read_json_header(path: Path, file: BinaryIO) -> tuple[dict[str, Any], int]:
    size = os.fstat(file.fileno()).st_size
    start = file.read(64)
    for magic, kind in _FOREIGN_STARTS:
        # A header length can begin with the same byte as a short magic; its brace decides.
        if start.startswith(magic) and start[8:9] != b"{":
            raise CheckpointError(
                f"checkpoint {path} is {kind}; only .safetensors files are opened: get that version"
            )
    if len(start) < 9:
        raise _damaged(path, f"it has only {size} bytes")
    (length,) = struct.unpack("<Q", start[:8])
    if length > MAX_HEADER_BYTES or start[8:9] != b"{":
        raise CheckpointError(f"checkpoint {path} is not a .safetensors file; choose one that is")
    if length > size - 8:
        raise _damaged(path, f"it is cut short: it ends inside its header ({size} bytes)")
    file.seek(8)
    try:
        header = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header is not readable") from error
    return header, size - 8 - length


def _damaged(path: Path, fault: str) -> CheckpointError:
    return CheckpointError(f"checkpoint {path} is damaged: {fault}; copy or download it again")


def write_file(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Writes a safetensors file in one step: a reader sees the old file or the whole new one.

    The same tensors and metadata give the same bytes, so a checkpoint can be named by its hash
    (the library's own writer orders the metadata at random).

    Raises:
        OSError: the folder cannot be written or is full; no partial file stays behind.
    """
    names = sorted(tensors)
    header = _encode_header(names, tensors, metadata)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(struct.pack("<Q", len(header)) + header)
            for name in names:
                flat = tensors[name].detach().cpu().contiguous().reshape(-1)
                file.write(flat.view(torch.uint8).numpy().data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _encode_header(
    names: list[str], tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> bytes:
    header: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))}
    end = 0
    for name in names:
        tensor = tensors[name]
        begin, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": _DTYPE_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return text + b" " * (-len(text) % 8)

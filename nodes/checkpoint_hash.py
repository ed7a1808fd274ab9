"""The hash that names a checkpoint in a manifest; computed once for each file."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_WHOLE_BYTES = 2 << 30  # larger files are told by their header and samples: minutes against moments
_SAMPLES, _SAMPLE_BYTES = 64, 1 << 20


def checkpoint_hash(path: Path) -> dict[str, str]:
    """Return ``{"sha256": ...}``, or ``{"sampled_sha256": ...}`` of a file above 2 GiB.

    The sampled hash covers size, the first MiB (names, shapes and metadata of a safetensors file)
    and 63 further MiB at even distances.
    """
    state = path.stat()
    return dict(_hash(path, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, changed_ns: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG001
    with path.open("rb") as file:
        if size <= _WHOLE_BYTES:
            return (("sha256", hashlib.file_digest(file, "sha256").hexdigest()),)
        digest = hashlib.sha256(str(size).encode())
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))
    return (("sampled_sha256", digest.hexdigest()),)

"""All video hashes of a registry in memory, searched by brute force: 100,000 clips in some ms."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from .picture import WORDS, bit_count, distance
from .tables import FINGERPRINT

_PER_ENTRY = 4  # hashes of a clip that are searched; all of them are compared later
_ASKED = 6  # hashes of a file that is looked for
_COARSE_BITS, _FINE_BITS = 16, 80  # of 64 and of 256; unrelated pictures are near 32 and 128
_BATCH = 20_000


class SearchIndex:
    """Hashes of all entries, read once and then only what was added since."""

    def __init__(self, engine: Engine) -> None:
        """Read nothing yet."""
        self._engine = engine
        self._lock = threading.Lock()
        self._coarse: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._hashes: NDArray[np.uint64] = np.zeros((0, WORDS), np.uint64)
        self._entries: NDArray[np.int64] = np.zeros(0, np.int64)
        self._last = 0

    def nearest(self, hashes: NDArray[np.uint64], count: int) -> list[int]:
        """Return up to ``count`` entry ids whose pictures are nearest to ``hashes`` [F, 4]."""
        with self._lock:
            self._read_new()
            coarse, known, entries = self._coarse, self._hashes, self._entries
        best: dict[int, int] = {}
        for one in _spread(hashes, _ASKED):
            near = np.flatnonzero(bit_count(coarse ^ one[0]) <= _COARSE_BITS)
            bits = distance(known[near], one)
            for at in np.argsort(bits, kind="stable")[: 4 * count]:
                if bits[at] <= _FINE_BITS:
                    entry = int(entries[near[at]])
                    best[entry] = min(best.get(entry, WORDS * 64), int(bits[at]))
        return sorted(best, key=best.__getitem__)[:count]

    def _read_new(self) -> None:
        while True:
            chosen = (
                select(FINGERPRINT.c.entry_id, FINGERPRINT.c.video_hashes)
                .where(FINGERPRINT.c.entry_id > self._last)
                .order_by(FINGERPRINT.c.entry_id)
                .limit(_BATCH)
            )
            with self._engine.connect() as connection:
                rows = connection.execute(chosen).all()
            if not rows:
                return
            self._add([(int(entry), bytes(stored)) for entry, stored in rows])

    def _add(self, rows: list[tuple[int, bytes]]) -> None:
        found = [
            (entry, _spread(np.frombuffer(stored, np.uint64).reshape(-1, WORDS)))
            for entry, stored in rows
            if stored
        ]
        self._last = rows[-1][0]
        if not found:
            return
        hashes = np.concatenate([self._hashes, *(some for _, some in found)])
        owners = [np.full(len(some), entry) for entry, some in found]
        self._hashes, self._coarse = hashes, np.ascontiguousarray(hashes[:, 0])
        self._entries = np.concatenate([self._entries, *owners])


def _spread(hashes: NDArray[np.uint64], count: int = _PER_ENTRY) -> NDArray[np.uint64]:
    """Return at most ``count`` of a clip's hashes, evenly spread over its time."""
    if len(hashes) <= count:
        return hashes
    chosen = np.linspace(0, len(hashes) - 1, count).round().astype(int)
    return np.asarray(hashes[chosen])

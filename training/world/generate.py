"""From a seed to a finished clip, and from a range of indices to a stream of clips."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from .clip import Clip, ClipSpec

if TYPE_CHECKING:
    from .subjects import Cast

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LOG_EVERY_S = 30.0


def make_clip(seed: int, index: int, spec: ClipSpec | None = None, split: str = "train") -> Clip:
    """Makes clip `index` of the data set `seed`, always the same one; default 49 x 256 x 256.

    Raises:
        ValueError: for a negative seed or index, or an unknown split.
        ModuleNotFoundError: when the extra "train" is not installed.
    """
    spec = spec or ClipSpec()
    try:
        if spec.playground == "drops":
            from .drops.make import make_drops_clip as make
        else:
            from .whole import make_whole_clip as make
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"the playground world needs {missing.name}, which is not installed;"
            ' run: pip install "hibari[train]"'
        ) from missing
    return make(seed, index, spec, split)


def clips(
    seed: int,
    start: int,
    count: int,
    spec: ClipSpec | None = None,
    split: str = "train",
    workers: int = 0,
) -> Iterator[Clip]:
    """Yields clips `start` .. `start + count - 1` in order, made by `workers` processes.

    With 0 workers they are made in this process. At most four clips per worker wait in memory.

    Raises:
        RuntimeError: when a worker process dies, for instance for lack of memory.
    """
    yield from some_clips(seed, range(start, start + count), spec, split, workers)


def some_clips(
    seed: int, indices: Sequence[int], spec: ClipSpec | None, split: str, workers: int = 0
) -> Iterator[Clip]:
    """Yields the clips of these indices in order, as `clips` does."""
    make = partial(make_clip, seed, spec=spec, split=split)
    count = len(indices)
    began = logged = time.monotonic()
    for done, clip in enumerate(_made(make, indices, workers), 1):
        yield clip
        now = time.monotonic()
        if now - logged >= _LOG_EVERY_S or done == count:
            _log.info("made %d of %d clips, %.1f per second", done, count, done / (now - began))
            logged = now


def some_casts(
    seed: int, indices: Sequence[int], spec: ClipSpec, split: str, size: int, workers: int = 0
) -> Iterator[Cast]:
    """Yields the subjects of some clips in order, without the clips; views are `size` px squares.

    Raises:
        ValueError: for a negative seed or index, or a playground whose things have no references.
        RuntimeError: when a worker process dies.
    """
    from .subjects import make_cast

    make = partial(make_cast, seed, spec=spec, split=split, size=size)
    yield from _made(make, indices, workers)


def _made(make: Callable[[int], T], indices: Sequence[int], workers: int) -> Iterator[T]:
    return map(make, indices) if workers == 0 else _in_processes(make, indices, workers)


def _in_processes(make: Callable[[int], T], indices: Sequence[int], workers: int) -> Iterator[T]:
    # spawn, not fork: a forked child of a process with torch threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        coming = iter(indices)
        waiting = deque(pool.submit(make, index) for index in islice(coming, 4 * workers))
        try:
            for index in indices:  # noqa: B007 - told when a worker dies
                yield waiting.popleft().result()
                waiting.extend(pool.submit(make, following) for following in islice(coming, 1))
        except BrokenProcessPool as broken:
            raise RuntimeError(
                f"a world worker process died near clip {index}, most likely killed for lack of"
                f" memory; use fewer than {workers} workers"
            ) from broken
        finally:
            pool.shutdown(cancel_futures=True)

"""From a seed to a finished clip, and from a range of indices to a stream of clips."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .clip import Clip, ClipSpec, Contact, Truth, TruthObject
from .scene import BACKDROPS_PER_PLACE, COLOURS, FLOOR_Y, Body, Scene, draw_scene, stream

if TYPE_CHECKING:
    from .caption import Caption
    from .physics import Motion

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
        from .caption import write_caption
        from .physics import simulate
        from .render import render
        from .sound import synthesize
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"the playground world needs {missing.name}, which is not installed;"
            ' run: pip install "hibari[train]"'
        ) from missing

    scene = draw_scene(stream(seed, index, split, "layout"), spec.width / spec.scale, split)
    backdrop = int(stream(seed, index, split, "look").integers(BACKDROPS_PER_PLACE))
    motion = simulate(scene, spec.frames, spec.fps)
    landed = any(hit.other == "floor" for hit in motion.hits)
    caption = write_caption(
        scene, motion.bounces, landed, stream(seed, index, split, "caption"), split
    )
    return Clip(
        frames=render(scene, backdrop, motion, spec),
        waveform=synthesize(scene, motion, spec, stream(seed, index, split, "audio")),
        caption=caption.text,
        truth=_truth(scene, backdrop, motion, caption, spec),
    )


def _truth(scene: Scene, backdrop: int, motion: Motion, caption: Caption, spec: ClipSpec) -> Truth:
    return Truth(
        place=scene.place,
        backdrop=backdrop,
        objects=tuple(
            _truth_object(body, bounces, spec)
            for body, bounces in zip(scene.bodies, motion.bounces, strict=True)
        ),
        height=scene.height,
        fps=spec.fps,
        floor_y_px=FLOOR_Y * spec.scale,
        trajectories=(motion.paths * [spec.scale, spec.scale, 1]).astype(np.float32),
        contacts=tuple(
            Contact(hit.time_s, hit.body, hit.other, hit.dv, hit.x * spec.scale)
            for hit in motion.hits
        ),
        words=caption.words,
        language=caption.language,
        held_out_combination=scene.held_out,
        held_out_sentence=caption.held_out,
    )


def _truth_object(body: Body, bounces: int, spec: ClipSpec) -> TruthObject:
    return TruthObject(
        shape=body.shape,
        colour=body.colour,
        rgb=COLOURS[body.colour],
        material=body.material,
        size=body.size,
        radius_px=body.radius * spec.scale,
        position=body.position,
        bounces=bounces,
    )


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
    make = partial(make_clip, seed, spec=spec, split=split)
    indices = range(start, start + count)
    produced = map(make, indices) if workers == 0 else _in_processes(make, indices, workers)
    began = logged = time.monotonic()
    for done, clip in enumerate(produced, 1):
        yield clip
        now = time.monotonic()
        if now - logged >= _LOG_EVERY_S or done == count:
            _log.info("made %d of %d clips, %.1f per second", done, count, done / (now - began))
            logged = now


def _in_processes(make: partial[Clip], indices: range, workers: int) -> Iterator[Clip]:
    # spawn, not fork: a forked child of a process with torch threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        waiting = [pool.submit(make, index) for index in indices[: 4 * workers]]
        try:
            for index in indices:
                yield waiting.pop(0).result()
                following = index + 4 * workers
                if following in indices:
                    waiting.append(pool.submit(make, following))
        except BrokenProcessPool as broken:
            raise RuntimeError(
                f"a world worker process died near clip {index}, most likely killed for lack of"
                f" memory; use fewer than {workers} workers"
            ) from broken
        finally:
            pool.shutdown(cancel_futures=True)

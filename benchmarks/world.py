"""The playground: a contact sheet to look at, its speed, and how well a linear codec can keep it.

    python benchmarks/world.py sheet docs/world_sheet.jpg [--first 0] [--playground whole]
    python benchmarks/world.py speed [--clips 64] [--workers 2]
    python benchmarks/world.py limit [--fit 60] [--test 40]

`limit` fits the best linear codec at 192:1, a truncated 3-D DCT of 8 x 32 x 32 blocks followed by
128 principal components (the first frame has blocks of its own, as a causal codec does), and
prints the mean PSNR per clip by style, place and kind: what scores low is drawn too finely.

Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from hibari.training.evaluation.codec_baseline import LinearCodec, linear_codec
from hibari.training.world import ClipSpec, clips, make_clip
from PIL import Image

COLUMNS, ROWS, SHOWN_FRAME = 6, 6, 24


def psnr(codec: LinearCodec, frames: np.ndarray) -> float:
    """PSNR of a clip, uint8 [F, H, W, 3], over all its frames after the linear codec."""
    error = ((codec.round_trip(frames).astype(np.float32) - frames) ** 2).mean()
    return float(10 * np.log10(255**2 / error))


def measure_limit(playground: str, fit: int, test: int) -> None:
    """Prints the mean PSNR in all and by style, place and kind."""
    spec = ClipSpec(playground=playground)
    codec = linear_codec(spec, fit)
    scores: dict[str, list[float]] = defaultdict(list)
    for index in range(test):
        clip = make_clip(1, index, spec, "validation")
        score = psnr(codec, clip.frames)
        scores["all"].append(score)
        for name in ("style", "place", "kind"):
            value = getattr(clip.truth, name, None)
            if value is not None:
                scores[f"{name} {value}"].append(score)
    for name, values in sorted(scores.items(), key=lambda item: np.mean(item[1])):
        print(f"{name:18s} {np.mean(values):5.1f} dB  ({len(values)} clips)")


def measure_speed(playground: str, count: int, workers: int) -> None:
    """Prints clips per second, by wall clock and by the time one core works."""
    spec = ClipSpec(playground=playground)
    make_clip(0, 0, spec)
    began, worked = time.perf_counter(), time.process_time()
    for _ in clips(0, 1, count, spec, workers=workers):
        pass
    taken = time.perf_counter() - began
    print(f"{count / taken:.1f} clips a second with {workers} workers (256x256x49)")
    if workers == 0:
        each = 1000 * (time.process_time() - worked) / count
        print(f"{each:.0f} ms of one core a clip: {16_000 / each:.0f} clips a second on 16 cores")


def draw_sheet(path: Path, playground: str, first: int) -> None:
    """Writes one frame each of the next clips, as many as fit; every kind equally often."""
    spec = ClipSpec(playground=playground)
    tiles: list[np.ndarray] = []
    seen: dict[str, int] = defaultdict(int)
    index = first
    while len(tiles) < COLUMNS * ROWS:
        clip = make_clip(0, index, spec)
        kind = getattr(clip.truth, "kind", str(index))
        index += 1
        if seen[kind] < (5 if kind == "talk" else 3):
            seen[kind] += 1
            tiles.append(clip.frames[SHOWN_FRAME])
    tile = spec.height + 4
    sheet = np.full((ROWS * tile + 4, COLUMNS * tile + 4, 3), 255, np.uint8)
    for number, picture in enumerate(tiles):
        y, x = (4 + tile * place for place in divmod(number, COLUMNS))
        sheet[y : y + spec.height, x : x + spec.width] = picture
    Image.fromarray(sheet).save(path, quality=86)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["sheet", "speed", "limit"])
    parser.add_argument("path", nargs="?", type=Path, default=Path("world_sheet.jpg"))
    parser.add_argument("--playground", default="whole")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--fit", type=int, default=60)
    parser.add_argument("--test", type=int, default=40)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.what == "sheet":
        draw_sheet(arguments.path, arguments.playground, arguments.first)
    elif arguments.what == "speed":
        measure_speed(arguments.playground, arguments.clips, arguments.workers)
    else:
        measure_limit(arguments.playground, arguments.fit, arguments.test)


if __name__ == "__main__":
    main()

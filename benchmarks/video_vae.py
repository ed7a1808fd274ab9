"""Our video VAE against diffusers on a clip of 256x256x49: same weights, same machine, one run.

Bar: ratio of times at most 1.0, in every row. Both alternate, each at its shortest of several runs,
so that load hits both alike; CPU time leaves out what other programs took. Peak memory is what one
run adds, each in a process of its own. "In chunks" is our decoder in chunks of 8 MiB, for memory.

    python benchmarks/video_vae.py [--dtype bfloat16] [--base 32] [--threads 1] [--repeats 5]

Needs the ``test`` extra.
"""

from __future__ import annotations

import argparse
import ctypes
import multiprocessing
import re
import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from hibari.model.shapes import VideoShape
from hibari.model.video_vae import VideoVae
from torch import Tensor

# The block lists, the renaming of weights and the arguments of diffusers are the parity test's.
PARITY = Path(__file__).parents[1] / "tests" / "model" / "test_video_vae_parity.py"
CLIP = VideoShape(49, 256, 256)
LAYERS = (1, 1, 1, 1, 1)
Run = Callable[[], Tensor]


@dataclass(frozen=True)
class Setting:
    """One row of the table."""

    direction: str
    generation: str
    padding: str = "zeros"
    chunk_bytes: int | None = None
    base: int = 32
    dtype: torch.dtype = torch.float32
    threads: int = 1

    @property
    def name(self) -> str:
        """What the row measures."""
        chunked = ", in chunks" if self.chunk_bytes else ""
        return f"{self.direction}, {self.generation}, {self.padding}{chunked}"


def runs(setting: Setting) -> tuple[Run, Run]:
    """The same work by ours and by diffusers, on the same input and weights."""
    torch.manual_seed(0)
    torch.set_num_threads(setting.threads)
    parity = runpy.run_path(str(PARITY))
    # diffusers ties the encoder's first width to the latent channels, so both are the base here.
    config = parity["small_config"](
        setting.generation, setting.padding, LAYERS, setting.base, setting.base
    )
    ours = VideoVae(config)
    theirs = parity["diffusers_twin"](ours)
    if setting.dtype != torch.float32:
        ours, theirs = ours.to(setting.dtype), theirs.to(setting.dtype)
    chunks = {"chunk_bytes": setting.chunk_bytes}
    if setting.direction == "encode":
        pixels = torch.rand(1, 3, *CLIP).mul(2).sub(1).to(setting.dtype)
        return (
            lambda: ours.encode(pixels, **chunks),
            lambda: theirs.encode(pixels).latent_dist.mean,
        )
    latents = torch.randn(1, setting.base, *CLIP.latent(), dtype=setting.dtype)
    return lambda: ours.decode(latents, **chunks), lambda: theirs.decode(latents).sample


def best_times(pair: tuple[Run, Run], repeats: int) -> list[tuple[float, float]]:
    """Shortest wall and CPU seconds of several runs of each; they alternate."""
    best = [(float("inf"), float("inf"))] * 2
    for _ in range(repeats + 1):
        for index, run in enumerate(pair):
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            best[index] = (min(best[index][0], wall), min(best[index][1], cpu))
    return best


def peak_mib(setting: Setting, index: int) -> float:
    """Memory that a second run adds at its peak; run in a process of its own."""
    with torch.inference_mode():
        run = runs(setting)[index]
        run()
        ctypes.CDLL(None).malloc_trim(0)  # glibc would reuse what the first run left
        before = _resident_kib("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # resets the high-water mark
        run()
        return (_resident_kib("VmHWM") - before) / 2**10


def _resident_kib(field: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", status)[1])


def row(setting: Setting, repeats: int) -> str:
    """One line of the table."""
    with torch.inference_mode():
        pair = runs(setting)
        ours, theirs = (run().float() for run in pair)
        gap = float((ours - theirs).abs().max() / theirs.abs().max())
        (our_wall, our_cpu), (their_wall, their_cpu) = best_times(pair, repeats)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        peaks = [pool.apply(peak_mib, (setting, index)) for index in range(2)]
    return (
        f"{setting.name:<32}{our_wall:>8.2f}{their_wall:>13.2f}{our_wall / their_wall:>7.2f}"
        f"{our_cpu:>9.2f}{their_cpu:>7.2f}{our_cpu / their_cpu:>7.2f}"
        f"{peaks[0]:>10.0f}{peaks[1]:>15.0f}{gap:>12.1e}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--base", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    common = (options.base, getattr(torch, options.dtype), options.threads)
    print(
        f"{'':<32}{'ours s':>8}{'diffusers s':>13}{'ratio':>7}{'CPU s':>9}{'':>7}{'ratio':>7}"
        f"{'ours MiB':>10}{'diffusers MiB':>15}{'difference':>12}"
    )
    for given in (
        ("decode", "2.0", "zeros", None),
        ("decode", "2.0", "zeros", 8 * 2**20),
        ("decode", "2.0", "reflect", None),
        ("decode", "2.3", "zeros", None),
        ("encode", "2.0", "zeros", None),
    ):
        print(row(Setting(*given, *common), options.repeats), flush=True)


if __name__ == "__main__":
    main()

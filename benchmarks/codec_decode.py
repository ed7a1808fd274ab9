"""Decoding with the video VAE of a checkpoint: time, memory, and the same weights in other classes.

    COMFYUI_DIR=... COMFYUI_PYTHON=... python benchmarks/codec_decode.py [CHECKPOINT] [--threads 2]

Bars: 2 s of 256x256 in 1.5 s (aim 0.4 s); memory for 20 s at most 1.2 times that for 2 s (aim
1.05); at most 1.0 times the time of ComfyUI's own class and of diffusers' (aim 0.6). Each pair runs
in one process and alternates, each at its shortest of several runs, so that load hits both alike;
CPU time leaves out what other programs took. Memory is what decoding frame by frame adds at its
peak, in a process of its own, the frames being let go as they come. Without ComfyUI its row is left
out. The first row is our own decoder in bfloat16 against itself in float32. Needs the ``test``
extra.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib
import json
import multiprocessing
import os
import re
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

ROOT = Path(__file__).parents[1]
BUNDLED = ROOT / "weights" / "hibari-playground.safetensors"
PARITY = ROOT / "tests" / "model" / "test_video_vae_parity.py"
SIDE = 256
SHORT_FRAMES, LONG_FRAMES = 49, 481  # 2 s and 20 s at 24 fps
REPEATS = 5
Run = Callable[[], Tensor]


def latents(frames: int) -> Tensor:
    """Normalised noise [1, 128, f, h, w] of a clip of that many frames."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(1, 128, (frames - 1) // 8 + 1, SIDE // 32, SIDE // 32, generator=generator)


def load(checkpoint: Path, dtype: torch.dtype = torch.float32) -> Any:
    """Our video VAE."""
    reader = importlib.import_module("hibari.model.checkpoint")
    return reader.Checkpoint(checkpoint).load_video_vae(dtype=dtype)


def half_decode(checkpoint: Path) -> Run:
    """Our decoder in bfloat16, three times as fast where the processor has matrix units for it."""
    vae = load(checkpoint, torch.bfloat16)
    return lambda: vae.decode(latents(SHORT_FRAMES).bfloat16()).float()


def diffusers_decode(vae: Any) -> Run:
    """The decoder's weights in diffusers' class, which stores no statistics of its own."""
    parity = runpy.run_path(str(PARITY))
    config = importlib.import_module("hibari.model.video_vae.config")
    # diffusers wants an encoder of one shape; it stays unused.
    steps = [("all", 1), ("all", 1), ("time", 1)]
    shaped = config.VideoVaeConfig(
        **{
            **vars(vae.config),
            "encoder_blocks": parity["block_list"](steps, (1, 1, 1, 1)),
            "encoder_base_channels": vae.config.latent_channels,
        }
    )
    ours = type(vae)(shaped)
    ours.decoder.load_state_dict(vae.decoder.state_dict())
    theirs = parity["diffusers_twin"](ours)
    statistics = vae.per_channel_statistics

    def decode() -> Tensor:
        decoded: Tensor = theirs.decode(statistics.un_normalize(latents(SHORT_FRAMES))).sample
        return decoded

    return decode


def comfyui_decode(checkpoint: Path) -> Run:
    """ComfyUI's own class with the checkpoint's weights; in ComfyUI's interpreter."""
    sys.argv[1:] = ["--cpu"]
    sys.path.insert(0, os.environ["COMFYUI_DIR"])
    importlib.import_module("comfy.options").enable_args_parsing()
    coder = importlib.import_module("comfy.ldm.lightricks.vae.causal_video_autoencoder")
    reader = importlib.import_module("hibari.model.checkpoint").Checkpoint(checkpoint)
    theirs = coder.VideoVAE(config=reader.config["vae"]).eval()
    theirs.load_state_dict(reader.load_video_vae().state_dict(), strict=False)
    return lambda: theirs.decode(latents(SHORT_FRAMES))


def compare(ours: Run, theirs: Run) -> dict[str, float]:
    """Shortest wall and CPU seconds of both, and their largest difference in pixels of 255."""
    best = [[float("inf")] * 2, [float("inf")] * 2]
    made: list[Tensor] = [torch.empty(0)] * 2
    with torch.inference_mode():
        for _ in range(REPEATS + 1):
            for index, run in enumerate((ours, theirs)):
                wall, cpu = time.perf_counter(), time.process_time()
                made[index] = run()
                took = time.perf_counter() - wall, time.process_time() - cpu
                best[index] = [min(pair) for pair in zip(best[index], took, strict=True)]
    apart = float((made[0] - made[1]).abs().max() * 127.5)
    return {
        "ours_s": best[0][0],
        "ours_cpu_s": best[0][1],
        "theirs_s": best[1][0],
        "theirs_cpu_s": best[1][1],
        "apart": apart,
    }


def in_comfyui(checkpoint: Path, threads: int) -> dict[str, float] | None:
    """The comparison with ComfyUI's class, made by its interpreter; None without one."""
    python = os.environ.get("COMFYUI_PYTHON")
    if not python or not os.environ.get("COMFYUI_DIR"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "hibari").symlink_to(ROOT)
        command = [python, __file__, str(checkpoint), "--threads", str(threads), "--child"]
        environment = os.environ | {"PYTHONPATH": folder}
        run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if run.returncode:
        raise RuntimeError(f"ComfyUI's interpreter failed: {run.stderr.strip().splitlines()[-1:]}")
    return dict(json.loads(run.stdout.splitlines()[-1]))


def peak_mib(checkpoint: Path, frames: int, threads: int) -> float:
    """What decoding a clip frame by frame adds at its peak; run in a process of its own."""
    torch.set_num_threads(threads)
    vae, clip = load(checkpoint), latents(frames)
    with torch.inference_mode():
        for _ in vae.decode_stream(latents(SHORT_FRAMES)):
            pass
        ctypes.CDLL(None).malloc_trim(0)  # glibc would reuse what the first run left
        before = _resident_kib("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # resets the high-water mark
        for _ in vae.decode_stream(clip):
            pass
    return (_resident_kib("VmHWM") - before) / 2**10


def _resident_kib(field: str) -> int:
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{field}:\s+(\d+)", status)
    return int(found[1]) if found else 0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path, default=BUNDLED)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    checkpoint = options.checkpoint.resolve()
    if options.child:
        theirs = comfyui_decode(checkpoint)
        torch.set_num_threads(options.threads)
        vae = load(checkpoint)
        print(json.dumps(compare(lambda: vae.decode(latents(SHORT_FRAMES)), theirs)))
        return
    vae = load(checkpoint)
    rows = {
        "bf16 / fp32": compare(half_decode(checkpoint), lambda: vae.decode(latents(SHORT_FRAMES))),
        "diffusers": compare(lambda: vae.decode(latents(SHORT_FRAMES)), diffusers_decode(vae)),
        "ComfyUI": in_comfyui(checkpoint, options.threads),
    }
    print(f"decode of {SHORT_FRAMES} frames of {SIDE}x{SIDE}, {options.threads} threads")
    print(
        f"{'':<12}{'ours s':>8}{'theirs s':>10}{'ratio':>7}{'CPU s':>8}{'':>8}{'ratio':>7}  apart"
    )
    for name, row in rows.items():
        if row is None:
            print(f"{name:<12}not measured: COMFYUI_DIR and COMFYUI_PYTHON name none")
            continue
        print(
            f"{name:<12}{row['ours_s']:>8.2f}{row['theirs_s']:>10.2f}"
            f"{row['ours_s'] / row['theirs_s']:>7.2f}{row['ours_cpu_s']:>8.2f}"
            f"{row['theirs_cpu_s']:>8.2f}{row['ours_cpu_s'] / row['theirs_cpu_s']:>7.2f}"
            f"  {row['apart']:.3f} of 255"
        )
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        short, long = (
            pool.apply(peak_mib, (checkpoint, frames, options.threads))
            for frames in (SHORT_FRAMES, LONG_FRAMES)
        )
    print(f"memory: {short:.0f} MiB for 2 s, {long:.0f} MiB for 20 s, {long / short:.2f} times")


if __name__ == "__main__":
    main()

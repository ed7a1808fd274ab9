"""Our transformer against diffusers: same weights, same machine, one run.

Bar: ratio of times at most 1.0, in every row. Both alternate, each at its shortest of several runs,
so that load hits both alike; peak memory is what one forward adds, each in a process of its own.

    python benchmarks/transformer.py [--device cuda] [--dtype bfloat16] [--layers 8] [--repeats 10]

Needs the ``test`` extra.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from hibari.model.shapes import VideoLatentShape, VideoShape, audio_frames_for
from hibari.model.transformer import (
    AVTransformer,
    StreamConfig,
    TransformerConfig,
    TransformerInputs,
    initialize,
)
from torch import Tensor

# The renaming of weights and the arguments of diffusers are those of the parity test.
PARITY = Path(__file__).parents[1] / "tests" / "model" / "test_transformer_parity.py"
CLIP, FPS, TEXT_TOKENS = VideoShape(49, 256, 256), 24.0, 32
Forward = Callable[[], tuple[Tensor, ...]]


@dataclass(frozen=True)
class Setting:
    """One row of the table."""

    name: str
    caption_projection: bool = False
    tokens_differ: bool = False
    layers: int = 8
    device: str = "cpu"
    dtype: torch.dtype = torch.float32

    def config(self) -> TransformerConfig:
        """The size of our small checkpoints: 256 wide for video, 128 for audio."""
        return TransformerConfig(
            video=StreamConfig(4, 64, (20.0, 2048.0, 2048.0)),
            audio=StreamConfig(4, 32, (20.0,)),
            layers=self.layers,
            caption_channels=320,
            caption_projection=self.caption_projection,
            gated_attention=not self.caption_projection,
            cross_attention_adaln=not self.caption_projection,
            av_order="reference",
        )


def forwards(setting: Setting) -> tuple[Forward, Forward]:
    """One forward pass of ours and of diffusers on the same input and weights."""
    torch.manual_seed(0)
    config, shape = setting.config(), CLIP.latent()
    model = AVTransformer(config)
    initialize(model)
    for parameter in model.parameters():
        # Layers that start at zero would let whole branches off.
        torch.nn.init.normal_(parameter, std=0.02)
    twin = runpy.run_path(str(PARITY))["diffusers_twin"](model)
    place = {"device": setting.device, "dtype": setting.dtype}
    model, twin = model.to(**place).eval(), twin.to(**place)
    audio_frames = audio_frames_for(CLIP.frames, FPS)
    video = torch.randn(1, 128, *shape, **place)
    audio = torch.randn(1, 8, audio_frames, 16, **place)
    widths = [config.context_width(stream) for stream in (config.video, config.audio)]
    texts = [torch.randn(1, TEXT_TOKENS, width, **place) for width in widths]
    sigma = torch.full((1,), 0.7, device=setting.device)
    video_sigma, audio_sigma = sigma, sigma
    if setting.tokens_differ:
        # A kept first frame, as image to video has it.
        video_sigma = sigma.repeat(1, shape.tokens)
        video_sigma[:, : shape.rows * shape.columns] = 0.0
        audio_sigma = sigma.repeat(1, audio_frames)
    context, inputs = torch.cat(texts, dim=-1), TransformerInputs(FPS)
    tokens = video.flatten(2).transpose(1, 2), audio.transpose(1, 2).flatten(2)

    def ours() -> tuple[Tensor, ...]:
        out = model(video, audio, video_sigma, audio_sigma, context, conditions=inputs)
        return out[0].flatten(2).transpose(1, 2), out[1].transpose(1, 2).flatten(2)

    def theirs() -> tuple[Tensor, ...]:
        out: tuple[Tensor, ...] = twin(
            *tokens,
            *texts,
            timestep=video_sigma * 1000,
            audio_timestep=audio_sigma * 1000,
            sigma=sigma * 1000,
            **_coordinates(shape, audio_frames),
            return_dict=False,
        )
        return out

    return ours, theirs


def _coordinates(shape: VideoLatentShape, audio_frames: int) -> dict[str, float]:
    return {
        "num_frames": shape.frames,
        "height": shape.rows,
        "width": shape.columns,
        "fps": FPS,
        "audio_num_frames": audio_frames,
    }


def best_times(runs: tuple[Forward, Forward], repeats: int, device: str) -> list[float]:
    """Shortest of several runs of each, in seconds; they alternate."""
    best = [float("inf")] * 2
    for _ in range(repeats + 2):
        for index, run in enumerate(runs):
            start = time.perf_counter()
            run()
            if device == "cuda":
                torch.cuda.synchronize()
            best[index] = min(best[index], time.perf_counter() - start)
    return best


def peak_mib(setting: Setting, index: int) -> float:
    """Memory that one forward adds at its peak; run in a process of its own."""
    torch.set_num_threads(1)
    with torch.inference_mode():
        run = forwards(setting)[index]
        if setting.device == "cuda":
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            run()
            return (torch.cuda.max_memory_allocated() - before) / 2**20
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
        ours, theirs = forwards(setting)
        pairs = zip(ours(), theirs(), strict=True)
        gap = max(float((a - b).abs().max() / b.abs().max()) for a, b in pairs)
        our_s, their_s = best_times((ours, theirs), repeats, setting.device)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        peaks = [pool.apply(peak_mib, (setting, index)) for index in range(2)]
    # With tokens of different noise, gates follow the other stream here and their own there.
    difference = "" if setting.tokens_differ else f"{gap:.1e}"
    return (
        f"{setting.name:<24}{our_s * 1e3:>10.1f}{their_s * 1e3:>14.1f}{our_s / their_s:>8.2f}"
        f"{peaks[0]:>10.1f}{peaks[1]:>15.1f}{difference:>12}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    base = Setting("", False, False, options.layers, options.device, getattr(torch, options.dtype))
    settings = [
        replace(base, name="2.3, one noise level"),
        replace(base, name="2.3, kept first frame", tokens_differ=True),
        replace(base, name="2.0, one noise level", caption_projection=True),
    ]
    header = ("", "ours ms", "diffusers ms", "ratio", "ours MiB", "diffusers MiB", "difference")
    print("{:<24}{:>10}{:>14}{:>8}{:>10}{:>15}{:>12}".format(*header))
    for setting in settings:
        print(row(setting, options.repeats), flush=True)


if __name__ == "__main__":
    main()

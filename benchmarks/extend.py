"""Extending a video: the seam in picture and sound on clips of the playground, and 4 to 20 seconds.

Seam: the difference between the last old and the first new frame, and the step in loudness there
(50 ms before and after), against those of neighbouring frames and moments of the clip as it came.
Within the range means no larger than the largest of them.

Length: the clip is extended again and again; peak memory (of the process, reset before each) and
CPU time of each extension, then of saving after the first and after the last. Bars: memory within
10 %, time linear within 15 %.

    python benchmarks/extend.py seam [--clips 10] [--steps 0] [--direction forward]
    python benchmarks/extend.py length [--seconds 20] [--size 256] [--steps 0]

Uses the bundled checkpoint, or ``--checkpoint`` of models/checkpoints.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from hibari.host import InputImpl, Types, checkpoint_names
from hibari.host.embedded.folders import set_folders
from hibari.host.media import footage_of
from hibari.nodes.conditioning import encode
from hibari.nodes.decode import HibariDecodeAudio, HibariDecodeVideo
from hibari.nodes.extend import HibariExtend
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.put_back import HibariPutBack
from hibari.nodes.sample import HibariSample
from hibari.training.world import ClipSpec, make_clip
from torch import Tensor

FPS = 24
WINDOW_S = 0.05
FLOOR = 1e-4
"""Root mean square that counts as silence; below it a step in dB means nothing."""


@dataclass(frozen=True)
class Seam:
    """What one extension shows at its seam, and the largest of the same in the clip before."""

    clip: int
    frame_step: float
    largest_frame_step: float
    loudness_step_db: float
    largest_loudness_step_db: float

    @property
    def holds(self) -> bool:
        """Whether picture and sound go on as they did before."""
        return (
            self.frame_step <= self.largest_frame_step
            and self.loudness_step_db <= self.largest_loudness_step_db
        )


@dataclass(frozen=True)
class Growth:
    """One extension, or the saving of a clip: its length, the CPU time and the peak of memory."""

    seconds: float
    cpu_s: float
    peak_mib: float


Extender = Callable[[Any, str, int], Any]


def extender(options: argparse.Namespace) -> Extender:
    """What extends a VIDEO once with a prompt and a seed."""
    model, clip, vae, audio_vae = HibariLoadModel.execute(options.checkpoint).args

    def extended(video: Any, text: str, seed: int) -> Any:
        settings = {"seconds": options.added, "overlap": options.overlap, "size": options.size}
        settings["direction"] = options.direction
        latent, edit, _ = HibariExtend.execute(video, vae, audio_vae, **settings).args
        (made,) = HibariSample.execute(
            model, encode(clip, text), latent, seed=seed, steps=options.steps
        ).args
        (images,) = HibariDecodeVideo.execute(made, vae).args
        (audio,) = HibariDecodeAudio.execute(made, audio_vae).args
        return HibariPutBack.execute(edit, images, audio).args[0]

    return extended


def world_video(index: int, frames: int, size: int) -> tuple[Any, str]:
    """A clip of the playground as VIDEO, and what is seen in it."""
    made = make_clip(7, index, ClipSpec(frames, size, size, FPS), "validation")
    audio = {"waveform": torch.as_tensor(made.waveform)[None].float(), "sample_rate": 24000}
    images = torch.from_numpy(made.frames).float() / 255
    parts = Types.VideoComponents(images=images, frame_rate=Fraction(FPS), audio=audio)
    return InputImpl.VideoFromComponents(parts), made.caption


def seam_of(index: int, extended: Extender, options: argparse.Namespace) -> Seam:
    """The seam of one extended clip, between the frames of its source and the new ones."""
    video, text = world_video(index, 49, options.size)
    old = footage_of(video).frames
    clip = footage_of(extended(video, text, index))
    at = old if options.direction == "forward" else clip.frames - old
    steps = frame_steps(clip.between(0, clip.frames))
    levels = loudness_steps(clip.audio or {}, clip.frames)
    own = slice(0, at - 1) if options.direction == "forward" else slice(at, None)
    return Seam(index, steps[at - 1], max(steps[own]), levels[at - 1], max(levels[own]))


def frame_steps(frames: Tensor) -> list[float]:
    """Mean absolute difference between neighbouring frames."""
    return [float((two - one).abs().mean()) for one, two in pairwise(frames)]


def loudness_steps(audio: dict[str, Any], frames: int) -> list[float]:
    """Step in dB between 50 ms before and after each moment between two frames."""
    waveform, rate_hz = audio["waveform"][0], audio["sample_rate"]
    width = round(WINDOW_S * rate_hz)
    found = []
    for place in range(1, frames):
        at = round(place / FPS * rate_hz)
        before, after = waveform[:, max(0, at - width) : at], waveform[:, at : at + width]
        levels = [max(float(part.square().mean().sqrt()), FLOOR) for part in (before, after)]
        found.append(abs(20 * float(torch.log10(torch.tensor(levels[1] / levels[0])))))
    return found


def measure_seams(options: argparse.Namespace) -> dict[str, Any]:
    """Seams of several clips."""
    extended = extender(options)
    seams = []
    for index in range(options.clips):
        seam = seam_of(index, extended, options)
        seams.append(seam)
        show({**asdict(seam), "holds": seam.holds})
    return {"clips": len(seams), "hold": sum(seam.holds for seam in seams)}


def measure_growth(options: argparse.Namespace) -> dict[str, Any]:
    """Extensions from 4 seconds on: memory and time of the last against the first."""
    extended = extender(options)
    video, text = world_video(0, 4 * FPS + 1, options.size)
    extended(video, text, 0)  # what is loaded once is there before the first counts
    growths, short = [], None
    while footage_of(video).seconds < options.seconds:
        video, growth = measured(partial(extended, video, text, len(growths)))
        growths.append(growth)
        short = short or video
    with tempfile.TemporaryDirectory() as folder:
        savings = [
            measured(partial(saved, one, Path(folder) / f"{number}.mp4"))[1]
            for number, one in enumerate((short, video))
        ]
    first, last = growths[0], growths[-1]
    total, steady = sum(one.cpu_s for one in growths), first.cpu_s * len(growths)
    brief, whole = savings
    return {
        "extensions": len(growths),
        "memory_growth": last.peak_mib / first.peak_mib - 1,
        "time_beyond_linear": total / steady - 1,
        "saving_memory_growth": whole.peak_mib / brief.peak_mib - 1,
        "saving_time_beyond_linear": whole.cpu_s / whole.seconds / brief.cpu_s * brief.seconds - 1,
    }


def measured(work: Callable[[], Any]) -> tuple[Any, Growth]:
    """The VIDEO that work gives, and what it cost."""
    gc.collect()
    reset_peak()
    before = time.process_time()
    video = work()
    growth = Growth(footage_of(video).seconds, time.process_time() - before, peak_mib())
    show(asdict(growth))
    return video, growth


def saved(video: Any, path: Path) -> Any:
    """Write a VIDEO, marked and signed; return it."""
    video.save_to(path)
    return video


def reset_peak() -> None:
    """Forget the peak of memory of this process (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mib() -> float:
    """Peak of resident memory since it was last forgotten."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def show(row: dict[str, Any]) -> None:
    """Print a row as JSON."""
    rounded = {
        name: round(value, 5) if isinstance(value, float) else value for name, value in row.items()
    }
    print(json.dumps(rounded), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("seam", "length"))
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--added", type=float, default=1.3, help="s of one extension")
    parser.add_argument("--overlap", type=float, default=0.7, help="s that both share")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--direction", default="forward")
    parser.add_argument("--checkpoint", default=checkpoint_names()[0])
    options = parser.parse_args()
    measure = {"seam": measure_seams, "length": measure_growth}[options.what]
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        set_folders(temp=Path(folder))
        show(measure(options))


if __name__ == "__main__":
    main()

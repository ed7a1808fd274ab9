"""Malformed files through verification: no crash, no hang, no flood of memory, always a verdict.

    python benchmarks/fuzz_verify.py --files 5000

Real signed mp4, wav, flac, png and webm files are mutated (bytes flipped, sizes of boxes blown up,
pieces cut out, doubled, swapped between files, ends cut off) and inspected in a child process, so
that a crash of native code is seen too. Bars: 5 s of CPU and 1 GB for each file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

MAX_S, MAX_BYTES = 5.0, 1 << 30
SUFFIXES = (".mp4", ".wav", ".flac", ".png", ".webm", ".mp4")


def main() -> None:
    """Fuzz and print what came of it; exit 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        work(given.worker, given.seed, given.files)
        return
    told = fuzz(given.files, given.seed)
    print(json.dumps(told, indent=1))
    sys.exit(1 if told["crashes"] or told["hangs"] or told["without_verdict"] else 0)


def fuzz(files: int, seed: int = 0) -> dict[str, Any]:
    """Return counts of verdicts, crashes, hangs, and the worst time and memory."""
    with tempfile.TemporaryDirectory(prefix="hibari-fuzz-") as folder:
        environment = os.environ | {"HIBARI_HOME": str(Path(folder) / "home")}
        verdicts: Counter[str] = Counter()
        crashes: list[int] = []
        worst_s, worst_bytes, number, odd = 0.0, 0, seed, 0
        while number < seed + files:
            command = [sys.executable, __file__, "--worker", folder, "--seed", str(number)]
            command += ["--files", str(seed + files - number)]
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, text=True
            ) as child:
                assert child.stdout is not None
                for line in child.stdout:
                    told = json.loads(line)
                    number = told["number"] + 1
                    verdicts[told["verdict"]] += 1
                    odd += told["verdict"].startswith("!")
                    worst_s = max(worst_s, told["seconds"])
                    worst_bytes = max(worst_bytes, told["bytes"])
                    if (number - seed) % 250 == 0:
                        print(f"{number - seed} files: {dict(verdicts)}", file=sys.stderr)
            if number < seed + files:  # it died in the middle of this one
                crashes.append(number)
                number += 1
        return {
            "files": files,
            "verdicts": dict(verdicts),
            "crashes": crashes,
            "hangs": worst_s > MAX_S,
            "without_verdict": odd,
            "worst_s": round(worst_s, 2),
            "worst_memory_mb": round(worst_bytes / 2**20),
            "memory_kept": worst_bytes <= MAX_BYTES,
        }


def work(folder: Path, first: int, count: int) -> None:
    """Inspect mutations ``first``... and write one JSON line for each."""
    import torch
    from hibari.nodes.inspection import inspect

    torch.set_num_threads(1)
    originals = make_originals(folder / "originals")
    for number in range(first, first + count):
        rng = random.Random(number)
        source = originals[number % len(originals)]
        path = folder / f"mutated{source.suffix}"
        original = source.read_bytes()
        content = mutated(original, rng, originals)
        path.write_bytes(content)
        started = time.process_time()  # of the CPU: other programs on the machine do not count
        try:
            verdict = inspect(path).verdict if path.stat().st_size else "empty"
        except Exception as error:
            verdict = f"!{type(error).__name__}: {error}"[:200]
        if verdict == "valid":  # a damage may write what was there
            others = (path.read_bytes() for path in originals)
            verdict = "unchanged" if content in others else "!valid although changed"
        line = {
            "number": number,
            "verdict": verdict,
            "seconds": time.process_time() - started,
            "bytes": peak_bytes(),
        }
        print(json.dumps(line), flush=True)


def make_originals(folder: Path) -> list[Path]:
    """Make small signed files of each type once; return them."""
    import numpy as np
    import torch
    from hibari.host.media import VideoSettings, write_audio, write_png
    from hibari.nodes.label import Label
    from hibari.nodes.signed_copy import sign_copy
    from hibari.nodes.video_files import write_labelled

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}{suffix}" for number, suffix in enumerate(SUFFIXES)]
    generator = torch.Generator().manual_seed(0)
    sound = {"waveform": 0.1 * torch.randn(1, 2, 24000, generator=generator), "sample_rate": 24000}
    for path in paths:
        if path.exists():
            continue
        plain = folder / f"plain{path.suffix}"
        if path.suffix in (".mp4", ".webm"):
            frames = torch.rand(5, 64, 96, 3, generator=generator)
            settings = VideoSettings(24, path.suffix[1:])
            write_labelled(path, Label(frames, 24, sound, []), settings, {"prompt": "{}"})
        elif path.suffix == ".png":
            write_png(plain, np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8))
            sign_copy(plain, path)
        else:
            write_audio(plain, sound)
            sign_copy(plain, path)
    return paths


def peak_bytes() -> int:
    """Most memory this process has held.

    Linux counts into ``ru_maxrss`` what the parent held when it started the process, so the high
    water mark of the process's own memory is read instead where the system tells it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def mutated(content: bytes, rng: random.Random, originals: list[Path]) -> bytes:
    """Return ``content`` after one to four random damages."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        damage = rng.choice(DAMAGES)
        damage(data, rng, originals)
        if not data:
            break
    return bytes(data)


def flip(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Change single bits, most in the head, where structure is."""
    for _ in range(rng.choice((1, 4, 64))):
        end = len(data) if rng.random() < 0.4 else min(len(data), 8192)
        data[rng.randrange(end)] ^= 1 << rng.randrange(8)


def blow_up(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Write an extreme number where a size or a count may be."""
    at = rng.randrange(max(1, min(len(data), 20_000) - 8))
    value = rng.choice((0, 1, 7, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(data), 1 << 24))
    data[at : at + 4] = value.to_bytes(4, rng.choice(("big", "little")))


def cut_off(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Lose the end."""
    del data[rng.randrange(len(data)) :]


def cut_out(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Lose a piece."""
    at = rng.randrange(len(data))
    del data[at : at + rng.randrange(1, 4096)]


def double(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Repeat a piece."""
    at = rng.randrange(len(data))
    piece = data[at : at + rng.randrange(1, 8192)]
    data[at:at] = piece


def blank(data: bytearray, rng: random.Random, _: list[Path]) -> None:
    """Overwrite a piece with zeros, ones or noise."""
    at, size = rng.randrange(len(data)), rng.randrange(1, 2048)
    fill = rng.choice((b"\0" * size, b"\xff" * size, rng.randbytes(size)))
    data[at : at + size] = fill[: len(data[at : at + size])]


def splice(data: bytearray, rng: random.Random, originals: list[Path]) -> None:
    """Go on with another file from somewhere."""
    other = rng.choice(originals).read_bytes()
    at = rng.randrange(len(data))
    data[at:] = other[rng.randrange(len(other)) :]


DAMAGES = (flip, flip, blow_up, blow_up, cut_off, cut_out, double, blank, splice)


if __name__ == "__main__":
    main()

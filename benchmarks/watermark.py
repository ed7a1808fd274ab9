"""What the invisible marks survive, cost and show; beside PyPI ``invisible-watermark`` in one run.

    python benchmarks/watermark.py [--part picture sound chance speed] [--clips 5] [--keep FILE]

Prints Markdown tables. With ``--keep`` the part picture goes on where it was stopped. The peer (32
bits, no key, no error correction) counts as recovered when the majority over frames gives all its
bits. Needs the extras ``train`` and ``benchmark``.
"""

from __future__ import annotations

import argparse
import json
import math
import secrets
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from hibari.model.watermark import MAX_P_VALUE, AudioWatermark, Detection, VideoWatermark
from torch import Tensor
from watermark_attacks import (
    HARD_ATTACKS,
    HARD_SOUND_ATTACKS,
    PICTURE_ATTACKS,
    SOUND_ATTACKS,
    cut,
    sound_cut,
)
from watermark_clips import FPS, KINDS, RATE_HZ, playground, rendered, sounds, textured

KEY = bytes(range(32))
PEER_METHODS = ("dwtDct", "dwtDctSvd")
PEER_BITS = np.random.default_rng(4).integers(0, 2, 32)
PEER_FRAMES = 12
LARGE = (720, 1280)
PICTURE_SHARE = 0.1  # of the segments of the part chance; a sound is read 20 times faster
Counts = dict[str, dict[str, list[bool]]]


@dataclass(frozen=True)
class Measured:
    """What was measured on one clip; ``recovered`` lists tries by attack and method."""

    name: str
    psnr_db: float
    ssim: float
    recovered: Counts


def clips(count: int) -> Iterator[tuple[str, Callable[[], Tensor]]]:
    """Playground and textured clips in turn: most 256x256, some wide, tall, large and long."""
    for index in range(count):
        kind = KINDS[index % len(KINDS)]
        yield f"{kind} {index} 256x256", partial(textured, kind, index, 96, 256, 256)
        yield f"playground {index} 256x256", lambda index=index: rendered(index, 97)[0]
    for kind, (height, width) in (("pan", (288, 512)), ("fast", (512, 288))):
        yield f"{kind} {width}x{height}", partial(textured, kind, 91, 48, height, width)
    yield "text 256x256, 10 s", partial(textured, "text", 92, 240, 256, 256)
    for index, kind in enumerate(("still", "pan")):
        yield f"{kind} 1280x720", partial(textured, kind, 95 + index, 48, *LARGE)


def picture(chosen: argparse.Namespace) -> None:
    """Recovery by attack, and how much the mark shows."""
    shown = [Measured(**json.loads(line)) for line in kept_lines(chosen.keep)]
    for name, make in clips(chosen.clips):
        if name in {clip.name for clip in shown}:
            continue
        shown.append(measured(name, make()))
        if chosen.keep is not None:
            with chosen.keep.open("a") as file:
                file.write(json.dumps(vars(shown[-1])) + "\n")
    psnr, ssim = [clip.psnr_db for clip in shown], [clip.ssim for clip in shown]
    print(f"\n{len(shown)} clips; luma PSNR {min(psnr):.1f} to {max(psnr):.1f} dB, ", end="")
    print(f"SSIM {min(ssim):.4f} to {max(ssim):.4f}\n")
    results: Counts = defaultdict(lambda: defaultdict(list))
    for clip in shown:
        for attack, methods in clip.recovered.items():
            for method, tries in methods.items():
                results[attack][method] += tries
    print_table(results, ("Hibari", *PEER_METHODS))


def kept_lines(path: Path | None) -> list[str]:
    """What an earlier run wrote; nothing where there was none."""
    return path.read_text().splitlines() if path is not None and path.is_file() else []


def measured(name: str, frames: Tensor) -> Measured:
    """Mark one clip and attack it."""
    mark, results = VideoWatermark(KEY), defaultdict(lambda: defaultdict(list))
    identifier = secrets.randbits(64)
    marked = (mark.embed(frames / 255.0, identifier) * 255).round().byte()
    psnr_db, ssim = visibility(frames, marked)
    log(f"{name}: PSNR {psnr_db:.1f} dB, SSIM {ssim:.4f}")
    for attack, apply in {**PICTURE_ATTACKS, **HARD_ATTACKS}.items():
        if apply is cut and len(frames) < 4 * FPS:
            continue
        found = mark.detect(apply(marked).float() / 255)
        results[attack]["Hibari"].append(found.identifier == identifier)
        if found.identifier not in (identifier, None):
            log(f"WRONG identifier after {attack}")
        if found.identifier != identifier:
            log(f"  lost after {attack} (p {found.p_value:.1e})")
    if name.endswith("256x256"):
        compare_peers(frames, results)
    return Measured(name, psnr_db, ssim, results)


def compare_peers(frames: Tensor, results: Counts) -> None:
    """Add what the peer recovers from the first frames of a clip."""
    try:
        from imwatermark import WatermarkDecoder, WatermarkEncoder
    except ImportError:
        log("invisible-watermark is not installed: pip install .[benchmark]")
        return
    for method in PEER_METHODS:
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", PEER_BITS.tolist())
        marked = torch.from_numpy(
            np.stack(
                [
                    encoder.encode(f[..., ::-1], method)[..., ::-1]
                    for f in frames[:PEER_FRAMES].numpy()
                ]
            )
        )
        decoder = WatermarkDecoder("bits", len(PEER_BITS))
        for attack, apply in PICTURE_ATTACKS.items():
            if apply is cut:
                continue
            received = apply(marked).numpy()[::2]
            if min(received.shape[1:3]) < 256:  # the peer refuses smaller frames
                results[attack][method].append(False)
                continue
            votes = np.mean([decoder.decode(f[..., ::-1].copy(), method) for f in received], axis=0)
            results[attack][method].append(bool(((votes > 0.5) == PEER_BITS).all()))


def sound(chosen: argparse.Namespace) -> None:
    """Recovery by attack, and how loud the mark is."""
    count = chosen.clips
    mark, results = AudioWatermark(KEY), defaultdict(lambda: defaultdict(list))
    sources = [(name, wave) for name, _, wave in playground(count, 97, 64, 64)]
    for seed in range(max(count // 2, 1)):
        sources += list(sounds(seed, 4.0))
    for name, waveform in sources:
        identifier = secrets.randbits(64)
        marked = mark.embed(waveform, RATE_HZ, identifier)
        power, added = (float(w.square().mean()) + 1e-15 for w in (waveform, marked - waveform))
        snr_db, level_db = 10 * math.log10(power / added), 10 * math.log10(added)
        log(f"{name}: SNR {snr_db:.1f} dB, mark at {level_db:.1f} dB of full scale")
        for attack, apply in {**SOUND_ATTACKS, **HARD_SOUND_ATTACKS}.items():
            if apply is sound_cut and waveform.shape[1] < 4 * RATE_HZ:
                continue
            found = mark.detect(*apply((marked, RATE_HZ)))
            results[attack]["Hibari"].append(found.identifier == identifier)
            if found.identifier != identifier:
                log(f"  lost after {attack} (p {found.p_value:.1e})")
    print(f"\n{len(sources)} sounds\n")
    print_table(results, ("Hibari",))


def chance(chosen: argparse.Namespace) -> None:
    """False positives and the spread of p-values on unmarked segments, each under a fresh key."""
    pictures = [frames for _, frames, _ in playground(6, 49)]
    pictures += [textured(kind, 50, 49, 288, 288) for kind in KINDS]
    waves = [wave for _, _, wave in playground(6, 97, 64, 64)]
    # Digital silence is left out: it holds nothing, so its p-value is always 1.
    waves += [w for seed in range(3) for name, w in sounds(seed, 4.0) if name != "silence"]
    random = np.random.default_rng(5)
    for name, share, detect in (
        (
            "picture",
            PICTURE_SHARE,
            lambda key, n: VideoWatermark(key).detect(
                frames_of(pictures[n % len(pictures)], random)
            ),
        ),
        (
            "sound",
            1 - PICTURE_SHARE,
            lambda key, n: AudioWatermark(key).detect(
                part_of(waves[n % len(waves)], random), RATE_HZ
            ),
        ),
    ):
        tell_chance(name, detect, round(share * chosen.segments))


def tell_chance(name: str, detect: Callable[[bytes, int], Detection], count: int) -> None:
    """Print what a detector finds in ``count`` unmarked segments."""
    found: list[Detection] = []
    for number in range(count):
        found.append(detect(secrets.token_bytes(32), number))
        if number % 250 == 249:
            claimed = sum(detection.identifier is not None for detection in found)
            log(f"{name}: {number + 1} of {count} read, {claimed} identifiers claimed")
    p_values = np.sort([detection.p_value for detection in found])
    even = (np.arange(count) + 0.5) / count
    claimed = sum(detection.identifier is not None for detection in found)
    below = int((p_values <= MAX_P_VALUE).sum())
    print(
        f"{name}: {len(found)} unmarked segments, {claimed} identifiers claimed; {below} with "
        f"p <= {MAX_P_VALUE:g} (expected {MAX_P_VALUE * len(found):.1f}); smallest p "
        f"{p_values[0]:.1e}; largest distance from uniform {np.abs(p_values - even).max():.3f} "
        f"(chance alone stays below {1.63 / math.sqrt(len(found)):.3f} 99 times of 100)",
        flush=True,
    )


def frames_of(frames: Tensor, random: np.random.Generator) -> Tensor:
    """Four following frames of a clip, of a random part of the picture."""
    side = int(random.integers(160, 257))
    start, top, left = (
        int(random.integers(0, room + 1))
        for room in (len(frames) - 4, frames.shape[1] - side, frames.shape[2] - side)
    )
    return frames[start : start + 4, top : top + side, left : left + side] / 255.0


def part_of(wave: Tensor, random: np.random.Generator) -> Tensor:
    """One to three seconds of a sound."""
    length = int(random.integers(RATE_HZ, 3 * RATE_HZ + 1))
    start = int(random.integers(0, wave.shape[1] - length + 1))
    return wave[:, start : start + length]


def speed(_: argparse.Namespace) -> None:
    """Milliseconds of processor time: embedding at 720p beside the peer, detecting 4 seconds."""
    frames = textured("fast", 3, 96, *LARGE)[:96] / 255.0
    mark = VideoWatermark(KEY)
    print(f"embed 720p: {timed(lambda: mark.embed(frames[:24], 7)) / 24:.1f} ms a frame")
    print(f"detect 4 s of 720p, unmarked: {timed(lambda: mark.detect(frames)):.0f} ms")
    marked = mark.embed(frames, 7)
    print(f"detect 4 s of 720p, marked: {timed(lambda: mark.detect(marked)):.0f} ms")
    wave = next(iter(sounds(0, 4.0)))[1]
    audio = AudioWatermark(KEY)
    print(f"embed 4 s of sound: {timed(lambda: audio.embed(wave, RATE_HZ, 7)):.0f} ms")
    print(f"detect 4 s of sound: {timed(lambda: audio.detect(wave, RATE_HZ)):.0f} ms")
    try:
        from imwatermark import WatermarkEncoder
    except ImportError:
        return
    still = (frames[0] * 255).byte().numpy()
    for method in PEER_METHODS:
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", PEER_BITS.tolist())
        print(f"{method} embed 720p: {timed(lambda: encoder.encode(still, method)):.0f} ms a frame")  # noqa: B023


def timed(run: Callable[[], object]) -> float:
    """Least processor time of three runs, in milliseconds."""
    best = math.inf
    for _ in range(3):
        start = time.process_time()
        run()
        best = min(best, 1000 * (time.process_time() - start))
    return best


def visibility(before: Tensor, after: Tensor) -> tuple[float, float]:
    """PSNR in dB and SSIM (Wang et al. 2004) of brightness."""
    weights = torch.tensor([0.299, 0.587, 0.114])
    error = torch.stack(
        [(a - b) @ weights for a, b in zip(before.float(), after.float(), strict=True)]
    )
    psnr = 10 * math.log10(255**2 / float(error.square().mean()))
    x, y = (clip[:: max(len(clip) // 4, 1)].float() @ weights for clip in (before, after))
    taps = torch.exp(-((torch.arange(11) - 5.0) ** 2) / 4.5)
    kernel = torch.outer(taps, taps)[None, None] / taps.sum() ** 2

    def local(values: Tensor) -> Tensor:
        return F.conv2d(values[:, None], kernel)[:, 0]

    mean_x, mean_y = local(x), local(y)
    spread = local(x * x) + local(y * y) - mean_x**2 - mean_y**2 + 58.5225
    common = 2 * (local(x * y) - mean_x * mean_y) + 58.5225
    light = (2 * mean_x * mean_y + 6.5025) / (mean_x**2 + mean_y**2 + 6.5025)
    return psnr, float((light * common / spread).mean())


def print_table(results: Counts, columns: tuple[str, ...]) -> None:
    """One row an attack: recovered of tried."""
    print(f"| attack | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for attack, by_method in results.items():
        cells = []
        for column in columns:
            tried = by_method.get(column, [])
            cells.append(f"{sum(tried)} of {len(tried)}" if tried else "")
        print(f"| {attack} | {' | '.join(cells)} |")


def log(line: str) -> None:
    """Tell progress apart from results."""
    print(line, file=sys.stderr, flush=True)


PARTS = {"picture": picture, "sound": sound, "chance": chance, "speed": speed}
if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--clips", type=int, default=5, help="playground and textured, of each")
    parser.add_argument("--keep", type=Path, help="file of what is measured in the part picture")
    parser.add_argument("--segments", type=int, default=10_000, help="for the part chance")
    chosen = parser.parse_args()
    for part in chosen.part:
        print(f"\n## {part}\n")
        PARTS[part](chosen)

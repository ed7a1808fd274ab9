"""Does a stripped clip find its manifest, and never another one; what removes the label for good.

    python benchmarks/credentials.py recovery --clips 200   # metadata stripped and CRF 28
    python benchmarks/credentials.py removal --clips 10     # attacks that aim at the label
    python benchmarks/credentials.py registry --entries 100000

Clips are of the playground world (extra: hibari[train]), each saved with its own label into one
registry below a temporary folder, so that wrong manifests are there to be found.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

FPS = 24.0
Pictures = np.ndarray
Attack = Callable[[Pictures], Pictures]


def main() -> None:
    """Run one of the measurements and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("recovery", "removal", "registry"))
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--out", type=Path, help="also write the numbers as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hibari-benchmark-") as folder:
        os.environ["HIBARI_HOME"] = str(Path(folder) / "home")
        if given.what == "recovery":
            told = recovery(given.clips, Path(folder))
        elif given.what == "removal":
            told = removal(given.clips, Path(folder))
        else:
            told = registry_speed(given.entries)
    print(json.dumps(told, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(told, indent=1) + "\n")


def recovery(clips: int, folder: Path) -> dict[str, Any]:
    """Save clips, strip each (a new file at CRF 28 without metadata), ask what it is."""
    from hibari.nodes.inspection import inspect

    verdicts: Counter[str] = Counter()
    right = wrong = 0
    seconds = []
    for number, saved in enumerate(saved_clips(clips, folder)):
        stripped = reencode(saved, folder / "stripped.mp4", "small")
        started = time.perf_counter()
        found = inspect(stripped)
        seconds.append(time.perf_counter() - started)
        verdicts[found.verdict] += 1
        if found.match is not None and found.match.same is not False:
            right += found.match.record.title == saved.name
            wrong += found.match.record.title != saved.name
        if (number + 1) % 20 == 0:
            print(f"{number + 1}: right {right}, wrong {wrong}, {dict(verdicts)}", flush=True)
    return {
        "clips": clips,
        "right_manifest": right / clips,
        "wrong_manifest": wrong / clips,
        "verdicts": dict(verdicts),
        "inspect_s_median": round(float(np.median(seconds)), 2),
    }


def removal(clips: int, folder: Path) -> dict[str, Any]:
    """Attack saved clips; count where picture, sound or nothing leads home."""
    from hibari.nodes.inspection import inspect

    table: dict[str, Counter[str]] = {name: Counter() for name in ATTACKS}
    for saved in saved_clips(clips, folder):
        for name, attack in ATTACKS.items():
            found = inspect(rewritten(saved, folder / "attacked.mp4", attack))
            for medium, mark in found.marks.items():
                table[name][medium] += mark.identifier is not None
            led = found.match is not None and found.match.same is not False
            table[name]["right"] += led and found.match.record.title == saved.name
            table[name]["wrong"] += led and found.match.record.title != saved.name
            table[name][found.verdict] += 1
        print(saved.name, flush=True)
    return {"clips": clips, "attacks": {name: dict(row) for name, row in table.items()}}


def registry_speed(entries: int) -> dict[str, Any]:
    """Fill a registry and time each way to ask it, in ms."""
    from hibari.trust.home import open_database
    from hibari.trust.registry import Registry

    engine = open_database()
    registry = Registry(engine)
    started = time.perf_counter()
    fill(engine, entries)
    filled = time.perf_counter() - started
    asked = np.random.default_rng(1).integers(0, entries, 50)
    kept = [registry.by_identifier(f"{number:016x}")[0] for number in asked[:20]]
    return {
        "entries": entries,
        "filling_s": round(filled, 1),
        "by_identifier_ms": timed(lambda n: registry.by_identifier(f"{n:016x}"), asked),
        "by_file_ms": timed(lambda n: registry.by_file(f"{n:064x}"), asked),
        "by_picture_first_ms": timed(lambda _: registry.by_content(kept[0].video, None), [0]),
        "by_picture_ms": timed(lambda n: registry.by_content(kept[n].video, None), range(20)),
    }


def fill(engine: Any, entries: int, batch: int = 5000) -> None:
    """Write random records in bulk: 4 frames, 48 landmarks and 5 kB of manifest each."""
    from hibari.trust.registry.tables import ENTRY, FINGERPRINT, LANDMARK, WATERMARK
    from sqlalchemy import insert

    rng, moment = np.random.default_rng(0), datetime.datetime.now(datetime.UTC)
    for start in range(0, entries, batch):
        numbers = range(start, min(start + batch, entries))
        rows = [
            {
                "id": number + 1,
                "manifest_id": f"urn:c2pa:{number}",
                "recorded_at": moment,
                "title": f"{number}.mp4",
                "media_type": "video/mp4",
                "file_sha256": f"{number:064x}",
                "store": b"s" * 5000,
                "story": "{}",
                "thumbnail": b"",
                "duration_s": 2.0,
            }
            for number in numbers
        ]
        marks = [{"identifier": f"{number:016x}", "entry_id": number + 1} for number in numbers]
        prints = [
            {
                "entry_id": number + 1,
                "video_hashes": rng.bytes(4 * 32),
                "video_thumbs": rng.bytes(4 * 576),
                "audio_levels": rng.bytes(60 * 32),
            }
            for number in numbers
        ]
        drawn = rng.integers(0, 65536, (len(rows), 48)).tolist()
        landmarks = [
            {"mark": mark, "at": at, "entry_id": number + 1}
            for number, some in zip(numbers, drawn, strict=True)
            for at, mark in enumerate(some)
        ]
        with engine.begin() as connection:
            connection.execute(insert(ENTRY), rows)
            connection.execute(insert(WATERMARK), marks)
            connection.execute(insert(FINGERPRINT), prints)
            connection.execute(insert(LANDMARK), landmarks)


def timed(ask: Callable[[Any], object], given: Any) -> dict[str, float]:
    """Median ms of a question: by the clock, and of the CPU (others may use the machine too)."""
    clock, cpu = [], []
    for one in given:
        started = time.perf_counter(), time.process_time()
        ask(one)
        clock.append(1000 * (time.perf_counter() - started[0]))
        cpu.append(1000 * (time.process_time() - started[1]))
    return {"clock": round(float(np.median(clock)), 2), "cpu": round(float(np.median(cpu)), 2)}


def saved_clips(count: int, folder: Path) -> Iterator[Path]:
    """Yield labelled files of the playground, each made from its own seed."""
    from hibari.host.media import VideoSettings
    from hibari.nodes.label import Label
    from hibari.nodes.video_files import write_labelled
    from hibari.training.world.generate import make_clip
    from hibari.trust.credentials.contribution import Contribution

    story = [Contribution("model", {"name": "playground"})]
    for number in range(count):
        clip = make_clip(11, number)
        frames = torch.from_numpy(np.ascontiguousarray(clip.frames)).float().div_(255)
        audio = {"waveform": torch.as_tensor(clip.waveform)[None], "sample_rate": 24000}
        path = folder / f"{number:05}.mp4"
        write_labelled(path, Label(frames, FPS, audio, story), VideoSettings(FPS), {})
        yield path


def reencode(source: Path, target: Path, quality: str) -> Path:
    """Write pictures and sound anew, without any metadata (small is CRF 28)."""
    return rewritten(source, target, lambda pictures: pictures, quality)


def rewritten(source: Path, target: Path, attack: Attack, quality: str = "balanced") -> Path:
    """Write attacked pictures and the sound as it was, without any metadata."""
    from hibari.host.media import VideoSettings, read_video, write_video

    clip = read_video(source)
    pictures = np.ascontiguousarray(attack(clip.frames.numpy()))
    return write_video(target, pictures, VideoSettings(FPS, "mp4", quality), audio=clip.audio)


def scaled(pictures: Pictures, height: int, width: int) -> Pictures:
    """Return frames of another size."""
    frames = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    sized = torch.nn.functional.interpolate(
        frames, (height, width), mode="bilinear", align_corners=False, antialias=True
    )
    return sized.clamp(0, 255).round().byte().permute(0, 2, 3, 1).numpy()


def blurred(pictures: Pictures, sigma: float) -> Pictures:
    """Return frames behind a Gaussian."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(pictures, (0, sigma, sigma, 0))


def noisy(pictures: Pictures, deviation: float) -> Pictures:
    """Return frames with Gaussian noise."""
    noise = np.random.default_rng(1).normal(0, deviation, pictures.shape)
    return (pictures + noise).clip(0, 255).astype(np.uint8)


def regenerated(pictures: Pictures) -> Pictures:
    """Return frames as a small autoencoder would: a quarter of the size, denoised, and back."""
    small = scaled(pictures, pictures.shape[1] // 4, pictures.shape[2] // 4)
    return scaled(despeckled(small, 3), *pictures.shape[1:3])


def despeckled(pictures: Pictures, side: int) -> Pictures:
    """Return frames behind a median of side x side pixels."""
    from scipy.ndimage import median_filter

    return median_filter(pictures, (1, side, side, 1))


def rotated(pictures: Pictures, degrees: float) -> Pictures:
    """Return frames turned about their middle, the corners from the edge."""
    from scipy.ndimage import rotate

    return rotate(pictures, degrees, axes=(1, 2), reshape=False, order=1, mode="nearest")


def averaged(pictures: Pictures, frames: int) -> Pictures:
    """Return frames blended with their neighbours in time."""
    from scipy.ndimage import uniform_filter1d

    return uniform_filter1d(pictures.astype(np.float32), frames, axis=0).round().astype(np.uint8)


def cropped(pictures: Pictures, share: float) -> Pictures:
    """Return frames without ``share`` of each side."""
    rows, columns = (round(share * side) for side in pictures.shape[1:3])
    return pictures[:, rows:-rows, columns:-columns]


ATTACKS: dict[str, Attack] = {
    "metadata stripped": lambda p: p,
    "half size": lambda p: scaled(p, p.shape[1] // 2, p.shape[2] // 2),
    "quarter size": lambda p: scaled(p, p.shape[1] // 4, p.shape[2] // 4),
    "crop 10 %": lambda p: cropped(p, 0.1),
    "crop 25 %": lambda p: cropped(p, 0.25),
    "mirror": lambda p: p[:, :, ::-1],
    "rotation 5 degrees": lambda p: rotated(p, 5),
    "blur, sigma 2 px": lambda p: blurred(p, 2),
    "noise, sigma 10": lambda p: noisy(p, 10),
    "median 5x5": lambda p: despeckled(p, 5),
    "average of 5 frames": lambda p: averaged(p, 5),
    "grey": lambda p: np.repeat(p.mean(axis=3, keepdims=True).astype(np.uint8), 3, axis=3),
    "every second frame": lambda p: p[::2],
    "quarter size and back, denoised": regenerated,
}


if __name__ == "__main__":
    main()

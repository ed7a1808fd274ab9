"""Remixing clips of the playground: what stays and what follows the prompt, by strength.

Each clip is made over with its own caption in which one colour is another. Motion: correlation of
the differences between neighbouring frames with those of the source. Sound: correlation of the
loudness over time. Colour and place: whether the instruments read the colour that was asked for,
and the place of the source. A source against itself has 1, 1, 0 and 1. Needs the ``train`` extra.

    python benchmarks/remix.py [--clips 6] [--strengths 0.3 0.6 0.9] [--steps 0]

Uses the bundled checkpoint, or ``--checkpoint`` of models/checkpoints.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from extend import FPS, world_video
from hibari.host import checkpoint_names
from hibari.host.embedded.folders import set_folders
from hibari.host.media import conform_audio, footage_of
from hibari.nodes.conditioning import encode
from hibari.nodes.decode import HibariDecodeAudio, HibariDecodeVideo
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.put_back import HibariPutBack
from hibari.nodes.remix import HibariRemix
from hibari.nodes.sample import HibariSample
from hibari.training.evaluation.material import world_ear
from hibari.training.evaluation.reading import Reading, read_clip
from hibari.training.world import SAMPLE_RATE
from torch import Tensor

ENVELOPE_HZ = FPS
EXCHANGED = {"red": "blue", "blue": "green", "green": "red"}


def recoloured(caption: str) -> tuple[str, str] | None:
    """A caption with its colour exchanged, and the colour asked for; None without a known one."""
    for colour, other in EXCHANGED.items():
        if f" {colour} " in caption:
            return caption.replace(f" {colour} ", f" {other} "), other
    return None


def motion(frames: Tensor) -> Tensor:
    """Mean absolute difference of each frame to the one before."""
    return (frames[1:] - frames[:-1]).abs().mean(dim=(1, 2, 3))


def envelope(audio: dict[str, Any] | None, seconds: float) -> Tensor:
    """Root mean square of the sound in each frame's time."""
    waveform = conform_audio(audio, 24000, seconds)
    parts = waveform.split(24000 // ENVELOPE_HZ, dim=-1)
    return torch.stack([part.square().mean().sqrt() for part in parts])


def correlation(one: Tensor, other: Tensor) -> float:
    """Pearson's correlation; 0 where one of them does not change."""
    pair = torch.stack((one, other)).double()
    return float(torch.corrcoef(pair).nan_to_num()[0, 1])


def seen(frames: Tensor) -> Reading:
    """What the instruments see in frames."""
    pixels = (frames * 255).round().clamp(0, 255).byte().numpy()
    return read_clip(pixels, np.zeros((2, SAMPLE_RATE), np.float32), FPS, world_ear())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.3, 0.6, 0.9])
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--checkpoint", default=checkpoint_names()[0])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        set_folders(temp=Path(folder))
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Rows for each clip and strength, then means for each strength."""
    parts = HibariLoadModel.execute(options.checkpoint).args
    rows: dict[float, list[tuple[float, ...]]] = {one: [] for one in options.strengths}
    index = done = 0
    while done < options.clips:
        video, caption = world_video(index, 49, options.size)
        told, index = recoloured(caption), index + 1
        if told is None:
            continue
        done += 1
        for strength in options.strengths:
            row = remixed(parts, video, told, strength, options)
            rows[strength].append(row)
            show(index - 1, strength, row)
    for strength, found in rows.items():
        show(None, strength, tuple(torch.tensor(found).mean(dim=0).tolist()))


def remixed(
    parts: Any, video: Any, told: tuple[str, str], strength: float, options: argparse.Namespace
) -> tuple[float, ...]:
    """Motion, sound, colour and place of one clip made over."""
    model, clip, vae, audio_vae = parts
    text, colour = told
    latent, edit, *_ = HibariRemix.execute(
        video, vae, audio_vae, strength=strength, seconds=0.0, size=options.size
    ).args
    (made,) = HibariSample.execute(
        model, encode(clip, text), latent, seed=1, steps=options.steps
    ).args
    (images,) = HibariDecodeVideo.execute(made, vae).args
    (audio,) = HibariDecodeAudio.execute(made, audio_vae).args
    source = footage_of(video)
    result = footage_of(HibariPutBack.execute(edit, images, audio).args[0])
    before, after = source.between(0, source.frames), result.between(0, result.frames)
    sounds = (envelope(one.audio, source.seconds) for one in (source, result))
    return (
        correlation(motion(before), motion(after)),
        correlation(*sounds),
        float(seen(after).colour == colour),
        float(seen(after).place == seen(before).place),
    )


def show(index: int | None, strength: float, row: tuple[float, ...]) -> None:
    """Print a row as JSON."""
    names = ("motion", "sound", "colour", "place")
    told = {name: round(value, 3) for name, value in zip(names, row, strict=True)}
    clip = {"mean of all": True} if index is None else {"clip": index}
    print(json.dumps({**clip, "strength": strength, **told}), flush=True)


if __name__ == "__main__":
    main()

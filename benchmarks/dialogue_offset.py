"""Whether Hibari Check Dialogue finds the offset between a mouth and its speech.

    python benchmarks/dialogue_offset.py [--lines 12] [--json FILE]

Speaking faces of the playground, drawn to their own speech, with the ambience and music around it
left in. Each clip is also shown some frames early and late. Printed for each shift: how many lines
are found to follow speech, the median offset and the median error, in frames. Needs the ``train``
extra.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hibari.model.speech.mouth import mouth_opening
from hibari.nodes.check_dialogue import LEAST_AGREEMENT, offset_of
from hibari.training.world import ClipSpec, make_clip
from torch import Tensor

SEED = 20262
SHIFTS = (-4, -2, 0, 2, 4)
SPEC = ClipSpec(playground="whole")


def talks() -> Iterator[Any]:
    """Clips in which somebody speaks."""
    index = 0
    while True:
        clip = make_clip(SEED, index, SPEC, "validation")
        index += 1
        if clip.truth.dialogue:
            yield clip


def shifted(frames: Tensor, late: int) -> Tensor:
    """The frames so much later; the first or last one is held."""
    return frames[(torch.arange(len(frames)) - late).clamp(0, len(frames) - 1)]


def openings(clip: Any) -> list[Tensor]:
    """What the speech asks of the mouth, for each line, from all that is heard meanwhile."""
    found = []
    for line in clip.truth.dialogue:
        sound = torch.from_numpy(clip.waveform).mean(dim=0)
        start, end = round(line.start_s * 24_000), round(line.end_s * 24_000)
        alone = torch.zeros_like(sound)
        alone[start:end] = sound[start:end]
        found.append(mouth_opening(alone, 24_000, SPEC.frames, SPEC.fps))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    offsets: dict[int, list[Any]] = {shift: [] for shift in SHIFTS}
    for clip in talks():
        frames = torch.from_numpy(np.asarray(clip.frames)).float() / 255
        for line, opening in zip(clip.truth.dialogue, openings(clip), strict=True):
            told = {"speaker": "A", "start_s": line.start_s, "end_s": line.end_s}
            timing = {"fps": SPEC.fps, "mouths": {"A": opening.tolist()}}
            for shift, found in offsets.items():
                found.append(offset_of(shifted(frames, shift), timing, told))
        if len(offsets[0]) >= arguments.lines:
            break
    rows = {shift: row(shift, found) for shift, found in offsets.items()}
    for shift, numbers in rows.items():
        print(f"picture {shift:+d} frames: {numbers}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


def row(shift: int, found: list[Any]) -> dict[str, float]:
    """What was found at one shift."""
    sure = [one for one in found if one and one.agreement >= LEAST_AGREEMENT]
    frames = np.array([one.seconds * SPEC.fps for one in sure])
    median = {"offset": np.median(frames), "error": np.median(np.abs(frames - shift))}
    rounded = {name: round(float(value), 2) for name, value in median.items()}
    return {"lines": len(found), "sure": len(sure), **rounded}


if __name__ == "__main__":
    main()

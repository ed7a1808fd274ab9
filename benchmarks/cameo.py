"""Does a checkpoint show the likeness it is given, and is nothing lost on the way to it?

    python benchmarks/cameo.py                      # 20 identities and 5 photographed things
    python benchmarks/cameo.py --identities 4 --checkpoint my.safetensors --out cameo.json

Speakers of the playground that no training clip shows (extra: hibari[train]) are enrolled, put
into clips of the same words, and looked up among all references by looks and by voice. Beside it
stand the same clips through the model library alone (latents must be equal bit by bit), without the
cameo (chance), and the true clips (the ceiling of the features). Photographed things are looked up
among all of these references by looks; no bar is set for them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cameo_cutouts import THINGS, photographs, scene_with
from cameo_features import feature_sets
from cameo_studio import Filmed, Latents, Scene, Studio, pcm16
from hibari.training.evaluation.likeness import Identity, identities, look_distances, retrieval
from hibari.training.world import SAMPLE_RATE

SPEAKS = Scene('@subject says: "Hello, how are you?" in a room.', "somebody")
STANDS = Scene("@subject stands in the middle of a room.", "something")
TRUE = "true clips"
log = logging.getLogger("hibari.benchmark")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", metavar="NAME", help="default: the bundled one")
    parser.add_argument("--identities", type=int, default=20)
    parser.add_argument("--seconds", type=float, help="of each clip; default: recommended")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="also write the numbers as JSON")
    given = parser.parse_args()
    if given.identities < 2:
        parser.error(f"{given.identities} identities cannot be told apart; use 20")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("hibari").setLevel(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="hibari-benchmark-") as home, torch.inference_mode():
        os.environ["HIBARI_HOME"] = home  # nobody's own cameos
        told = measure(given.checkpoint, given.identities, given.seconds, given.seed)
    print(table(told))
    if given.out is not None:
        given.out.write_text(json.dumps(told, indent=1) + "\n")


@dataclass
class Row:
    """Clips of one kind, one for each identity or thing."""

    rate_hz: int = SAMPLE_RATE
    frames: list[np.ndarray] = field(default_factory=list)
    sounds: list[np.ndarray] = field(default_factory=list)
    latents: list[Latents] = field(default_factory=list)

    def add(self, frames: np.ndarray, sound: np.ndarray | None) -> None:
        """Keep one more clip."""
        self.frames.append(frames)
        if sound is not None:
            self.sounds.append(sound)


def measure(
    checkpoint: str | None, count: int, seconds: float | None = None, seed: int = 0
) -> dict[str, Any]:
    """All numbers of the table."""
    studio = Studio(checkpoint, seconds, seed)
    people = list(identities(count))
    things = [Filmed(one.name, photographs(one), None, "object") for one in THINGS]
    views = [one.views[0] for one in people]
    speakers, gap = speaker_rows(studio, people)
    every = [*views, *(one.views[0] for one in things)]
    pictured = thing_rows(studio, things, people[0].frames[0])
    return {
        "checkpoint": studio.name,
        "trained_with_references": studio.trained_with_references,
        "identities": count,
        "rows": rows_told(speakers, people),
        "latent_difference": gap,
        "photographs": len(things),
        "photograph_rows": {
            name: {"looks": found(look_distances(row.frames, every), range(count, len(every)))}
            for name, row in pictured.items()
        },
    }


def rows_told(rows: Mapping[str, Row], people: Sequence[Identity]) -> dict[str, Any]:
    """For every row and kind of features: whose looks and voices are found."""
    views, voices = [one.views[0] for one in people], [one.voice for one in people]
    return {
        name: {
            kind: {
                "looks": retrieval(features.looks(row.frames, views)),
                "voice": retrieval(features.voices(row.sounds, voices, row.rate_hz)),
            }
            for kind, features in feature_sets().items()
        }
        for name, row in rows.items()
    }


def speaker_rows(
    studio: Studio, people: Sequence[Identity], scene: Scene = SPEAKS
) -> tuple[dict[str, Row], float]:
    """Clips of every identity by row, and how far the latents of blocks and library are apart."""
    rows: dict[str, Row] = {}
    gap = 0.0
    for number, person in enumerate(people):
        filmed = Filmed(person.name, person.views, pcm16(person.voice))
        studio.enrol(filmed, scene)
        latents = {}
        for name, make in studio.makers().items():
            latents[name] = make(filmed, scene, number)
            row = rows.setdefault(name, Row(studio.sound_rate_hz))
            row.add(*studio.decoded(latents[name]))
            row.latents.append(latents[name])
        one, other, _ = latents.values()
        gap = max(gap, difference(one, other))
        rows.setdefault(TRUE, Row()).add(person.frames, person.sound)
        log.info("%d of %d identities", number + 1, len(people))
    return rows, gap


def thing_rows(studio: Studio, things: Sequence[Filmed], backdrop: np.ndarray) -> dict[str, Row]:
    """Clips of every photographed thing by row."""
    rows: dict[str, Row] = {}
    for number, (filmed, thing) in enumerate(zip(things, THINGS, strict=True)):
        studio.enrol(filmed, STANDS)
        for name, make in (
            ("cameo, through the blocks", studio.by_blocks),
            ("no cameo", studio.without),
        ):
            frames, _ = studio.decoded(make(filmed, STANDS, number))
            rows.setdefault(name, Row()).add(frames, None)
        rows.setdefault(TRUE, Row()).add(scene_with(thing, backdrop), None)
        log.info("%d of %d photographs", number + 1, len(things))
    return rows


def difference(one: Latents, other: Latents) -> float:
    """Largest difference of two clips' latents."""
    return max(float((a - b).abs().max()) for a, b in zip(one, other, strict=True))


def found(distances_QR: np.ndarray, own: Sequence[int]) -> float:
    """Share of clips whose nearest reference is their own, among more references than clips."""
    fair = distances_QR - distances_QR.mean(axis=0, keepdims=True)
    return float(np.mean(fair.argmin(axis=1) == np.array(own)))


def table(told: Mapping[str, Any]) -> str:
    """The numbers as people read them."""
    count, things = told["identities"], told["photographs"]
    learned = "trained" if told["trained_with_references"] else "not trained"
    lines = [f"{told['checkpoint']}: {learned} with references"]
    lines += rows_as_lines(told["rows"], count)
    lines.append(
        f"largest difference of latents, blocks and library: {told['latent_difference']:g}"
    )
    every = count + things
    lines.append(
        f"{f'{things} photographs of {every} references':32}  looks  (chance {1 / every:.2f})"
    )
    lines += [f"{name:32} {row['looks']:6.2f}" for name, row in told["photograph_rows"].items()]
    return "\n".join(lines)


def rows_as_lines(rows: Mapping[str, Any], count: int) -> list[str]:
    """The part of the table about speakers."""
    lines = []
    for kind in next(iter(rows.values())):
        lines.append(f"{f'{count} identities, {kind}':32}  looks  voice  (chance {1 / count:.2f})")
        for name, row in rows.items():
            if kind in row:
                lines.append(f"{name:32} {row[kind]['looks']:6.2f} {row[kind]['voice']:6.2f}")
    return lines


if __name__ == "__main__":
    main()

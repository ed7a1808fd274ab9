"""Whether the sound made for a silent clip has its impacts where they are seen.

    python benchmarks/sound_for_video.py [--clips 24] [--prompt caption|none] [--json FILE]

Held-out clips of the playground lose their sound; Hibari Sound for Video makes it again from the
pictures alone, or from pictures and caption. Onsets of the sound are matched with the simulated
impacts within two frames, over all clips. Beside it: the true sound, the true sound through the
codec (audio VAE and vocoder), and the sound made for another clip. Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from hibari.nodes.codec_output import sound_from
from hibari.nodes.conditioning import encode
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.other_modality import sound_latents
from hibari.nodes.sound_for_video import HibariSoundForVideo
from hibari.training.evaluation.onset import APART_S, onsets_s
from hibari.training.world import make_clip

SEED = 20261
TOLERANCE_S = 2 / 24
CHECKPOINT = "hibari-playground.safetensors"


@dataclass
class Score:
    """Matches over all clips, and how far apart the matched are, in frames."""

    hits: int = 0
    found: int = 0
    wanted: int = 0
    lags: list[float] = field(default_factory=list)

    def add(self, found: Sequence[float], wanted: Sequence[float]) -> None:
        """Match each impact with the nearest free onset."""
        free = list(found)
        self.found, self.wanted = self.found + len(free), self.wanted + len(wanted)
        for moment in wanted:
            nearest = min(free, key=lambda onset: abs(onset - moment), default=None)
            if nearest is not None and round(abs(nearest - moment) - TOLERANCE_S, 6) <= 0:
                free.remove(nearest)
                self.hits += 1
                self.lags.append((nearest - moment) * 24)

    def row(self) -> dict[str, float]:
        """F1, precision, recall, and the median lag in frames."""
        precision, recall = self.hits / max(1, self.found), self.hits / max(1, self.wanted)
        f1 = 2 * self.hits / max(1, self.found + self.wanted)
        lag = float(np.median(self.lags)) if self.lags else float("nan")
        numbers = {"f1": f1, "precision": precision, "recall": recall, "lag_frames": lag}
        return {name: round(value, 3) for name, value in numbers.items()}


def impacts_s(moments: Sequence[float]) -> list[float]:
    """Simulated impacts as far as ears can tell them apart."""
    heard: list[float] = []
    for moment in sorted(moments):
        if not heard or moment - heard[-1] > APART_S:
            heard.append(moment)
    return heard


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--prompt", choices=("caption", "none"), default="caption")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    names = ("true sound", "true sound through the codec", "made", "made for another clip")
    scores = {f"{name}, against {truth}": Score() for truth in TRUTHS for name in names}
    with torch.inference_mode():
        model, clip, vae, audio_vae = HibariLoadModel.execute(CHECKPOINT).args
        previous: list[float] = []
        for index in range(arguments.clips):
            world = make_clip(SEED, index, split="validation")
            true = {"waveform": torch.from_numpy(world.waveform)[None], "sample_rate": 24_000}
            seconds = len(world.frames) / 24
            tokens = sound_latents(audio_vae, true, 0.0, seconds)
            text = world.caption if arguments.prompt == "caption" else ""
            frames = torch.from_numpy(np.asarray(world.frames)).float() / 255
            made = HibariSoundForVideo.execute(
                *(model, encode(clip, text), vae, audio_vae), images=frames, fps=24.0, seed=index
            ).args[0]
            sounds = {
                "true sound": onsets(true),
                "true sound through the codec": onsets(sound_from(audio_vae, tokens, seconds)),
                "made": onsets(made),
                "made for another clip": previous,
            }
            references = {
                TRUTHS[0]: impacts_s([contact.time_s for contact in world.truth.contacts]),
                TRUTHS[1]: sounds["true sound"],
            }
            for truth, wanted in references.items():
                for name, found in sounds.items():
                    if index or name != "made for another clip":
                        scores[f"{name}, against {truth}"].add(found, wanted)
            previous = sounds["made"]
            if arguments.json:  # so that a long run can be looked at, or stopped
                write(arguments.json, arguments.prompt, index + 1, scores)
    for name, score in scores.items():
        row = "  ".join(f"{key} {value:6.3f}" for key, value in score.row().items())
        print(f"{name:60s} {row}")


def write(path: Path, prompt: str, clips: int, scores: dict[str, Score]) -> None:
    """Write down what is known after some clips."""
    rows = {name: score.row() for name, score in scores.items()}
    report = {"clips": clips, "prompt": prompt, "rows": rows}
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


TRUTHS = ("simulated impacts", "onsets of the true sound")


def onsets(audio: dict) -> list[float]:
    """Times in seconds at which an AUDIO starts to sound."""
    return [float(t) for t in onsets_s(audio["waveform"][0].numpy(), audio["sample_rate"])]


if __name__ == "__main__":
    main()

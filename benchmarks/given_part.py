"""What the model makes of a clip when its first picture, or its sound, is given.

    python benchmarks/given_part.py picture [--clips 12] [--prompt caption|none] [--sheet FILE]
    python benchmarks/given_part.py sound [--clips 12] [--prompt caption|none] [--sheet FILE]

``picture``: held-out clips of the playground lose all but their first frame; Hibari Image to Video
and Hibari Sample make the rest. From its second half on, does the picture show place, colour,
shape and number of objects of the true clip, and where do they move (mean distance from the true
paths, 1/256 of the height)?

``sound``: the clips lose their picture, and Hibari Picture for Sound makes it again. Does the first
contact that is seen come within two frames of the true impact?

Beside it: the true clip, what was given for another clip, and what the caption alone makes. Needs
the ``train`` extra.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hibari.nodes.av_latent import empty_latent
from hibari.nodes.clip_plan import CUSTOM, plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.decode import HibariDecodeVideo
from hibari.nodes.image_to_video import HibariImageToVideo
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.picture_for_sound import HibariPictureForSound
from hibari.nodes.sample import HibariSample
from hibari.training.evaluation.material import world_ear
from hibari.training.evaluation.metric import METRICS, score
from hibari.training.evaluation.reading import Reading, read_clip
from hibari.training.evaluation.sheet import SheetClip, write_sheet
from hibari.training.world import SAMPLE_RATE, make_clip
from torch import Tensor

SEED = 20263
FPS = 24
FIRST_OF_LATER_HALF = 24
TOLERANCE_FRAMES = 2
CHECKPOINT = "hibari-playground.safetensors"
LATER = tuple(metric for metric in METRICS if metric.name in ("place", "colour", "shape", "count"))
WHOLE = tuple(metric for metric in METRICS if metric.name == "path_error")
MADE, ALONE, TRUE = "made of what is given", "made of the caption alone", "true clip"


@dataclass(frozen=True, eq=False)
class Made:
    """A clip of one source, read as a whole and from its later half on."""

    frames: np.ndarray
    whole: Reading
    later: Reading


class Maker:
    """The bundled model, given a part of a clip."""

    def __init__(self, what: str, prompt: str) -> None:
        self.what, self.prompt = what, prompt
        self.model, self.clip, self.vae, self.audio_vae = HibariLoadModel.execute(CHECKPOINT).args

    def of_part(self, world: Any, seed: int) -> Tensor:
        """Frames that go with the first picture or the sound of a clip."""
        positive = encode(self.clip, world.caption if self.prompt == "caption" else "")
        if self.what == "sound":
            audio = {"waveform": torch.from_numpy(world.waveform)[None], "sample_rate": SAMPLE_RATE}
            images: Tensor = HibariPictureForSound.execute(
                *(self.model, positive, self.vae, self.audio_vae), audio=audio, seed=seed
            ).args[0]
            return images
        first = torch.from_numpy(np.asarray(world.frames[:1])).float() / 255
        latent = HibariImageToVideo.execute(self._empty(world), self.vae, first=first).args[0]
        return self._sampled(positive, latent, seed)

    def of_caption(self, world: Any, seed: int) -> Tensor:
        """Frames of the caption alone."""
        return self._sampled(encode(self.clip, world.caption), self._empty(world), seed)

    def _empty(self, world: Any) -> dict[str, Any]:
        return empty_latent(plan_clip(CUSTOM, 256, 256, len(world.frames) / FPS, FPS), 1)

    def _sampled(self, positive: Any, latent: dict[str, Any], seed: int) -> Tensor:
        (made,) = HibariSample.execute(self.model, positive, latent, seed=seed).args
        images: Tensor = HibariDecodeVideo.execute(made, self.vae).args[0]
        return images


def read(frames: np.ndarray, world: Any) -> Made:
    """What is seen in frames that belong to a clip of the world."""
    ear, silence = world_ear(), np.zeros((2, SAMPLE_RATE), np.float32)
    whole = read_clip(frames, world.waveform, FPS, ear)
    return Made(frames, whole, read_clip(frames[FIRST_OF_LATER_HALF:], silence, FPS, ear))


def rows_of(what: str, sources: dict[str, list[Made]], worlds: list[Any]) -> dict[str, Any]:
    """Scores of each source; those for another clip are the made ones against the next truth."""
    other = [*sources[MADE][1:], *sources[MADE][:1]]
    rows = {}
    for name, made in {**sources, "made for another clip": other}.items():
        if what == "sound":
            rows[name] = {"contact": contact_share(made, worlds)}
            continue
        truths = [world.truth for world in worlds]
        found = score([one.later for one in made], truths, told_only=False, metrics=LATER)
        found |= score([one.whole for one in made], truths, metrics=WHOLE)
        rows[name] = {key: one.value for key, one in found.items()}
    return rows


def contact_share(made: list[Made], worlds: list[Any]) -> float:
    """Share of clips whose first contact is seen within two frames of the true impact."""
    hits = []
    for one, world in zip(made, worlds, strict=True):
        seen, true = one.whole.contact_s, world.truth.first_impact_s
        if true is not None:
            late = None if seen is None else round(abs(seen - true) * FPS, 6)
            hits.append(late is not None and late <= TOLERANCE_FRAMES)
    return sum(hits) / max(1, len(hits))


def strips(sources: dict[str, list[Made]], worlds: list[Any]) -> Iterator[Any]:
    """The true clip and what was made of its part, one below the other."""
    for index, world in enumerate(worlds):
        for name in (TRUE, MADE):
            one = sources[name][index]
            caption = f"{name}: {world.caption}"
            yield SheetClip(one.frames, world.waveform, caption, one.whole).strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=("picture", "sound"))
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--prompt", choices=("caption", "none"), default="caption")
    parser.add_argument("--alone", action="store_true", help="also of the caption alone")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, help="PNG with the true and the made clips")
    options = parser.parse_args()
    maker, worlds = Maker(options.what, options.prompt), []
    sources: dict[str, list[Made]] = {TRUE: [], MADE: []} | ({ALONE: []} if options.alone else {})
    with torch.inference_mode():
        for index in range(options.clips):
            world = make_clip(SEED, index, split="validation")
            worlds.append(world)
            sources[TRUE].append(read(np.asarray(world.frames), world))
            sources[MADE].append(read(as_bytes(maker.of_part(world, index)), world))
            if options.alone:
                sources[ALONE].append(read(as_bytes(maker.of_caption(world, index)), world))
            report = {"clips": len(worlds), "rows": rows_of(options.what, sources, worlds)}
            if options.json:  # so that a long run can be looked at, or stopped
                options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    for name, row in report["rows"].items():
        told = "  ".join(f"{key} {value:6.3f}" for key, value in row.items())
        print(f"{name:28s} {told}")
    if options.sheet:
        write_sheet(options.sheet, list(strips(sources, worlds)))


def as_bytes(images: Tensor) -> np.ndarray:
    """Frames 0..1 as uint8 [F, H, W, 3]."""
    frames: np.ndarray = (images.float().cpu() * 255).round().clamp(0, 255).byte().numpy()
    return frames


if __name__ == "__main__":
    main()

"""What the instruments learn from: clips of the whole playground, drawn once and kept.

Each set is drawn as cheaply as its pupil allows and kept as raw arrays with the truths beside them,
in a folder named by the world's version. A set that is there is not drawn again.
Legend: n clips, F frames, Y rows, X columns, C colours, A hops, S channels of sound.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...world import ClipSpec
from ...world.scenes.dice import SPLITS, Dice, stream
from ..networks import Networks
from .spectrum import HOPS_PER_S, band_levels

log = logging.getLogger("hibari.evaluate")

SEED = 6_100
CODECS = Path(__file__).parents[3] / "weights" / "hibari-codecs.safetensors"
"""The bundled ones: what they leave of a clip is what an eye has to read."""
SPEC = ClipSpec(playground="whole")
SMALL = ClipSpec(frames=17, height=128, width=128, fps=8, playground="whole")
SIGHTS = 8
"""Frames of a clip that the eye learns from; half of them around contacts."""
BESIDE = (-2, -1, 1, 2)
"""Frames beside it that show how things move."""
VIEW_STEP, VIEW_PX = 3, 64
"""The viewer and the camera see every third frame, 64 pixels high; drawn at 8 frames a second."""
FACE_PX = 96

Lines = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Lesson:
    """Arrays by name, each with n rows, and the truth of each row."""

    arrays: dict[str, np.ndarray]
    truths: Lines

    def __len__(self) -> int:
        return len(self.truths)


def shrink(frames: np.ndarray, height: int) -> np.ndarray:
    """Block means of uint8 or float pictures [..., Y, X, C] down to `height` rows, float32."""
    factor = max(1, frames.shape[-3] // height)
    rows, columns = (side // factor for side in frames.shape[-3:-1])
    cut = frames[..., : rows * factor, : columns * factor, :]
    total = np.zeros((), np.float32)
    for row in range(factor):
        for column in range(factor):
            total = total + cut[..., row::factor, column::factor, :].astype(np.float32)
    return total / factor**2


def neighbours(frames: np.ndarray, frame: int) -> np.ndarray:
    """float32 [4, Y / 2, X / 2]: brightness of the frames beside `frame`, ends repeated."""
    chosen = [min(max(frame + step, 0), len(frames) - 1) for step in BESIDE]
    return shrink(frames[chosen], frames.shape[1] // 2).mean(-1)


def sights(folder: Path, count: int) -> Lesson:
    """For the eye: `frames` uint8 [n, 8, 256, 256, 3], `beside` uint8 [n, 8, 4, 128, 128], and both
    as `decoded` and `decoded_beside` after a video VAE.
    """

    def draw(index: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        # Every other clip may hold what training never shows: an eye that never saw a glass ball in
        # yellow would call it wood. The clips that a checkpoint is measured on have other seeds.
        frames, truth = _drawn(index, SPEC, SPLITS[index % 2])
        chosen = _chosen_frames(truth, index)
        decoded = _codecs().video_round_trip(frames)
        arrays = {
            "frames": frames[chosen],
            "beside": _around(frames, chosen),
            "decoded": decoded[chosen],
            "decoded_beside": _around(decoded, chosen),
        }
        return arrays, _trimmed(truth) | {"frames": chosen}

    # Named anew when decoded pictures came, so that a set without them is drawn again.
    return _kept(folder, "sights-2", count, draw)


def _around(frames: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    beside = np.stack([neighbours(frames, frame) for frame in chosen])
    return beside.round().astype(np.uint8)


@cache
def _codecs() -> Networks:
    return Networks(CODECS, playground="whole")


def views(folder: Path, count: int) -> Lesson:
    """For viewer and camera: `frames` uint8 [n, 17, 64, 64, 3]."""

    def draw(index: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        frames, truth = _drawn(100_000 + index, SMALL)
        small = shrink(frames, VIEW_PX).round().astype(np.uint8)
        return {"frames": small}, _trimmed(truth)

    return _kept(folder, "views", count, draw)


def sounds(folder: Path, count: int) -> Lesson:
    """For the ear: `levels` float16 [n, A, bands]."""
    from ...world.sound.mix import synthesize
    from ...world.whole import set_up

    def draw(index: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        at = 200_000 + index
        play = set_up(SEED, at, SPEC, "train")
        speech = tuple(utterance.waveform for utterance in play.spoken)
        waveform = synthesize(play.stage, speech, SPEC, stream(SEED, at, "train", "audio"))
        things = play.stage.layout.things
        plain = {
            "kind": play.stage.kind,
            "ambience": play.stage.ambience,
            "place": play.stage.setting.place,
            "music": play.stage.tune is not None,
            "lines": [(line.start_s, line.end_s) for line in play.stage.lines],
            "materials": [thing.material for thing in things],
            "hits": [(h.time_s, h.first, h.second, h.dv) for h in play.stage.motion.hits],
            "hops_per_s": HOPS_PER_S,
        }
        return {"levels": band_levels(waveform).astype(np.float16)}, plain

    return _kept(folder, "sounds", count, draw)


def paths(folder: Path, count: int) -> Lesson:
    """For the reader of contacts: what simulations show, without any picture.

    `places` float32 [n, F, 16, 2] as the picture shows them in 1/256 heights, NaN outside it;
    `sizes` float32 [n, 16, 2], halves; `touched` uint8 [n, F, 16], 2 where a contact first shows, 1
    where it is soft.
    """
    from .path_lessons import draw_paths

    return _kept(folder, "paths", count, lambda index: draw_paths(SEED, 400_000 + index, SPEC))


def speakers(folder: Path, count: int) -> Lesson:
    """For looks: one speaker a row, `view` and `frame` uint8 [n, 96, 96, 3], in any setting."""
    from .speaker_lessons import draw_speaker

    return _kept(folder, "speakers", count, lambda index: draw_speaker(SEED, 300_000 + index))


def voices(folder: Path, count: int) -> Lesson:
    """For voices: `facts` float32 [n, 3, 96] of the reference and of two sentences of a speaker."""
    from .speaker_lessons import draw_voice

    return _kept(folder, "voices", count, lambda index: draw_voice(SEED, 500_000 + index))


def _drawn(index: int, spec: ClipSpec, split: str = "train") -> tuple[np.ndarray, dict[str, Any]]:
    """Frames and truth of a clip, without the sound."""
    from ...world import whole
    from ...world.drawing.frames import render
    from ...world.language.telling import write_caption

    play = whole.set_up(SEED, index, spec, split)
    mouths = whole._mouths(play, spec)
    caption = write_caption(play.stage, "en", "", stream(SEED, index, split, "caption"))
    frames, view = render(play.stage, mouths, spec, stream(SEED, index, split, "look"))
    truth = whole._truth(play.stage, mouths, view, caption, spec).to_dict()
    return frames, truth


def _chosen_frames(truth: dict[str, Any], index: int) -> list[int]:
    """Half around contacts where there are any, the rest anywhere; rising."""
    dice = Dice(np.random.default_rng([SEED, index]))
    last = SPEC.frames - 1
    chosen = set()
    for contact in truth["contacts"]:
        shown = int(np.ceil(contact["time_s"] * SPEC.fps))
        if dice.chance(0.6) and len(chosen) < SIGHTS // 2:
            chosen.add(min(last, max(0, shown + dice.pick([0, 0, 0, -1, 1, 2]))))
    while len(chosen) < SIGHTS:
        chosen.add(dice.integer(0, last))
    return sorted(chosen)


def _trimmed(truth: dict[str, Any]) -> dict[str, Any]:
    """The truth without what no instrument learns."""
    return {key: value for key, value in truth.items() if key not in ("words", "numbers")}


def _kept(
    folder: Path,
    name: str,
    count: int,
    draw: Callable[[int], tuple[dict[str, np.ndarray], dict[str, Any]]],
) -> Lesson:
    """The set of this name, drawn where it is not there; rows are written one by one."""
    home = folder / f"{name}-{SPEC.version}"
    home.mkdir(parents=True, exist_ok=True)
    lines_path = home / "truths.jsonl"
    lines = _read_lines(lines_path)
    if len(lines) < count:
        log.info("drawing %d clips into %s", count - len(lines), home)
        _draw_rest(home, lines, range(len(lines), count), draw)
    arrays = {path.stem: _mapped(path) for path in sorted(home.glob("*.shape"))}
    return Lesson({key: array[:count] for key, array in arrays.items()}, lines[:count])


def _draw_rest(
    home: Path,
    lines: Lines,
    indices: Sequence[int],
    draw: Callable[[int], tuple[dict[str, np.ndarray], dict[str, Any]]],
) -> None:
    path = home / "truths.jsonl"
    if path.is_file():
        text = path.read_bytes()
        os.truncate(path, text.rfind(b"\n") + 1)
    for index, (arrays, truth) in _rows(indices, draw):
        for name, array in arrays.items():
            shape = {"shape": array.shape, "dtype": array.dtype.name}
            (home / f"{name}.shape").write_text(json.dumps(shape), "utf-8")
            with (home / f"{name}.raw").open("r+b" if index else "wb") as file:
                file.seek(index * array.nbytes)
                file.write(np.ascontiguousarray(array).tobytes())
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(truth) + "\n")
        lines.append(truth)


def _rows(indices: Sequence[int], draw: Callable[[int], Any]) -> Iterator[tuple[int, Any]]:
    for index in indices:
        yield index, draw(index)


def _read_lines(path: Path) -> Lines:
    if not path.is_file():
        return []
    text = path.read_text("utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _mapped(shape_path: Path) -> np.ndarray:
    facts = json.loads(shape_path.read_text("utf-8"))
    path, row = shape_path.with_suffix(".raw"), tuple(facts["shape"])
    # A writer that was killed may leave a part of a row at the end.
    rows = path.stat().st_size // (int(np.prod(row)) * np.dtype(facts["dtype"]).itemsize)
    return np.memmap(path, facts["dtype"], "r", shape=(rows, *row))

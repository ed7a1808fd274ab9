"""``python -m hibari.training.evaluation.whole.train``: teaches the instruments of the playground.

Draws what they learn from into a folder, where it is kept, fits one part after the other, and
writes them as one file. Stopped, it goes on where it was when it is run again; with more steps, it
goes on from what it has learned.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from ...state import read_weights
from ...world.clip import WHOLE_VERSION
from . import lessons
from .ear_training import fit_ear
from .eye_training import fit_eye
from .instruments import BUNDLED, PARTS, save_instruments
from .likeness_training import fit_looks, fit_voices
from .touch_training import fit_touch
from .viewer_training import fit_namer, fit_viewer

COUNTS = {
    "sights": 1000,
    "paths": 1500,
    "views": 1200,
    "sounds": 600,
    "speakers": 600,
    "voices": 2400,
}


@dataclass(frozen=True)
class Class:
    """What a part learns from, how it is fitted, and for how many steps."""

    lesson: str
    fit: Callable[[lessons.Lesson, int, Path | None], nn.Module]
    steps: int


CLASSES = {
    "eye": Class("sights", fit_eye, 4000),
    "touch": Class("paths", fit_touch, 1500),
    "ear": Class("sounds", fit_ear, 600),
    "viewer": Class("views", fit_viewer, 2400),
    "namer": Class("views", fit_namer, 1000),
    "looks": Class("speakers", fit_looks, 250),
    "voices": Class("voices", fit_voices, 2000),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Draws, fits and writes; 0 done, 1 failed, 2 bad input."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}.train", description=__doc__)
    add = parser.add_argument
    add("--folder", type=Path, required=True, help="for clips and states, about 2 GB")
    add("--out", type=Path, default=BUNDLED, metavar="FILE", help="default: the bundled file")
    add("--only", choices=tuple(CLASSES), action="append", help="fit this part and write no file")
    add("--share", type=float, default=1.0, help="of the clips and of the steps; a try is 0.02")
    add("--now", action="store_true", help="write what the states hold, however far they are")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        _run(arguments)
    except ValueError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> None:
    if arguments.share <= 0:
        raise ValueError(f"--share is {arguments.share}; use more than 0, 1 for all")
    make = _known if arguments.now else lambda path, name: _fitted(path, name, arguments.share)
    parts = {
        name: make(arguments.folder / f"{name}-{WHOLE_VERSION}.state.safetensors", name)
        for name in arguments.only or CLASSES
    }
    if not arguments.only:
        save_instruments(arguments.out, parts, WHOLE_VERSION)


def _fitted(state: Path, name: str, share: float) -> nn.Module:
    taught = CLASSES[name]
    clips = max(4, round(share * COUNTS[taught.lesson]))
    lesson = getattr(lessons, taught.lesson)(state.parent, clips)
    return taught.fit(lesson, max(2, round(share * taught.steps)), state)


def _known(state: Path, name: str) -> nn.Module:
    """A part as its state has it."""
    part = PARTS[name]()
    known = part.state_dict()
    part.load_state_dict(known | read_weights(state))
    return part.eval()


if __name__ == "__main__":
    sys.exit(main())

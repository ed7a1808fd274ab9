"""The command line of ``hibari evaluate``."""

from __future__ import annotations

import argparse
from pathlib import Path

CLIPS, QUICK_CLIPS = 48, 10
BASELINE_CLIPS = 50
ABOUT = """\
Measures a checkpoint on held-out clips of the playground and prints one table: every
metric for true clips, for what the codecs leave of them, for samples made from their
captions, for each kind of held-out clip, and for shuffled true clips, which is chance.
docs/metrics.md has the definition of each."""
EXAMPLES = """\
examples:
  hibari evaluate --quick                         a first look at the bundled checkpoint
  hibari evaluate --playground whole --json OUT   everything the world has, numbers to a file
  hibari evaluate --checkpoint FILE --steps 4 --sheet FOLDER
  hibari evaluate --instruments --playground whole
  hibari evaluate --playground whole --baseline --codecs VIDEO_VAE AUDIO_VAE VOCODER PARTIALS

exit status: 0 done, 1 failed while running, 2 bad input"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="hibari evaluate",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="what to measure; default: the bundled one"
    )
    what.add_argument(
        "--codecs",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="measure the round trip of codecs as `hibari train` writes them, in the order"
        " VIDEO_VAE AUDIO_VAE VOCODER [PARTIALS]; no samples",
    )
    what.add_argument(
        "--instruments",
        action="store_true",
        help="measure real clips only, which shows the error of the instruments; no checkpoint",
    )
    add(
        "--playground",
        choices=("drops", "whole"),
        default="drops",
        help="the narrow slice of falling things (default) or everything the world has",
    )
    add(
        "--baseline",
        action="store_true",
        help=f"beside the codecs, the best linear one (DCT-PCA) of {BASELINE_CLIPS} training clips",
    )
    add("--clips", type=int, metavar="N", help=f"how many held-out clips; default {CLIPS}")
    add("--seed", type=int, default=1, metavar="N", help="of the held-out clips' draws; default 1")
    add(
        "--steps",
        type=int,
        metavar="N",
        help="of sampling; default: what the checkpoint recommends",
    )
    add("--guidance", type=float, metavar="G", help="default: as recommended, 1 for none")
    add(
        "--interval",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="noise levels, 0 to 1, between which guidance acts; default: everywhere",
    )
    add(
        "--other-words",
        action="store_true",
        help="tell the captions in words that clips of the playground drops never come with",
    )
    add("--json", type=Path, metavar="OUT", help="write scores, readings and captions to a file")
    add("--sheet", type=Path, metavar="FOLDER", help="write contact sheets to look at")
    add("--quick", action="store_true", help=f"{QUICK_CLIPS} clips unless --clips says more")
    return parser

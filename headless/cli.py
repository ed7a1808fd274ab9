"""The ``hibari`` command.

Exit codes: 0 done; 1 failed while running; 2 bad graph or input; 130 interrupted. Results go to
stdout, everything else to stderr. Heavy modules are imported by the command that needs them.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ..host.embedded.progress import InterruptProcessingException
from .delegate import MODULES, delegate
from .engine.graph import GraphError
from .report import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, complain, refuse

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in given
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        return _run(given)
    except GraphError as error:
        refuse(error.problems, as_json="--json" in given)
        return EXIT_BAD_INPUT
    except (KeyboardInterrupt, InterruptProcessingException):
        complain("hibari: interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # whatever it is, people get a sentence
        if debug:
            log.exception("the command failed")
        complain(f"hibari: {type(error).__name__}: {error} (--debug shows where)")
        return EXIT_FAILED


def _run(given: list[str]) -> int:
    if given and given[0] in MODULES:
        return delegate(given[0], given[1:])
    arguments = build_parser().parse_args(given)
    if arguments.command == "run":
        from .run_command import run

        return run(arguments)
    if arguments.command == "generate":
        from .generate_command import generate

        return generate(arguments)
    from .nodes_command import list_nodes

    return list_nodes(arguments)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    from .. import __version__

    parser = argparse.ArgumentParser(
        prog="hibari", description="A sentence becomes a video with its sound."
    )
    parser.add_argument("--version", action="version", version=f"hibari {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_generate(commands.add_parser("generate", help="make a video from a sentence"))
    _add_run(commands.add_parser("run", help="run a graph"))
    nodes = commands.add_parser("nodes", help="list the blocks")
    _add_common(nodes)
    commands.add_parser("storyboard", help="make one video of the shots in a YAML or JSON file")
    commands.add_parser("verify", help="what a file says of itself, and whether it holds")
    commands.add_parser("cameo", help="likenesses by consent: enroll, grant, revoke, ...")
    commands.add_parser("guard", help="what a policy refuses; the rights registry")
    commands.add_parser("train", help="train a checkpoint (extra: hibari[train])")
    commands.add_parser("evaluate", help="measure a checkpoint (extra: hibari[train])")
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object last on stdout")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("graph", metavar="GRAPH.json", help="API or editor format")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NODE.INPUT=VALUE",
        help="change a value; NODE is an id or a title (repeatable)",
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: ./output")
    parser.add_argument(
        "--input", type=Path, metavar="DIR", help="files that graphs load; default: ./input or ."
    )
    parser.add_argument("--server", metavar="URL", help="run on a ComfyUI, e.g. http://gpu:8188")
    parser.add_argument("--disable-metadata", action="store_true", help="no graph inside files")


def _add_generate(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("prompt", metavar="PROMPT", help="what is seen and heard")
    parser.add_argument("--seconds", type=float, metavar="S", help="duration")
    parser.add_argument("--size", type=_size, metavar="WxH", help="in pixels, e.g. 256x256")
    parser.add_argument("--fps", type=float, help="frames per second")
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same video")
    parser.add_argument("--steps", type=int, metavar="N", help="sampling steps")
    parser.add_argument("--guidance", type=float, metavar="G", help="how closely to follow PROMPT")
    parser.add_argument("--checkpoint", metavar="NAME", help="another model (see `hibari nodes`)")
    parser.add_argument(
        "--cameo",
        action="append",
        default=[],
        metavar="NAME",
        help="a cameo in the scene; PROMPT mentions it as @name (repeatable, up to three)",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="OUT.mp4", help="name of the file")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: ./output")


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)[xX*](\d+)", text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"size {text!r} is no WxH; write for example 256x256")
    return int(found[1]), int(found[2])

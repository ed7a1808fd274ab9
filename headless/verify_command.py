"""``hibari verify``: what a file says of itself, and whether it holds.

Exit codes: 0 a verdict was reached, whatever it says; 2 there is no such file. With ``--check`` it
is 1 unless the label holds (valid or recovered), for ``hibari verify --check F && publish F``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from .report import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_OK, complain, say

HOLDS = ("valid", "recovered")


def main(argv: Sequence[str]) -> int:
    """Inspect a file, print what was found; return the exit code."""
    arguments = _parser().parse_args(argv)
    from ..host.media import partial_file
    from ..nodes.inspection import inspect
    from ..nodes.inspection_page import as_html
    from ..nodes.inspection_report import as_json, as_text

    try:
        found = inspect(arguments.file)
    except ValueError as error:
        complain(f"hibari verify: {error}")
        return EXIT_BAD_INPUT
    if arguments.html is not None:
        with partial_file(arguments.html.absolute()) as partial:
            partial.write_text(as_html(found), encoding="utf-8")
    say(json.dumps(as_json(found)) if arguments.json else as_text(found))
    return EXIT_FAILED if arguments.check and found.verdict not in HOLDS else EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hibari verify",
        description="Who made a file, with what, and whether it was changed since. Nothing is "
        "sent anywhere.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="mp4, webm, wav, flac, png, jpg...")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument(
        "--html", metavar="REPORT", type=Path, help="also write a page that needs nothing else"
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 unless valid or recovered"
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    return parser

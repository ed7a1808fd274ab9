"""The command line of ``hibari cameo``."""

from __future__ import annotations

import argparse
from pathlib import Path

KINDS = ("person", "animal", "object")


def build_parser() -> argparse.ArgumentParser:
    """All subcommands."""
    parser = argparse.ArgumentParser(
        prog="hibari cameo",
        description=(
            "Likenesses by consent: enrol yourself (or your pet, or a thing), grant the cameo to "
            "chosen people, take it back whenever you want."
        ),
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_enroll(commands.add_parser("enroll", help="make a cameo of a recording"))
    _add_grant(commands.add_parser("grant", help="let somebody use a cameo of yours"))
    _add_revoke(commands.add_parser("revoke", help="take grants back, at once"))
    _add(commands, "list", "the cameos on this computer")
    show = _add(commands, "show", "a cameo and its grants; without a name, your own key card")
    show.add_argument("name", nargs="?", metavar="NAME")
    take_in = _add(
        commands,
        "import",
        "take in a .cameo, a grant, a revocation list, an approval, an upload ban",
    )
    take_in.add_argument("files", nargs="+", type=Path, metavar="FILE")
    export = _add(commands, "export", "write a .cameo file, or your revocation list, to send")
    export.add_argument("name", nargs="?", metavar="NAME", help="default: the revocation list")
    export.add_argument("-o", "--out", type=Path, required=True, metavar="PATH")
    _add(commands, "drafts", "results that wait for their owner's approval")
    for name, meaning in (
        ("approve", "let a draft out (owner of the cameo only)"),
        ("delete-result", "have a result deleted (owner of the cameo only)"),
    ):
        word = _add(commands, name, meaning)
        word.add_argument("result", metavar="RESULT", help="a file, or the start of its SHA-256")
        word.add_argument("--cameo", required=True, metavar="NAME")
        word.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it down, to send")
    _add_uploads(commands)
    _add(commands, "audit", "look for tampering with the log of all uses")
    return parser


def _add_enroll(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "recordings",
        nargs="*",
        type=Path,
        metavar="VIDEO|IMAGE",
        help="none for a person: shows the sentence to speak in the recording",
    )
    parser.add_argument("--voice", type=Path, metavar="AUDIO", help="sound from another file")
    parser.add_argument("--kind", choices=KINDS, default="person")
    parser.add_argument("--description", default="", metavar="WORDS", help="what it looks like")
    parser.add_argument("--mask", type=Path, metavar="IMAGE", help="white on the animal or object")
    parser.add_argument("--minor", action="store_true", help="under 18: the strict profile")
    parser.add_argument("--agree", action="store_true", help="I agree to the consent text")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="of the sentence")
    parser.add_argument(
        "--checkpoint",
        metavar="NAME",
        help="store latents of this model too; default: the bundled one",
    )
    _rules(parser)


def _add_grant(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--to", required=True, metavar="KEY", help="a key card (hibari-key-...), or anyone"
    )
    parser.add_argument("--days", type=float, default=30.0, help="default: 30")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: NAME.grant")
    _rules(parser)


def _add_revoke(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("grants", nargs="*", metavar="GRANT", help="ids; default: all of them")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the list, to send")


def _add_uploads(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, meaning in (
        (
            "forbid-uploads",
            "refuse pictures of your face that anybody uploads (extra: hibari[faces])",
        ),
        ("allow-uploads", "allow pictures of your face again"),
    ):
        parser = _add(commands, name, meaning)
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it down, to send")


def _rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deny", action="append", default=[], metavar="CONTEXT")
    parser.add_argument("--allow", action="append", metavar="CONTEXT", help="allow only these")
    parser.add_argument(
        "--restriction",
        action="append",
        default=[],
        metavar="SENTENCE",
        help='"always wears glasses", "never as a villain"',
    )
    parser.add_argument("--max-uses", type=int, metavar="N")
    parser.add_argument("--no-remix", action="store_true", help="results may not be remixed")
    parser.add_argument("--approval", action="store_true", help="you approve each result")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, meaning: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=meaning, description=meaning)
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")

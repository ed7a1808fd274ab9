"""``hibari guard``: check a text, list policies, keep the rights registry and export its uses."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from .report import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_OK, complain, say


def main(argv: Sequence[str]) -> int:
    """Run ``hibari guard ARGV``; return the exit code (1: the policy refuses the text)."""
    arguments = build_parser().parse_args(list(argv))
    try:
        return int(arguments.run(arguments))
    except (ValueError, OSError) as error:
        complain(f"hibari: {error}")
        return EXIT_BAD_INPUT


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="hibari guard", description="What may be made.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check a text against a policy")
    check.add_argument("text", metavar="TEXT", help="- reads it from stdin")
    check.add_argument(
        "--policy", metavar="NAME", help="name or TOML file; default: the one in use"
    )
    check.add_argument("--json", action="store_true", help="one JSON object on stdout")
    check.set_defaults(run=_check)
    commands.add_parser("policies", help="list the policies").set_defaults(run=_policies)
    rights = commands.add_parser("rights", help="the registry of protected characters and marks")
    _add_rights(rights.add_subparsers(required=True, metavar="COMMAND"))
    return parser


def _add_rights(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("list", help="list the entries").set_defaults(run=_list_rights)
    add = commands.add_parser("add", help="enter rights from a TOML file of [[right]] tables")
    add.add_argument("file", type=Path, metavar="RIGHTS.toml")
    add.set_defaults(run=_add)
    remove = commands.add_parser("remove", help="delete an entry; its counted uses stay")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)
    export = commands.add_parser("export", help="write the uses as CSV, for revenue sharing")
    export.add_argument("-o", "--out", type=Path, metavar="USES.csv", help="default: stdout")
    export.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="e.g. 2027-01-01")
    export.set_defaults(run=_export)


def _check(arguments: argparse.Namespace) -> int:
    from ..trust.guard.check import check_prompt
    from ..trust.guard.policy import active_policy, load_policy
    from ..trust.guard.rights import entered_rights
    from ..trust.home import home_path

    home = home_path()
    policy = load_policy(arguments.policy, home) if arguments.policy else active_policy(home)
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    with _unlogged():
        verdict = check_prompt(text, policy, rights=entered_rights())
    if arguments.json:
        say(json.dumps(verdict.facts() | {"message": verdict.message}))
    elif verdict.allowed:
        say(f"allowed by policy {policy.name!r}")
    else:
        say(verdict.message)
    return EXIT_OK if verdict.allowed else EXIT_FAILED


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keeps refusals out of the log: here the verdict is the answer."""
    logger = logging.getLogger("hibari.trust.guard")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _policies(_: argparse.Namespace) -> int:
    from ..trust.guard.policy import load_policy, policy_names
    from ..trust.home import home_path

    for name in policy_names(home_path()):
        say(f"{name}  {load_policy(name, home_path()).description}".rstrip())
    return EXIT_OK


def _list_rights(_: argparse.Namespace) -> int:
    from ..trust.guard.rights import entered_rights

    registry = entered_rights()
    for right in registry.entries() if registry else ():
        until = f" until {right.until}" if right.until else ""
        say(f"{right.name}  {right.terms}{until}, {right.share_percent:g} %  {right.owner}")
        for alias in right.aliases:
            say(f"    also {alias}")
    return EXIT_OK


def _add(arguments: argparse.Namespace) -> int:
    from ..trust.guard.rights import RightsRegistry, read_rights

    rights = read_rights(arguments.file)
    registry = RightsRegistry()
    for right in rights:
        registry.add(right)
        say(f"entered {right.name}")
    return EXIT_OK


def _remove(arguments: argparse.Namespace) -> int:
    from ..trust.guard.rights import RightsRegistry

    RightsRegistry().remove(arguments.name)
    say(f"removed {arguments.name}")
    return EXIT_OK


def _export(arguments: argparse.Namespace) -> int:
    from ..host.media import partial_file
    from ..trust.guard.rights import RightsRegistry

    text = RightsRegistry().to_csv(arguments.since)
    if arguments.out is None:
        sys.stdout.write(text)
        return EXIT_OK
    with partial_file(arguments.out) as partial:
        partial.write_text(text, "utf-8")
    say(str(arguments.out))
    return EXIT_OK

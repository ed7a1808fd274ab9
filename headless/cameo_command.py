"""``hibari cameo``: consent on the command line. Exit codes as in ``cli``; refusals are 2."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .cameo_parser import build_parser
from .report import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_OK, complain, say

Told = tuple[list[str], dict[str, Any]]


def main(argv: Sequence[str]) -> int:
    """Run a subcommand; return the exit code."""
    arguments = build_parser().parse_args(list(argv))
    try:
        lines, facts = COMMANDS[arguments.command](arguments)
    except ValueError as error:
        complain(f"hibari cameo: {error}")
        if arguments.json:
            say(json.dumps({"problems": [str(error)]}))
        return EXIT_BAD_INPUT
    if arguments.json:
        say(json.dumps(facts))
    else:
        for line in lines:
            say(line)
    return EXIT_FAILED if facts.get("problems") else EXIT_OK


def enroll(arguments: argparse.Namespace) -> Told:
    """Make a cameo, or show what to speak."""
    from ..nodes.cameo_origin import check_files
    from ..trust.cameo.challenge import issue_challenge, open_challenge
    from ..trust.cameo.enrolment import CONSENT, Subject, enroll
    from ..trust.cameo.wording import describe_header
    from .cameo_recording import codecs_of, read_recording, recorded_at

    if not arguments.recordings:
        if arguments.kind != "person":
            raise ValueError(f"no pictures of the {arguments.kind} were given; name a file")
        challenge = issue_challenge(arguments.name, arguments.language)
        lines = [
            f"Speak this in the recording, within ten minutes: {challenge.sentence}",
            f"then: hibari cameo enroll {arguments.name!r} VIDEO --description ... --agree",
            f"--agree means: {CONSENT['person']}",
        ]
        return lines, {"challenge": challenge.sentence}
    recording = read_recording(arguments.recordings, arguments.voice, arguments.mask)
    check_files(filter(None, [*arguments.recordings, arguments.voice]), arguments.kind)
    challenge = None
    if arguments.kind == "person" and arguments.agree:
        spoken = arguments.voice or arguments.recordings[0]
        challenge = open_challenge(arguments.name, recorded_at(spoken))
    subject = Subject(
        arguments.name, arguments.description, arguments.kind, arguments.minor, rules_of(arguments)
    )
    codecs = codecs_of(arguments.checkpoint)
    bundle = enroll(subject, recording, arguments.agree, challenge, codecs)
    lines = [*describe_header(bundle.header), f"file: {bundle.path}"]
    return lines, {"cameo": bundle.header.to_json(), "path": str(bundle.path)}


def grant(arguments: argparse.Namespace) -> Told:
    """Write a grant."""
    from ..trust.cameo.granting import grant_cameo
    from ..trust.cameo.library import load_cameo
    from ..trust.cameo.wording import describe_grant, describe_rules

    bundle = load_cameo(arguments.name)
    given = grant_cameo(bundle, arguments.to, rules_of(arguments), arguments.days)
    path = given.write(arguments.out or Path(f"{bundle.header.name}.grant"))
    lines = [describe_grant(given), *describe_rules(given.rules), str(path)]
    return lines, {"grant": given.to_json(), "path": str(path)}


def revoke(arguments: argparse.Namespace) -> Told:
    """Take grants back."""
    from ..trust.cameo.granting import revocation_list, revoke
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import load_cameo

    ledger = Ledger()
    listed = revoke(load_cameo(arguments.name), arguments.grants, ledger)
    count = len(listed.grants)
    lines = [
        f"{count} grants of {arguments.name} are revoked here"
        if count
        else f"all grants of {arguments.name} are revoked here"
    ]
    if arguments.out is not None:
        lines.append(str(revocation_list(ledger).write(arguments.out)))
    else:
        lines.append("to reach other computers: hibari cameo export -o my.revocations")
    return lines, {"revoked": listed.to_json()}


def list_cameos(_arguments: argparse.Namespace) -> Told:
    """The cameos here, and whether this user may use them."""
    from ..trust.cameo.authority import permission_for
    from ..trust.cameo.container import CameoError
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import cameo_names, load_cameo

    ledger = Ledger()
    entries, now = ledger.entries(), int(ledger.clock())
    lines, cameos = [], []
    for name in cameo_names():
        try:
            header = load_cameo(name).header
            found = permission_for(load_cameo(name), ledger, entries, now, uses=1)
            state = "yours" if found.grant is None else "granted to you"
            kind, level = header.kind, header.level
        except CameoError as error:
            state, kind, level = str(error), "", ""
        lines.append(f"{name}  {kind} {level}  {state}")
        cameos.append({"name": name, "kind": kind, "level": level, "state": state})
    return lines or ["no cameo is on this computer yet"], {"cameos": cameos}


def show(arguments: argparse.Namespace) -> Told:
    """A cameo with its grants and uses, or this user's key card."""
    from ..trust.cameo.authority import grants_in, is_revoked, uses_of
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import load_cameo
    from ..trust.cameo.wording import describe_grant, describe_header, describe_rules
    from ..trust.identity import current_identity

    if arguments.name is None:
        identity = current_identity()
        lines = [f"you: {identity.public.fingerprint}", "your key card, to give to friends:"]
        return [*lines, identity.card()], {"key_card": identity.card()}
    header = load_cameo(arguments.name).header
    ledger = Ledger()
    entries = ledger.entries()
    lines = [*describe_header(header), *describe_rules(header.effective_rules)]
    grants = []
    for given in grants_in(entries, header):
        state = "revoked" if is_revoked(given, entries) else "valid"
        uses = uses_of(given.id, None, entries)
        lines.append(f"{describe_grant(given)}: {state}, used {uses} times here")
        grants.append({"grant": given.to_json(), "state": state, "uses": uses})
    return lines, {"cameo": header.to_json(), "grants": grants}


def take_in(arguments: argparse.Namespace) -> Told:
    """Import files; all are tried, the first refusal is told at the end."""
    from ..trust.cameo.bundle import Bundle
    from ..trust.cameo.granting import import_file
    from ..trust.cameo.wording import describe_header

    lines = []
    for path in arguments.files:
        taken = import_file(path)
        is_cameo = isinstance(taken, Bundle)
        lines.append(describe_header(taken.header)[0] if is_cameo else f"{taken.purpose} taken in")
    settled = [str(path) for path in settle_all()]
    return lines + [f"released: {path}" for path in settled], {"imported": lines}


def export(arguments: argparse.Namespace) -> Told:
    """Write what may be sent to anybody."""
    from ..trust.cameo.granting import export_cameo, revocation_list
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import load_cameo

    if arguments.name is None:
        path = revocation_list(Ledger()).write(arguments.out)
    else:
        folder = arguments.out
        folder.mkdir(parents=True, exist_ok=True)
        path = export_cameo(load_cameo(arguments.name), folder)
    return [str(path)], {"path": str(path)}


def drafts(_arguments: argparse.Namespace) -> Told:
    """Results that wait; those that were approved meanwhile are released first."""
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.result import open_drafts

    released = settle_all()
    lines = [f"released: {path}" for path in released]
    waiting = open_drafts(Ledger().entries())
    for digest, items in waiting.items():
        lines.append(f"{digest[:12]}  {items[0]['path']}")
    return lines or ["no drafts"], {
        "drafts": [{"sha256": digest, "items": items} for digest, items in waiting.items()],
        "released": [str(path) for path in released],
    }


def approve(arguments: argparse.Namespace) -> Told:
    """The owner's word on a result."""
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import load_cameo
    from ..trust.cameo.result import approve

    ledger = Ledger()
    digest = digest_of(arguments.result, ledger)
    approved = arguments.command == "approve"
    word = approve(load_cameo(arguments.cameo), digest, approved, ledger)
    lines = [f"{digest[:12]} is {'approved' if approved else 'to be deleted'}"]
    if arguments.out is not None:
        lines.append(str(word.write(arguments.out)))
    released = settle_all()
    lines += [f"released: {path}" for path in released]
    return lines, {"approval": word.to_json(), "released": [str(path) for path in released]}


def uploads(arguments: argparse.Namespace) -> Told:
    """Forbid uploads of the owner's face, or allow them again."""
    from ..trust.cameo.library import load_cameo
    from ..trust.cameo.uploads import forbid_uploads

    forbidden = arguments.command == "forbid-uploads"
    ban = forbid_uploads(load_cameo(arguments.name), forbidden)
    word = "refused" if forbidden else "allowed again"
    lines = [f"pictures of the face of {arguments.name} are {word} here"]
    if arguments.out is not None:
        lines.append(str(ban.write(arguments.out)))
    return lines, {"ban": ban.to_json()}


def audit(_arguments: argparse.Namespace) -> Told:
    """Tampering with the log, if any."""
    from ..trust.cameo.ledger import Ledger

    problems = Ledger().audit()
    return problems or ["the log of cameos is whole"], {"problems": problems}


def settle_all() -> list[Path]:
    """Release approved drafts and delete refused results of this user."""
    from ..nodes.release import release_draft
    from ..trust.cameo.container import CameoError
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.library import cameo_names, load_cameo
    from ..trust.cameo.result import results_in, settle

    ledger = Ledger()
    owners: dict[str, str] = {}
    for name in cameo_names():
        try:
            header = load_cameo(name).header
        except CameoError as error:
            complain(f"hibari cameo: {error}")
            continue
        owners[header.id] = header.owner.signing
    released = []
    for digest in results_in(ledger.entries()):
        try:
            path = settle(digest, owners, ledger, release_draft)
        except CameoError as error:
            complain(f"hibari cameo: {error}")
            continue
        if path is not None:
            released.append(path)
    return released


def digest_of(given: str, ledger: Any) -> str:
    """SHA-256 of a result given as a file, or by the start of its digest.

    Raises:
        ValueError: neither.
    """
    from ..trust.cameo.result import results_in
    from ..trust.credentials.manifest import file_hash

    if Path(given).is_file():
        return file_hash(Path(given))
    known = [digest for digest in results_in(ledger.entries()) if digest.startswith(given.lower())]
    if len(known) != 1 or len(given) < 4:
        raise ValueError(
            f"{given!r} is no file and names no single result; see hibari cameo drafts"
        )
    return known[0]


def rules_of(arguments: argparse.Namespace) -> Any:
    """The rules that options tell."""
    from ..trust.cameo.rules import Rules

    return Rules(
        allow=None if arguments.allow is None else frozenset(arguments.allow),
        deny=frozenset(arguments.deny),
        restrictions=tuple(arguments.restriction),
        remix=not arguments.no_remix,
        approval=arguments.approval,
        max_uses=arguments.max_uses,
    )


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Told]] = {
    "enroll": enroll,
    "grant": grant,
    "revoke": revoke,
    "list": list_cameos,
    "show": show,
    "import": take_in,
    "export": export,
    "drafts": drafts,
    "approve": approve,
    "delete-result": approve,
    "forbid-uploads": uploads,
    "allow-uploads": uploads,
    "audit": audit,
}

"""Results with cameos: the last check before a file exists, drafts, approval, deletion.

The save block calls :func:`authorise_result` once it is about to write, puts the file where the
permission says, and calls ``record`` with the finished file before it gets its name. Where an owner
wants to approve results, the file waits in the drafts folder of the home.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..credentials.contribution import upstream_ids
from ..credentials.manifest import file_hash
from ..home import home_subfolder
from ..identity import canonical_json
from .authority import Permission, RefusedError, note_refusal, permission_for
from .bundle import Bundle
from .container import CameoError
from .document import Approval
from .ledger import Entry, Ledger
from .library import load_cameo
from .name import NO_CAMEO

# Blocks that bring cameos into a graph, and the widget that names them.
SOURCES = {"HibariLoadCameo": "cameo", "HibariCameoEnroll": "name"}
DRAFTS, RELEASED = "drafts", "released"
Release = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Released:
    """A draft that was let out: its file, and the digest that it got."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class ResultPermission:
    """What the cameos of a graph allow for its result; without cameos, everything.

    Attributes:
        bundles: the cameos that went in.
        permissions: why each may be used.
        graph_sha256: digest of the executed graph.
    """

    bundles: tuple[Bundle, ...] = ()
    permissions: tuple[Permission, ...] = ()
    graph_sha256: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether an owner must approve the result before it is released."""
        return any(permission.rules.approval for permission in self.permissions)

    @property
    def may_be_remixed(self) -> bool:
        """Whether others may remix the result."""
        return all(permission.rules.remix for permission in self.permissions)

    def place(self, wanted: Path) -> Path:
        """The file to write: ``wanted``, or one in the drafts folder while approval is missing."""
        return free_name(drafts_folder() / wanted.name) if self.is_draft else wanted

    def details(self) -> list[dict[str, Any]]:
        """What the credentials of the file say of each cameo."""
        return [permission.details() for permission in self.permissions]

    def waiting(self, paths: Sequence[str]) -> str:
        """What to tell of drafts."""
        names = [
            permission.header.name for permission in self.permissions if permission.rules.approval
        ]
        return "\n".join(
            [f"draft: waits for the approval of the owner of {' and '.join(names)}", *paths]
        )

    def record(self, finished: Path, path: Path, wanted: Path | None = None) -> str | None:
        """Check once more and write the result down; return its SHA-256, None without cameos.

        ``finished`` is the whole file under a temporary name, ``path`` the name it will get,
        ``wanted`` the name it gets when a draft is approved.

        Raises:
            RefusedError: a grant was revoked or ended meanwhile; the file must not get its name.
        """
        if not self.bundles:
            return None
        digest = file_hash(finished)
        ledger = Ledger()

        def decide(log: Sequence[Entry], now: int) -> list[tuple[str, dict[str, Any]]]:
            fresh = [permission_for(bundle, ledger, log, now) for bundle in self.bundles]
            if any(permission.rules.approval for permission in fresh) and not self.is_draft:
                raise RefusedError("an owner now wants to approve results; save again")
            return [
                (
                    "result",
                    {
                        "cameo": permission.header.id,
                        "grant": permission.grant_id,
                        "sha256": digest,
                        "graph_sha256": self.graph_sha256,
                        "path": str(path),
                        "wanted": str(wanted or path),
                        "draft": permission.rules.approval,
                    },
                )
                for permission in fresh
            ]

        _noting_refusals(ledger, self.bundles, decide)
        return digest


def authorise_result(
    graph: Mapping[str, Mapping[str, Any]] | None, node_id: str | None
) -> ResultPermission:
    """Check every cameo upstream of the block ``node_id`` that saves the result of ``graph``.

    ``graph`` is the executed graph in API format (the hidden ``prompt``), None outside of graphs.

    Raises:
        RefusedError: a cameo may not be used (any more); nothing must be saved.
        LedgerError: ledger or clock cannot be trusted.
        CameoError: a cameo file is missing or unusable.
    """
    bundles = cameos_upstream(graph, node_id)
    if not bundles:
        return ResultPermission()
    ledger = Ledger()
    found: list[Permission] = []

    def decide(log: Sequence[Entry], now: int) -> list[tuple[str, dict[str, Any]]]:
        found.extend(permission_for(bundle, ledger, log, now) for bundle in bundles)
        return []

    _noting_refusals(ledger, bundles, decide)
    digest = hashlib.sha256(canonical_json(_plain(graph))).hexdigest()
    return ResultPermission(tuple(bundles), tuple(found), digest)


def cameos_upstream(
    graph: Mapping[str, Mapping[str, Any]] | None, node_id: str | None
) -> list[Bundle]:
    """The cameos that blocks upstream of ``node_id`` load (all of the graph's without an id).

    Raises:
        CameoError: a block takes the name of its cameo from a wire, or the cameo is unusable.
    """
    if graph is None:
        return []
    known = node_id is not None and str(node_id) in graph
    ids = upstream_ids(graph, str(node_id)) if known else list(graph)
    found: dict[str, Bundle] = {}
    for upstream in ids:
        node = graph[upstream]
        widget = SOURCES.get(str(node.get("class_type")))
        name = literal_name(node.get("inputs", {}), widget) if widget else NO_CAMEO
        if name != NO_CAMEO:
            bundle = load_cameo(name)
            found[bundle.header.sha256] = bundle
    return list(found.values())


def literal_name(inputs: Mapping[str, Any], widget: str = "cameo") -> str:
    """The name that a block was set to.

    Raises:
        CameoError: it comes over a wire, so what is saved could not be told from the graph.
    """
    name = inputs.get(widget)
    if not isinstance(name, str):
        raise CameoError(f"set {widget} in the block itself; a cameo may not be named over a wire")
    return name


def check_released(path: Path) -> None:
    """Raise CameoError for a file that is a draft, before a copy of it leaves.

    Raises:
        CameoError: an owner has not approved it yet.
    """
    if path.parent != drafts_folder():
        return
    raise CameoError(
        f"{path.name} is a draft until the owner of its cameo approves it; send it to them and run "
        "`hibari cameo drafts` afterwards"
    )


def drafts_folder() -> Path:
    """Folder of results that wait for approval."""
    return home_subfolder(DRAFTS)


def results_in(entries: Sequence[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Recorded results by SHA-256, one item for each cameo in them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        if entry.kind == "result":
            found.setdefault(str(entry.body["sha256"]), []).append(
                {**entry.body, "time": entry.time, "author": entry.author}
            )
    return found


def open_drafts(entries: Sequence[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Results that still wait for a word of an owner, by SHA-256."""
    return {
        digest: items
        for digest, items in results_in(entries).items()
        if any(item["draft"] for item in items) and _settled(entries, digest) == (None, False)
    }


def _settled(entries: Sequence[Entry], digest: str) -> tuple[Released | None, bool]:
    """(where a draft was released to, whether the result was deleted)."""
    released, deleted = None, False
    for entry in entries:
        if entry.body.get("sha256") == digest:
            if entry.kind == "released":
                released = Released(Path(entry.body["path"]), str(entry.body["as_sha256"]))
            deleted = deleted or entry.kind == "deleted"
    return released, deleted


def _as_it_is(draft: Path, target: Path) -> None:
    shutil.copyfile(draft, target)


def approve(bundle: Bundle, digest: str, approved: bool, ledger: Ledger) -> Approval:
    """The owner's signed word on a result, recorded here.

    Raises:
        CameoError: not the owner, or the result is none of this cameo.
    """
    if ledger.identity.public != bundle.header.owner:
        raise CameoError(f"only the owner of {bundle.header.name} can approve its results")
    now = int(ledger.clock())
    unsigned = Approval(
        owner=bundle.header.owner.signing,
        issued=now,
        signature="",
        cameo=bundle.header.id,
        result_sha256=digest,
        approved=approved,
    )
    approval = unsigned.signed_by(ledger.identity)
    ledger.note("approval", document=approval.to_json())
    return approval


def settle(
    digest: str, owners: Mapping[str, str], ledger: Ledger, release: Release | None = None
) -> Path | None:
    """Do what the owners said of a result that this identity made.

    A draft that all of them approved is released, a result that one of them refused is deleted.
    ``owners`` are the signing keys of cameos by cameo id, ``release(draft, target)`` makes the
    released file out of the draft (default: the same bytes). Results of other identities are left
    to them: their paths are not this user's to move. Returns the released file, else None.

    Raises:
        CameoError: the file of a draft was changed meanwhile.
    """
    entries = ledger.entries()
    items = results_in(entries).get(digest, [])
    released, deleted = _settled(entries, digest)
    if not items or deleted:
        return None
    if any(item["author"] != ledger.identity.public.signing for item in items):
        return None
    # Owners who saw the released file speak of that one.
    names = {digest} if released is None else {digest, released.sha256}
    words = {item["cameo"]: _word(entries, item["cameo"], names, owners) for item in items}
    path = released.path if released else Path(items[0]["path"])
    wanted = Path(items[0]["wanted"])
    if False in words.values():
        delete_result(digest, path, ledger, released.sha256 if released else None)
        return None
    waiting = [item for item in items if item["draft"]]
    if released or not waiting or not all(words[item["cameo"]] for item in waiting):
        return None
    if not path.is_file() or file_hash(path) != digest:
        raise CameoError(f"the draft {path} is gone or was changed; it cannot be released")
    # A folder that is gone (one for a single run, say) is not made again.
    folder = wanted.parent if wanted.parent.is_dir() else home_subfolder(RELEASED)
    target = free_name(folder / wanted.name)
    (release or _as_it_is)(path, target)
    ledger.note("released", sha256=digest, path=str(target), as_sha256=file_hash(target))
    path.unlink(missing_ok=True)
    return target


def delete_result(digest: str, path: Path, ledger: Ledger, as_sha256: str | None = None) -> bool:
    """Delete the file of a result where it is still that file; note it in any case.

    ``as_sha256`` is the digest that the file got when it was released.
    """
    there = path.is_file() and file_hash(path) == (as_sha256 or digest)
    ledger.note("deleted", sha256=digest, path=str(path), found=there)
    if there:
        path.unlink()
    return there


def _word(
    entries: Sequence[Entry], cameo: str, names: Set[str], owners: Mapping[str, str]
) -> bool | None:
    """The last word of a cameo's owner on a result of these digests, None when there is none."""
    word = None
    for entry in entries:
        if entry.kind == "approval":
            told = Approval.from_json(entry.body["document"])
            about = told.cameo == cameo and told.result_sha256 in names
            if about and told.owner == owners.get(cameo):
                told.check()
                word = told.approved
    return word


def _noting_refusals(ledger: Ledger, bundles: Sequence[Bundle], decide: Any) -> None:
    try:
        ledger.append(decide)
    except RefusedError as error:
        for bundle in bundles:
            note_refusal(ledger, bundle.header, error)
        raise


def free_name(path: Path) -> Path:
    """The path, or the next free one beside it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}_{number}")
    return free


def _plain(graph: Any) -> Any:
    """The graph as JSON can hold it."""
    if isinstance(graph, Mapping):
        return {str(key): _plain(value) for key, value in graph.items()}
    if isinstance(graph, (list, tuple)):
        return [_plain(value) for value in graph]
    if isinstance(graph, float) and not math.isfinite(graph):
        return str(graph)
    return graph if isinstance(graph, (str, int, float, bool, type(None))) else repr(type(graph))

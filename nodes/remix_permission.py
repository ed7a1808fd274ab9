"""What the maker of a video allows others to do with it, read before it is worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..trust.credentials.verify import Credentials

FORBIDDEN, WITH_CREDIT = "not-allowed", "with-credit"


def take_in(video: Any, graph: Mapping[str, Any] | None, node_id: str | None) -> str:
    """Record the files behind a VIDEO as parents of what is made from it; return what to show.

    A clip in memory comes from the files that blocks upstream of it read. Credentials that were
    stripped are looked up by the watermark.

    Raises:
        ValueError: its credentials forbid remixing, or it was changed after it was signed.
    """
    from ..host.media import file_behind

    file = file_behind(video)
    files = [file] if file is not None else files_upstream(graph, node_id)
    told = [_taken(path, graph, node_id) for path in files if path.is_file()]
    return "; ".join(dict.fromkeys(filter(None, told)))


def files_upstream(graph: Mapping[str, Any] | None, node_id: str | None) -> list[Path]:
    """Return the videos that the ``video`` input of a block is made of, but for those that a block
    on the way has taken in."""
    from ..trust.credentials.contribution import contributions_of
    from ..trust.credentials.media_type import media_type
    from .provenance import block_classes, brought_files

    link = (graph or {}).get(str(node_id), {}).get("inputs", {}).get("video")
    if not graph or not isinstance(link, list):
        return []
    source = str(link[0])
    story = contributions_of(graph, source, block_classes().get)
    known = {part.details.get("path") for part in story if part.kind == "parent"}
    return [
        path
        for path in brought_files(graph, source)
        if str(path) not in known and (media_type(path) or "").startswith("video/")
    ]


def _taken(path: Path, graph: Mapping[str, Any] | None, node_id: str | None) -> str:
    """Record one file as a parent; return whom to credit."""
    from ..trust.cameo.result import check_released
    from ..trust.credentials.facts import record_fact

    check_released(path)
    said = credentials_of(path)
    for reason in reasons_against(said):
        raise ValueError(f"{path.name} may not be remixed: {reason}. Ask its maker, or use another")
    parent = {"path": str(path), "media": "video"}
    record_fact(node_id, "parent", parent, graph=graph, slot=str(path))
    return credit_of(said)


def credentials_of(path: Path) -> Credentials:
    """Return what a file says of itself, or what the registry says of it where that was lost."""
    from ..trust.credentials.verify import read_credentials, read_store
    from .inspection import inspect

    said = read_credentials(path)
    if said.state not in ("none", "unreadable"):
        return said
    found = inspect(path)
    if found.verdict == "recovered" and found.match is not None and found.match.record.store:
        # A store alone cannot match a file; that it belongs to this one, the registry knows.
        return replace(read_store(found.match.record.store), state="valid")
    return said


def reasons_against(said: Credentials) -> Iterator[str]:
    """Yield why credentials, of a file or of what went into it, forbid to remix it."""
    if said.state == "tampered":
        yield "it was changed after it was signed, so what its maker allows is not known"
    for maker, generation in _told(said):
        if generation.get("remix") == FORBIDDEN:
            yield f"its credentials, by {maker}, forbid it"
        for cameo in generation.get("cameos") or ():
            statement = cameo.get("statement", {}) if isinstance(cameo, Mapping) else {}
            if statement.get("remix") is False:
                yield f"the cameo {statement.get('name', '')} in it was granted without remixes"


def credit_of(said: Credentials) -> str:
    """Return whom to name where credentials ask for that, else ""."""
    makers = [maker for maker, told in _told(said) if told.get("remix") == WITH_CREDIT]
    named = " and ".join(dict.fromkeys(makers))
    asks = "the source asks for it, and the credentials of the result name it"
    return f"credit {named}: {asks}" if named else ""


def _told(said: Credentials) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The makers of a file and of what went into it, and what each tells of how it was made."""
    from ..trust.credentials.lineage import all_parts

    parts = [] if said.lineage is None else list(all_parts(said.lineage))[1:]
    makers = [(said.signer.get("name"), said.generation)]
    makers += [(part.signer, part.generation) for part in parts]
    for signer, generation in makers:
        yield generation.get("creator") or signer or "its maker", generation

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
    """Record the file of a VIDEO as a parent of what is made from it; return what is to be shown.

    Credentials that were stripped are looked up by the watermark. A clip in memory has neither.

    Raises:
        ValueError: its credentials forbid remixing, or it was changed after it was signed.
    """
    from ..host.media import file_behind
    from ..trust.cameo.result import check_released
    from ..trust.credentials.facts import record_fact

    path = file_behind(video)
    if path is None or not path.is_file():
        return ""
    check_released(path)
    said = credentials_of(path)
    for reason in reasons_against(said):
        raise ValueError(f"{path.name} may not be remixed: {reason}. Ask its maker, or use another")
    record_fact(node_id, "parent", {"path": str(path), "media": "video"}, graph=graph)
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
    """Yield why credentials forbid to remix their file."""
    maker = said.generation.get("creator") or said.signer.get("name") or "its maker"
    if said.state == "tampered":
        yield "it was changed after it was signed, so what its maker allows is not known"
    if said.generation.get("remix") == FORBIDDEN:
        yield f"its credentials, by {maker}, forbid it"
    for cameo in said.generation.get("cameos") or ():
        statement = cameo.get("statement", {}) if isinstance(cameo, Mapping) else {}
        if statement.get("remix") is False:
            yield f"the cameo {statement.get('name', '')} in it was granted without remixes"


def credit_of(said: Credentials) -> str:
    """Return whom to name where credentials ask for that, else ""."""
    if said.generation.get("remix") != WITH_CREDIT:
        return ""
    maker = said.generation.get("creator") or said.signer.get("name") or "its maker"
    return f"credit {maker}: the source asks for it, and the credentials of the result name it"

"""Whose recording becomes a cameo: what a camera saw, not what was made with another's likeness.

A clip with somebody's cameo shows their looks and voice. Enrolled as one's own, it would be a
likeness that nobody granted, for ever. Its credentials tell, also where only the watermark is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..trust.credentials.verify import Credentials


def check_wires(graph: Mapping[str, Any] | None, node_id: str | None, kind: str) -> None:
    """Refuse pictures and sound on the wires of an enrolment that show another's cameo.

    Raises:
        ValueError: a cameo of somebody else went into them, or for a person, no camera made them.
    """
    from ..trust.cameo.result import cameos_upstream
    from ..trust.identity import current_identity
    from .provenance import brought_files

    if graph is None or str(node_id) not in graph:
        return
    # Its own name is that of the cameo to be.
    before = {**graph, str(node_id): {**graph[str(node_id)], "class_type": ""}}
    for bundle in cameos_upstream(before, node_id):
        if bundle.header.owner != current_identity().public:
            raise ValueError(_refusal("it", bundle.header.name))
    check_files(brought_files(before, str(node_id)), kind)


def check_files(paths: Iterable[Path], kind: str) -> None:
    """Refuse recordings that show another's cameo.

    Raises:
        ValueError: a cameo of somebody else went into one, or for a person, no camera made it.
    """
    from ..trust.cameo.rules import PERSON
    from ..trust.identity import current_identity
    from .remix_permission import credentials_of

    for path in filter(Path.is_file, paths):
        said = credentials_of(path)
        for statement in cameos_told(said):
            if statement.get("owner") != current_identity().public.signing:
                raise ValueError(_refusal(path.name, str(statement.get("name", ""))))
        if kind == PERSON and is_generated(said):
            raise ValueError(
                f"{path.name} was generated, as its credentials tell; record the person with a "
                "camera and a microphone"
            )


def cameos_told(said: Credentials) -> Iterator[Mapping[str, Any]]:
    """What credentials tell of the cameos in a file, and in all that went into it."""
    from ..trust.credentials.lineage import all_parts

    parts = [] if said.lineage is None else all_parts(said.lineage)
    for generation in (said.generation, *(part.generation for part in parts)):
        for cameo in generation.get("cameos") or ():
            statement = cameo.get("statement") if isinstance(cameo, Mapping) else None
            yield statement if isinstance(statement, Mapping) else {}


def is_generated(said: Credentials) -> bool:
    """Whether credentials tell that a model made the file, or a part of it."""
    from ..trust.credentials.manifest import CREATED_BY_MODEL, PARTLY_BY_MODEL

    sources = {action.get("digitalSourceType") for action in said.actions}
    return bool(sources & {CREATED_BY_MODEL, PARTLY_BY_MODEL})


def _refusal(what: str, name: str) -> str:
    return (
        f"the recording cannot be enrolled: the cameo {name} of somebody else is in {what}. Record "
        "what is yours with a camera"
    )

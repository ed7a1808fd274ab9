"""From an approved draft to a released file: signed again, with the draft as its parent."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ..host.media import partial_file

if TYPE_CHECKING:
    from ..trust.credentials.contribution import Contribution
    from ..trust.registry import Record


def release_draft(draft: Path, target: Path) -> None:
    """Write ``target``: what ``draft`` shows, with credentials that say it was approved.

    Raises:
        ValueError: the draft was changed after it was signed.
    """
    from ..trust.credentials.contribution import Contribution
    from ..trust.credentials.manifest import file_hash
    from ..trust.credentials.settings import load_settings
    from .publication import marks_of_record, open_registry, publish
    from .senses import content_of

    settings = load_settings()
    story = [Contribution("parent", {"path": str(draft)})]
    known = open_registry(settings).by_file(file_hash(draft))
    if known is not None:
        story += [*marks_of_record(known), *approved_cameos(known)]
    with partial_file(target) as partial:
        shutil.copyfile(draft, partial)
        publish(partial, target.name, story, content_of(partial), settings)


def approved_cameos(record: Record) -> list[Contribution]:
    """The cameos of a registered draft, told as approved."""
    from ..trust.credentials.contribution import Contribution
    from ..trust.credentials.manifest import GENERATION

    return [
        Contribution("cameo", {**cameo, "draft": False})
        for assertion in record.story.get("assertions", [])
        if assertion.get("label") == GENERATION
        for cameo in assertion["data"].get("cameos", [])
    ]

"""The story of a file, read from the executed graph: what each block upstream put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host import io

_CHECKPOINT_INPUTS = ("ckpt_name", "unet_name", "model_name")

if TYPE_CHECKING:
    from ..trust.credentials.contribution import Contribution


def story_of(graph: Mapping[str, Any] | None, node_id: str | None) -> list[Contribution]:
    """Return the contributions upstream of a block; [] where no graph runs it.

    ``graph`` and ``node_id`` are the hidden ``prompt`` and ``unique_id`` of the block. Blocks of
    others tell nothing themselves; checkpoints, prompts and files are read off their inputs.
    """
    from ..trust.credentials.contribution import contributions_of

    if not graph or node_id is None:
        return []
    story = contributions_of(graph, str(node_id), block_classes().get)
    own = _own_marks(graph, str(node_id))
    story = [part for part in story if part not in own]
    story += _foreign_models(graph, str(node_id))
    if not any(part.kind == "prompt" for part in story):
        story += _prompts(graph, str(node_id))
    return story + _uploads(graph, str(node_id), story)


def clip_story(story: Sequence[Contribution], clip: int, clips: int) -> list[Contribution]:
    """Return the story of one clip of a batch: without the watermarks of the others."""
    if clips == 1:
        return list(story)
    return [
        part for part in story if part.kind != "watermark" or part.details.get("clip", clip) == clip
    ]


def marks_of(story: Sequence[Contribution], medium: str) -> list[str]:
    """Return the identifiers of the watermarks that pictures or sound of a story carry already."""
    return [
        str(part.details["identifier"])
        for part in story
        if part.kind == "watermark" and part.details.get("medium") == medium
    ]


def hidden_of(block: type[io.ComfyNode]) -> tuple[Mapping[str, Any] | None, str | None]:
    """Return (graph, node id) of a running block; (None, None) where code calls it directly."""
    hidden = getattr(block, "hidden", None)
    return getattr(hidden, "prompt", None), getattr(hidden, "unique_id", None)


def _own_marks(graph: Mapping[str, Any], node_id: str) -> list[Contribution]:
    """Marks that this very block put in when it ran before; what it is given now has none yet."""
    from ..trust.credentials.contribution import Contribution
    from ..trust.credentials.facts import facts_of

    kinds = ("watermark", "visible_mark")
    facts = (fact for fact in facts_of(node_id, graph) if fact.kind in kinds)
    return [Contribution(fact.kind, fact.details) for fact in facts]


def _foreign_models(graph: Mapping[str, Any], node_id: str) -> list[Contribution]:
    """Checkpoints that loaders of others name; their files are not ours to find."""
    from ..trust.credentials.contribution import Contribution, upstream_ids

    names: dict[str, None] = {}
    for upstream in upstream_ids(graph, node_id):
        for key in _CHECKPOINT_INPUTS:
            name = graph[upstream].get("inputs", {}).get(key)
            if isinstance(name, str):
                names.setdefault(name.replace("\\", "/").rsplit("/", 1)[-1])
    return [Contribution("model", {"name": name}) for name in names]


def _prompts(graph: Mapping[str, Any], node_id: str) -> list[Contribution]:
    from ..trust.credentials.contribution import Contribution
    from ..trust.guard.graph import words_of

    words = words_of(graph, node_id)
    texts = dict.fromkeys((*words.texts, *words.spoken))
    return [Contribution("prompt", {"text": text}) for text in texts]


def _uploads(
    graph: Mapping[str, Any], node_id: str, story: Sequence[Contribution]
) -> list[Contribution]:
    """Files that people brought: inputs of a model, or what was remixed where no model ran."""
    from ..trust.credentials.contribution import Contribution
    from ..trust.credentials.manifest import file_hash
    from ..trust.credentials.media_type import media_type

    told = {str(part.details.get("sha256")) for part in story if part.kind == "input"}
    told |= {file_hash(path) for path in _parents(story)}
    by_model = any(part.kind == "model" for part in story)
    found = []
    for path in brought_files(graph, node_id):
        media = (media_type(path) or "file").split("/")[0]
        remixed = media == "video" and not by_model
        if remixed or file_hash(path) not in told:
            kind = "parent" if remixed else "input"
            found.append(Contribution(kind, {"path": str(path), "media": media}))
    return found


def brought_files(graph: Mapping[str, Any], node_id: str) -> list[Path]:
    """Return the pictures and videos of people that are named upstream of a block."""
    from ..host import annotated_path
    from ..trust.guard.graph import words_of

    found = []
    for name in words_of(graph, node_id).uploads:
        try:
            found.append(annotated_path(name))
        except ValueError:  # a text that ends like a file name
            continue
    return found


def _parents(story: Sequence[Contribution]) -> list[Path]:
    """Files that a block told as what was remixed."""
    told = [Path(str(part.details.get("path"))) for part in story if part.kind == "parent"]
    return [path for path in told if path.is_file()]


@cache
def block_classes() -> dict[str, type]:
    """Return our blocks by their type; only they tell what they contribute."""
    from . import HibariExtension

    listing = HibariExtension().get_node_list()
    try:
        listing.send(None)  # it awaits nothing, so it ends at once, inside a loop or not
    except StopIteration as done:
        blocks: Sequence[type[io.ComfyNode]] = done.value
        return {block.define_schema().node_id: block for block in blocks}
    raise RuntimeError("the list of blocks must not wait for anything")

"""Words for what a prompt leaves open and a small model wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .conditioning import TELL, Conditioning
from .guarding import Graph, guard_text


def with_details(
    model: Any,
    positive: Conditioning,
    latent: Mapping[str, Any],
    seed: int,
    graph: Graph | None = None,
    node_id: str | None = None,
) -> tuple[Conditioning, str]:
    """Return the conditioning of a prompt told in full, with phrases that the seed draws, and it.

    The first stays as it is, and the second is empty, where the checkpoint wants nothing, where a
    part of the clip is given, which tells more than words, where a cameo was applied, and where
    another block encoded the prompt. The guard reads the longer prompt too, since its phrases come
    from a file.

    Raises:
        ValueError: the policy refuses the prompt told in full.
    """
    from ..host import show_text
    from ..model.checkpoint.details import told_in_full
    from ..trust.cameo.prompt import PROMPT
    from ..trust.cameo.reference import references_of
    from .sampling_request import recommended

    details = recommended(model).details
    if not details or len(positive) != 1 or latent.get("noise_mask") is not None:
        return positive, ""
    _, options = positive[0]
    record, tell = options.get(PROMPT), options.get(TELL)
    if record is None or tell is None or record.roles or references_of(options).references:
        return positive, ""
    text = told_in_full(record.text, details, seed)
    if text == record.text:
        return positive, ""
    guard_text(text, graph, node_id)
    if node_id is not None:
        show_text(text, node_id)
    return [[context, {**options, **fresh}] for context, fresh in tell(text)], text

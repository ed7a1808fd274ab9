"""The card of one evaluation: every metric for every source, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..world import Truth
from . import variety
from .kit import Kit
from .metric import Score, score
from .round_trip import LABELS, RoundTrip, summary
from .variety import mean_distance

FORMAT = 2
REAL, BASELINE, CODEC = "real", "DCT-PCA", "codec"
CONTINUED, SAMPLES = "continued", "samples"
SHUFFLED = "real, shuffled"
BULKY = ("trajectories", "view", "mouths", "things", "cast")
"""Of a truth; a clip's seed and index give them back."""

Rows = dict[str, dict[str, Score]]


@dataclass
class Evidence:
    """What was seen of all clips; lists run over clips, a source that was not made has none.

    Attributes:
        captions, truths, indices: of the clips.
        readings: by source: "real", "codec" and other round trips, "continued", "samples".
        fidelity: of each round trip, by source: what round_trip.py measures.
        pictures: small ones of all clips, by source.
        variety: mean distance of the clips of one caption, by source, one a varied caption.
    """

    captions: list[str] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    readings: dict[str, list[Any]] = field(default_factory=dict)
    fidelity: dict[str, list[RoundTrip]] = field(default_factory=dict)
    pictures: dict[str, list[np.ndarray]] = field(default_factory=dict)
    variety: dict[str, list[float]] = field(default_factory=dict)


def score_rows(evidence: Evidence, kit: Kit) -> Rows:
    """Scores by source; parts of the last source and shuffled pairs are sources as well."""
    truths, rows = evidence.truths, Rows()
    real = evidence.readings[REAL]
    apart = _between_captions(evidence)
    for source, readings in evidence.readings.items():
        scopes = ("prompt",) if source == SAMPLES else ("prompt", "clip")
        rows[source] = score(readings, truths, scopes, metrics=kit.metrics)
        rows[source] |= summary(evidence.fidelity.get(source, []))
        if apart:
            rows[source]["diversity"] = Score(apart[source] / apart[REAL], len(readings))
        rows[source] |= _between_seeds(evidence, evidence.variety.get(source, []))
    rows |= _parts(evidence, kit)
    if len(truths) > 2:
        mixed = kit.shuffled(real, truths)
        # What is compared with the very clip has its chance, too, where there is one by clip.
        rows[SHUFFLED] = score(*mixed, ("prompt", "clip"), metrics=kit.metrics)
        rows[SHUFFLED] |= _between_seeds(evidence, [apart[REAL]] if apart else [])
    return rows


def _between_captions(evidence: Evidence) -> dict[str, float]:
    """Mean distance of a source's clips, by source; none where there are fewer than three."""
    if len(evidence.truths) < 3:
        return {}
    return {name: mean_distance(clips) for name, clips in evidence.pictures.items()}


def _between_seeds(evidence: Evidence, distances: Sequence[float]) -> dict[str, Score]:
    """Mean distance of a source's clips of one caption over that of true ones."""
    usual = evidence.variety.get(REAL, [])
    if not distances or not any(usual):
        return {}
    return {"variety": Score(float(np.mean(distances) / np.mean(usual)), len(distances))}


def _parts(evidence: Evidence, kit: Kit) -> Rows:
    """The splits of the source that is furthest from the truth."""
    source = list(evidence.readings)[-1]
    scopes = ("prompt",) if source == SAMPLES else ("prompt", "clip")
    readings, rows = evidence.readings[source], Rows()
    for name, belongs in kit.splits.items():
        chosen = [k for k, truth in enumerate(evidence.truths) if belongs(truth)]
        if chosen:
            part = [readings[k] for k in chosen], [evidence.truths[k] for k in chosen]
            rows[f"{source}, {name}"] = score(*part, scopes, metrics=kit.metrics)
    return rows


def table(rows: Rows, kit: Kit) -> str:
    """A Markdown table, metrics down and sources across; in brackets over how many clips."""
    sources = list(rows)
    labels = {metric.name: metric.label for metric in kit.metrics}
    labels |= variety.LABELS | LABELS
    names = [name for name in labels if any(name in row for row in rows.values())]
    body = [
        [labels[name], *(_cell(rows[source].get(name)) for source in sources)] for name in names
    ]
    lines = [["", *sources], *body]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    padded = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def write_json(path: Path, rows: Rows, evidence: Evidence, about: Mapping[str, object]) -> None:
    """Writes scores and every clip's readings, in one step.

    Raises:
        OSError: the folder cannot be written.
    """
    card = {
        "format": FORMAT,
        **about,
        "scores": {
            source: {name: asdict(value) for name, value in row.items()}
            for source, row in rows.items()
        },
        "clips": [_clip(evidence, index) for index in range(len(evidence.truths))],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _clip(evidence: Evidence, at: int) -> dict[str, object]:
    truth = evidence.truths[at].to_dict()
    return {
        "index": evidence.indices[at],
        "caption": evidence.captions[at],
        "truth": {key: value for key, value in truth.items() if key not in BULKY},
        "readings": {
            source: readings[at].to_dict() for source, readings in evidence.readings.items()
        },
        "fidelity": {source: m[at].values for source, m in evidence.fidelity.items()},
    }


def _cell(value: Score | None) -> str:
    return "" if value is None else f"{value.value:.2f} ({value.count})"

"""The card of one evaluation: every metric for every source, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ..world import Truth
from .metric import METRICS, Score, score, shuffled
from .reading import Reading

FORMAT = 1
REAL, CODEC, SAMPLES = "real", "codec", "samples"
SPLITS: dict[str, Callable[[Truth], bool]] = {
    "samples, seen kinds": lambda t: not (t.held_out_combination or t.held_out_sentence),
    "samples, held-out combination": lambda t: t.held_out_combination,
    "samples, held-out sentence": lambda t: t.held_out_sentence,
}
SHUFFLED = "real, shuffled"
FIDELITY = {
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "log_mel_l1": "log-mel L1, ln",
    "onset_f1": "onset F1 of the round trip",
}
LABELS = {metric.name: metric.label for metric in METRICS} | FIDELITY

Rows = dict[str, dict[str, Score]]


@dataclass
class Evidence:
    """What was seen of all clips; lists run over clips, a source that was not made has none.

    Attributes:
        captions, truths: of the clips.
        readings: by source: "real", "codec", "samples".
        fidelity: of the round trips: "psnr", "ssim", "log_mel_l1", "onset_f1".
    """

    captions: list[str] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    fidelity: list[dict[str, float | None]] = field(default_factory=list)


def score_rows(evidence: Evidence) -> Rows:
    """Scores by source; held-out parts of the samples and shuffled pairs are sources as well."""
    truths, rows = evidence.truths, Rows()
    for source, readings in evidence.readings.items():
        scopes = ("prompt",) if source == SAMPLES else ("prompt", "clip")
        rows[source] = score(readings, truths, scopes)
        if source == CODEC:
            rows[source] |= _mean_fidelity(evidence.fidelity)
    samples = evidence.readings.get(SAMPLES, [])
    for name, belongs in SPLITS.items():
        chosen = [index for index in range(len(samples)) if belongs(truths[index])]
        if chosen:
            part = [samples[i] for i in chosen], [truths[i] for i in chosen]
            rows[name] = score(*part, ("prompt",))
    if len(truths) > 2:
        rows[SHUFFLED] = score(*shuffled(evidence.readings[REAL], truths), ("prompt",))
    return rows


def table(rows: Rows) -> str:
    """A Markdown table, metrics down and sources across; in brackets over how many clips."""
    sources = list(rows)
    names = [name for name in LABELS if any(name in row for row in rows.values())]
    body = [
        [LABELS[name], *(_cell(rows[source].get(name)) for source in sources)] for name in names
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


def _clip(evidence: Evidence, index: int) -> dict[str, object]:
    truth = evidence.truths[index].to_dict()
    del truth["trajectories"]
    return {
        "index": index,
        "caption": evidence.captions[index],
        "truth": truth,
        "readings": {
            source: readings[index].to_dict() for source, readings in evidence.readings.items()
        },
        "fidelity": evidence.fidelity[index] if evidence.fidelity else None,
    }


def _mean_fidelity(measured: Sequence[Mapping[str, float | None]]) -> dict[str, Score]:
    scores = {}
    for name in FIDELITY:
        values = [value for clip in measured if (value := clip[name]) is not None]
        if values:
            scores[name] = Score(float(np.mean(values)), len(values))
    return scores


def _cell(value: Score | None) -> str:
    return "" if value is None else f"{value.value:.2f} ({value.count})"

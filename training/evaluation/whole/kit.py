"""The whole playground as an evaluation sees it: instruments, metrics, splits and chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TypeVar

from ...world import ClipSpec
from ...world.language.telling import write_caption
from ...world.scenes.dice import stream
from ...world.truth import WholeTruth
from ..kit import Kit
from .instruments import Instruments, load_instruments
from .metric import BEGINS, whole_metrics
from .people import People
from .reading import WholeReading, read_whole

SPLITS: dict[str, Callable[[WholeTruth], bool]] = {
    "in distribution": lambda t: not t.held_out,
    "hole": lambda t: t.held_out == "hole",
    "beyond": lambda t: t.held_out == "beyond",
    "combination": lambda t: t.held_out == "combination",
    "sentence": lambda t: t.held_out in ("sentence", "synonyms"),
}
SHARES = {
    "in distribution": 0.4,
    "hole": 0.15,
    "beyond": 0.15,
    "combination": 0.15,
    "sentence": 0.15,
}
"""Of the clips that are measured; a random draw would hold few with new numbers."""
Item = TypeVar("Item")


def whole_kit(instruments: Instruments | None = None) -> Kit:
    """The kit of the whole playground, with the bundled instruments by default.

    Raises:
        ValueError: there are no bundled instruments.
    """
    instruments = instruments or load_instruments()
    return Kit(
        playground="whole",
        read=partial(read_whole, instruments=instruments),
        metrics=whole_metrics(People(instruments)),
        splits=SPLITS,
        shuffled=shuffled_whole,
        indices=balanced_indices,
        begins=BEGINS,
    )


def balanced_indices(seed: int, clips: int, spec: ClipSpec) -> Iterator[int]:
    """The first validation clips of which the splits have their shares; rising.

    Only the scene is set up for it; nothing is drawn or heard.
    """
    wanted = _quotas(clips)
    found = 0
    for index in count():
        if found == clips:
            return
        name = _split_of(seed, index, spec)
        if wanted[name]:
            wanted[name] -= 1
            found += 1
            yield index


def _quotas(clips: int) -> dict[str, int]:
    """Whole numbers that add up, the largest remainders rounded up."""
    exact = {name: share * clips for name, share in SHARES.items()}
    quotas = {name: int(value) for name, value in exact.items()}
    by_rest = sorted(exact, key=lambda name: quotas[name] - exact[name])
    for name in by_rest[: clips - sum(quotas.values())]:
        quotas[name] += 1
    return quotas


def _split_of(seed: int, index: int, spec: ClipSpec) -> str:
    from ...world.whole import set_up

    play = set_up(seed, index, spec, "validation")
    held_out = play.stage.held_out
    if not held_out:
        rng = stream(seed, index, "validation", "caption")
        held_out = write_caption(play.stage, play.language, play.challenge, rng).new
    named = {"": "in distribution", "synonyms": "sentence"}
    return named.get(held_out, held_out)


def shuffled_whole(
    readings: Sequence[WholeReading], truths: Sequence[WholeTruth]
) -> tuple[list[WholeReading], list[WholeTruth]]:
    """Pictures, sounds and captions of three different clips each: what chance scores.

    Clips with speakers change places with clips with speakers where there are enough, and so do
    those with things; else a mouth would be held against a domino.
    """
    seen, heard, told = [], [], []
    for chosen in (
        [k for k, truth in enumerate(truths) if truth.cast],
        [k for k, truth in enumerate(truths) if not truth.cast],
    ):
        seen += chosen
        heard += _rolled(chosen, max(1, len(chosen) // 3))
        told += _rolled(chosen, max(2, 2 * len(chosen) // 3))
    mixed = [
        replace(
            readings[picture],
            hearing=readings[sound].hearing,
            envelope=readings[sound].envelope,
            voice=readings[sound].voice,
            said=readings[sound].said,
        )
        for picture, sound in zip(seen, heard, strict=True)
    ]
    return mixed, [truths[caption] for caption in told]


def _rolled(items: Sequence[Item], by: int) -> list[Item]:
    by %= max(1, len(items))
    return [*items[by:], *items[:by]]

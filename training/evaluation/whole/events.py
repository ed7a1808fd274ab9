"""The names of what can happen: kind of event and its result, as the world's outcomes tell."""

from __future__ import annotations

from collections.abc import Mapping

RESULTS: dict[str, tuple[str, ...]] = {
    "drop": ("bounces", "stays", "mixed", "in the air"),
    "throw": ("bounces", "lands", "in the air"),
    "ramp": ("rolls", "rolls out", "short", "bumps", "knocks over"),
    "seesaw": ("flies", "lifts", "stays"),
    "pendulum": ("swings", "short", "bumps", "pushes", "knocks over"),
    "cradle": ("clicks", "hangs"),
    "domino": ("all", "some", "none"),
    "tower": ("topples", "loses one", "wobbles", "stands", "misses"),
    "hoop": ("scores", "misses", "in the air"),
    "roll": ("leaves", "crosses", "creeps", "short", "bumps", "pushes", "collide", "rebound"),
    "billiards": ("breaks", "hits", "misses"),
    "talk": ("talks",),
}
EVENTS = tuple(f"{kind}: {result}" for kind, results in RESULTS.items() for result in results)


def event_of(kind: str, outcome: Mapping[str, str | int]) -> str | None:
    """The name in EVENTS; None where the world gave up on a result ("leaves" of most kinds)."""
    name = f"{kind}: {outcome['result']}"
    return name if name in EVENTS else None


def kind_of(event: str) -> str:
    """The kind of an event's name."""
    return event.split(":", maxsplit=1)[0]

"""A whole training as one command: steps in order, jobs of one step side by side.

A recipe is a TOML file with the folder ``runs`` and a list of ``[[steps]]``; each has a ``name``
and ``jobs``, argument lists of ``hibari train`` or ``hibari evaluate``. In arguments, ``{runs}``
stands for the folder, ``{configs}`` for the bundled configurations, ``{weights}`` for the folder of
the bundled weights, and ``=table.key=value`` for ``--set table.key=value``; ``@name`` stands for a
list of arguments in the table ``[words]``. A step is done when all its jobs ended well; the same
command goes on behind the last step that is done, and every job resumes by itself.
"""

from __future__ import annotations

import dataclasses
import logging
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .config import from_table

CONFIGS = Path(__file__).with_name("configs")
RECIPES = Path(__file__).with_name("recipes")
WEIGHTS = Path(__file__).parents[1] / "weights"
POLL_S = 0.2
GRACE_S = 60.0
"""How long a job may take to save its state when the time is up."""

log = logging.getLogger("hibari.train")


@dataclasses.dataclass(frozen=True)
class Step:
    """Jobs that run side by side.

    Attributes:
        name: of the step and of its log files.
        jobs: argument lists; the first word is ``train`` or ``evaluate``.
    """

    name: str
    jobs: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Steps in order and the folder of their results."""

    runs: Path
    steps: tuple[Step, ...]


def read_recipe(path: Path) -> Recipe:
    """Reads a recipe.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no TOML, has unknown or missing keys, or a job that is no command.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no recipe {path}; see hibari/training/recipes")
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is no TOML: {error}") from error
    words = table.pop("words", {})
    if set(table) != {"runs", "steps"} or not isinstance(table["steps"], list):
        raise ValueError(
            f"{path} has the keys {', '.join(table)}; a recipe has runs and steps, and may have "
            "[words]"
        )
    runs = Path(table["runs"])
    steps = tuple(_read_step(entry, runs, words, path) for entry in table["steps"])
    names = [step.name for step in steps]
    if len(set(names)) < len(names):
        raise ValueError(f"{path} names a step twice: {', '.join(names)}")
    return Recipe(runs, steps)


def _read_step(entry: dict[str, Any], runs: Path, words: dict[str, list[str]], path: Path) -> Step:
    step = from_table(Step, entry, f"steps of {path.name}")
    places = {"runs": str(runs), "configs": str(CONFIGS), "weights": str(WEIGHTS)}
    jobs = tuple(tuple(_spelled_out(job, words, places, path)) for job in step.jobs)
    for job in jobs:
        if not job or job[0] not in {"train", "evaluate"}:
            raise ValueError(
                f"step {step.name!r} of {path} has the job {list(job)}; a job begins with train "
                "or evaluate"
            )
    return Step(step.name, jobs)


def _spelled_out(
    job: Sequence[str], words: dict[str, list[str]], places: dict[str, str], path: Path
) -> Iterator[str]:
    """The arguments that a job's words stand for."""
    for word in job:
        if word.startswith("@"):
            if word[1:] not in words:
                raise ValueError(
                    f"{path} uses {word}, which [words] does not hold; it holds {', '.join(words)}"
                )
            yield from _spelled_out(words[word[1:]], _others(words, word), places, path)
        elif word.startswith("="):
            yield from ("--set", _placed(word[1:], places))
        else:
            yield _placed(word, places)


def _others(words: dict[str, list[str]], word: str) -> dict[str, list[str]]:
    """All but this one, which cannot stand for itself."""
    return {name: meaning for name, meaning in words.items() if name != word[1:]}


def _placed(word: str, places: dict[str, str]) -> str:
    # Not str.format, because values may be tables, whose braces are their own.
    for name, place in places.items():
        word = word.replace(f"{{{name}}}", place)
    return word


def cook(recipe: Recipe, minutes: float = 0.0) -> bool:
    """Runs what is not done yet; True when all of it is.

    Args:
        recipe: what to do.
        minutes: after this much time jobs are told to save and stop; 0 means no limit.

    Raises:
        RuntimeError: a job failed; the message names its log.
    """
    end = time.monotonic() + minutes * 60 if minutes else float("inf")
    recipe.runs.mkdir(parents=True, exist_ok=True)
    for step in recipe.steps:
        mark = recipe.runs / f"{step.name}.done"
        if mark.exists():
            continue
        log.info("step %s: %d side by side", step.name, len(step.jobs))
        if not _run_step(step, recipe.runs, end):
            log.info("the time is up in step %s; run the same command to go on", step.name)
            return False
        mark.touch()
    return True


def summary(recipe: Recipe) -> str:
    """How far every step is, the last losses of every stage, and the last table of scores."""
    lines = []
    for step in recipe.steps:
        done = (recipe.runs / f"{step.name}.done").exists()
        lines.append(f"{'done' if done else 'open'}  {step.name}")
    for path in sorted(recipe.runs.glob("*/log.jsonl")):
        text = path.read_text("utf-8").splitlines()
        lines.append(f"{path.parent.name}: {text[-1] if text else 'no step yet'}")
    for path in sorted(recipe.runs.glob("*.log")):
        table = [
            line for line in path.read_text("utf-8", "replace").splitlines() if line[:1] == "|"
        ]
        lines += table
    return "\n".join(lines) + "\n"


def _run_step(step: Step, runs: Path, end: float) -> bool:
    """Whether all jobs ended before `end`."""
    logs = [runs / f"{step.name}-{number}.log" for number in range(len(step.jobs))]
    jobs = [_start(job, path) for job, path in zip(step.jobs, logs, strict=True)]
    try:
        while any(job.poll() is None for job in jobs):
            failed = [path for job, path in zip(jobs, logs, strict=True) if job.poll()]
            if failed or time.monotonic() > end:
                break
            time.sleep(POLL_S)
        in_time = all(job.poll() is not None for job in jobs)
    finally:
        _stop(jobs)
    failed = [
        path
        for job, path in zip(jobs, logs, strict=True)
        if job.returncode not in {0, -signal.SIGTERM}
    ]
    if failed:
        raise RuntimeError(f"step {step.name} failed; its last lines:\n{_tail(failed[0])}")
    return in_time


def _start(job: tuple[str, ...], log_path: Path) -> subprocess.Popen[bytes]:
    root = __package__.rpartition(".")[0]
    rooms = {"train": f"{root}.training.command", "evaluate": f"{root}.training.evaluation.command"}
    program = f"import sys; from {rooms[job[0]]} import main; sys.exit(main(sys.argv[1:]))"
    with log_path.open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-c", program, *job[1:]], stdout=log_file, stderr=subprocess.STDOUT
        )


def _stop(jobs: list[subprocess.Popen[bytes]]) -> None:
    """Tells what still runs to save its state and end."""
    running = [job for job in jobs if job.poll() is None]
    for job in running:
        job.terminate()
    until = time.monotonic() + GRACE_S
    for job in running:
        try:
            job.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            job.kill()
            job.wait()


def _tail(path: Path, lines: int = 12) -> str:
    text = path.read_text("utf-8", errors="replace").splitlines()
    return "\n".join([str(path), *text[-lines:]])

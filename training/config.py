"""Training configuration: TOML files read into frozen dataclasses; unknown keys are errors.

A file has the tables ``[run]``, ``[data]``, ``[model]`` and ``[objective]``; what the last two may
hold is declared by the trainer that ``kind`` names.
"""

from __future__ import annotations

import dataclasses
import logging
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

log = logging.getLogger("hibari.train")


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """How long, how fast and where a run goes.

    Attributes:
        folder: where state, log and results are written.
        steps: optimiser steps in all; the learning rate decays over the last ``decay_steps``.
        batch: samples per step.
        optimiser: ``adamw`` or ``muon``.
        ema: decay of the weight average per step.
        precision: ``auto`` is bf16 where the processor has matrix units for it, else fp32.
        compile: fuse the transformer's blocks with torch.compile (needs a C++ compiler).
        init_from: weights to start from (a training state or a stage's result); empty: none.
        rates: learning rates, as shares of ``learning_rate``, of the parameters whose names contain
            a text; the first text that fits counts, and the others learn at the full rate.
        minutes: training time in all, resumed runs included; the learning rate decays towards it
            when it comes before ``steps``. 0 means no limit.
    """

    folder: str
    steps: int
    batch: int = 1
    optimiser: str = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 100
    decay_steps: int = 0
    clip_norm: float = 1.0
    ema: float = 0.998
    seed: int = 0
    precision: str = "auto"
    compile: bool = False
    device: str = "auto"
    log_every: int = 50
    evaluate_every: int = 0
    save_every_s: float = 180.0
    minutes: float = 0.0
    init_from: str = ""
    rates: dict[str, float] = dataclasses.field(default_factory=dict)

    def rate_of(self, name: str) -> float:
        """Learning rate of a parameter as a share of ``learning_rate``."""
        return next((float(rate) for part, rate in self.rates.items() if part in name), 1.0)


BUCKET_KEYS = ("frames", "height", "width", "count", "validation_count", "seed")


@dataclasses.dataclass(frozen=True)
class DataConfig:
    """Which clips to learn from; they are rendered once into ``folder`` and then reused.

    ``playground`` is "drops", the narrow slice of falling things, or "whole". ``workers`` 0 means
    that another process renders them meanwhile. ``keep_clips`` false keeps only the latents: the
    transformer stage then learns from more clips than a disk holds. ``reference_px`` is the side
    of the reference views that the transformer stage is shown, 0 makes none; only the first
    ``reference_clips`` have them, where that is not 0. ``buckets`` are tables that set another size
    and number of clips each; the transformer stage learns from all of them, the first counting as
    the usual size.
    """

    folder: str
    count: int
    seed: int = 1
    frames: int = 49
    height: int = 256
    width: int = 256
    fps: int = 24
    validation_count: int = 64
    workers: int = 1
    playground: str = "drops"
    keep_clips: bool = True
    reference_px: int = 0
    reference_clips: int = 0
    buckets: tuple[Any, ...] = ()

    def stores(self) -> tuple[DataConfig, ...]:
        """One configuration for each size of clips: that of ``buckets``, or this one alone.

        Raises:
            ValueError: a bucket holds anything but the size, number or seed of its clips.
        """
        for bucket in self.buckets:
            odd = sorted(set(bucket) - set(BUCKET_KEYS))
            if odd:
                raise ValueError(
                    f"data.buckets sets {', '.join(odd)}; a bucket may set {', '.join(BUCKET_KEYS)}"
                )
        made = (dataclasses.replace(self, buckets=(), **bucket) for bucket in self.buckets)
        return tuple(made) or (self,)

    def clips_of(self, split: str) -> int:
        """How many clips ``train`` or ``validation`` has."""
        return self.count if split == "train" else self.validation_count

    def referenced_clips_of(self, split: str) -> int:
        """How many of them, from the first on, have references."""
        return min(self.clips_of(split), self.reference_clips or self.count)


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """One training stage: ``kind`` picks the trainer, the tables configure it."""

    kind: str
    run: RunConfig
    data: DataConfig
    model: dict[str, Any]
    objective: dict[str, Any]


def from_table(cls: type[T], table: dict[str, Any], where: str) -> T:
    """Build a dataclass from a TOML table.

    Raises:
        ValueError: a key is unknown, missing, or of the wrong type; the message names it.
    """
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise ValueError(
            f"[{where}] has unknown keys: {', '.join(unknown)}; allowed: {', '.join(fields)}"
        )
    hints = typing.get_type_hints(cls)
    values = {key: _typed(value, hints[key], f"{where}.{key}") for key, value in table.items()}
    missing = [
        name
        for name, field in fields.items()
        if name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ValueError(f"[{where}] lacks the keys: {', '.join(missing)}")
    return cls(**values)


def _typed(value: Any, hint: Any, where: str) -> Any:
    origin = typing.get_origin(hint) or hint
    if origin in (typing.Any, typing.Union, types.UnionType):
        return value
    if origin is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is tuple and isinstance(value, list):
        return tuple(value)
    if not isinstance(value, origin) or (origin is int and isinstance(value, bool)):
        raise ValueError(f"{where} is {value!r}; expected {getattr(hint, '__name__', hint)}")
    return value


def read_config(path: Path, overrides: list[str] | None = None) -> TrainConfig:
    """Read a TOML file; ``overrides`` are ``table.key=value`` strings with TOML values.

    Raises:
        ValueError: the file is not TOML, or holds unknown, missing or mistyped keys.
        FileNotFoundError: there is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no training configuration at {path}; give a .toml file")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from error
    for override in overrides or []:
        _apply_override(table, override)
    unknown = sorted(set(table) - {"kind", "run", "data", "model", "objective"})
    if unknown or "kind" not in table:
        raise ValueError(
            f"{path}: {'unknown entries ' + ', '.join(unknown) if unknown else 'no kind'}; "
            "a configuration holds kind, [run], [data], [model], [objective]"
        )
    return TrainConfig(
        kind=table["kind"],
        run=from_table(RunConfig, table.get("run", {}), "run"),
        data=from_table(DataConfig, table.get("data", {}), "data"),
        model=table.get("model", {}),
        objective=table.get("objective", {}),
    )


def check_model_keys(given: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse what a network would not read: a slip there would train another network in silence.

    Args:
        given: the ``[model]`` table.
        known: what the network's own configuration writes.

    Raises:
        ValueError: a key is unknown; the message names it.
    """
    known_keys = _flat(known)
    unknown = sorted(_flat(given).keys() - known_keys.keys())
    if unknown:
        raise ValueError(
            f"[model] has unknown keys: {', '.join(unknown)}; allowed: {', '.join(known_keys)}"
        )


RATES = "run.rates."
FIXED = ("kind", "model", "run.optimiser", RATES, "data.playground")
"""What a run cannot change half-way, by the start of its key."""


def flat_settings(config: TrainConfig) -> dict[str, Any]:
    """All entries of a configuration as ``table.key``, in types that JSON keeps."""
    return _flat(dataclasses.asdict(config))


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Entries of nested tables by their dotted keys; tuples as the lists that JSON makes them."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = list(value) if isinstance(value, tuple) else value
    return flat


def check_resumed(saved: dict[str, Any], given: dict[str, Any]) -> None:
    """Compare the settings that a state was made with to those it is to go on with.

    A schedule may be stretched, a loss re-weighted: those are told in the log. Only entries that
    both sides have are compared, and rates, whose number may differ.

    Raises:
        ValueError: an entry differs that a run cannot change half-way.
    """
    rates = {key for key in saved.keys() | given.keys() if key.startswith(RATES)}
    changed = {
        key: f"{key} was {saved.get(key)!r} and is {given.get(key)!r}"
        for key in sorted((saved.keys() & given.keys()) | rates)
        if saved.get(key) != given.get(key)
    }
    broken = [text for key, text in changed.items() if key.startswith(FIXED)]
    if broken:
        raise ValueError(
            f"this run was begun with other settings ({'; '.join(broken)}); give the old ones, or "
            "another run.folder and run.init_from"
        )
    for text in changed.values():
        log.info("goes on with another setting: %s", text)


def _apply_override(table: dict[str, Any], override: str) -> None:
    key, separator, text = override.partition("=")
    path = key.strip().split(".")
    if not separator or len(path) < 2:
        raise ValueError(f"--set {override!r} is not of the form table.key=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    for part in path[:-1]:
        table = table.setdefault(part, {})
    table[path[-1]] = value

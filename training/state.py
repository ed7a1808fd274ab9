"""Exact training state on disk: one safetensors file, written whole or not at all.

Weights, weight averages and optimiser moments are tensors; step and clip counters are metadata.
No pickle: a state file from a stranger can be opened safely. Random numbers need no state because
every draw comes from a generator seeded with (seed, step).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from .processes import PROCESSES, spread_like, spread_state, whole

Network = TypeVar("Network", bound=nn.Module)


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Moments of every parameter as ``<index>.<name>`` tensors."""
    state = optimiser.state_dict()["state"]
    return {
        f"{index}.{name}": torch.as_tensor(value)
        for index, moments in state.items()
        for name, value in moments.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put moments saved by :func:`optimiser_tensors` back."""
    state: dict[int, dict[str, Tensor]] = {}
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        like = parameters[int(index)]
        spread = spread_like(value, like) if value.shape == like.shape else value
        state.setdefault(int(index), {})[name] = spread
    current = optimiser.state_dict()
    optimiser.load_state_dict({"state": state, "param_groups": current["param_groups"]})


def save_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write a safetensors file beside its final name, then rename it into place.

    Tensors that are spread over processes are written whole, by the first process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        ready = {key: whole(value.detach()).cpu().contiguous() for key, value in tensors.items()}
        if not PROCESSES.is_first:
            return
        save_file(ready, partial, metadata)
        with partial.open("rb") as file:
            os.fsync(file.fileno())  # else a power cut may leave the new name and no content
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise OSError(
            f"could not write {path}: {error}; free space there, the last good state is kept"
        ) from error


def save_state(
    path: Path,
    module: nn.Module,
    average: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
    facts: dict[str, Any],
) -> None:
    """Save everything a run needs to go on exactly where it was."""
    tensors = {f"model.{key}": value for key, value in module.state_dict().items()}
    tensors |= {f"ema.{key}": value for key, value in average.items()}
    tensors |= {f"optimiser.{key}": value for key, value in optimiser_tensors(optimiser).items()}
    save_tensors(path, tensors, {"state": json.dumps(facts, sort_keys=True)})


def read_tensors(path: Path, prefix: str = "") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors under a prefix (stripped) and the facts of a state file.

    Raises:
        ValueError: the file is truncated or no training state; the message says what to do.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["state"])
            tensors = {
                key[len(prefix) :]: file.get_tensor(key)
                for key in file.keys()  # noqa: SIM118 - a safetensors handle is no mapping
                if key.startswith(prefix)
            }
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path} is truncated or not a training state ({error}); "
            "delete it to start anew, or restore a copy"
        ) from error
    return tensors, facts


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a state file, without its tensors.

    Raises:
        ValueError: the file is truncated or no training state.
    """
    return read_tensors(path, prefix="none of them.")[1]


def read_weights(path: Path) -> dict[str, Tensor]:
    """Weights to start from: the averages in a training state, or a stage's result.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no weights to start from at {path}; give an existing file")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} is truncated or no safetensors file ({error})") from error
    averages = {key[4:]: value for key, value in tensors.items() if key.startswith("ema.")}
    return averages or tensors


def load_state(
    path: Path, module: nn.Module, average: dict[str, Tensor], optimiser: torch.optim.Optimizer
) -> dict[str, Any]:
    """Restore a run in place and return its facts (step, seconds, settings).

    Raises:
        ValueError: the file is damaged, or belongs to a model of another shape.
    """
    tensors, facts = read_tensors(path)
    groups: dict[str, dict[str, Tensor]] = {"model": {}, "ema": {}, "optimiser": {}}
    for key, value in tensors.items():
        group, name = key.split(".", 1)
        groups[group][name] = value
    try:
        module.load_state_dict(spread_state(groups["model"], module))
        restore_optimiser(optimiser, groups["optimiser"])
    except (RuntimeError, ValueError, KeyError, IndexError) as error:
        raise ValueError(
            f"{path} belongs to a model of another shape; use another run folder or the old "
            f"[model] table ({str(error).splitlines()[0]})"
        ) from error
    for name, value in average.items():
        value.copy_(spread_like(groups["ema"][name], value))
    return facts


def read_tensors_with_config(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and configuration of a stage's result (``video_vae.safetensors`` and the like).

    Raises:
        FileNotFoundError: the stage has not been run yet.
        ValueError: the file is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no {path}; train the stage that writes it first")
    try:
        with safe_open(path, framework="pt") as file:
            config = json.loads((file.metadata() or {})["config"])
            return {key: file.get_tensor(key) for key in file.keys()}, config  # noqa: SIM118
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is truncated or not a stage's result ({error})") from error


def read_network(path: Path, part: str, build: Callable[[dict[str, Any]], Network]) -> Network:
    """The network of a stage's result, built from the ``part`` of its configuration.

    Raises:
        FileNotFoundError: the stage has not been run yet.
        ValueError: the file is damaged.
    """
    tensors, config = read_tensors_with_config(path)
    network = build(config[part])
    network.load_state_dict(tensors)
    return network

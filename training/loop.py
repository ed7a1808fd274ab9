"""The training loop shared by all trainers: steps, averages, logs, atomic state, clean stops.

Progress is exact: every random draw of a step comes from ``generator(seed, step)``, so a run that
was stopped and resumed sees the same numbers as one that was not.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import signal
import statistics
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .config import RunConfig, TrainConfig, check_resumed, flat_settings
from .ema import WeightAverage
from .muon import Muon
from .processes import PROCESSES, spread_state, whole
from .state import load_state, read_facts, read_weights, save_state

log = logging.getLogger("hibari.train")


class Trainer(Protocol):
    """What the loop needs from a stage: a module, a loss, a look at held-out data, a result."""

    module: nn.Module

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        """Loss of one batch and the numbers to log."""
        ...

    def evaluate(self) -> dict[str, float]:
        """Held-out numbers, computed with the averaged weights in place."""
        ...

    def export(self, folder: Path) -> None:
        """Write the stage's result (averaged weights in place)."""
        ...


def step_generator(seed: int, step: int) -> torch.Generator:
    """CPU generator of one step; independent between steps and runs."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step * 7919 + 17) % (2**63))


def pick_device(name: str) -> torch.device:
    """``auto`` is CUDA where present, else the CPU; each process of a machine has its own."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and PROCESSES.count > 1:
        name = f"cuda:{PROCESSES.on_machine}"
    return torch.device(name)


def autocast(precision: str, device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """bf16 where matrix units make it fast (CUDA, AMX); elsewhere fp32, emulation being slow."""
    if precision == "auto":
        fast = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
        precision = "bf16" if fast else "fp32"
    if precision == "fp32":
        return contextlib.nullcontext()
    if precision != "bf16":
        raise ValueError(f"run.precision is {precision!r}; use auto, bf16 or fp32")
    return torch.autocast(device.type, dtype=torch.bfloat16)


def make_optimiser(module: nn.Module, run: RunConfig) -> torch.optim.Optimizer:
    """The optimiser that ``run.optimiser`` names, over the parameters that need gradients.

    Raises:
        ValueError: the name is unknown.
    """
    named = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
    if run.optimiser == "muon":
        return Muon(named, run.learning_rate, run.weight_decay, rate_of=run.rate_of)
    if run.optimiser != "adamw":
        raise ValueError(f"run.optimiser is {run.optimiser!r}; use adamw or muon")
    alike: dict[float, list[nn.Parameter]] = {}
    for name, parameter in named:
        alike.setdefault(run.rate_of(name), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": parameters, "rate": rate} for rate, parameters in alike.items()],
        lr=run.learning_rate,
        betas=(0.9, 0.97),
        weight_decay=run.weight_decay,
    )


STATE = "state.safetensors"
"""What a run folder keeps to go on from."""

PACES = 50
"""Steps whose times tell how fast a run goes."""


def learning_rate(run: RunConfig, step: int, last: float | None = None) -> float:
    """Warm up, stay, then decay linearly to 2 % over the last ``decay_steps``.

    ``last`` is the step that a run with a time limit will reach, where that comes before its end.
    """
    warm = min(1.0, (step + 1) / max(1, run.warmup_steps))
    left = ((run.steps if last is None else last) - step) / max(1, run.decay_steps)
    return run.learning_rate * warm * min(1.0, 0.02 + 0.98 * max(0.0, left))


def begins_anew(run: RunConfig) -> bool:
    """Whether a run has neither a state to go on from nor weights to start from."""
    return not run.init_from and not (Path(run.folder) / STATE).is_file()


def check_resumable(config: TrainConfig) -> None:
    """Before clips are drawn and networks built: whether the run's folder can go on like this.

    Raises:
        ValueError: its state is damaged, or was made with settings that a run cannot change.
    """
    path = Path(config.run.folder) / STATE
    if path.is_file():
        check_resumed(read_facts(path).get("settings", {}), flat_settings(config))


class _StopFlag:
    """Turns SIGINT and SIGTERM into a flag: a run ends between two steps, its state saved."""

    def __init__(self) -> None:
        self.raised = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _StopFlag:
        with contextlib.suppress(ValueError):  # not on the main thread: nothing to catch
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._raise)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _raise(self, *_: object) -> None:
        self.raised = True


class Run:
    """One run folder: ``state.safetensors``, ``log.jsonl`` and what the trainer exports."""

    def __init__(
        self, trainer: Trainer, config: RunConfig, settings: dict[str, Any] | None = None
    ) -> None:
        """Start or resume the run of ``config.folder``; ``settings`` are kept in its state.

        Raises:
            ValueError: the state in the folder is damaged or of a model of another shape.
        """
        self.trainer, self.config = trainer, config
        self.settings = settings or {}
        self.folder = Path(config.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state_path = self.folder / STATE
        _spread(trainer)
        self.average = WeightAverage(trainer.module, config.ema)
        self.optimiser = make_optimiser(trainer.module, config)
        self.step = 0
        self.seconds = 0.0
        self._paces: deque[float] = deque(maxlen=PACES)
        if self.state_path.is_file():
            facts = load_state(
                self.state_path, trainer.module, self.average.tensors, self.optimiser
            )
            self.step, self.seconds = int(facts["step"]), float(facts["seconds"])
            log.info("resumed %s at step %d", self.folder, self.step)
        elif config.init_from:
            weights = spread_state(read_weights(Path(config.init_from)), trainer.module)
            trainer.module.load_state_dict(weights, strict=False)
            self.average = WeightAverage(trainer.module, config.ema)

    def save(self) -> None:
        """Save the exact state; the previous one stays until the new one is complete."""
        facts = {"step": self.step, "seconds": self.seconds, "settings": self.settings}
        save_state(
            self.state_path, self.trainer.module, self.average.tensors, self.optimiser, facts
        )

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """The module with averaged weights, put back afterwards."""
        module = self.trainer.module
        current = {name: value.clone() for name, value in module.state_dict().items()}
        module.load_state_dict(self.average.state_dict_of(module))
        module.eval()
        try:
            yield
        finally:
            module.load_state_dict(current)
            module.train()

    def record(self, numbers: dict[str, Any]) -> None:
        """Append one line to the log.

        Raises:
            OSError: it cannot be written; the message says what was kept.
        """
        if not PROCESSES.is_first:
            return
        path = self.folder / "log.jsonl"
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(numbers) + "\n")
        except OSError as error:
            raise OSError(
                f"could not write {path}: {error}; free space there and run the same command, "
                f"which goes on from {self.state_path}"
            ) from error

    def evaluate(self) -> dict[str, float]:
        """Held-out numbers with averaged weights, logged."""
        with self.averaged():
            numbers = self.trainer.evaluate()
        self.record({"step": self.step, "held_out": numbers})
        log.info("step %d held-out %s", self.step, _table_row(numbers))
        return numbers

    def fit(self) -> None:
        """Train until ``steps`` or the time limit, then save, evaluate and export.

        A signal only saves: the same command goes on from there.

        Raises:
            FloatingPointError: loss or gradient is not finite; the last good state is kept.
            OSError: state or log cannot be written; the last good state is kept.
        """
        config, sums = self.config, defaultdict(list)
        device = pick_device(config.device)
        saved, stopped = time.monotonic(), False
        self.trainer.module.train()
        with _StopFlag() as stop:
            while self.step < config.steps and not stopped:
                if config.minutes and self.seconds > config.minutes * 60:
                    break
                tick = time.monotonic()
                for key, value in self._one_step(device).items():
                    sums[key].append(value)
                # What one process decides, all must do.
                agreed = PROCESSES.mean(
                    {
                        "pace": time.monotonic() - tick,
                        "stop": float(stop.raised),
                        "save": float(time.monotonic() - saved > config.save_every_s),
                    }
                )
                stopped = agreed["stop"] > 0
                self._paces.append(agreed["pace"])
                self.seconds += self._paces[-1]
                if self.step % config.log_every == 0:
                    self._log_means(sums)
                if config.evaluate_every and self.step % config.evaluate_every == 0:
                    self.evaluate()
                if agreed["save"] > 0:
                    self.save()
                    saved = time.monotonic()
        self.save()
        if stopped:
            log.info("stopped at step %d; run the same command to go on", self.step)
            return
        self.evaluate()
        with self.averaged():
            self.trainer.export(self.folder)

    def _last_step(self) -> float:
        """The step that the run will reach: all of them, or what its time limit leaves."""
        if not self.config.minutes or not self._paces:
            return self.config.steps
        seconds = max(0.0, self.config.minutes * 60 - self.seconds)
        # The median, because a first step may compile for minutes.
        return min(self.config.steps, self.step + seconds / statistics.median(self._paces))

    def _one_step(self, device: torch.device) -> dict[str, float]:
        rate = learning_rate(self.config, self.step, self._last_step())
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group.get("rate", 1.0)
        with autocast(self.config.precision, device):
            loss, numbers = self.trainer.loss(
                self.step, step_generator(self.config.seed, self.step)
            )
        numbers = PROCESSES.mean({"loss": float(loss.detach()), **numbers})
        if not math.isfinite(value := numbers["loss"]):
            raise self._not_finite("loss", value)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.trainer.module.parameters(), self.config.clip_norm)
        # Before the update: it would make every weight nan, and the next save would keep them.
        if not math.isfinite(length := float(whole(norm))):
            raise self._not_finite("length of the gradient", length)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.trainer.module, self.step)
        return {**numbers, "grad_norm": length}

    def _not_finite(self, what: str, value: float) -> FloatingPointError:
        kept = (
            f"the last good state is {self.state_path}; lower run.learning_rate and resume"
            if self.state_path.is_file()
            else "nothing was saved yet; lower run.learning_rate and start again"
        )
        return FloatingPointError(f"{what} is {value} at step {self.step}; stopped, {kept}")

    def _log_means(self, sums: dict[str, list[float]]) -> None:
        means = {key: sum(values) / len(values) for key, values in sums.items()}
        sums.clear()
        self.record({"step": self.step, "seconds": round(self.seconds, 1), **means})
        log.info("step %d %.0f s %s", self.step, self.seconds, _table_row(means))


def _spread(trainer: Trainer) -> None:
    """Spread a trainer's weights over processes, where there are several.

    Raises:
        ValueError: it has not learned to share its work.
    """
    if PROCESSES.count == 1:
        return
    if not hasattr(trainer, "sharded"):
        raise ValueError(
            f"this stage runs in one process and {PROCESSES.count} were started; start it without "
            "torchrun (the transformer stages are those that use several devices)"
        )
    PROCESSES.shard(trainer.sharded())


def _table_row(numbers: dict[str, float]) -> str:
    return "  ".join(f"{key} {value:.4g}" for key, value in numbers.items())

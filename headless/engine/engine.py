"""Runs graphs: validates them, runs only what their outputs need, and keeps results between runs.

Semantics are ComfyUI's. Blocks run one at a time in the caller's thread, async ones overlap, all
under ``torch.inference_mode``. The first failure stops the run; what finished before stays cached.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...host.embedded.dynamic import expand_inputs
from ...host.embedded.io import ComfyNode, Hidden, HiddenHolder
from ...host.embedded.node import ExecutionBlocker
from ...host.embedded.progress import (
    InterruptProcessingException,
    Progress,
    check_interrupted,
    clear_interrupt,
    listening,
    running_node,
)
from .blocks import Blocks
from .cache import CacheEntry, ResultCache
from .call import Call, merge_outputs
from .failure import Failure, failure_of, free_memory, is_out_of_memory
from .graph import GraphError, Prompt, checked_prompt, is_link, title_of
from .schedule import Schedule
from .validation import Validation, validate

Listener = Callable[[str, dict[str, Any]], None]
POLL_S = 0.1


@dataclass
class RunResult:
    """What a run did.

    ``outputs[id]`` is what a node showed, as in ComfyUI's history; ``results[id]`` its raw values
    per slot (of outputs only, where the engine keeps no results). ``blocked`` holds the reasons
    blocks gave to stop what follows them.
    """

    prompt: Prompt
    validation: Validation
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, list[list[Any]]] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    failure: Failure | None = None
    error: BaseException | None = None
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def success(self) -> bool:
        """Whether every output that could run did."""
        return self.validation.valid and self.failure is None and not self.interrupted


class Engine:
    """Runs graphs of the given blocks and keeps results from one run to the next.

    ``keep_results=False`` frees every result as soon as nothing in the graph waits for it.
    """

    def __init__(self, blocks: Mapping[str, type[ComfyNode]], keep_results: bool = True) -> None:
        self.blocks = Blocks(blocks)
        self.cache = ResultCache(keep_results)

    def run(
        self,
        prompt: Mapping[str, Any],
        *,
        workflow: Mapping[str, Any] | None = None,
        targets: Iterable[str] | None = None,
        listener: Listener | None = None,
    ) -> RunResult:
        """Run a graph in API format; failures are in the result, not raised.

        ``workflow`` is the editor's graph, saved into files next to the prompt; ``targets`` limits
        the outputs; ``listener`` is told (event, data) with ComfyUI's event names.

        Raises:
            GraphError: the graph is no graph.
        """
        return asyncio.run(self.run_async(prompt, workflow, targets, listener))

    async def run_async(
        self,
        prompt: Mapping[str, Any],
        workflow: Mapping[str, Any] | None = None,
        targets: Iterable[str] | None = None,
        listener: Listener | None = None,
    ) -> RunResult:
        """The same inside a running event loop (which sync blocks hold up)."""
        started = time.monotonic()
        checked = checked_prompt(prompt)
        self.blocks.refresh()
        clear_interrupt()
        try:
            validation = await validate(checked, self.blocks, targets)
        except RecursionError as error:
            raise GraphError(
                f"the graph has {len(checked)} nodes in too long a chain; split it in parts"
            ) from error
        result = RunResult(checked, validation)
        if result.validation.valid:
            extra = {} if workflow is None else {"workflow": workflow}
            await _Run(self, result, extra, listener or _ignore).go()
        result.seconds = time.monotonic() - started
        return result


class _Run:
    """One run of one valid graph."""

    def __init__(
        self, engine: Engine, result: RunResult, extra_pnginfo: dict[str, Any], listener: Listener
    ) -> None:
        self.blocks, self.cache = engine.blocks, engine.cache
        self.result, self.prompt = result, result.prompt
        self.extra_pnginfo, self.tell = extra_pnginfo, listener
        self.schedule = Schedule(self.prompt, self.blocks, self._is_done)
        self.tasks: dict[asyncio.Task[bool], str] = {}

    async def go(self) -> None:
        import torch

        self.tell("execution_start", {})
        try:
            with torch.inference_mode(), listening(self._on_progress):
                self.result.cached = await self.cache.start(self.prompt, self.blocks)
                self.tell("execution_cached", {"nodes": self.result.cached})
                self.schedule.add(self.result.validation.outputs)
                await self._loop()
        except (InterruptProcessingException, KeyboardInterrupt) as error:
            self.result.interrupted, self.result.error = True, error
            self.tell("execution_interrupted", {"executed": list(self.result.executed)})
        else:
            if self.result.failure is None:
                self.tell("execution_success", {})
        finally:
            for task in self.tasks:
                task.cancel()

    def _is_done(self, node_id: str) -> bool:
        return self.cache.get(node_id) is not None

    def _on_progress(self, step: Progress) -> None:
        data = {"node": step.node_id, "value": step.value, "max": step.total}
        self.tell("progress", data | {"preview": step.preview})

    async def _loop(self) -> None:
        while self.schedule and self.result.failure is None:
            check_interrupted()
            node_id = self.schedule.next()
            if node_id is None:
                await self._await_tasks()
            elif inspect.iscoroutinefunction(self._block(node_id).execute):
                self.schedule.running.add(node_id)
                self.tasks[asyncio.create_task(self._step(node_id))] = node_id
                await asyncio.sleep(0)
            else:
                self._finish(node_id, await self._step(node_id))

    async def _await_tasks(self) -> None:
        done, _ = await asyncio.wait(
            self.tasks, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            node_id = self.tasks.pop(task)
            self.schedule.running.discard(node_id)
            self._finish(node_id, task.result())

    def _finish(self, node_id: str, finished: bool) -> None:
        if not finished:
            return
        self.schedule.done(node_id)
        sources = {value[0] for value in self.prompt[node_id]["inputs"].values() if is_link(value)}
        for source in (*sources, node_id):
            if not self.schedule.still_needed(source):
                self.cache.release(source)

    def _block(self, node_id: str) -> type[ComfyNode]:
        return self.blocks[self.prompt[node_id]["class_type"]]

    async def _step(self, node_id: str) -> bool:
        """Run a node; False when it failed or first needs more of its lazy inputs."""
        known = self.cache.get(node_id)
        if known is not None:
            self._show(node_id, known)
            return True
        values: dict[str, list[Any]] = {}
        self.tell("executing", {"node": node_id, "title": title_of(self.prompt, node_id)})
        try:
            with running_node(node_id):
                call, missing = self._prepare(node_id, values)
                if await self._wants_more(node_id, call, values, missing):
                    return False
                returned = await call.each("execute", values, on_blocked=self._on_blocked)
            outputs, ui = merge_outputs(call.schema, returned)
        except Exception as error:  # whatever a block raises stops the run with a report
            self._fail(node_id, error, values)
            return False
        entry = CacheEntry(outputs, ui)
        self.cache.put(node_id, entry)
        self.result.executed.append(node_id)
        self._show(node_id, entry)
        return True

    def _prepare(self, node_id: str, values: dict[str, list[Any]]) -> tuple[Call, frozenset[str]]:
        """The call of a node and the names of inputs not computed yet; fills ``values``."""
        node = self.prompt[node_id]
        schema = self.blocks.schema(node["class_type"])
        expanded = expand_inputs(schema.inputs, node["inputs"])
        missing = set()
        for name, value in node["inputs"].items():
            item, _ = expanded.find(name)
            if item is None and not schema.accept_all_inputs:
                continue
            if not is_link(value) or (item is not None and item.raw_link):
                values[name] = [value]
                continue
            entry = self.cache.get(value[0])
            if entry is not None and value[1] < len(entry.outputs):
                values[name] = entry.outputs[value[1]]
            else:
                missing.add(name)
                values[name] = [None]
        return Call(self._block(node_id), schema, expanded, self._hidden(node_id)), frozenset(
            missing
        )

    def _hidden(self, node_id: str) -> HiddenHolder:
        wanted = self.blocks.schema(self.prompt[node_id]["class_type"]).hidden
        values = {
            Hidden.unique_id: node_id,
            Hidden.prompt: self.prompt,
            Hidden.extra_pnginfo: self.extra_pnginfo or None,
        }
        return HiddenHolder.from_dict({name: values.get(name) for name in wanted})

    async def _wants_more(
        self, node_id: str, call: Call, values: dict[str, list[Any]], missing: frozenset[str]
    ) -> bool:
        """Whether the block asks for lazy inputs that are not computed; they are scheduled."""
        if not call.block.overrides("check_lazy_status"):
            return False
        answers = await call.each("check_lazy_status", values, with_path=True)
        named = {name for answer in answers if isinstance(answer, list) for name in answer}
        wanted = sorted(name for name in named if name not in values or name in missing)
        for name in wanted:
            self.schedule.need(node_id, name)
        return bool(wanted)

    def _on_blocked(self, blocker: ExecutionBlocker) -> ExecutionBlocker:
        # The reason is told once; further down the blocker stops silently.
        if blocker.message is not None:
            self.result.blocked.append(blocker.message)
            self.tell("execution_blocked", {"message": blocker.message})
        return ExecutionBlocker(None)

    def _show(self, node_id: str, entry: CacheEntry) -> None:
        schema = self.blocks.schema(self.prompt[node_id]["class_type"])
        if entry.ui:
            self.result.outputs[node_id] = entry.ui
        if self.cache.keep or node_id in self.result.validation.outputs:
            self.result.results[node_id] = entry.outputs
        self.tell("executed", {"node": node_id, "type": schema.node_id, "output": entry.ui})

    def _fail(self, node_id: str, error: Exception, values: dict[str, list[Any]]) -> None:
        class_type = self.prompt[node_id]["class_type"]
        failure = failure_of(node_id, class_type, error, values)
        self.result.failure, self.result.error = failure, error
        if is_out_of_memory(error):
            self.cache.clear()
            free_memory()
        self.tell("execution_error", {"node_id": node_id, "failure": failure})


def _ignore(event: str, data: dict[str, Any]) -> None:
    """Listener of runs that nobody follows."""

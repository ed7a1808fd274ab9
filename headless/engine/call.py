"""Calls a block: one call for each item of its input lists, on a locked clone of its class."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...host.embedded.dynamic import ExpandedInputs, nest_inputs
from ...host.embedded.io import ComfyNode, HiddenHolder, NodeOutput, Schema
from ...host.embedded.node import ExecutionBlocker, locked_clone
from ...host.embedded.progress import check_interrupted

ValueLists = Mapping[str, list[Any]]
OnBlocked = Callable[[ExecutionBlocker], ExecutionBlocker]


def type_name(error: BaseException) -> str:
    """Full name of an exception's class; builtins go without a module."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else _dotted(kind)


def _dotted(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def slices(block_takes_lists: bool, values: ValueLists) -> list[dict[str, Any]]:
    """Arguments of each call: the lists item by item, short ones repeating their last item.

    A block that takes lists gets them whole in one call; one without inputs is called once.
    """
    if block_takes_lists:
        return [dict(values)]
    count = max(map(len, values.values()), default=None)
    if count is None:
        return [{}]
    return [
        {name: items[min(index, len(items) - 1)] for name, items in values.items()}
        for index in range(count)
    ]


@dataclass(frozen=True)
class Call:
    """How to call one block: its class and declaration, the inputs it has, its hidden values."""

    block: type[ComfyNode]
    schema: Schema
    expanded: ExpandedInputs
    hidden: HiddenHolder = field(default_factory=HiddenHolder)

    async def each(
        self,
        method: str,
        values: ValueLists,
        *,
        with_path: bool = False,
        on_blocked: OnBlocked | None = None,
    ) -> list[Any]:
        """Results of ``method`` for every item of the value lists; async methods overlap.

        ``on_blocked`` makes an item that holds an ``ExecutionBlocker`` skip its call and result in
        what it returns for the blocker.
        """
        takes_lists = self.schema.is_input_list
        pending: list[Any] = []
        for arguments in slices(takes_lists, values):
            if on_blocked is not None:
                check_interrupted()
                blocker = _blocker_in(arguments, takes_lists)
                if blocker is not None:
                    pending.append(on_blocked(blocker))
                    continue
            call = getattr(locked_clone(self.block, self.hidden), method)
            result = call(**nest_inputs(arguments, self.expanded, with_path))
            pending.append(asyncio.ensure_future(result) if inspect.isawaitable(result) else result)
        return [await item if isinstance(item, asyncio.Future) else item for item in pending]


def _blocker_in(arguments: Mapping[str, Any], takes_lists: bool) -> ExecutionBlocker | None:
    for value in arguments.values():
        for item in value if takes_lists else [value]:
            if isinstance(item, ExecutionBlocker):
                return item
    return None


def merge_outputs(schema: Schema, returned: list[Any]) -> tuple[list[list[Any]], dict[str, Any]]:
    """(outputs, ui) of all calls: for each output slot the list of its results.

    Raises:
        TypeError: a call returned something that is no output, or asked to expand the graph.
        ValueError: a call returned fewer outputs than the block declares.
    """
    results, shown = [], []
    for item in returned:
        output = NodeOutput.normalized(item)
        if output.expand is not None:
            raise TypeError(
                f"{schema.node_id} returned a graph to expand into, which only ComfyUI runs; "
                "use --server"
            )
        if output.ui is not None:
            shown.append(output.ui if isinstance(output.ui, dict) else output.ui.as_dict())
        results.append(_result(schema.node_id, len(schema.outputs), output))
    slots = []
    for index, slot in enumerate(schema.outputs):
        column = [result[index] for result in results if index < len(result)]
        slots.append(_concatenated(column) if slot.is_output_list else column)
    ui = {key: [item for one in shown for item in one[key]] for key in (shown[0] if shown else ())}
    return slots, ui


def _result(node_id: str, count: int, output: NodeOutput) -> tuple[Any, ...]:
    result = output.args
    if output.block_execution is not None:
        return (ExecutionBlocker(output.block_execution),) * count
    if len(result) == 1 and isinstance(result[0], ExecutionBlocker):
        return result * count
    if result and len(result) < count:
        raise ValueError(f"{node_id} returned {len(result)} outputs but declares {count}")
    return result


def _concatenated(column: list[Any]) -> list[Any]:
    items: list[Any] = []
    for value in column:
        items.extend([value] if isinstance(value, ExecutionBlocker) else value)
    return items

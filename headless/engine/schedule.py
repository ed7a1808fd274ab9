"""Which node runs next: a topological dissolve that lazy inputs may extend while it goes on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable

from ...host.embedded.dynamic import expand_inputs
from .blocks import Blocks
from .graph import GraphError, Prompt, is_link, links_of, name_of


class Schedule:
    """Nodes still to run; a node waits for the sources of its links that are not lazy."""

    def __init__(self, prompt: Prompt, blocks: Blocks, is_done: Callable[[str], bool]) -> None:
        self._prompt, self._blocks, self._is_done = prompt, blocks, is_done
        self._waits_for: dict[str, set[str]] = {}
        self.running: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._waits_for)

    def add(self, node_ids: Iterable[str]) -> None:
        """Add nodes and everything they need."""
        stack = list(node_ids)[::-1]
        while stack:
            node_id = stack.pop()
            if node_id in self._waits_for:
                continue
            links = [] if self._is_done(node_id) else self._strong_links(node_id)
            needed = [source for source in links if not self._is_done(source)]
            self._waits_for[node_id] = set(needed)
            stack += needed[::-1]

    def need(self, node_id: str, input_name: str) -> None:
        """Make a lazy link of a node strong.

        Raises:
            GraphError: the node has no such link.
        """
        value = self._prompt[node_id]["inputs"].get(input_name)
        if not is_link(value):
            raise GraphError(
                f"{name_of(self._prompt, node_id)} asks for its input {input_name!r}, which is "
                "not linked; link it"
            )
        if not self._is_done(value[0]):
            self.add([value[0]])
            self._waits_for[node_id].add(value[0])

    def done(self, node_id: str) -> None:
        """A node has finished."""
        del self._waits_for[node_id]
        for waiting in self._waits_for.values():
            waiting.discard(node_id)

    def next(self) -> str | None:
        """A node that may run now: outputs and async blocks first, then what leads to an output.

        Raises:
            GraphError: the rest waits for itself.
        """
        ready = [
            node_id
            for node_id, waits in self._waits_for.items()
            if not waits and node_id not in self.running
        ]
        if not ready:
            if self.running or not self._waits_for:
                return None
            names = ", ".join(name_of(self._prompt, node_id) for node_id in self._cycle())
            raise GraphError(f"the links form a cycle of {names}; remove one of them")
        return min(ready, key=self._distance)

    def still_needed(self, node_id: str) -> bool:
        """Whether a node that has not finished is linked to this one, be it lazily."""
        return any(
            source == node_id
            for waiting in self._waits_for
            for _, source, _ in links_of(self._prompt[waiting])
        )

    def _strong_links(self, node_id: str) -> list[str]:
        node = self._prompt[node_id]
        schema = self._blocks.schema(node["class_type"])
        expanded = expand_inputs(schema.inputs, node["inputs"])
        sources = []
        for name, source, _ in links_of(node):
            item, _ = expanded.find(name)
            known = item is not None or schema.accept_all_inputs
            if known and not (item is not None and item.lazy):
                sources.append(source)
        return sources

    def _distance(self, node_id: str) -> int:
        """0 for outputs and async blocks, 1 or 2 for nodes one or two links before an output."""
        if self._is_output(node_id) or self._is_async(node_id):
            return 0
        followers = self._followers(node_id)
        if any(map(self._is_output, followers)):
            return 1
        if any(self._is_output(after) for one in followers for after in self._followers(one)):
            return 2
        return 3

    def _followers(self, node_id: str) -> list[str]:
        return [one for one, waits in self._waits_for.items() if node_id in waits]

    def _is_output(self, node_id: str) -> bool:
        return self._blocks.schema(self._prompt[node_id]["class_type"]).is_output_node

    def _is_async(self, node_id: str) -> bool:
        block = self._blocks[self._prompt[node_id]["class_type"]]
        return inspect.iscoroutinefunction(block.execute)

    def _cycle(self) -> list[str]:
        """Nodes left after taking away, again and again, those that wait for nobody left."""
        waits = {node_id: set(sources) for node_id, sources in self._waits_for.items()}
        while free := [node_id for node_id, sources in waits.items() if not sources & waits.keys()]:
            for node_id in free:
                del waits[node_id]
        return list(waits)

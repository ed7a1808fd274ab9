"""Checks a graph before anything runs, and says everything that is wrong with it at once.

The errors have ComfyUI's types and shape (``node_errors[id] = {errors, dependent_outputs,
class_type}``), so that a client reads them alike. Departures: all unknown blocks are reported, not
only the first; links to nothing say what would be allowed; ``dependent_outputs`` holds only outputs
that really depend on the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .blocks import Blocks
from .graph import Prompt, name_of
from .node_check import NodeCheck
from .problem import Problem, problem, sentence


@dataclass
class Validation:
    """Outcome: outputs that may run, the error when none may, and the errors of each node."""

    outputs: list[str] = field(default_factory=list)
    error: Problem | None = None
    node_errors: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether something can run; ``node_errors`` may still name outputs that cannot."""
        return self.error is None

    def problems(self, prompt: Prompt) -> list[str]:
        """Every error as a sentence that names its node and input."""
        found = [
            f"{name_of(prompt, node_id)}: {sentence(one)}"
            for node_id, entry in self.node_errors.items()
            for one in entry["errors"]
        ]
        if not found and self.error is not None:
            found = [sentence(self.error)]
        return list(dict.fromkeys(found))


async def validate(
    prompt: Prompt, blocks: Blocks, targets: Iterable[str] | None = None
) -> Validation:
    """Check the outputs of a graph (or those of them in ``targets``) and all they depend on."""
    return await _GraphCheck(prompt, blocks).run(None if targets is None else set(targets))


class _GraphCheck:
    """One pass over one graph; ``results[id]`` is (valid, problems)."""

    def __init__(self, prompt: Prompt, blocks: Blocks) -> None:
        self.prompt, self.blocks = prompt, blocks
        self.results: dict[str, tuple[bool, list[Problem]]] = {}
        self.visiting: list[str] = []
        self.outputs: list[str] = []

    async def run(self, targets: set[str] | None) -> Validation:
        unknown = {}
        for node_id, node in self.prompt.items():
            class_type, wanted = node.get("class_type", ""), targets is None or node_id in targets
            if class_type not in self.blocks:
                unknown[node_id] = _unknown_block(node_id, node)
            elif wanted and self.blocks.schema(class_type).is_output_node:
                self.outputs.append(node_id)
        for node_id in self.outputs:
            await self._check(node_id)
        for node_id, found in unknown.items():
            self.results[node_id] = (False, [found])
        if unknown:
            return Validation([], next(iter(unknown.values())), self._node_errors())
        if not self.outputs:
            return Validation([], problem("prompt_no_outputs", "Prompt has no outputs"))
        good = [node_id for node_id in self.outputs if self.results[node_id][0]]
        return Validation(good, None if good else self._top_error(), self._node_errors())

    async def _check(self, node_id: str) -> bool:
        """Whether a node and everything it depends on is valid."""
        if node_id in self.results:
            return self.results[node_id][0]
        if node_id in self.visiting:
            self._report_cycle(node_id)
            return False
        found = NodeCheck(node_id, self.prompt, self.blocks, node_id in self.outputs, self._check)
        self.visiting.append(node_id)
        try:
            await found.run()
        finally:
            self.visiting.pop()
        # A cycle through this node may have been reported while its sources were checked.
        valid, problems = self.results.get(node_id, (True, []))
        problems = problems + [one for one in found.problems if one not in problems]
        self.results[node_id] = (valid and found.inputs_valid and not problems, problems)
        return self.results[node_id][0]

    def _report_cycle(self, node_id: str) -> None:
        path = [*self.visiting[self.visiting.index(node_id) :], node_id]
        nodes = list(dict.fromkeys(path))
        shown = " -> ".join(f"{one} ({self.prompt[one]['class_type']})" for one in path)
        for one in nodes:
            info = {"node_id": one, "cycle_nodes": nodes}
            found = problem("dependency_cycle", "Dependency cycle detected", shown, **info)
            self.results[one] = (False, [found])

    def _top_error(self) -> Problem:
        lines = [
            f"{one['message']}: {one['details']}"
            for node_id in self.outputs
            for one in self.results[node_id][1]
        ]
        text = "Prompt outputs failed validation"
        return problem("prompt_outputs_failed_validation", text, "\n".join(lines))

    def _node_errors(self) -> dict[str, dict[str, Any]]:
        needs = {output: self._ancestry(output) for output in self.outputs}
        return {
            node_id: {
                "errors": problems,
                "dependent_outputs": [one for one in self.outputs if node_id in needs[one]],
                "class_type": self.prompt[node_id].get("class_type"),
            }
            for node_id, (_, problems) in self.results.items()
            if problems
        }

    def _ancestry(self, node_id: str) -> set[str]:
        found: set[str] = set()
        stack = [node_id]
        while stack:
            at = stack.pop()
            if at not in found and at in self.prompt:
                found.add(at)
                values = self.prompt[at]["inputs"].values()
                stack += [str(value[0]) for value in values if isinstance(value, list) and value]
        return found


def _unknown_block(node_id: str, node: Mapping[str, Any]) -> Problem:
    class_type = node.get("class_type")
    title = (node.get("_meta") or {}).get("title")
    name = title or class_type or f"ID #{node_id}"
    reason = (
        f"Node '{name}' not found. The custom node may not be installed."
        if class_type
        else f"Node '{name}' has no class_type. The workflow may be corrupted or a custom node is "
        "missing."
    )
    info = {"node_id": node_id, "class_type": class_type, "node_title": title or class_type}
    return problem("missing_node_type", reason, f"Node ID '#{node_id}'", **info)

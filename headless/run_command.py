"""``hibari run``: a graph from a file, here or on a server."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..host.embedded.folders import result_path, set_folders
from ..host.embedded.progress import disable_metadata
from ..host.replacement import replaced
from .engine import Engine, RunResult
from .engine.graph import Prompt, checked_prompt, is_ui_format, read_graph_file
from .overrides import NodeInfos, apply_overrides
from .report import complain, report, written
from .terminal import ProgressLine, stoppable
from .ui_format import to_prompt
from .unknown_inputs import unknown_inputs

log = logging.getLogger(__name__)


def run(arguments: argparse.Namespace) -> int:
    """Run the graph of ``arguments.graph``; return the exit code."""
    graph = read_graph_file(Path(arguments.graph))
    set_folders(output=arguments.output, input=arguments.input)
    disable_metadata(arguments.disable_metadata)
    if arguments.server:
        from .server import run_on_server

        return run_on_server(graph, arguments)
    from .registry import load_blocks

    blocks = load_blocks()
    infos = {name: block.GET_NODE_INFO_V1() for name, block in blocks.items()}
    prompt = prepared(graph, arguments.set, infos)
    for warning in unknown_inputs(prompt, infos):
        complain(f"hibari: {warning}")
    workflow = graph if is_ui_format(graph) else None
    result = run_here(Engine(blocks, keep_results=False), prompt, workflow)
    debug(result)
    return report(result, written(result, result_path), arguments.json)


def prepared(graph: dict[str, Any], settings: list[str], infos: NodeInfos) -> Prompt:
    """API-format graph of either format, old nodes moved over, with the settings put in.

    Raises:
        GraphError: the graph or a setting is unusable.
    """
    from ..nodes.replacements import REPLACEMENTS

    prompt = to_prompt(graph, infos) if is_ui_format(graph) else checked_prompt(graph)
    prompt = replaced(prompt, infos, REPLACEMENTS)
    apply_overrides(prompt, settings, infos)
    return prompt


def run_here(engine: Engine, prompt: Prompt, workflow: Mapping[str, Any] | None) -> RunResult:
    """Run in this process with a progress bar; Ctrl-C interrupts."""
    line = ProgressLine()
    try:
        with stoppable():
            return engine.run(prompt, workflow=workflow, listener=line)
    finally:
        line.close()


def debug(result: RunResult) -> None:
    """Log where a block failed; shown with ``--debug``."""
    if result.failure is not None:
        log.debug("%s", "".join(result.failure.traceback))

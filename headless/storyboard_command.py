"""``hibari storyboard``: a YAML or JSON file of shots becomes a film.

It is run as the graph that it stands for, here or on a ComfyUI; ``--graph`` writes that graph.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from .engine.graph import GraphError
from .report import EXIT_OK, say
from .storyboard_file import FILM_NODE, graph_of, read_storyboard


def main(argv: Sequence[str]) -> int:
    """Make the film of a storyboard; return the exit code."""
    arguments = _parser().parse_args(argv)
    graph = graph_of(read_storyboard(arguments.file), f"video/{arguments.file.stem}")
    if arguments.seed is not None:
        graph[FILM_NODE]["inputs"]["seed"] = arguments.seed
    if arguments.graph is not None:
        return _write(arguments.graph, json.dumps(graph, indent=1, ensure_ascii=False) + "\n")
    from ..host.embedded.folders import set_folders

    set_folders(output=arguments.output)
    if arguments.server:
        from .server import run_on_server

        arguments.set, arguments.disable_metadata = [], False
        return run_on_server(graph, arguments)
    return _run_here(graph, arguments)


def _run_here(graph: dict, arguments: argparse.Namespace) -> int:
    from ..host.embedded.folders import result_path
    from .engine import Engine
    from .registry import load_blocks
    from .report import report, written
    from .run_command import debug, run_here

    result = run_here(Engine(load_blocks(), keep_results=False), graph, None)
    debug(result)
    return report(result, written(result, result_path), arguments.json)


def _write(path: Path, text: str) -> int:
    from ..host.media import partial_file

    try:
        with partial_file(path.absolute()) as partial:
            partial.write_text(text, "utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GraphError(f"--graph {path} cannot be written: {reason}") from error
    say(str(path))
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hibari storyboard",
        description="Make one video of the shots in a file. It lists `shots:`, each with prompt, "
        "seconds, camera, transition (cut, match cut, dissolve) and sound_cut (with the picture, "
        "J-cut, L-cut), and what they share: style, width, height, fps, seed, cameos.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="YAML, or JSON if named .json")
    parser.add_argument("--seed", type=int, metavar="N", help="in place of that in the file")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: ./output")
    parser.add_argument("--graph", type=Path, metavar="GRAPH.json", help="only write the graph")
    parser.add_argument("--server", metavar="URL", help="run on a ComfyUI, e.g. http://gpu:8188")
    parser.add_argument("--json", action="store_true", help="one JSON object last on stdout")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    return parser

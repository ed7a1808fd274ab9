"""What Hibari adds to a start of ComfyUI: seconds in its own table, and an audit of side effects.

    COMFYUI_DIR=... COMFYUI_PYTHON=... python benchmarks/load_cost.py [--runs 3]

Each run is a real start on the CPU with three packs, loaded in this order: an empty one that pays
for what every pack needs, an empty one to compare with, and a copy of this one. ComfyUI's table has
tenths of a second; the same loads are then timed and audited in a process of their own. What else
the machine does lengthens the first two rows; the bar is held against the third.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
BAR_S = 0.3
FIRST, EMPTY, OURS = "a-first-empty-pack", "an-empty-pack", "hibari"
EMPTY_PACK = """from comfy_api.latest import ComfyExtension

class Empty(ComfyExtension):
    async def get_node_list(self):
        return []

comfy_entrypoint = Empty
"""
LEFT_OUT = (".*", "tests", "training", "benchmarks", "output", "__pycache__", "*.egg-info")
ARGUMENTS = ("--cpu", "--disable-api-nodes", "--database-url", "sqlite:///:memory:")
NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "subprocess.Popen", "os.system"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
WATCHED = ("comfy", "nodes", "execution", "server", "folder_paths", "torch", "latent_preview")


def main() -> int:
    """Measure, print, and return 1 when the bar is missed or the audit finds something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    folder, python = os.environ.get("COMFYUI_DIR"), os.environ.get("COMFYUI_PYTHON")
    if not folder or not python:
        print("COMFYUI_DIR and COMFYUI_PYTHON do not name a ComfyUI and its interpreter")
        return 2
    with tempfile.TemporaryDirectory() as base:
        install(Path(base))
        tables = [startup_table(Path(folder), python, Path(base)) for _ in range(runs)]
        audits = [audit(Path(folder), python, Path(base)) for _ in range(runs)]
    print(f"{'load, s':<28}{'empty pack':>12}{'Hibari':>12}{'added':>12}   bar {BAR_S}")
    added = []
    for title, rows in (
        ("ComfyUI's startup table", tables),
        ("timed, by the clock", [row["clock"] for row in audits]),
        ("timed, processor", [row["processor"] for row in audits]),
    ):
        empty, ours = (statistics.median(row[name] for row in rows) for name in (EMPTY, OURS))
        added.append(ours - empty)
        print(f"{title:<28}{empty:>12.3f}{ours:>12.3f}{ours - empty:>12.3f}")
    found = audits[-1]["found"]
    for name, what in found.items():
        print(f"{name:<28}{'; '.join(what) if what else 'none'}")
    return int(added[-1] > BAR_S or any(found.values()))


def install(base: Path) -> None:
    """Make a base folder with the three packs, ours as the registry would install it."""
    for name in ("custom_nodes", "models/checkpoints", "input", "output", "user", "temp"):
        (base / name).mkdir(parents=True)
    for name in (FIRST, EMPTY):
        (base / "custom_nodes" / name).mkdir()
        (base / "custom_nodes" / name / "__init__.py").write_text(EMPTY_PACK)
    shutil.copytree(ROOT, base / "custom_nodes" / OURS, ignore=shutil.ignore_patterns(*LEFT_OUT))


def startup_table(folder: Path, python: str, base: Path) -> dict[str, float]:
    """Seconds by pack as ComfyUI logs them at start."""
    command = [python, "main.py", "--quick-test-for-ci", "--base-directory", base, *ARGUMENTS]
    run = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=True
    )
    log = run.stdout + run.stderr
    if "IMPORT FAILED" in log:
        raise RuntimeError(f"a pack failed to load:\n{log[-3000:]}")
    rows = re.findall(r"([\d.]+) seconds: .*[/\\]([^/\\\n]+)$", log, re.MULTILINE)
    return {name.strip(): float(seconds) for seconds, name in rows}


def audit(folder: Path, python: str, base: Path) -> dict[str, Any]:
    """Timed and watched loads, in a process of ComfyUI's interpreter."""
    command = [python, __file__, "--child", str(folder), str(base)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout.splitlines()[-1]))


def watched_loads(folder: Path, base: Path) -> dict[str, Any]:
    """Load the packs as ComfyUI does; seconds by pack, and what ours touched or changed."""
    sys.argv[1:] = ["--base-directory", str(base), *ARGUMENTS]
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    import comfy.options

    comfy.options.enable_args_parsing()
    logging.disable(logging.WARNING)
    nodes = importlib.import_module("nodes")
    importlib.import_module("server")  # as in a real start, but without an instance
    touched: dict[str, list[str]] = {"network": [], "files written": []}
    watching = False

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching or "__pycache__" in str(arguments):
            return
        if event in NETWORK:
            touched["network"].append(f"{event} {arguments}")
        elif event in CHANGES or (event == "open" and (arguments[2] or 0) & WRITING):
            touched["files written"].append(f"{event} {arguments[0]}")

    sys.addaudithook(watch)
    report: dict[str, Any] = {"clock": {}, "processor": {}}
    for name in (FIRST, EMPTY, OURS):
        before, watching = state(), name == OURS
        clock, processor = time.perf_counter(), time.process_time()
        loaded = asyncio.run(nodes.load_custom_node(str(base / "custom_nodes" / name)))
        report["processor"][name] = time.process_time() - processor
        report["clock"][name], watching = time.perf_counter() - clock, False
        if not loaded:
            raise RuntimeError(f"{name} failed to load")
    changed = changes(before, state())
    torch = sys.modules["torch"]
    report["found"] = touched | {
        "CUDA initialised": ["yes"] if torch.cuda.is_initialized() else [],
        "global state changed": changed,
        "networks imported": sorted(
            module for module in sys.modules if module.endswith(".model.transformer")
        ),
    }
    return report


def state() -> dict[Any, Any]:
    """What a pack must leave as it is: flags, generators, paths, and the attributes of the host."""
    import random
    import signal
    import warnings

    import numpy as np
    import torch

    held = {
        "random": hash(random.getstate()),
        "numpy random": hash(np.random.get_state()[1].tobytes()),
        "torch random": hash(torch.get_rng_state().numpy().tobytes()),
        "default dtype": torch.get_default_dtype(),
        "threads": torch.get_num_threads(),
        "cudnn": (torch.backends.cudnn.benchmark, torch.backends.cudnn.allow_tf32),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "gradients": torch.is_grad_enabled(),
        "sys.path": tuple(sys.path),
        "working folder": Path.cwd(),
        "environment": hash(frozenset(os.environ.items())),
        "logging": (logging.root.level, tuple(logging.root.handlers)),
        "warnings": len(warnings.filters),
        "interrupt": signal.getsignal(signal.SIGINT),
        "model folders": str(sys.modules["folder_paths"].folder_names_and_paths),
    }
    for name, module in list(sys.modules.items()):
        if module is not None and name.split(".")[0] in WATCHED:
            attributes = list(vars(module).items())
            held |= {
                (name, key): id(value)
                for key, value in attributes
                if not issubclass(type(value), ModuleType)  # a submodule that was imported
            }
    return held


def changes(before: dict[Any, Any], after: dict[Any, Any]) -> list[str]:
    """What differs, leaving out modules that were only imported since."""
    modules = {key[0] for key in before if isinstance(key, tuple)}
    return sorted(
        str(key)
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and (isinstance(key, str) or key[0] in modules)
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(watched_loads(*map(Path, sys.argv[2:4]))))
    else:
        sys.exit(main())

"""Verification of files that were damaged on purpose, and saving that is killed at any moment."""

import importlib.util
import os
import random
import signal
import time
from pathlib import Path

import pytest
import torch

FUZZED = int(os.environ.get("HIBARI_FUZZED_FILES", "60"))
KILLS = int(os.environ.get("HIBARI_KILLS", "10"))
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fuzz_verify.py"


@pytest.mark.slow
def test_damaged_files_always_get_a_verdict():
    specification = importlib.util.spec_from_file_location("fuzz_verify", SCRIPT)
    fuzz_verify = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(fuzz_verify)
    told = fuzz_verify.fuzz(FUZZED)
    assert told["crashes"] == []
    assert told["without_verdict"] == 0, told["verdicts"]
    assert told["memory_kept"], told
    assert sum(told["verdicts"].values()) == FUZZED


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")
def test_a_killed_save_leaves_no_partial_file_and_a_consistent_registry(own_home, tmp_path):
    from hibari.nodes.inspection import inspect

    rng = random.Random(0)
    output = tmp_path / "output"
    output.mkdir()
    _save_until_killed(output, limit=1)  # keys and tables are there, libraries are loaded
    started = time.monotonic()
    _save_until_killed(output, limit=1)
    one_save = time.monotonic() - started
    for kill in range(KILLS):
        child = os.fork()
        if child == 0:
            _child(output / f"{kill}")
        time.sleep(rng.uniform(0.0, 3 * one_save))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    finished = [path for path in output.rglob("*.mp4") if not path.name.startswith(".")]
    assert finished
    for path in finished:
        found = inspect(path)
        assert found.credentials.state == "trusted", path
        assert found.matched_by == "file", path


def _child(folder):
    try:
        _save_until_killed(folder, limit=1000)
    finally:
        os._exit(1)


def _save_until_killed(folder, limit):
    from hibari.host.media import VideoSettings
    from hibari.nodes.label import Label
    from hibari.nodes.video_files import write_labelled

    torch.set_num_threads(1)  # threads do not survive a fork
    frames = torch.rand(6, 64, 96, 3, generator=torch.Generator().manual_seed(0))
    for number in range(limit):
        label = Label(frames, 24, None, [])
        write_labelled(folder / f"{number}.mp4", label, VideoSettings(24), {})

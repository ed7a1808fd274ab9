"""The command line's contract: exit codes, sentences, paths and JSON; no traceback by default."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hibari.headless import registry
from hibari.headless.cli import main
from hibari.headless.core_blocks import CORE_BLOCKS
from PIL import Image

from .fake_blocks import BLOCKS, node


@pytest.fixture(autouse=True)
def blocks(monkeypatch):
    core = {block.GET_SCHEMA().node_id: block for block in CORE_BLOCKS}
    monkeypatch.setattr(registry, "load_blocks", lambda: core | BLOCKS)


@pytest.fixture
def run(tmp_path, capsys):
    """Run a graph from a file; returns (exit code, stdout, stderr)."""
    (tmp_path / "in").mkdir()
    folders = ["--output", str(tmp_path / "out"), "--input", str(tmp_path / "in")]

    def go(graph, *more):
        path = tmp_path / "graph.json"
        path.write_text(graph if isinstance(graph, str) else json.dumps(graph))
        code = main(["run", str(path), *folders, *more])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return go


def picture(path, size=(48, 32)):
    Image.fromarray(np.full((size[1], size[0], 3), 200, np.uint8)).save(path)


def test_a_run_prints_the_paths_it_wrote(run, tmp_path):
    picture(tmp_path / "in" / "a.png")
    graph = {
        "1": node("LoadImage", image="a.png"),
        "2": node("SaveImage", images=["1", 0], filename_prefix="sub/pic"),
        "3": node("CreateVideo", images=["1", 0], fps=24),
        "4": node("SaveVideo", video=["3", 0], filename_prefix="clip", format="auto"),
    }
    code, out, _ = run(graph)
    assert code == 0
    image, video = sorted(out.splitlines(), reverse=True)
    assert image == str(tmp_path / "out" / "sub" / "pic_00001_.png")
    assert video == str(tmp_path / "out" / "clip_00001_.mp4")
    assert json.loads(Image.open(image).text["prompt"])["1"]["class_type"] == "LoadImage"


def test_json_is_one_object_last_on_stdout(run):
    graph = {"1": node("PrimitiveInt", value=3), "2": node("PreviewAny", source=["1", 0])}
    code, out, _ = run(graph, "--set", "1.value=7", "--json")
    summary = json.loads(out.splitlines()[-1])
    assert code == 0
    assert summary["outputs"] == [{"node": "2", "type": "text", "path": None, "text": "7"}]
    assert summary["seconds"] >= 0


def test_progress_goes_to_stderr_under_the_blocks_name(run):
    graph = {"1": node("Work", steps=2), "2": node("Show", value=["1", 0])}
    code, out, err = run(graph)
    assert (code, out) == (0, "")
    assert "Work" in err
    assert "2/2" in err


def test_a_graph_can_be_saved_without_metadata(run, tmp_path):
    picture(tmp_path / "in" / "a.png")
    graph = {"1": node("LoadImage", image="a.png"), "2": node("SaveImage", images=["1", 0])}
    graph["2"]["inputs"]["filename_prefix"] = "bare"
    _, out, _ = run(graph, "--disable-metadata")
    assert "prompt" not in Image.open(out.strip()).text


BAD = {
    "no json": ("{", "is no JSON"),
    "not an object": ("[1]", "must be a JSON object"),
    "empty": ({}, "is empty"),
    "unknown block": ({"1": node("Nope")}, "block 'Nope' is unknown here; `hibari nodes`"),
    "no output": ({"1": node("Number", value=1)}, "has no output block"),
    "too large": ({"1": node("Number", value=999), "2": node("Show", value=["1", 0])}, "or less"),
    "missing slot": (
        {"1": node("Number", value=1), "2": node("Show", value=["1", 3])},
        "linked to output 3 of node 1 (Number), which has outputs 0 to 0",
    ),
    "cycle": (
        {"1": node("Add", a=["1", 0]), "2": node("Show", value=["1", 0])},
        "form a cycle",
    ),
    "missing file": (
        {"1": node("LoadImage", image="no.png"), "2": node("PreviewImage", images=["1", 0])},
        "file 'no.png' is not in",
    ),
    "traversal": (
        {"1": node("LoadImage", image="../x.png"), "2": node("PreviewImage", images=["1", 0])},
        "lies outside of",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_graphs_exit_2_with_a_sentence(run, name):
    graph, words = BAD[name]
    code, out, err = run(graph)
    assert code == 2
    assert words in err
    assert "Traceback" not in err
    assert out == ""


def test_every_problem_is_listed_at_once(run):
    graph = {"1": node("Number", value=-1), "2": node("Show", value=["1", 0])}
    code, _, err = run(graph | {"3": node("Show")})
    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("hibari: node")]) == 2


def test_unreadable_media_exits_2_and_names_the_file(run, tmp_path):
    (tmp_path / "in" / "broken.mp4").write_bytes(b"no video at all")
    graph = {"1": node("LoadVideo", file="broken.mp4"), "2": node("PreviewAny", source=["1", 0])}
    code, _, err = run(graph)
    assert code == 2
    assert "broken.mp4 cannot be read as video" in err


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "it broke"),
        (1, "ran out of memory"),
        (2, "no space left to write"),
        (3, "/out: permission denied; check this path"),
    ],
)
def test_a_failure_while_running_exits_1(run, value, words):
    code, _, err = run({"1": node("Fail", value=value), "2": node("Show", value=["1", 0])})
    assert code == 1
    assert f"node 1 (Fail): {words}" in err.replace("there is ", "")
    assert "Traceback" not in err


def test_good_outputs_run_although_others_are_refused(run):
    code, out, err = run({"1": node("Show"), "2": node("PreviewAny", source="kept")})
    assert (code, out.strip()) == (2, "kept")
    assert "'value' is missing" in err


def test_json_tells_the_problems_too(run):
    for graph in ({"1": node("Show")}, {}):
        code, out, err = run(graph, "--json")
        (problem,) = json.loads(out)["problems"]
        assert code == 2
        assert problem in err


def test_a_graph_that_is_not_there_exits_2(capsys):
    assert main(["run", "/no/such/graph.json"]) == 2
    assert "cannot be read: no such file" in capsys.readouterr().err


def test_an_interrupted_run_exits_130(run):
    code, _, err = run({"1": node("Work", steps=9), "2": node("Show", value=["1", 0])})
    assert code == 130
    assert "interrupted" in err


SLOW = """
import sys, time
from pathlib import Path
from hibari.headless import registry
from hibari.headless.cli import main
from hibari.host.embedded import io
from hibari.host.media import partial_file

class Slow(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(node_id="Slow", is_output_node=True)

    @classmethod
    def execute(cls):
        with partial_file(Path(sys.argv[2]) / "clip.mp4") as path:
            path.write_text("half")
            print("started", flush=True)
            while True:  # never asks whether it was interrupted
                sum(range(10000))

registry.load_blocks = lambda: {"Slow": Slow}
sys.exit(main(["run", sys.argv[1]]))
"""


def test_ctrl_c_stops_within_two_seconds_and_leaves_no_partial_file(tmp_path):
    graph = tmp_path / "graph.json"
    graph.write_text(json.dumps({"1": node("Slow")}))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(graph), str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.stdout.readline() == "started\n"
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.stderr.readline()
    assert time.monotonic() - pressed < 2
    assert said == "hibari: interrupted; nothing half-written was left\n"
    assert list(out.iterdir()) == []
    _, rest = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")


def test_nodes_lists_blocks_for_people_and_for_scripts(capsys, monkeypatch):
    monkeypatch.setattr("hibari.headless.nodes_command.load_blocks", registry.load_blocks)
    assert main(["nodes"]) == 0
    assert "LoadImage  [image]  Load Image" in capsys.readouterr().out
    assert main(["nodes", "--json"]) == 0
    infos = json.loads(capsys.readouterr().out)
    assert infos["Number"]["input"]["required"]["value"][0] == "INT"


def test_training_without_its_extra_says_what_to_install(capsys, monkeypatch):
    def missing(*_):
        raise ModuleNotFoundError("No module named 'pymunk'", name="pymunk")

    monkeypatch.setattr("hibari.headless.delegate.importlib.import_module", missing)
    assert main(["train", "--config", "x.toml"]) == 1
    assert 'pip install "hibari[train]"' in capsys.readouterr().err


def test_training_tells_how_it_goes(tmp_path):
    config = Path(__file__).parents[2] / "training" / "configs" / "vocoder.toml"
    size = ("count=1", "validation_count=1", "frames=9", "height=64", "width=64", "workers=1")
    settings = [f'data.folder="{tmp_path}"', *(f"data.{one}" for one in size)]
    sets = [part for setting in settings for part in ("--set", setting)]
    code = "import sys; from hibari.headless.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "train", "--config", str(config), "--render-only", *sets]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "rendering 1 train clips" in done.stderr


def test_an_unexpected_error_is_a_line_and_with_debug_a_traceback(run, monkeypatch, capsys):
    def broken():
        raise RuntimeError("odd")

    monkeypatch.setattr(registry, "load_blocks", broken)
    code, _, err = run({"1": node("Show", value=1)})
    assert (code, err) == (1, "hibari: RuntimeError: odd (--debug shows where)\n")


def test_help_needs_nothing_heavy():
    code = "import sys\nfrom hibari.headless.cli import build_parser\nbuild_parser()\n"
    code += "sys.exit(any(name in sys.modules for name in ('torch', 'av', 'PIL', 'aiohttp')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

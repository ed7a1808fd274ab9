"""``hibari run --server``: posts, follows, downloads, and reports like a run here."""

from __future__ import annotations

import json

import pytest
from hibari.headless.cli import main
from hibari.headless.server import base_url

from .fake_blocks import BLOCKS, node
from .fake_comfyui import FakeComfyUI

INFOS = {name: block.GET_NODE_INFO_V1() for name, block in BLOCKS.items()}
SAVED = {"filename": "clip_00001_.mp4", "subfolder": "video", "type": "output"}
EVENTS = [
    ("execution_start", {}),
    ("executing", {"node": "1"}),
    ("progress", {"node": "1", "value": 1, "max": 2}),
    ("executed", {"node": "2", "output": {"images": [SAVED], "animated": [True]}}),
    ("execution_success", {}),
]


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "graph.json"
    path.write_text(json.dumps({"1": node("Number", value=1), "2": node("Show", value=["1", 0])}))
    return path


def run(server, graph, tmp_path, *more):
    return main(
        ["run", str(graph), "--server", server.url, "--output", str(tmp_path / "out"), *more]
    )


def test_results_are_downloaded_and_their_paths_printed(graph, tmp_path, capsys):
    with FakeComfyUI(INFOS, EVENTS) as server:
        assert run(server, graph, tmp_path, "--set", "Number.value=5", "--json") == 0
    printed = capsys.readouterr()
    (item,) = json.loads(printed.out.splitlines()[-1])["outputs"]
    assert item["node"] == "2"
    assert item["type"] == "video"
    assert (tmp_path / "out" / "video" / "clip_00001_.mp4").read_bytes() == b"video"
    assert server.posted[0]["prompt"]["1"]["inputs"] == {"value": 5}
    assert "Number" in printed.err


def test_a_refused_graph_lists_its_problems(graph, tmp_path, capsys):
    config = ["INT", {"min": 0}]
    info = {"input_name": "value", "input_config": config, "received_value": -1}
    error = {"type": "value_smaller_than_min", "message": "", "details": "", "extra_info": info}
    refusal = {
        "error": {"type": "prompt_outputs_failed_validation", "message": "", "details": ""},
        "node_errors": {"1": {"errors": [error], "dependent_outputs": ["2"], "class_type": "N"}},
    }
    with FakeComfyUI(INFOS, [], refusal) as server:
        assert run(server, graph, tmp_path) == 2
    assert "node 1 (Number): input 'value' is -1; use 0 or more" in capsys.readouterr().err


def test_a_failure_on_the_server_is_a_failure_here(graph, tmp_path, capsys):
    data = {"node_id": "1", "node_type": "Number", "exception_type": "RuntimeError"}
    blocked = data | {"exception_type": "ExecutionBlocked", "exception_message": "blocked"}
    failed = data | {"exception_message": "it broke\n"}
    events = [("execution_error", blocked), ("execution_error", failed)]
    with FakeComfyUI(INFOS, events) as server:
        assert run(server, graph, tmp_path) == 1
    assert "node 1 (Number): it broke" in capsys.readouterr().err


def test_a_server_cannot_write_outside_the_output_folder(graph, tmp_path, capsys):
    hostile = SAVED | {"subfolder": "../.."}
    events = [("executed", {"node": "2", "output": {"images": [hostile]}}), EVENTS[-1]]
    with FakeComfyUI(INFOS, events) as server:
        assert run(server, graph, tmp_path) == 2
    assert "was not fetched" in capsys.readouterr().err
    assert not list(tmp_path.parent.glob("*.mp4"))


def test_a_server_that_is_not_there_is_said_in_a_sentence(graph, capsys):
    assert main(["run", str(graph), "--server", "127.0.0.1:9"]) == 2
    assert "does not answer as a ComfyUI" in capsys.readouterr().err


def test_addresses_work_as_people_type_them():
    assert base_url("gpu:8188") == "http://gpu:8188"
    assert base_url("https://host/comfy/") == "https://host/comfy"

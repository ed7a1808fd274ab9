"""The graphs that people open: in step with the blocks, well formed, and valid to run."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hibari.headless.ui_format import to_prompt

from .workflow_builder import FOLDER, block_infos, text_of
from .workflow_graphs import GRAPHS

INFOS = block_infos()
FILES = sorted(FOLDER.glob("*.json"))
NOTE = "MarkdownNote"


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def workflow(request):
    return json.loads(request.param.read_text("utf-8"))


def test_every_file_has_a_graph_and_every_graph_a_file():
    assert [path.stem for path in FILES] == sorted(graph.name for graph in GRAPHS)


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_files_are_what_the_blocks_declare_today(graph):
    written = (FOLDER / f"{graph.name}.json").read_text("utf-8")
    assert written == text_of(graph), "run: python -m tests.nodes.workflow_builder"


def test_every_node_exists_and_names_its_pack(workflow):
    for node in workflow["nodes"]:
        if node["type"] != NOTE:
            assert node["type"] in INFOS
            assert node["properties"]["cnr_id"] == "hibari"
            assert node["properties"]["Node name for S&R"] == node["type"]


def test_both_ends_of_every_link_agree(workflow):
    nodes = {node["id"]: node for node in workflow["nodes"]}
    for link, source, slot, target, target_slot, kind in workflow["links"]:
        output, given = nodes[source]["outputs"][slot], nodes[target]["inputs"][target_slot]
        assert output["type"] == given["type"] == kind
        assert link in output["links"]
        assert given["link"] == link
    ends = [slot["link"] for node in workflow["nodes"] for slot in node["inputs"]]
    assert sorted(end for end in ends if end) == [link[0] for link in workflow["links"]]


def test_widget_values_fit_the_declarations(workflow):
    for node_id, node in to_prompt(workflow, INFOS).items():
        declared = INFOS[node["class_type"]]["input"]
        inputs = {**declared["required"], **declared.get("optional", {})}
        for name, value in node["inputs"].items():
            kind, options = inputs[name]
            if kind == "COMBO":
                assert value in options["options"], (node_id, name)
            if kind in ("INT", "FLOAT") and not isinstance(value, list):
                assert options["min"] <= value <= options["max"], (node_id, name)
            if kind == "STRING":
                assert isinstance(value, str), (node_id, name)


def test_seeds_have_the_slot_that_editors_put_behind_them(workflow):
    (sample,) = [node for node in workflow["nodes"] if node["type"] == "HibariSample"]
    assert sample["widgets_values"][2:4] == [7, "randomize"]


def test_nodes_lie_in_frames_and_apart(workflow):
    boxes = [(*node["pos"], *node["size"]) for node in workflow["nodes"]]
    for index, (x, y, width, height) in enumerate(boxes):
        for X, Y, W, H in boxes[:index]:
            # 30 px of title bar above each node
            apart = x >= X + W or X >= x + width or y - 30 >= Y + H or Y - 30 >= y + height
            assert apart, (workflow["nodes"][index]["type"], X, Y)
    frames = [group["bounding"] for group in workflow["groups"]]
    for node, (x, y, width, height) in zip(workflow["nodes"], boxes, strict=True):
        inside = [
            X <= x and Y <= y - 30 and x + width <= X + W and y + height <= Y + H
            for X, Y, W, H in frames
        ]
        assert any(inside) or node["type"] == NOTE


def test_a_note_states_the_oldest_comfyui_that_works(workflow):
    project = tomllib.loads((Path(FOLDER).parent / "pyproject.toml").read_text("utf-8"))
    oldest = re.search(r"[\d.]+", project["tool"]["comfy"]["requires-comfyui"])[0]
    notes = [node["widgets_values"][0] for node in workflow["nodes"] if node["type"] == NOTE]
    assert any(f"ComfyUI {oldest} or newer" in note for note in notes)

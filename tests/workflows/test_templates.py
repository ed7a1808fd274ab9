"""The shipped graphs: in step with the blocks, well formed, and valid to run."""

import asyncio
import json
import re
import tomllib
from pathlib import Path

import pytest
from hibari.headless.engine.blocks import Blocks
from hibari.headless.engine.validation import validate
from hibari.headless.registry import load_blocks
from hibari.headless.ui_format import to_prompt
from hibari.workflows.source import BLUEPRINTS, GRAPHS, blueprint_writer, writer
from hibari.workflows.source.declared import block_infos, widget_values
from hibari.workflows.source.graph import NOTE, OLDEST_COMFYUI
from PIL import Image

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "workflows"
SUBGRAPHS = ROOT / "subgraphs"
REGENERATE = "run: python -m hibari.workflows.source"
INFOS = block_infos()
TEMPLATES = sorted(FOLDER.glob("*.json"))
BLUEPRINT_FILES = sorted(SUBGRAPHS.glob("*.json"))


def loaded(path):
    return json.loads(path.read_text("utf-8"))


def definition(path):
    (only,) = loaded(path)["definitions"]["subgraphs"]
    return only


def all_nodes(path):
    """Nodes of a template, or inside a blueprint."""
    data = loaded(path)
    return [
        *data["nodes"],
        *(
            node
            for inner in data.get("definitions", {}).get("subgraphs", ())
            for node in inner["nodes"]
        ),
    ]


def matches(one, other):
    """Whether two socket types, each a union, have a type in common."""
    return bool({*one.split(",")} & {*other.split(",")})


each_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
each_blueprint = pytest.mark.parametrize("path", BLUEPRINT_FILES, ids=lambda path: path.stem)
each_file = pytest.mark.parametrize("path", TEMPLATES + BLUEPRINT_FILES, ids=lambda path: path.stem)


def test_every_file_has_a_source_and_every_source_a_file():
    assert {path.stem for path in TEMPLATES} == {graph.name for graph in GRAPHS}
    assert {path.stem for path in BLUEPRINT_FILES} == {
        blueprint.graph.name for blueprint in BLUEPRINTS
    }


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_templates_are_what_the_blocks_declare_today(graph):
    written = (FOLDER / f"{graph.name}.json").read_text("utf-8")
    assert written == writer.text_of(graph), REGENERATE


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.graph.name)
def test_blueprints_are_what_the_blocks_declare_today(blueprint):
    written = (SUBGRAPHS / f"{blueprint.graph.name}.json").read_text("utf-8")
    assert written == blueprint_writer.text_of(blueprint), REGENERATE


@each_template
def test_every_template_has_a_picture_for_the_template_browser(path):
    with Image.open(path.with_suffix(".jpg")) as picture:
        assert picture.format == "JPEG", f"{REGENERATE} --thumbnails"
        assert min(picture.size) >= 256
    assert path.with_suffix(".jpg").stat().st_size < 150_000


def test_every_block_of_ours_is_in_a_template():
    shown = {node["type"] for path in TEMPLATES for node in all_nodes(path)}
    ours = {name for name in INFOS if name.startswith("Hibari")}
    assert ours <= shown, f"in no template: {sorted(ours - shown)}"


@each_file
def test_every_node_exists_and_names_its_pack_and_version(path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    inner = {item["id"] for item in loaded(path).get("definitions", {}).get("subgraphs", ())}
    for node in all_nodes(path):
        if node["type"] == NOTE:
            continue
        ours = node["type"].startswith("Hibari") or node["type"] in inner
        assert node["type"] in INFOS.keys() | inner
        pack = (node["properties"]["cnr_id"], node["properties"]["ver"])
        oldest = f"{OLDEST_COMFYUI}.0"
        assert pack == ((project["name"], project["version"]) if ours else ("comfy-core", oldest))


@each_template
def test_both_ends_of_every_link_agree(path):
    workflow = loaded(path)
    nodes = {node["id"]: node for node in workflow["nodes"]}
    for link, source, slot, target, target_slot, kind in workflow["links"]:
        output, given = nodes[source]["outputs"][slot], nodes[target]["inputs"][target_slot]
        assert output["type"] == kind
        assert matches(given["type"], kind)
        assert link in output["links"]
        assert given["link"] == link
    ends = [slot["link"] for node in workflow["nodes"] for slot in node["inputs"]]
    assert sorted(end for end in ends if end) == sorted(link[0] for link in workflow["links"])


@each_template
def test_every_template_validates_as_it_is_shipped(path):
    prompt = to_prompt(loaded(path), INFOS)
    found = asyncio.run(validate(prompt, Blocks(load_blocks())))
    assert found.valid, found.problems(prompt)
    assert not found.node_errors


@each_template
def test_nodes_lie_in_frames_and_apart(path):
    workflow = loaded(path)
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
        assert any(inside) or node["type"] == NOTE, node["type"]


@each_template
def test_a_note_states_the_oldest_comfyui_that_works(path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = re.search(r"[\d.]+", project["tool"]["comfy"]["requires-comfyui"])[0]
    assert oldest == OLDEST_COMFYUI
    notes = [node["widgets_values"][0] for node in loaded(path)["nodes"] if node["type"] == NOTE]
    assert any(f"ComfyUI {oldest} or newer" in note for note in notes)


@each_template
def test_seeds_have_the_slot_that_editors_put_behind_them(path):
    prompt = to_prompt(loaded(path), INFOS)
    seeded = {
        name: node["inputs"]["seed"] for name, node in prompt.items() if "seed" in node["inputs"]
    }
    for node in loaded(path)["nodes"]:
        if str(node["id"]) in seeded:
            values = node["widgets_values"]
            behind = values[values.index(seeded[str(node["id"])]) + 1]
            assert behind in {"fixed", "randomize", "increment"}


def test_a_value_for_a_widget_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"HibariDecodeVideo has no widgets \['fps'\]"):
        widget_values(INFOS["HibariDecodeVideo"], {"fps": 24})


@each_blueprint
def test_a_blueprint_is_one_node_of_the_subgraph_it_defines(path):
    data, inner = loaded(path), definition(path)
    (node,) = data["nodes"]
    assert node["type"] == inner["id"]
    assert node["title"] == inner["name"] == path.stem
    assert inner["description"].endswith(".")
    assert [(end["name"], end["type"]) for end in node["inputs"]] == [
        (end["name"], end["type"]) for end in inner["inputs"]
    ]
    assert [(end["name"], end["type"]) for end in node["outputs"]] == [
        (end["name"], end["type"]) for end in inner["outputs"]
    ]


@each_blueprint
def test_links_over_the_border_of_a_blueprint_meet_at_both_ends(path):
    inner = definition(path)
    nodes = {node["id"]: node for node in inner["nodes"]}
    links = {link["id"]: link for link in inner["links"]}
    border_ends = (("inputs", "origin_id", "origin_slot"), ("outputs", "target_id", "target_slot"))
    for side, near, slot in border_ends:
        border = inner[f"{side[:-1]}Node"]["id"]
        for index, end in enumerate(inner[side]):
            assert end["linkIds"]
            for link in (links[number] for number in end["linkIds"]):
                assert (link[near], link[slot]) == (border, index)
    for node in nodes.values():
        for index, given in enumerate(node["inputs"]):
            if given["link"] is not None:
                link = links[given["link"]]
                assert (link["target_id"], link["target_slot"]) == (node["id"], index)
                assert matches(given["type"], link["type"])


@each_blueprint
def test_promoted_widgets_show_what_is_set_inside(path):
    (node,) = loaded(path)["nodes"]
    inner = {str(item["id"]): item for item in definition(path)["nodes"]}
    promoted = node["properties"]["proxyWidgets"]
    for inner_id, widget in promoted:
        slots = [slot["widget"]["name"] for slot in inner[inner_id]["inputs"] if "widget" in slot]
        assert widget in slots
    shown = [slot["widget"]["name"] for slot in node["inputs"] if "widget" in slot]
    assert shown == [widget for _, widget in promoted] != []


def joined(first, second):
    """A graph in which the outputs of one blueprint feed inputs of the same name of another."""
    one, two = (loaded(path) for path in (first, second))
    source, target = one["nodes"][0] | {"id": 1}, two["nodes"][0] | {"id": 2}
    names = [end["name"] for end in source["outputs"]]
    links = []
    for slot, given in enumerate(target["inputs"]):
        if given["name"] in names:
            origin = names.index(given["name"])
            links.append([len(links) + 1, 1, origin, 2, slot, given["type"]])
            given["link"] = len(links)
    subgraphs = [definition(first), definition(second)]
    return {
        "nodes": [source, target],
        "links": links,
        "definitions": {"subgraphs": subgraphs},
        "version": 0.4,
    }


def test_the_two_blueprints_joined_are_a_graph_that_validates():
    workflow = joined(
        *(SUBGRAPHS / f"{name}.json" for name in ("Hibari text to video", "Label and save"))
    )
    prompt = to_prompt(workflow, INFOS)
    found = asyncio.run(validate(prompt, Blocks(load_blocks())))
    assert found.valid, found.problems(prompt)
    (save,) = [node for node in prompt.values() if node["class_type"] == "HibariSaveVideo"]
    assert {name for name, value in save["inputs"].items() if isinstance(value, list)} >= {
        "images",
        "audio",
        "fps",
    }

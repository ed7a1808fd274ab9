"""What the editor makes of our blueprints, and of old graphs with the Sora 2 block.

Needs ComfyUI (COMFYUI_DIR, COMFYUI_PYTHON), Playwright and Chromium; skipped where one is missing.
"""

import json
import re

import pytest
from hibari.headless.ui_format import to_prompt

from ..web.node_texts import ROOT

pytestmark = [pytest.mark.comfyui, pytest.mark.slow]

AS_PROMPT = "async () => (await app.graphToPrompt()).output"
CONNECT_SHOT = """name => {
    const film = app.graph.nodes.find(node => node.type === 'HibariStoryboard');
    const shot = LiteGraph.createNode('HibariShot');
    app.graph.add(shot);
    shot.connect(0, film, film.inputs.findIndex(input => input.name === name));
    return String(shot.id);
}"""
SHOT_SOCKETS = """() => app.graph.nodes.find(node => node.type === 'HibariStoryboard')
    .inputs.filter(input => input.name.startsWith('shots.')).map(input => input.name)"""
OLD_WIDGETS = ["sora-2", "a cat", "720x1280", 12, 99, "randomize"]
OLD = {
    "last_node_id": 2,
    "last_link_id": 1,
    "nodes": [
        {
            "id": 1,
            "type": "OpenAIVideoSora2",
            "pos": [0, 0],
            "size": [300, 300],
            "inputs": [{"name": "image", "type": "IMAGE", "link": None, "shape": 7}],
            "outputs": [{"name": "VIDEO", "type": "VIDEO", "links": [1]}],
            "properties": {"Node name for S&R": "OpenAIVideoSora2"},
            "widgets_values": OLD_WIDGETS,
        },
        {
            "id": 2,
            "type": "SaveVideo",
            "pos": [400, 0],
            "size": [300, 300],
            "inputs": [{"name": "video", "type": "VIDEO", "link": 1}],
            "outputs": [],
            "properties": {"Node name for S&R": "SaveVideo"},
            "widgets_values": ["video/old", "auto", "auto"],
        },
    ],
    "links": [[1, 1, 0, 2, 0, "VIDEO"]],
    "version": 0.4,
}


@pytest.fixture
def editor(browser, comfyui, screenshots):
    from .editor import Editor

    editor = Editor(browser, comfyui, screenshots)
    yield editor
    editor.screenshot("graphs")
    editor.close()


def inputs_of(prompt):
    return {key: (node["class_type"], node["inputs"]) for key, node in prompt.items()}


def test_editor_and_command_line_read_templates_and_blueprints_alike(editor, comfyui):
    infos = comfyui.get("/object_info")
    for path in sorted([*ROOT.glob("workflows/*.json"), *ROOT.glob("subgraphs/*.json")]):
        graph = json.loads(path.read_text("utf-8"))
        editor.load(graph)
        editor.page.wait_for_function(
            "count => app.graph.nodes.length === count", arg=len(graph["nodes"])
        )
        editor.page.wait_for_timeout(1000)
        asked = editor.page.evaluate(AS_PROMPT)
        assert inputs_of(asked) == inputs_of(to_prompt(graph, infos)), path.stem
        assert editor.complaint() == "", path.stem


def test_an_old_block_is_swapped_with_one_click_and_keeps_its_values(editor):
    editor.load(OLD)
    editor.page.get_by_text("View details").click()
    editor.page.get_by_role("button", name=re.compile("^Replace (Node|All)")).first.click()
    editor.page.wait_for_function(
        "() => app.graph.nodes.some(node => node.type === 'HibariTextToVideo')"
    )
    prompt = editor.page.evaluate(AS_PROMPT)
    values = {"prompt": "a cat", "size": "720x1280", "duration": 12, "seed": 99}
    assert values.items() <= prompt["1"]["inputs"].items()
    assert prompt["2"]["inputs"]["video"] == ["1", 0]
    assert editor.complaint() == ""


def test_the_list_of_shots_grows_with_each_that_is_connected(editor):
    editor.load(json.loads((ROOT / "workflows" / "Storyboard.json").read_text("utf-8")))
    editor.wait_for_graph()
    for count in (3, 4):
        sockets = [f"shots.shot_{index}" for index in range(count + 1)]  # one is open
        assert editor.page.evaluate(SHOT_SOCKETS) == sockets
        added = editor.page.evaluate(CONNECT_SHOT, sockets[-1])
        editor.page.wait_for_timeout(1000)
        (film,) = [
            node
            for node in editor.page.evaluate(AS_PROMPT).values()
            if node["class_type"] == "HibariStoryboard"
        ]
        assert film["inputs"][sockets[-1]] == [added, 0]
    assert len(editor.page.evaluate(SHOT_SOCKETS)) == 6
    assert editor.complaint() == ""

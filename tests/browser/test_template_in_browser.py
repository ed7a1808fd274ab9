"""What somebody does who has just installed the pack: open a template, press Run, watch the clip,
and drop its file back onto the canvas. In both renderers of ComfyUI's editor.

Needs ComfyUI (COMFYUI_DIR, COMFYUI_PYTHON), Playwright and Chromium; skipped where one is missing.
Screenshots go to the folder in SCREENSHOTS.
"""

import pytest

from ..web.node_texts import ROOT

pytestmark = [pytest.mark.comfyui, pytest.mark.slow]

TEMPLATE = "Text to video"
TEMPLATES = sorted(path.stem for path in (ROOT / "workflows").glob("*.json"))
PROMPT = "a big red rubber ball falls from high up in the middle of a room"
RENDERERS = {
    "classic": (False, "two blue glass boxes fall on the sand"),
    "vue": (True, "a green metal ball falls in the street"),
}
MISSING = {
    "nodes": [{"id": 1, "type": "NoSuchBlock", "pos": [0, 0], "size": [200, 100]}],
    "links": [],
    "version": 0.4,
}


@pytest.fixture(params=RENDERERS)
def renderer(request):
    return request.param


@pytest.fixture
def editor(renderer, browser, comfyui, screenshots):
    from .editor import Editor

    editor = Editor(browser, comfyui, screenshots, vue_nodes=RENDERERS[renderer][0])
    yield editor
    editor.screenshot("last")
    editor.close()


def test_a_template_becomes_a_playing_clip_that_gives_its_graph_back(editor, renderer, comfyui):
    prompt = RENDERERS[renderer][1]
    editor.open_template(TEMPLATE)
    assert editor.red_nodes() == []
    editor.write(PROMPT, prompt)
    asked = comparable(editor.graph())
    assert prompt in str(asked)
    editor.screenshot("template")

    editor.run()
    video = editor.video()
    assert (editor.red_nodes(), editor.complaint()) == ([], "")
    assert editor.nodes_out_of_groups() == []
    assert video.evaluate("video => video.duration") == pytest.approx(
        asked_seconds(asked), abs=0.05
    )
    video.evaluate("video => video.play()")
    editor.page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    state = video.evaluate(
        "video => [video.paused, video.error, video.videoWidth, video.videoHeight,"
        " video.webkitDecodedFrameCount > 0, video.webkitAudioDecodedByteCount > 0]"
    )
    assert state == [False, None, 256, 256, True, True]
    editor.screenshot("playing")

    (file,) = newest(comfyui.base / "output")
    editor.blank()
    editor.drop(file)
    editor.wait_for_graph()
    editor.screenshot("dropped")
    assert comparable(editor.graph()) == asked
    assert editor.red_nodes() == []


def test_every_template_opens_without_a_red_node(editor):
    for name in TEMPLATES:
        editor.load(editor.served_template(name))
        editor.wait_for_graph()
        editor.screenshot(name)
        assert (editor.red_nodes(), editor.complaint()) == ([], ""), name
        assert editor.nodes_out_of_groups() == [], name
        editor.blank()


def test_a_missing_block_is_red(editor):
    editor.load(MISSING)
    editor.page.wait_for_function("() => app.graph.nodes.length === 1")
    assert editor.red_nodes() == ["NoSuchBlock"]


def comparable(graph):
    """Nodes with their values and links, without places, colours and sizes that drawing changes."""
    nodes = {
        int(node["id"]): (node["type"], node.get("mode"), node.get("widgets_values"))
        for node in graph["nodes"]
    }
    return nodes, sorted([*map(str, link)] for link in graph["links"])


def asked_seconds(graph):
    """Duration that the template's latent asks for, which is within one frame."""
    (values,) = [kept for kind, _, kept in graph[0].values() if kind == "HibariEmptyLatent"]
    return values[3] + 1 / values[4]


def newest(folder):
    """The file that was saved last, in a list of one."""
    return sorted(folder.rglob("*.mp4"), key=lambda file: file.stat().st_mtime)[-1:]

"""Help pages and words as ComfyUI's editor shows them, in English and in French.

Needs ComfyUI (COMFYUI_DIR, COMFYUI_PYTHON), Playwright and Chromium; skipped where one is missing.
"""

import json

import pytest

from ..web.help_builder import LANGUAGES, sayer
from ..web.locale_builder import read_translations
from ..web.node_texts import ROOT, block_infos

pytestmark = [pytest.mark.comfyui, pytest.mark.slow]

INFOS, WORDS = block_infos(), read_translations()
BLOCK = "HibariSample"
NAMES_AND_DESCRIPTIONS = """() => Object.fromEntries(
    Object.entries(LiteGraph.registered_node_types)
        .filter(([type]) => type.startsWith('Hibari'))
        .map(([type, block]) => [type, [block.nodeData.display_name, block.nodeData.description]])
)"""


@pytest.fixture(params=LANGUAGES, ids=lambda language: language.code)
def language(request):
    return request.param


@pytest.fixture
def editor(language, browser, comfyui, screenshots):
    from .editor import Editor

    editor = Editor(browser, comfyui, screenshots, vue_nodes=True, locale=language.code)
    yield editor
    editor.screenshot("help")
    editor.close()


def test_blocks_speak_the_language_of_the_editor(editor, language):
    shown = editor.page.evaluate(NAMES_AND_DESCRIPTIONS)
    assert set(shown) == set(INFOS)
    for name, info in INFOS.items():
        say = sayer(WORDS, name, language)
        assert shown[name] == [say(info["display_name"]), say(info["description"])]

    graph = json.loads((ROOT / "workflows" / "Text to video.json").read_text("utf-8"))
    editor.load(graph)
    editor.wait_for_graph()
    say = sayer(WORDS, BLOCK, language)
    node = editor.page.locator("[data-node-id]", has_text=say(INFOS[BLOCK]["display_name"])).first
    for label in ("steps", "guidance", "seed"):
        assert say(label) in node.inner_text()

    page = editor.show_help(BLOCK)
    assert page.locator("h1").inner_text() == say(INFOS[BLOCK]["display_name"])
    assert language.errors in page.inner_text()
    picture = page.locator("img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("async picture => (await picture.decode(), picture.naturalWidth)") > 300

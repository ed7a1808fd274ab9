"""Takes the pictures of the help pages: each block in the editor, in a template where one has it.

Run ``python -m tests.browser [node id ...]`` (all blocks without ids) with COMFYUI_DIR and
COMFYUI_PYTHON set; then look at the pictures in ``web/docs/images``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from ..host.comfyui_process import ComfyUIProcess
from ..web.help_builder import DOCS
from ..web.node_texts import ROOT, block_infos
from .conftest import chromium_program
from .editor import LAUNCH, Editor

MADE = "Text to video"
"""The template that is run before its blocks are shown, so that they show what they made."""
ZOOM = 1.25
MARGIN = 40
PLACE = """([type, zoom]) => {
    let node = app.graph.nodes.find(node => node.type === type);
    if (!node) {
        app.graph.clear();
        node = LiteGraph.createNode(type);
        app.graph.add(node);
    }
    app.canvas.deselectAll();
    app.canvas.ds.scale = zoom;
    app.canvas.centerOnNode(node);
    app.canvas.setDirty(true, true);
    return String(node.id);
}"""


def main(asked: list[str]) -> None:
    """Take the pictures of the asked blocks, or of all."""
    names = asked or list(block_infos())
    folder, python = Path(os.environ["COMFYUI_DIR"]), Path(os.environ["COMFYUI_PYTHON"])
    with TemporaryDirectory() as base, sync_playwright() as playwright:
        server = ComfyUIProcess(folder, python, Path(base))
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=LAUNCH)
        try:
            server.wait_until_ready()
            editor = Editor(browser, server, Path(base), vue_nodes=True)
            take_pictures(editor, names)
        finally:
            browser.close()
            server.stop()


def take_pictures(editor: Editor, names: list[str]) -> None:
    """Open the templates one after the other and take each block where it comes first."""
    (DOCS / "images").mkdir(parents=True, exist_ok=True)
    templates = {path.stem: json.loads(path.read_text("utf-8")) for path in template_files()}
    left = list(names)
    for title, graph in templates.items():
        held = {node["type"] for node in graph["nodes"]}
        shown = [name for name in left if name in held]
        if not shown:
            continue
        editor.load(graph)
        if title == MADE:
            editor.run()
            editor.video()
        for name in shown:
            take_picture(editor, name)
            left.remove(name)
    for name in left:
        take_picture(editor, name)


def template_files() -> list[Path]:
    """Templates, the one that is run first."""
    return sorted((ROOT / "workflows").glob("*.json"), key=lambda path: (path.stem != MADE, path))


def take_picture(editor: Editor, name: str) -> None:
    """Write the picture of one block."""
    number = editor.page.evaluate(PLACE, [name, ZOOM])
    node = editor.page.locator(f"[data-node-id='{number}']")
    node.wait_for()
    editor.page.wait_for_timeout(1500)
    file = DOCS / "images" / f"{name}.png"
    editor.page.screenshot(path=file, clip=clip_around(node.bounding_box()))
    with Image.open(file) as picture:
        picture.convert("RGB").save(file.with_suffix(".jpg"), quality=85, optimize=True)
    file.unlink()
    sys.stdout.write(f"{name}\n")


def clip_around(box: dict[str, float] | None) -> dict[str, Any]:
    """The node with the links around it, within the page and clear of its bars."""
    if box is None:
        raise RuntimeError("the node is not in view")
    left, top = max(60.0, box["x"] - MARGIN), max(40.0, box["y"] - MARGIN)
    right, bottom = box["x"] + box["width"] + MARGIN, box["y"] + box["height"] + MARGIN
    return {"x": left, "y": top, "width": right - left, "height": min(bottom, 1000.0) - top}


if __name__ == "__main__":
    main(sys.argv[1:])

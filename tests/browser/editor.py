"""ComfyUI's editor in a browser, used as a person would: open, write, run, look, drop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

PACK_IN_TEMPLATES = "ComfyUI-Hibari"
LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--autoplay-policy=no-user-gesture-required",
)
WAIT_MS = 240_000
"""For a step of the editor; a machine without a GPU that others use too is slow at drawing."""
RUN_MS = 600_000
SETTINGS = {
    "Comfy.TutorialCompleted": True,  # else the templates open by themselves
    "Comfy.Minimap.Visible": False,
    "LiteGraph.Canvas.MaximumFps": 10,
    "LiteGraph.Canvas.LowQualityRenderingZoomThreshold": 0,
}
ERROR_OVERLAY = "error-overlay"
RED = "ring-destructive-background"


class Editor:
    """One page with the editor; ``vue_nodes`` chooses the renderer, ``locale`` the language."""

    def __init__(
        self,
        browser: Browser,
        server: Any,
        screenshots: Path,
        *,
        vue_nodes: bool = False,
        locale: str = "en",
    ) -> None:
        self.screenshots = screenshots
        self.kind = f"{'vue' if vue_nodes else 'classic'}-{locale}"
        settings = SETTINGS | {"Comfy.VueNodes.Enabled": vue_nodes, "Comfy.Locale": locale}
        status, _ = server.post("/api/settings", settings)
        if status != 200:
            raise RuntimeError(f"ComfyUI refused the settings: {status}")
        self.page: Page = browser.new_page(viewport={"width": 1600, "height": 1000})
        self.page.set_default_timeout(WAIT_MS)
        self.page.goto(f"http://127.0.0.1:{server.port}")
        self.page.wait_for_function("() => window.app?.extensionManager && window.app.graph?.nodes")

    def close(self) -> None:
        """Close the page."""
        self.page.close()

    def screenshot(self, name: str) -> None:
        """Keep what the page shows once it has stopped fading in and out."""
        self.page.wait_for_timeout(1000)
        self.page.screenshot(path=self.screenshots / f"{self.kind} {name}.png")

    def open_template(self, name: str) -> None:
        """Open a template of this pack through the template browser."""
        self.page.locator(".templates-tab-button").click()
        self.page.get_by_text(PACK_IN_TEMPLATES, exact=True).click()
        self.page.get_by_test_id(f"template-workflow-{name}").click()
        self.wait_for_graph()

    def served_template(self, name: str) -> dict[str, Any]:
        """Return a template of this pack as the server gives it to the template browser."""
        route = f"/api/workflow_templates/{PACK_IN_TEMPLATES}/{name}.json"
        return self.page.evaluate("async route => (await fetch(route)).json()", route)

    def wait_for_graph(self) -> None:
        """Wait until a graph with blocks of ours lies on the canvas."""
        self.page.wait_for_function("() => app.graph.nodes.some(n => n.type.startsWith('Hibari'))")

    def load(self, graph: dict[str, Any]) -> None:
        """Open a graph in UI format, as opening its file does."""
        self.page.evaluate("graph => app.loadGraphData(graph)", graph)

    def graph(self) -> dict[str, Any]:
        """Return the graph on the canvas in UI format."""
        return self.page.evaluate("() => app.graph.serialize()")

    def red_nodes(self) -> list[str]:
        """Return the types of the nodes that are marked as missing or wrong."""
        marked = self.page.evaluate(
            """red => app.graph.nodes.filter(node =>
                node.has_errors || node.inputs?.some(input => input.hasErrors)
                || !(node.type in LiteGraph.registered_node_types)
                || document.querySelector(`[data-node-id="${node.id}"] .${red}`)
            ).map(node => node.type)""",
            RED,
        )
        return sorted(marked)

    def nodes_out_of_groups(self) -> list[str]:
        """Return the types of the blocks that reach out of the group in which they begin."""
        return self.page.evaluate(
            """() => app.graph.nodes.filter(node => {
                const [x, y, width, height] = [...node.pos, ...node.size];
                const group = app.graph.groups.find(({pos, size}) =>
                    pos[0] <= x && x < pos[0] + size[0] && pos[1] <= y && y < pos[1] + size[1]);
                return group && (x + width > group.pos[0] + group.size[0]
                    || y + height > group.pos[1] + group.size[1]);
            }).map(node => `${node.type} ${node.size}`)"""
        )

    def complaint(self) -> str:
        """Return what the editor says is wrong, "" when nothing is."""
        overlay = self.page.get_by_test_id(ERROR_OVERLAY)
        return overlay.inner_text() if overlay.count() and overlay.is_visible() else ""

    def write(self, old: str, new: str) -> None:
        """Replace the text of the text box that holds ``old``, once it is drawn."""
        box = self.page.wait_for_function(
            "old => [...document.querySelectorAll('textarea')].find(box => box.value === old)",
            arg=old,
        ).as_element()
        assert box is not None
        box.fill(new)

    def run(self) -> None:
        """Press Run."""
        self.page.get_by_test_id("queue-button").click()

    def video(self) -> Locator:
        """Return the video that a finished run shows, once it can be played.

        Raises:
            RuntimeError: the run failed; with what the editor says.
        """
        self.page.wait_for_function(
            """overlay => document.querySelector(`[data-testid="${overlay}"]`)
                || document.querySelector('video')?.readyState >= 3""",
            arg=ERROR_OVERLAY,
            timeout=RUN_MS,
        )
        if complaint := self.complaint():
            self.screenshot("failed")
            raise RuntimeError(f"the run failed: {complaint}")
        return self.page.locator("video").first

    def drop(self, file: Path) -> None:
        """Drag a file from the desktop onto the middle of the canvas."""
        channel = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            channel.send(
                "Input.dispatchDragEvent", {"type": kind, "x": 800, "y": 500, "data": data}
            )

    def blank(self) -> None:
        """Open an empty graph in a tab of its own."""
        self.page.locator(".new-blank-workflow-button").click()
        self.page.wait_for_function("() => app.graph.nodes.length === 0")

    def show_help(self, node_type: str) -> Locator:
        """Bring a node into view, select it, press its info button; return the page of help."""
        self.page.evaluate(
            """type => {
                const node = app.graph.nodes.find(node => node.type === type);
                app.canvas.centerOnNode(node);
                app.canvas.deselectAll();
                app.canvas.selectNode(node);
            }""",
            node_type,
        )
        self.page.get_by_test_id("info-button").click()
        help_page = self.page.locator(".node-help-content").first
        help_page.locator("h1").wait_for()
        return help_page

"""Fixtures of the tests in a browser: a real ComfyUI with only this pack, and Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..host.comfyui_process import ComfyUIProcess

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium_program() -> str | None:
    """Path of Chromium, None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; skips with the reason where it or Playwright is missing."""
    pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install '.[browser]'"
    )
    program = chromium_program()
    if program is None:
        pytest.skip(f"no Chromium: CHROMIUM names none, and PATH has none of {', '.join(BROWSERS)}")
    return program


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A Chromium driven by Playwright, whose event loop other modules must not meet."""
    from playwright.sync_api import sync_playwright

    from .editor import LAUNCH

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        yield running
        running.close()


@pytest.fixture(scope="session")
def comfyui(
    chromium: str,  # before the server, which takes longer to start than a skip
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ComfyUIProcess]:
    """A running ComfyUI on a free loopback port with this pack and no other."""
    folder, python = os.environ.get("COMFYUI_DIR"), os.environ.get("COMFYUI_PYTHON")
    if not folder or not python:
        pytest.skip("COMFYUI_DIR and COMFYUI_PYTHON do not name a ComfyUI and its interpreter")
    server = ComfyUIProcess(Path(folder), Path(python), tmp_path_factory.mktemp("comfyui"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: in SCREENSHOTS, else in a temporary folder; never in the tree."""
    named = os.environ.get("SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder

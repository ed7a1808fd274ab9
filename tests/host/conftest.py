"""Fixtures of the tests against a real ComfyUI: one server for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .comfyui_files import save_model_files
from .comfyui_process import ComfyUIProcess


@pytest.fixture(scope="session")
def comfyui_installation() -> tuple[Path, Path]:
    """(tree, python) of a ComfyUI; skips with the reason when none is named."""
    folder, python = os.environ.get("COMFYUI_DIR"), os.environ.get("COMFYUI_PYTHON")
    if not folder or not python:
        pytest.skip("COMFYUI_DIR and COMFYUI_PYTHON do not name a ComfyUI and its interpreter")
    return Path(folder), Path(python)


@pytest.fixture(scope="session")
def comfyui(
    comfyui_installation: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyUIProcess]:
    """A running server with this pack and tiny checkpoints of random weights."""
    server = ComfyUIProcess(*comfyui_installation, tmp_path_factory.mktemp("comfyui"))
    try:
        save_model_files(server.base / "models")
        server.wait_until_ready()
        yield server
    finally:
        server.stop()

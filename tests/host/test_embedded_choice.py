"""Which host the seam picks: ComfyUI only where its own modules are live in the process."""

from __future__ import annotations

import sys
from types import ModuleType

import hibari.host
import pytest
from hibari.host import embedded

LIVE = {
    "nodes": {"NODE_CLASS_MAPPINGS": {}, "load_custom_node": print},
    "folder_paths": {},
    "comfy.model_management": {},
}


def put(monkeypatch, modules):
    for name, values in modules.items():
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)


def test_here_it_is_our_own():
    assert hibari.host.HOST == "embedded"
    assert hibari.host.io is embedded.io


def test_live_modules_of_comfyui_are_recognised(monkeypatch):
    put(monkeypatch, LIVE)
    assert hibari.host._inside_comfyui()


@pytest.mark.parametrize("absent", LIVE)
def test_a_part_of_comfyui_alone_is_not_enough(monkeypatch, absent):
    put(monkeypatch, {name: values for name, values in LIVE.items() if name != absent})
    assert not hibari.host._inside_comfyui()


def test_a_foreign_module_called_nodes_is_not_comfyui(monkeypatch):
    put(monkeypatch, LIVE | {"nodes": {}})
    assert not hibari.host._inside_comfyui()


def test_everything_promised_is_there():
    assert set(embedded.__all__) == set(hibari.host.__all__) - {"HOST"}
    assert all(getattr(hibari.host, name) is not None for name in hibari.host.__all__)

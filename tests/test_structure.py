"""The shape of the repository: arrows between rooms, complete packaging, cheap imports."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("model", "trust", "host", "nodes", "headless", "training", "workflows")
MAY_IMPORT = {
    "model": {"model"},
    "trust": {"trust", "model"},
    "host": {"host", "model"},
    "nodes": {"nodes", "host", "model", "trust"},
    "headless": {"headless", "nodes", "host", "model", "trust", "training"},
    "training": {"training", "model"},
    "workflows": {"workflows", "headless", "host"},
}
MODEL_LIBRARIES = {"torch", "einops", "numpy", "safetensors", "torchaudio", "transformers"}
HOST_ONLY = {"comfy", "comfy_api", "comfy_execution", "comfy_extras", "folder_paths", "server"}
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path):
    """(room or library, line) of every import in a file; relative ones resolved to rooms."""
    parts = path.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level]
            full = [*base, *(node.module or "").split(".")]
            names = full[:1] if full[0] else [alias.name for alias in node.names]
            yield from ((name, node.lineno) for name in names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_arrows(path):
    room = path.relative_to(ROOT).parts[0]
    for name, line in imports(path):
        place = f"{path.relative_to(ROOT)}:{line} imports {name}"
        assert name != "hibari", f"{place}; inside the package imports are relative"
        if name in ROOMS:
            assert name in MAY_IMPORT[room], place
        if room == "model":
            known = name in sys.stdlib_module_names or name in {*MODEL_LIBRARIES, *ROOMS}
            assert known, place
        if name in HOST_ONLY:
            assert path.relative_to(ROOT).parts[:2] == ("host", "comfyui") or name == "server", (
                place
            )


def test_every_package_is_installed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = {
        ".".join(("hibari", *path.parent.relative_to(ROOT).parts))
        for room in (*ROOMS, "weights")
        for path in (ROOT / room).rglob("__init__.py")
    } | {"hibari"}
    assert listed == found


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    assert values["__version__"] == project["project"]["version"]


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys; before = set(sys.modules); import hibari;"
        "heavy = {'torch', 'av', 'PIL', 'numpy', 'aiohttp', 'einops'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

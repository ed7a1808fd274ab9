"""What installing the pack brings, leaves out, and must not touch."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NO_NETWORK = re.compile(
    "connection|network|timed out|resolve host|name resolution|max retries|no matching distrib",
    re.IGNORECASE,
)


def lines_of(path):
    lines = (line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line]


def name_of(requirement):
    """Normalised name at the start of a requirement."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


REQUIRED = lines_of(ROOT / "requirements.txt")


def tracked(*options):
    run = subprocess.run(
        ["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if run.returncode:
        pytest.skip("this is no git checkout, so what the registry would take is not known")
    return {name for name in run.stdout.split("\0") if name}


@pytest.fixture(scope="module")
def archive():
    """Files that the registry takes: tracked ones without those that .comfyignore names."""
    return tracked() - tracked("--cached", "--ignored", "--exclude-from=.comfyignore")


def test_the_archive_has_all_that_the_pack_shows_and_needs(archive):
    folders = {name.split("/")[0] for name in archive if "/" in name}
    assert {"nodes", "host", "model", "trust", "headless", "workflows", "subgraphs"} <= folders
    files = {"__init__.py", "pyproject.toml", "requirements.txt", "LICENSE", "README.md"}
    assert files | {"weights/hibari-playground.safetensors"} <= archive
    for package in PROJECT["tool"]["setuptools"]["packages"]:
        path = "/".join([*package.split(".")[1:], "__init__.py"])
        assert path in archive or path not in tracked(), f"{package} cannot be installed"


def test_the_archive_leaves_out_what_only_developers_need(archive):
    assert not [name for name in archive if name.startswith(("tests/", "benchmarks/", "."))]
    assert not [name for name in archive if name.endswith((".pem", ".key", ".sqlite3", ".pyc"))]


def test_what_the_registry_reads_is_there_and_well_formed():
    project, comfy = PROJECT["project"], PROJECT["tool"]["comfy"]
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,99}", project["name"])
    assert "comfyui" not in project["name"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert {"PublisherId", "DisplayName", "requires-comfyui"} <= comfy.keys()
    assert "web" not in comfy, "WEB_DIRECTORY names it; twice registers it twice"
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_requirements_are_plain_lower_bounds_and_nothing_that_only_core_may_choose():
    for line in REQUIRED:
        assert re.fullmatch(r"[\w.-]+(\[[\w,]+\])?(>=[\w.]+)?(,?<[\w.]+)?", line), line
    theirs = {"torch", "torchvision", "torchaudio", "numpy", "transformers", "av", "safetensors"}
    assert not theirs & set(map(name_of, REQUIRED))
    assert len({*map(name_of, REQUIRED)}) == len(REQUIRED)


def test_requirements_are_part_of_what_pip_installs_the_package_with():
    declared = {name_of(item): item.replace(" ", "") for item in PROJECT["project"]["dependencies"]}
    for line in REQUIRED:
        assert declared.get(name_of(line)) == line.replace(" ", ""), line


@pytest.fixture(scope="module")
def comfyui():
    """(tree, python) of a ComfyUI; skips with the reason when none is named."""
    folder, python = os.environ.get("COMFYUI_DIR"), os.environ.get("COMFYUI_PYTHON")
    if not folder or not python:
        pytest.skip("COMFYUI_DIR and COMFYUI_PYTHON do not name a ComfyUI and its interpreter")
    return Path(folder), python


def installed_by(python):
    """Version by normalised name of every distribution of an interpreter."""
    code = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.metadata['Name']: d.version for d in m.distributions()}))"
    )
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return {name_of(name): version for name, version in json.loads(run.stdout).items()}


def plan(python, wanted, folder, *options):
    """Versions by name that pip would install; skips where no index can be asked."""
    report = folder / "plan.json"
    command = [python, "-m", "pip", "install", "--dry-run", "--quiet", "--retries", "0"]
    command += ["--timeout", "20", "--report", str(report), *options, *wanted]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode and "conflict" not in run.stderr and NO_NETWORK.search(run.stderr):
        pytest.skip(f"no package index to plan with: {run.stderr.splitlines()[-1]}")
    assert run.returncode == 0, run.stderr
    items = (item["metadata"] for item in json.loads(report.read_text("utf-8"))["install"])
    return {name_of(item["name"]): item["version"] for item in items}


@pytest.mark.comfyui
@pytest.mark.parametrize("source", ["requirements.txt", "pyproject.toml"])
def test_the_resolver_plans_no_change_of_a_package_that_comfyui_has(comfyui, source, tmp_path):
    _, python = comfyui
    wanted = REQUIRED if source == "requirements.txt" else PROJECT["project"]["dependencies"]
    planned, present = plan(python, wanted, tmp_path), installed_by(python)
    changed = {name: (present[name], planned[name]) for name in planned if name in present}
    assert not changed, "installing the pack would change what ComfyUI has installed"


@pytest.mark.comfyui
def test_what_we_require_fits_beside_comfyuis_packages_where_it_is_not_installed_yet(
    comfyui, tmp_path
):
    _, python = comfyui
    ours = {name_of(line) for line in REQUIRED}
    present = installed_by(python)
    pinned = [f"{name}=={version}" for name, version in present.items() if name not in ours]
    (tmp_path / "pinned.txt").write_text("\n".join(pinned), "utf-8")
    beside = ("--ignore-installed", "--constraint", str(tmp_path / "pinned.txt"))
    planned = plan(python, REQUIRED, tmp_path, *beside)
    assert ours <= planned.keys()
    assert all(planned[name] == present[name] for name in planned.keys() & present.keys() - ours)


@pytest.mark.comfyui
def test_comfyuis_own_requirements_stay_as_they_are(comfyui):
    folder, _ = comfyui
    theirs = {name_of(line): line for line in lines_of(folder / "requirements.txt")}
    for line in REQUIRED:
        bound = theirs.get(name_of(line))
        assert bound is None or "<" not in line, f"{line} may hold back ComfyUI's {bound}"


@pytest.mark.comfyui
def test_comfyui_reads_our_project_file(comfyui):
    folder, python = comfyui
    code = (
        "from comfy_config.config_parser import extract_node_configuration as read;"
        f"found = read({str(ROOT)!r});"
        "print(found.model_dump_json())"
    )
    run = subprocess.run(
        [python, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["project"]["name"] == PROJECT["project"]["name"]
    assert found["project"]["supported_comfyui_version"] == ">=0.30"
    assert found["project"]["supported_os"] == ["OS Independent"]
    assert found["tool_comfy"]["publisher_id"] == "hibari"


def test_the_installed_version_is_that_of_the_project_file():
    assert importlib.metadata.version("hibari") == PROJECT["project"]["version"], sys.executable

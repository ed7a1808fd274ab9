"""ComfyUI's own networks and ours on the same checkpoint, and what loading the pack costs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hibari.headless.registry import load_blocks

from .comfyui_process import PACK, PACK_NAME, make_base_folder, process_environment

pytestmark = pytest.mark.comfyui

PROBE = Path(__file__).parent / "comfyui_probe.py"
LEFT_OUT = (".*", "tests", "training", "benchmarks", "output", "*.safetensors", "__pycache__")
GENERATIONS = ("2.0", "2.3")
IMPORT_S = 0.3
# Both compute in float32; connectors differ most, in the order of rope's float64 operations.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def report(comfyui_installation, tmp_path_factory):
    """What the probe found, with a copy of the pack as people install it."""
    folder, python = comfyui_installation
    base = tmp_path_factory.mktemp("probe")
    make_base_folder(base)
    pack = base / "custom_nodes" / PACK_NAME
    shutil.copytree(PACK, pack, ignore=shutil.ignore_patterns(*LEFT_OUT))
    command = [python, PROBE, folder, pack, base]
    run = subprocess.run(
        [str(part) for part in command],
        env=process_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def test_a_copied_pack_loads_and_changes_nothing_around_it(report):
    load = report["load"]
    assert load["loaded"]
    assert load["ids"] == sorted(name for name in load_blocks() if name.startswith("Hibari"))
    assert load["touched"] == []
    assert load["state_kept"]


def test_loading_the_pack_is_cheap(report):
    load = report["load"]
    assert load["seconds"] < IMPORT_S
    assert not load["networks_imported"]
    added = {name.split(".")[0] for name in load["foreign_modules"]}
    assert added <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_stock_loaders_and_networks_compute_what_ours_do(report, generation):
    found = report[generation]
    assert len(found) == 23
    assert {name: value for name, value in found.items() if not value < TOLERANCE} == {}


def test_a_lora_acts_like_its_merged_weights_and_leaves_no_trace(report):
    found = report["patched"]
    assert found["LoRA and merged weights"] < 1e-6
    assert found["LoRA and no LoRA"] > 1e-5
    assert found["after the LoRA and before"] == 0


def test_weights_may_be_stored_in_half_precision(report):
    found = report["patched"]
    assert found["bytes in bfloat16"] < 0.6
    assert 0 < found["bfloat16 weights"] < 0.01


def test_weights_stored_in_eight_bits_compute_with_their_values(report):
    found = report["patched"]
    assert found["bytes in float8"] < 0.3
    assert found["float8 weights and their values"] < 0.01


def test_offloaded_weights_are_patched_where_they_are_used(report):
    found = report["patched"]
    assert found["offloaded layers"] == found["layers"] > 10
    assert found["offloaded and loaded"] < 1e-6

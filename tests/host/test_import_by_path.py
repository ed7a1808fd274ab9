"""The folder works when a host loads it by file path, under a name that is not ``hibari``."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACK = Path(__file__).parents[2]

LOADER = """
import asyncio, importlib.util, json, sys
name, folder = sys.argv[1:]
sys.path[:] = [entry for entry in sys.path if entry not in ("", folder)]
spec = importlib.util.spec_from_file_location(
    name, folder + "/__init__.py", submodule_search_locations=[folder]
)
pack = importlib.util.module_from_spec(spec)
sys.modules[name] = pack
spec.loader.exec_module(pack)

async def blocks():
    extension = await pack.comfy_entrypoint()
    await extension.on_load()
    return await extension.get_node_list()

found = {block.__name__: block for block in asyncio.run(blocks())}
schemas = [block.GET_SCHEMA().node_id for block in found.values()]
torch_for_listing = "torch" in sys.modules
latent, frames, fps = found["HibariEmptyLatent"].execute("custom", 64, 64, 1.0, 24.0).args
print(json.dumps({
    "ids": schemas,
    "frames": frames,
    "video": list(latent["samples"].unbind()[0].shape),
    "torch_for_listing": torch_for_listing,
    "foreign": [m for m in sys.modules if m.split(".")[0] == "hibari"],
    "modules": sorted({block.__module__ for block in found.values()}),
}))
"""


# ComfyUI names a pack after its path.
NAME = "/opt/comfy_x_ui/custom_nodes/ComfyUI-Hibari"


@pytest.fixture(scope="module")
def loaded():
    command = [sys.executable, "-c", textwrap.dedent(LOADER), NAME, str(PACK)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_all_blocks_are_listed_under_the_ids_on_record(loaded):
    record = json.loads((PACK / "tests" / "golden" / "object_info.json").read_text("utf-8"))
    assert sorted(loaded["ids"]) == sorted(record)
    assert loaded["ids"][:3] == ["HibariLoadModel", "HibariTextEncode", "HibariEmptyLatent"]


def test_nothing_is_imported_under_the_installed_name(loaded):
    assert loaded["foreign"] == []
    assert all(module.startswith(f"{NAME}.nodes.") for module in loaded["modules"])


def test_a_block_runs(loaded):
    assert loaded["frames"] == 25
    assert loaded["video"] == [1, 128, 4, 2, 2]


def test_listing_blocks_does_not_import_torch(loaded):
    assert not loaded["torch_for_listing"]

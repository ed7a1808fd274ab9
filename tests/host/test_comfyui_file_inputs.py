"""What people could reach through a running ComfyUI: no file elsewhere, no secret of ours."""

import base64
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hibari.host.media import VideoSettings, write_video

from ..nodes.file_inputs import READING, TO_READ, TO_WRITE, WRITING, set_traps
from .comfyui_graphs import node, sampled_by_us, saved_by_us
from .test_comfyui import run, saved

pytestmark = pytest.mark.comfyui

CLIP = "clip.mp4"
COMBO_REFUSALS = {"value_not_in_list", "custom_validation_failed"}
ENDINGS = {".mp4", ".webm", ".html", ".png"}


@pytest.fixture(scope="module")
def trapped(comfyui):
    """The running ComfyUI, with a clip to use and links that lead out of its folders."""
    if not (comfyui.base / "input" / CLIP).exists():
        frames = np.zeros((4, 64, 64, 3), np.uint8)
        write_video(comfyui.base / "input" / CLIP, frames, VideoSettings(24))
        set_traps(comfyui.base)
    return comfyui


def media(base):
    """Media and pages that lie below a base folder, whether or not they may lie there."""
    folders = {"custom_nodes", "models", "user"}
    found = (path for path in base.rglob("*") if path.suffix in ENDINGS and path.is_file())
    return {path for path in found if path.relative_to(base).parts[0] not in folders}


def reader(block, given, name):
    """A graph in which a block reads a file by this name, and something is shown."""
    settings = {"HibariSignFile": {"filename_prefix": "signed"}, "HibariTextToVideo": {}}
    if block == "HibariTextToVideo":
        wish = {"prompt": "a ball", "size": "256x256", "duration": 0.4, "seed": 1}
        clip = node(block, **wish, **{given: name})
        shown = node("SaveVideo", video=["it", 0], filename_prefix="x", format="auto", codec="auto")
        return {"it": clip, "shown": shown}
    if block == "HibariLoadCameo":
        it = node(block, **{given: name})
        return {"it": it, "shown": node("HibariCameoInfo", cameo=["it", 0])}
    if block == "HibariLoadModel":
        graph = saved_by_us(sampled_by_us())
        return graph | {"load": node(block, **{given: name})}
    return {"it": node(block, **settings.get(block, {}), **{given: name})}


def writer(block, given, prefix):
    """A graph in which a block writes under this prefix."""
    if block == "HibariSaveVideo":
        blank = node("EmptyImage", width=64, height=64, batch_size=4, color=0)
        return {"blank": blank, "it": node(block, images=["blank", 0], fps=24.0, **{given: prefix})}
    return {"it": node(block, file=CLIP, **{given: prefix})}


@pytest.mark.parametrize(("block", "given"), READING)
def test_a_name_that_leads_elsewhere_is_not_read(trapped, block, given):
    display_name = trapped.get(f"/object_info/{block}")[block]["display_name"]
    for name in TO_READ:
        graph = reader(block, given, name)
        status, reply = trapped.post("/prompt", {"prompt": graph, "client_id": "names"})
        if status == 400:
            told = [error for one in reply["node_errors"].values() for error in one["errors"]]
            assert {error["type"] for error in told} <= COMBO_REFUSALS, (name, told)
            continue
        result = trapped.run(graph)
        assert result.error is not None, name
        assert result.error["exception_message"].startswith(f"{display_name}: "), name
        assert "not for graphs" not in json.dumps(result.error)


@pytest.mark.parametrize(("block", "given"), WRITING)
def test_a_prefix_that_leads_elsewhere_writes_nothing(trapped, block, given):
    before = media(trapped.base)
    for prefix in TO_WRITE:
        result = trapped.run(writer(block, given, prefix))
        assert result.error is not None, prefix
        message = result.error["exception_message"]
        assert re.search("leads out of the output folder|control characters", message), message
    assert media(trapped.base) == before


def spellings(secret):
    """How the bytes of a secret may be written down."""
    return (
        secret,
        secret.hex().encode(),
        base64.b64encode(secret),
        base64.urlsafe_b64encode(secret),
    )


def secrets_of(home):
    """Every secret of the installation, in all spellings."""
    (signing,), (marking,) = home.rglob("leaf.key"), home.rglob("watermark.key")
    lines = [line for line in signing.read_bytes().splitlines() if len(line) == 64]
    seeds = [json.loads(path.read_bytes())["seed"] for path in home.rglob("identity.json")]
    raw = [marking.read_bytes(), *map(bytes.fromhex, seeds)]
    assert lines
    return [*lines, *(spelling for secret in raw for spelling in spellings(secret))]


def test_no_secret_is_in_history_logs_or_files(comfyui):
    graph = saved_by_us(sampled_by_us(seed=314))
    graph["verify"] = node("HibariVerify", video=["file", 0])
    result = run(comfyui, graph)
    told = [
        json.dumps(comfyui.get(route)).encode() for route in ("/history", "/object_info", "/queue")
    ]
    told += [comfyui.log.read_bytes(), saved(comfyui, result, "file").read_bytes()]
    for secret in secrets_of(Path(os.environ["HIBARI_HOME"])):  # which the server inherited
        assert len(secret) >= 16
        assert not any(secret in one for one in told)

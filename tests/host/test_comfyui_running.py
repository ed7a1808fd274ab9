"""While a graph runs: progress, pictures, cancelling, and memory from run to run."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file

from .comfyui_files import COLOURS
from .comfyui_graphs import (
    node,
    sampled_by_ksampler,
    sampled_by_us,
    saved_by_us,
    with_saved_latents,
)
from .comfyui_stages import STAGES, pictures, to_file

pytestmark = pytest.mark.comfyui

CANCEL_S = 2.0
RUNS = 10


def finished(comfyui, graph, **options):
    result = comfyui.run(graph, **options)
    assert result.error is None, result.error["exception_message"]
    return result


def files(comfyui):
    """All files of the output and temp folders."""
    folders = (comfyui.base / "output", comfyui.base / "temp")
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("graph", "slow"), STAGES.values(), ids=STAGES)
def test_cancelling_stops_a_stage_at_once_and_leaves_no_file(comfyui, graph, slow):
    before = files(comfyui)
    result = comfyui.run(graph, cancel_in=slow)
    assert result.events[-1][0] == "execution_interrupted"
    assert result.events[-1][1]["node_id"] == slow
    assert result.cancel_s < CANCEL_S
    assert files(comfyui) == before


def test_cancelling_stops_a_stock_block_that_encodes_our_video(comfyui):
    if '"av1"' not in json.dumps(comfyui.get("/object_info/SaveVideo")):
        pytest.skip("the SaveVideo of this ComfyUI has one codec only, so it copies our streams")
    again = {"filename_prefix": "cancelled/stock", "format": "mkv", "format.codec": "av1"}
    graph = to_file(pictures(), "blank") | {"stock": node("SaveVideo", video=["file", 0], **again)}
    before = files(comfyui)
    result = comfyui.run(graph, cancel_in="stock")
    assert result.events[-1][0] == "execution_interrupted"
    assert result.events[-1][1]["node_id"] == "stock"
    assert result.cancel_s < CANCEL_S
    assert not [path for path in files(comfyui) - before if "stock" in path.name]


def test_every_stage_reports_how_far_it_is(comfyui):
    # ComfyUI reports at most ten times a second.
    graph = saved_by_us(sampled_by_us(steps=24))
    graph["empty"]["inputs"] |= {"seconds": 2.0, "width": 128, "height": 128}
    graph |= {
        "again": node("VAEEncode", pixels=["frames", 0], vae=["load", 2]),
        "latent": node("SaveLatent", samples=["again", 0], filename_prefix="again"),
    }
    result = finished(comfyui, graph)
    for stage in ("sample", "frames", "sound", "file", "again"):
        shares = result.progress(stage)
        assert shares[-1] == 1, stage
        assert shares == sorted(shares), stage
    assert len(result.progress("sample")) >= 3


@pytest.mark.parametrize("sampler", [sampled_by_us, sampled_by_ksampler])
def test_previews_show_the_latent_in_the_colours_of_its_checkpoint(comfyui, sampler):
    graph = with_saved_latents(sampler())
    graph["sample"]["inputs"]["seed"] = 99
    result = finished(comfyui, graph, previews=True)
    previews = [data["jpeg"] for name, data in result.events if name == "preview"]
    if not previews:
        pytest.skip("this ComfyUI has no previews of latents with sound")
    (entry,) = result.outputs["video"]["latents"]
    path = comfyui.base / "output" / entry["subfolder"] / entry["filename"]
    first_frame_CYX = load_file(path)["latent_tensor"][0, :, 0]
    factors, bias = torch.tensor(COLOURS.factors), torch.tensor(COLOURS.bias)
    colours = torch.einsum("cyx,cr->yxr", first_frame_CYX, factors) + bias
    pixels = ((colours + 1) / 2).clamp(0, 1).mul(255).to(torch.uint8).numpy()
    shown = Image.open(io.BytesIO(previews[-1]))
    # The last step ends in its prediction; the picture is that, enlarged and compressed.
    wanted = ImageOps.contain(Image.fromarray(pixels), shown.size, Image.Resampling.BILINEAR)
    difference = np.asarray(shown, dtype=float) - np.asarray(wanted, dtype=float)
    assert pixels.std() > 20
    assert np.abs(difference).mean() < 3


def test_the_empty_latent_shows_what_size_it_took(comfyui):
    graph = saved_by_us(sampled_by_us(seed=98))
    graph["empty"]["inputs"]["width"] = 70
    texts = [data for name, data in finished(comfyui, graph).events if name == "text"]
    assert [data["node"] for data in texts] == ["empty"]
    assert "width 70 became 64 px" in texts[0]["text"]


@pytest.mark.slow
def test_ten_runs_in_a_row_take_no_more_memory_than_two(comfyui):
    taken = []
    for seed in range(RUNS):
        graph = saved_by_us(sampled_by_us(seed=1000 + seed))
        graph["empty"]["inputs"] |= {"seconds": 1.0, "width": 128, "height": 128}
        finished(comfyui, graph)
        taken.append(comfyui.resident_bytes())
    assert max(taken[2:]) <= 1.01 * taken[1], [size >> 20 for size in taken]

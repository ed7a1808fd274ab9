"""Checkpoints through ComfyUI's own loaders: the bundled one, and LTX-2 files, in our blocks."""

import av
import pytest
import torch
from hibari.host.bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH
from safetensors.torch import load_file

from .comfyui_files import save_official_checkpoint
from .comfyui_graphs import (
    FPS,
    node,
    on_stock_latents,
    sampled_by_ksampler,
    sampled_by_us,
    saved_by_us,
    stock_only,
    with_saved_latents,
)

pytestmark = pytest.mark.comfyui

SAMPLERS = {"our sampler": sampled_by_us, "KSampler": sampled_by_ksampler}
TOLERANCE = 1e-3


def latents(comfyui, graph):
    """Video and audio latents that a graph samples."""
    result = comfyui.run(with_saved_latents(graph))
    assert result.error is None, result.error["exception_message"]
    return [load_file(saved(comfyui, result, name))["latent_tensor"] for name in ("video", "audio")]


def saved(comfyui, result, node_id):
    (entry,) = result.outputs[node_id]["latents"]
    return comfyui.base / "output" / entry["subfolder"] / entry["filename"]


@pytest.fixture
def bundled(comfyui):
    """The bundled checkpoint where ComfyUI's own loaders find it."""
    if not BUNDLED_PATH.is_file():
        pytest.skip("the bundled checkpoint is not in this checkout")
    link = comfyui.base / "models" / "checkpoints" / BUNDLED_CHECKPOINT
    if not link.exists():
        link.symlink_to(BUNDLED_PATH)
    return BUNDLED_CHECKPOINT


@pytest.mark.parametrize("stock", SAMPLERS.values(), ids=SAMPLERS)
def test_the_bundled_checkpoint_gives_stock_nodes_the_latents_of_ours(comfyui, bundled, stock):
    ours = on_stock_latents(sampled_by_us())
    ours["load"] = node("HibariLoadModel", checkpoint=bundled)
    wanted = latents(comfyui, ours)
    for theirs, own in zip(latents(comfyui, stock_only(bundled, stock())), wanted, strict=True):
        assert own.std() > 0.3
        torch.testing.assert_close(theirs, own, rtol=0, atol=TOLERANCE)


OFFICIAL = "official.safetensors"


@pytest.fixture
def official(comfyui):
    """A checkpoint as other tools write LTX-2, of random weights."""
    path = comfyui.base / "models" / "checkpoints" / OFFICIAL
    if not path.exists():
        save_official_checkpoint(path)
    return OFFICIAL


def on_official(graph, checkpoint):
    """The graph on stock networks; text still comes from our tiny encoder."""
    changed = stock_only(checkpoint, graph)
    return changed | {"load": graph["load"]}


def test_our_sampler_and_comfyuis_agree_on_a_stock_model(comfyui, official):
    pairs = zip(
        latents(comfyui, on_official(sampled_by_us(), official)),
        latents(comfyui, on_official(sampled_by_ksampler(), official)),
        strict=True,
    )
    for ours, theirs in pairs:
        assert ours.std() > 0.3
        torch.testing.assert_close(ours, theirs, rtol=0, atol=TOLERANCE)


def test_our_blocks_make_a_file_with_stock_networks(comfyui, official):
    terms = {"stg": 1.0, "modality_guidance": 3.0, "rescale": 0.7, "sampler": "res_2s"}
    graph = saved_by_us(on_official(sampled_by_us(**terms), official))
    graph["frames"]["inputs"]["vae"] = ["stock", 2]
    graph["sound"]["inputs"]["audio_vae"] = ["audio vae", 0]
    graph["file"]["inputs"]["fps"] = FPS
    result = comfyui.run(graph)
    assert result.error is None, result.error["exception_message"]
    (entry,) = result.outputs["file"]["images"]
    with av.open(str(comfyui.base / "output" / entry["subfolder"] / entry["filename"])) as file:
        picture, sound = file.streams.video[0], file.streams.audio[0]
        assert (picture.frames, picture.width, picture.height) == (9, 64, 64)
        assert float(sound.duration * sound.time_base) == pytest.approx(9 / FPS, abs=1 / FPS)

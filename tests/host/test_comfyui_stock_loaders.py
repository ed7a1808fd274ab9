"""Checkpoints through ComfyUI's own loaders: the bundled one, and LTX-2 files, in our blocks."""

import pytest
import torch
from hibari.host.bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH
from safetensors.torch import load_file

from .comfyui_graphs import (
    node,
    on_stock_latents,
    sampled_by_ksampler,
    sampled_by_us,
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

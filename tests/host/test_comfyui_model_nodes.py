"""Stock blocks that change a MODEL, on ours and on ComfyUI's own of the same file."""

import re
import shutil

import pytest
import torch
from safetensors.torch import load_file

from .comfyui_graphs import (
    AVERAGE,
    CHECKPOINT,
    LORA,
    MERGED,
    OTHER,
    STRENGTH,
    node,
    sampled_by_ksampler,
    sampled_by_us,
    stock_loader,
    with_model,
    with_saved_latents,
)

pytestmark = pytest.mark.comfyui

LOADERS = {
    "ours": lambda name: node("HibariLoadModel", checkpoint=name),
    "ComfyUI's": stock_loader,
}
SAMPLERS = {"our sampler": sampled_by_us, "KSampler": sampled_by_ksampler}
# Networks differ in the order of float32 operations, which three steps with guidance enlarge.
TOLERANCE = 1e-4


def latents(comfyui, graph):
    """Video and audio latents that a graph samples, one after the other."""
    result = comfyui.run(with_saved_latents(graph))
    assert result.error is None, result.error["exception_message"]
    streams = []
    for name in ("video", "audio"):
        (entry,) = result.outputs[name]["latents"]
        path = comfyui.base / "output" / entry["subfolder"] / entry["filename"]
        streams.append(load_file(path)["latent_tensor"].flatten())
    return torch.cat(streams)


def check_alike(found, wanted, tolerance=TOLERANCE):
    torch.testing.assert_close(found, wanted, rtol=0, atol=tolerance)


def apart(found, wanted):
    """Whether results differ by much more than rounding does."""
    return (found - wanted).abs().max() > 100 * TOLERANCE


@pytest.fixture(params=LOADERS.values(), ids=LOADERS)
def loader(request):
    return request.param


@pytest.fixture(params=SAMPLERS.values(), ids=SAMPLERS)
def sampled(request):
    return request.param


def test_a_lora_acts_as_if_it_were_in_the_weights(comfyui, loader, sampled):
    lora = node("LoraLoaderModelOnly", model=["base", 0], lora_name=LORA, strength_model=STRENGTH)
    patched = latents(
        comfyui, with_model(sampled(), "patched", base=loader(CHECKPOINT), patched=lora)
    )
    merged = latents(comfyui, with_model(sampled(), "base", base=loader(MERGED)))
    plain = latents(comfyui, with_model(sampled(), "base", base=loader(CHECKPOINT)))
    check_alike(patched, merged)
    assert apart(patched, plain)


def test_merged_models_act_as_the_average_of_their_weights(comfyui, loader, sampled):
    merge = node("ModelMergeSimple", model1=["one", 0], model2=["two", 0], ratio=0.5)
    graph = with_model(sampled(), "merged", one=loader(CHECKPOINT), two=loader(OTHER), merged=merge)
    average = latents(comfyui, with_model(sampled(), "base", base=loader(AVERAGE)))
    other = latents(comfyui, with_model(sampled(), "base", base=loader(OTHER)))
    merged = latents(comfyui, graph)
    check_alike(merged, average)
    assert apart(merged, other)


@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)
def test_easycache_skips_the_same_steps_on_ours_as_on_comfyuis(comfyui, sampler):
    def cached(loader, threshold):
        settings = {"start_percent": 0.1, "end_percent": 0.95, "verbose": False}
        cache = node("EasyCache", model=["base", 0], reuse_threshold=threshold, **settings)
        graph = sampler()
        graph["sample"]["inputs"]["steps"] = 12
        graph = with_model(graph, "cached", base=loader(CHECKPOINT), cached=cache)
        found = latents(comfyui, graph)
        skipped = re.findall(r"EasyCache - skipped (\d+)/12", comfyui.log.read_text())
        return found, int(skipped[-1])

    ours, skipped = cached(LOADERS["ours"], 1.0)
    theirs, also_skipped = cached(LOADERS["ComfyUI's"], 1.0)
    never, not_skipped = cached(LOADERS["ours"], 0.0)
    assert 0 < skipped == also_skipped < 12
    assert not_skipped == 0
    check_alike(ours, theirs)
    assert apart(ours, never)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="TorchCompileModel needs a C++ compiler")
def test_a_compiled_model_computes_the_same(comfyui):
    compiled = node("TorchCompileModel", model=["load", 0], backend="inductor")
    # One evaluation a step: every further shape is compiled anew.
    graph = sampled_by_us(guidance=1.0, steps=2)
    found = latents(comfyui, with_model(graph, "compiled", compiled=compiled))
    check_alike(found, latents(comfyui, graph))
    assert "torch._dynamo hit" not in comfyui.log.read_text()

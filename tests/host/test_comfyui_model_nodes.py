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
    sampled_by_custom_advanced,
    sampled_by_ksampler,
    sampled_by_us,
    stock_loader,
    timed,
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


def test_a_lora_hook_of_the_prompts_acts_like_the_lora(comfyui, loader, sampled):
    graph = with_model(sampled(), "base", base=loader(CHECKPOINT))
    prompts = {"positive_NEW": ["positive", 0], "negative_NEW": ["negative", 0]}
    graph |= {
        "hook": node("CreateHookLoraModelOnly", lora_name=LORA, strength_model=STRENGTH),
        "hooked": node(
            "PairConditioningSetProperties",
            strength=1.0,
            set_cond_area="default",
            hooks=["hook", 0],
            **prompts,
        ),
        "timed": timed("hooked"),
    }
    graph["sample"]["inputs"] |= {"positive": ["timed", 0], "negative": ["timed", 1]}
    merged = latents(comfyui, with_model(sampled(), "base", base=loader(MERGED)))
    check_alike(latents(comfyui, graph), merged)


def test_comfyuis_guidance_blocks_say_what_our_terms_say(comfyui, loader):
    needed = {"LTXVSpatioTemporalGuidance", "LTXVModalityGuidance", "LTXVDualCFGGuider"}
    if not needed <= set(comfyui.get("/object_info")):
        pytest.skip("this ComfyUI is older than its LTX-2 guidance blocks")
    span = {"start_percent": 0.0, "end_percent": 1.0}
    patches = {
        "base": loader(CHECKPOINT),
        "stg": node("LTXVSpatioTemporalGuidance", model=["base", 0], scale=0.7, blocks="1", **span),
        "modality": node("LTXVModalityGuidance", model=["stg", 0], modality_scale=3.0, **span),
    }
    theirs = with_model(sampled_by_custom_advanced(), "modality", **patches)
    theirs["guider"]["class_type"] = "LTXVDualCFGGuider"
    del theirs["guider"]["inputs"]["cfg"]
    theirs["guider"]["inputs"] |= {"video_cfg": 2.0, "audio_cfg": 4.0}
    scales = {"guidance": 2.0, "audio_guidance": 4.0}
    ours = sampled_by_us(**scales, stg=0.7, modality_guidance=3.0)
    wanted = latents(comfyui, with_model(ours, "base", base=loader(CHECKPOINT)))
    check_alike(latents(comfyui, theirs), wanted)
    # The same patches under our sampler, with its own terms off.
    check_alike(
        latents(comfyui, with_model(sampled_by_us(**scales), "modality", **patches)), wanted
    )
    assert apart(latents(comfyui, sampled_by_us(**scales)), wanted)


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

"""Graphs under the options that ComfyUI is started with: the result is the one without them."""

from contextlib import contextmanager
from pathlib import Path

import av
import pytest
import torch
from hibari.nodes.inspection import inspect
from safetensors.torch import load_file

from .comfyui_files import save_model_files
from .comfyui_graphs import (
    LORA,
    PROMPT,
    STRENGTH,
    node,
    sampled_by_ksampler,
    sampled_by_us,
    saved_by_us,
    with_model,
    with_saved_latents,
    with_stock_decoders,
)
from .comfyui_process import ComfyUIProcess
from .test_comfyui import latents, pictures, run, saved

pytestmark = [pytest.mark.comfyui, pytest.mark.slow]

LITTLE_MEMORY = Path(__file__).parent / "little_memory.py"
SHARES = {"as --lowvram with room for half": "0.5", "as --novram": "0"}
GRAPH_TAGS = {"prompt", "workflow"}


@contextmanager
def started(installation, base, *options, program=None):
    """A ComfyUI with further options, and the tiny checkpoints of the tests."""
    server = ComfyUIProcess(*installation, base, *options, program=program)
    try:
        save_model_files(base / "models")
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def with_lora(graph):
    """The graph on a model with the LoRA of the tests."""
    patched = node(
        "LoraLoaderModelOnly", model=["load", 0], lora_name=LORA, strength_model=STRENGTH
    )
    return with_model(graph, "patched") | {"patched": patched}


def saved_twice():
    """Our file of our frames, the stock block's copy of it, and what Verify says of both."""
    graph = saved_by_us(sampled_by_us())
    copy = {"filename_prefix": "stock", "format": "auto", "codec": "auto"}
    return graph | {
        "stock": node("SaveVideo", video=["file", 0], **copy),
        "verify": node("HibariVerify", video=["file", 0]),
    }


def tags_of(path):
    with av.open(str(path)) as file:
        return set(file.metadata)


def same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        assert other.std() > 0.1
        torch.testing.assert_close(one, other, rtol=0, atol=1e-4)


@pytest.fixture(scope="module", params=SHARES.values(), ids=SHARES)
def little_memory(request, comfyui_installation, tmp_path_factory):
    """A ComfyUI that loads only a share of each model's weights."""
    base = tmp_path_factory.mktemp("little")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOADED_SHARE", request.param)
        with started(comfyui_installation, base, program=LITTLE_MEMORY) as server:
            yield server


@pytest.mark.parametrize("sampled", [sampled_by_us, sampled_by_ksampler])
@pytest.mark.parametrize("patched", [dict, with_lora], ids=["plain", "with a LoRA"])
def test_weights_that_are_not_loaded_sample_the_same(comfyui, little_memory, sampled, patched):
    graph = patched(sampled())
    same(latents(little_memory, graph), latents(comfyui, graph))
    assert "loaded partially" in little_memory.log.read_text()


def test_weights_that_are_not_loaded_decode_and_encode_the_same(comfyui, little_memory):
    graph = with_stock_decoders(sampled_by_us())
    found = []
    for server in (little_memory, comfyui):
        result = run(server, graph)
        files = [saved(server, result, name) for name in ("latent", "sound latent")]
        found.append([load_file(path)["latent_tensor"] for path in files])
        found[-1].append(torch.tensor(pictures(server, result, "pictures"), dtype=torch.float))
    same(*found)


@pytest.fixture(scope="module")
def without_cache(comfyui_installation, tmp_path_factory):
    base = tmp_path_factory.mktemp("uncached")
    with started(comfyui_installation, base, "--cache-none") as server:
        yield server


def test_without_a_cache_every_block_runs_again_and_makes_the_same(comfyui, without_cache):
    graph = with_saved_latents(sampled_by_us())
    first, second = (run(without_cache, graph) for _ in range(2))
    assert set(first.executed) == set(second.executed) == set(graph)
    wanted = latents(comfyui, sampled_by_us())
    same(latents(without_cache, sampled_by_us()), wanted)


def test_without_a_cache_a_file_still_tells_all_that_made_it(without_cache):
    for _ in range(2):
        result = run(without_cache, saved_twice())
        story = inspect(saved(without_cache, result, "file")).credentials.generation
        assert story["models"]
        assert {mark["medium"] for mark in story["watermarks"]} == {"video", "audio"}
        assert "VALID" in result.outputs["verify"]["text"][0]


def test_a_seed_makes_the_same_clip_whatever_ran_in_between(without_cache):
    clips = []
    for _ in range(2):
        result = run(without_cache, with_stock_decoders(sampled_by_us()))
        sound = load_file(saved(without_cache, result, "sound latent"))["latent_tensor"]
        clips.append((pictures(without_cache, result, "pictures"), sound))
        other = sampled_by_ksampler()
        other["sample"]["inputs"]["seed"] = 99
        run(without_cache, with_saved_latents(other))
    (seen, heard), (seen_again, heard_again) = clips
    assert (seen == seen_again).all()
    assert torch.equal(heard, heard_again)


@pytest.fixture(scope="module")
def without_metadata(comfyui_installation, tmp_path_factory):
    base = tmp_path_factory.mktemp("bare")
    with started(comfyui_installation, base, "--disable-metadata") as server:
        yield server


def test_metadata_that_is_switched_off_is_in_no_file_and_credentials_stay(
    comfyui, without_metadata
):
    result, usual = run(without_metadata, saved_twice()), run(comfyui, saved_twice())
    for name in ("file", "stock"):
        path = saved(without_metadata, result, name)
        assert not GRAPH_TAGS & tags_of(path)
        assert b"class_type" not in path.read_bytes()
        assert PROMPT.encode() not in path.read_bytes()
        assert inspect(path).credentials.state in {"trusted", "valid"}
        assert "prompt" in tags_of(saved(comfyui, usual, name))
    assert "VALID" in result.outputs["verify"]["text"][0]

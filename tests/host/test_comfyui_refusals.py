"""Bad input in a running ComfyUI: one sentence that names the block, the fault and the way out."""

import re
import subprocess

import av
import pytest
import torch
from hibari.host.bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH
from safetensors.torch import save_file

from .comfyui_graphs import node, sampled_by_us, saved_by_us

pytestmark = pytest.mark.comfyui


def refusal(comfyui, graph):
    """(node, sentence) of what stops a graph."""
    result = comfyui.run(graph)
    assert result.error is not None, "nothing was refused"
    return result.error["node_id"], result.error["exception_message"].strip()


def check_refused(comfyui, graph, node_id, pattern):
    where, sentence = refusal(comfyui, graph)
    assert where == node_id
    assert re.fullmatch(pattern, sentence), sentence


def on_stock_picture(graph):
    """The graph on a video latent without sound."""
    return graph | {
        "empty": node("EmptyLTXVLatentVideo", width=64, height=64, length=9, batch_size=1)
    }


def saved(graph):
    """The graph, decoded and saved by our blocks, at a rate of its own."""
    graph = saved_by_us(graph)
    graph["file"]["inputs"]["fps"] = 24.0
    return graph


def test_a_checkpoint_of_another_family_is_named(comfyui):
    name = "stable diffusion.safetensors"
    weights = {"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, 4, 3, 3)}
    save_file(weights, comfyui.base / "models" / "checkpoints" / name)
    graph = saved(sampled_by_us())
    graph["load"]["inputs"]["checkpoint"] = name
    check_refused(
        comfyui,
        graph,
        "load",
        "Hibari Load Model: checkpoint .* is not an LTX-2 checkpoint: it seems to be a Stable "
        "Diffusion checkpoint; choose an LTX-2, LTX-2.3 or Hibari file",
    )


def test_a_model_without_sound_is_named(comfyui):
    name = "silent ltx.safetensors"
    folder = comfyui.base / "models" / "diffusion_models"
    folder.mkdir(exist_ok=True)
    # What ComfyUI recognises a silent LTX-Video model by; the rest is left random.
    weights = {
        "adaln_single.emb.timestep_embedder.linear_1.bias": torch.zeros(64),
        "transformer_blocks.0.attn2.to_k.weight": torch.zeros(64, 64),
    }
    save_file(weights, folder / name)
    graph = saved(sampled_by_us()) | {
        "silent": node("UNETLoader", unet_name=name, weight_dtype="default")
    }
    graph["sample"]["inputs"]["model"] = ["silent", 0]
    check_refused(
        comfyui,
        graph,
        "sample",
        r"Hibari Sample: the model is of the family LTXV, not LTX-2 with sound\. Connect the model "
        r"of Hibari Load Model, or of another loader with an LTX-2 file",
    )


def test_text_of_another_model_is_named(comfyui):
    if not BUNDLED_PATH.is_file():
        pytest.skip("the bundled checkpoint is not in this checkout")
    graph = saved(sampled_by_us()) | {
        "other": node("HibariLoadModel", checkpoint=BUNDLED_CHECKPOINT)
    }
    graph["positive"]["inputs"]["clip"] = graph["negative"]["inputs"]["clip"] = ["other", 1]
    check_refused(
        comfyui,
        graph,
        "sample",
        r"Hibari Sample: the encoded prompt is \d+ wide, this model takes 48\. Encode it with the "
        "CLIP of the same checkpoint",
    )


def test_a_latent_without_sound_is_named_by_the_sampler(comfyui):
    check_refused(
        comfyui,
        saved(on_stock_picture(sampled_by_us())),
        "sample",
        r"Hibari Sample: the latent of shape \[1, 128, 2, 2, 2\] is not video with sound\. Use "
        "Hibari Empty Latent, or join a video and an audio latent with Concat AV Latent",
    )


def test_a_latent_without_sound_is_named_by_the_decoder(comfyui):
    graph = on_stock_picture(sampled_by_us()) | {
        "sound": node("HibariDecodeAudio", latent=["empty", 0], audio_vae=["load", 3]),
        "file": node("SaveAudio", audio=["sound", 0], filename_prefix="refused"),
    }
    check_refused(
        comfyui,
        graph,
        "sound",
        r"Hibari Decode Audio: the latent of shape \[1, 128, 2, 2, 2\] holds no sound\. Connect "
        "the latent of Hibari Sample",
    )


def test_an_audio_vae_where_a_video_vae_belongs_is_named(comfyui):
    graph = saved(sampled_by_us())
    graph["frames"]["inputs"]["vae"] = ["load", 3]
    check_refused(
        comfyui,
        graph,
        "frames",
        r"Hibari Decode Video: the VAE decodes sound, not pictures\. Connect the vae output of "
        "Hibari Load Model",
    )


def test_frame_rates_that_differ_are_named(comfyui):
    graph = saved(sampled_by_us()) | {
        "timed": node(
            "LTXVConditioning",
            positive=["positive", 0],
            negative=["negative", 0],
            frame_rate=30.0,
        )
    }
    graph["sample"]["inputs"]["positive"] = ["timed", 0]
    check_refused(
        comfyui,
        graph,
        "sample",
        "Hibari Sample: frames per second differ: the latent 24 and the positive conditioning 30. "
        "Set them in one place only",
    )


def test_a_video_without_sound_is_saved_without_sound(comfyui):
    silent = saved(sampled_by_us())
    del silent["file"]["inputs"]["audio"], silent["sound"]
    graph = silent | {
        "parts": node("GetVideoComponents", video=["file", 0]),
        "again": node(
            "HibariSaveVideo",
            images=["parts", 0],
            audio=["parts", 1],
            fps=["parts", 2],
            filename_prefix="silent",
        ),
    }
    result = comfyui.run(graph)
    assert result.error is None, result.error["exception_message"]
    (entry,) = result.outputs["again"]["images"]
    with av.open(str(comfyui.base / "output" / entry["subfolder"] / entry["filename"])) as file:
        assert file.streams.video[0].frames == 9
        assert not file.streams.audio


def test_a_missing_audio_track_is_named_by_a_block_that_needs_it(comfyui):
    silent = saved(sampled_by_us())
    del silent["file"]["inputs"]["audio"], silent["sound"]
    graph = silent | {
        "parts": node("GetVideoComponents", video=["file", 0]),
        "marked": node("HibariWatermarkAudio", audio=["parts", 1]),
        "heard": node("SaveAudio", audio=["marked", 0], filename_prefix="refused"),
    }
    check_refused(
        comfyui,
        graph,
        "marked",
        r"Hibari Watermark Audio: the video that audio comes from has no sound\. Leave this block "
        "out, or connect another sound",
    )


def test_a_file_outside_of_the_folders_is_named(comfyui):
    check_refused(
        comfyui,
        {"verify": node("HibariVerify", file="/etc/passwd")},
        "verify",
        "Hibari Verify: file 'passwd' lies outside of the input, output and temp folders. Move it "
        "to one of them",
    )


def test_an_absent_optional_package_is_named_with_what_installs_it(comfyui, comfyui_installation):
    finder = "import importlib.util as u, sys; sys.exit(u.find_spec('nudenet') is not None)"
    if subprocess.run([comfyui_installation[1], "-c", finder], check=False).returncode:
        pytest.skip("nudenet is installed in this ComfyUI")
    graph = {
        "blank": node("EmptyImage", width=64, height=64, batch_size=2, color=0),
        "look": node("HibariGuardOutput", images=["blank", 0], fps=24.0, policy="strict"),
        "shown": node("SaveImage", images=["look", 0], filename_prefix="refused"),
    }
    check_refused(
        comfyui,
        graph,
        "look",
        "Hibari Guard Output: looking at frames needs the package nudenet, which is not "
        r'installed; install it with: pip install "hibari\[guard\]"',
    )

"""A running ComfyUI: our blocks in it, stock blocks on our wires."""

import av
import numpy as np
import pytest
import torch
from hibari.headless.registry import load_blocks
from PIL import Image
from safetensors.torch import load_file

from .comfyui_graphs import (
    FPS,
    sampled_by_custom_advanced,
    sampled_by_ksampler,
    sampled_by_us,
    saved_by_us,
    with_saved_latents,
    with_stock_decoders,
)

pytestmark = pytest.mark.comfyui

OURS = {name for name in load_blocks() if name.startswith("Hibari")}


def run(comfyui, graph):
    result = comfyui.run(graph)
    assert result.error is None, failure(result)
    return result


def failure(result):
    """Node, message and traceback of a failed run."""
    error = result.error
    return f"{error['node_id']}: {error['exception_message']}\n{''.join(error['traceback'])}"


def saved(comfyui, result, node):
    """The file that an output node wrote."""
    ((entry, *_),) = (value for key, value in result.outputs[node].items() if key != "animated")
    return comfyui.base / "output" / entry["subfolder"] / entry["filename"]


def latents(comfyui, graph):
    """Video and audio latents that a graph samples."""
    result = run(comfyui, with_saved_latents(graph))
    return [load_file(saved(comfyui, result, name))["latent_tensor"] for name in ("video", "audio")]


def pictures(comfyui, result, node):
    """All pictures of a SaveImage node, [F, H, W, 3]."""
    folder = comfyui.base / "output"
    files = [folder / entry["filename"] for entry in result.outputs[node]["images"]]
    return np.stack([np.asarray(Image.open(file)) for file in files]).astype(int)


def stream_lengths(path):
    """Seconds of the picture and of the sound of a file."""
    with av.open(str(path)) as file:
        frames = sum(1 for _ in file.decode(video=0))
        rate = file.streams.video[0].average_rate
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(audio=0))
    return float(frames / rate), samples / stream.rate


def test_the_pack_loads_and_lists_its_blocks(comfyui):
    assert "IMPORT FAILED" not in comfyui.log.read_text()
    listed = comfyui.get("/object_info")
    assert {name for name in listed if name.startswith("Hibari")} == OURS
    assert all(listed[name]["category"].startswith("Hibari/") for name in OURS)


def test_our_blocks_make_a_video_file_with_sound(comfyui):
    result = run(comfyui, saved_by_us(sampled_by_us()))
    picture_s, sound_s = stream_lengths(saved(comfyui, result, "file"))
    assert picture_s == pytest.approx(9 / FPS)
    assert abs(picture_s - sound_s) < 1 / FPS


@pytest.mark.parametrize("stock", [sampled_by_ksampler, sampled_by_custom_advanced])
def test_stock_samplers_make_the_latents_of_ours(comfyui, stock):
    for ours, theirs in zip(
        latents(comfyui, sampled_by_us()), latents(comfyui, stock()), strict=True
    ):
        assert theirs.std() > 0.5
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)


def test_stock_decoders_and_encoders_work_on_our_codecs(comfyui):
    result = run(comfyui, with_stock_decoders(sampled_by_us()))
    whole, tiled = (pictures(comfyui, result, name) for name in ("pictures", "tiles"))
    assert whole.shape == (9, 64, 64, 3)
    assert np.abs(whole - tiled).max() <= 1
    again = load_file(saved(comfyui, result, "latent"))["latent_tensor"]
    heard = load_file(saved(comfyui, result, "sound latent"))["latent_tensor"]
    assert again.shape == (1, 128, 2, 2, 2)
    assert heard.shape[:2] == (1, 8)
    picture_s, sound_s = stream_lengths(saved(comfyui, result, "file"))
    assert abs(picture_s - sound_s) < 0.05


def test_cancelling_stops_between_steps_and_leaves_no_file(comfyui):
    steps = 1000
    result = comfyui.run(saved_by_us(sampled_by_us(steps=steps)), cancel_in="sample")
    done = [data["value"] for name, data in result.events if name == "progress"]
    assert result.events[-1][0] == "execution_interrupted"
    assert max(done) < steps
    assert not list((comfyui.base / "output").rglob("*partial*"))

"""A running ComfyUI: pictures to video, extending, remixing, with the numbers of our own host."""

import pytest
import torch
from hibari.host import make_audio_vae, make_clip, make_model, make_video_vae
from hibari.host.media import footage_of
from hibari.model.checkpoint import Checkpoint
from hibari.nodes.av_latent import audio_of, empty_latent, video_of
from hibari.nodes.clip_plan import plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.extend import HibariExtend
from hibari.nodes.image_to_video import HibariImageToVideo
from hibari.nodes.inspection import inspect
from hibari.nodes.remix import HibariRemix
from hibari.nodes.sample import HibariSample
from safetensors.torch import load_file

from ..nodes.editing import moving_clip
from ..nodes.editing import saved as write_clip
from .comfyui_graphs import CHECKPOINT, FPS, PROMPT, SEED, loaded, node, with_saved_latents
from .test_comfyui import run, saved

pytestmark = pytest.mark.comfyui

SOURCE = "moving.webm"
GREY = 0x3377CC
STEPS = 2
WINDOW = {"seconds": 0.5, "overlap": 0.35, "direction": "forward", "size": 64}
OVER = {"strength": 0.5, "seconds": 0.5, "keep_sound": False, "size": 64}


@pytest.fixture(scope="module")
def source(comfyui):
    """A clip in the input folder of the server, of an odd size, a rate of its own and mono."""
    images, audio = moving_clip(24, (50, 70), 12, 1)
    return write_clip(comfyui.base / "input" / SOURCE, images, audio, 12)


@pytest.fixture(scope="module")
def parts(comfyui):
    file = Checkpoint(comfyui.base / "models" / "checkpoints" / CHECKPOINT)
    return [make(file) for make in (make_model, make_clip, make_video_vae, make_audio_vae)]


def on(latent):
    """A graph that samples the latent of a node."""
    graph = {name: loaded()[name] for name in ("load",)}
    graph["prompt"] = node("HibariTextEncode", clip=["load", 1], prompt=PROMPT)
    graph["sample"] = node(
        "HibariSample",
        model=["load", 0],
        positive=["prompt", 0],
        latent=latent,
        steps=STEPS,
        guidance=1.0,
        seed=SEED,
        sampler="euler",
        schedule="ltx2",
    )
    return graph


def editing(kind, video, **settings):
    return node(kind, video=video, vae=["load", 2], audio_vae=["load", 3], **settings)


def put_back(edit, sample, number):
    """Decoders and the joining, with names of their own."""
    frames, sound = f"frames {number}", f"sound {number}"
    return {
        frames: node("HibariDecodeVideo", latent=[sample, 0], vae=["load", 2]),
        sound: node("HibariDecodeAudio", latent=[sample, 0], audio_vae=["load", 3]),
        f"whole {number}": node(
            "HibariPutBack", edit=[edit, 1], images=[frames, 0], audio=[sound, 0]
        ),
    }


def latents(comfyui, graph):
    result = run(comfyui, with_saved_latents(graph))
    return [load_file(saved(comfyui, result, name))["latent_tensor"] for name in ("video", "audio")]


def sampled_here(parts, latent):
    with torch.inference_mode():
        prompt = encode(parts[1], PROMPT)
        made = HibariSample.execute(
            parts[0], prompt, latent, steps=STEPS, guidance=1.0, seed=SEED
        ).args[0]
    return [video_of(made), audio_of(made)]


def assert_alike(theirs, ours):
    for one, other in zip(theirs, ours, strict=True):
        assert torch.allclose(one.float(), other.float(), atol=2e-4)


def test_extending_makes_the_latents_of_our_host(comfyui, source, parts):
    graph = on(["extend", 0])
    graph["source"] = node("LoadVideo", file=SOURCE)
    graph["extend"] = editing("HibariExtend", ["source", 0], **WINDOW)
    with torch.inference_mode():
        latent = HibariExtend.execute(source, parts[2], parts[3], **WINDOW).args[0]
    assert_alike(latents(comfyui, graph), sampled_here(parts, latent))


def test_remixing_makes_the_latents_of_our_host(comfyui, source, parts):
    graph = on(["remix", 0])
    graph["source"] = node("LoadVideo", file=SOURCE)
    graph["remix"] = editing("HibariRemix", ["source", 0], **OVER)
    with torch.inference_mode():
        latent = HibariRemix.execute(source, parts[2], parts[3], **OVER).args[0]
    assert_alike(latents(comfyui, graph), sampled_here(parts, latent))


def test_pictures_in_part_and_whole_make_the_latents_of_our_host(comfyui, parts):
    graph = on(["placed", 0])
    graph["empty"] = node(
        "HibariEmptyLatent", aspect="custom", width=64, height=64, seconds=1.0, fps=FPS
    )
    graph["grey"] = node("EmptyImage", width=40, height=60, batch_size=1, color=GREY)
    keys = {"times": "0.5:0.6", "strength": 1.0}
    graph["placed"] = node(
        "HibariImageToVideo",
        latent=["empty", 0],
        vae=["load", 2],
        first=["grey", 0],
        keyframes=["grey", 0],
        **keys,
    )
    bytes_ = torch.tensor([0x33, 0x77, 0xCC]) / 255
    grey = bytes_.expand(1, 60, 40, 3)
    with torch.inference_mode():
        empty = empty_latent(plan_clip("custom", 64, 64, 1.0, FPS), 1)
        latent = HibariImageToVideo.execute(
            empty, parts[2], first=grey, keyframes=grey, **keys
        ).args[0]
    assert_alike(latents(comfyui, graph), sampled_here(parts, latent))


def test_a_video_is_extended_twice_remixed_and_saved_by_the_stock_block(comfyui, source):
    del source  # it has to be there
    graph = on(["extend", 0])
    graph["source"] = node("LoadVideo", file=SOURCE)
    graph["extend"] = editing("HibariExtend", ["source", 0], **WINDOW)
    graph |= put_back("extend", "sample", 1)
    graph["again"] = editing("HibariExtend", ["whole 1", 0], **WINDOW | {"direction": "backward"})
    graph["sample 2"] = node(
        "HibariSample", **graph["sample"]["inputs"] | {"latent": ["again", 0], "seed": 8}
    )
    graph |= put_back("again", "sample 2", 2)
    graph["mask"] = node("SolidMask", value=1.0, width=20, height=20)
    graph["remix"] = editing("HibariRemix", ["whole 2", 0], **OVER, mask=["mask", 0])
    graph["sample 3"] = node(
        "HibariSample", **graph["sample"]["inputs"] | {"latent": ["remix", 0], "seed": 9}
    )
    graph |= put_back("remix", "sample 3", 3)
    for number in (2, 3):
        graph[f"file {number}"] = node(
            "SaveVideo",
            video=[f"whole {number}", 0],
            filename_prefix=f"edited{number}",
            format="auto",
            codec="auto",
        )
    result = run(comfyui, graph)
    extended, remixed = (saved(comfyui, result, f"file {number}") for number in (2, 3))
    from hibari.host import InputImpl

    clip = footage_of(InputImpl.VideoFromFile(str(extended)))
    assert (clip.frames, clip.fps, clip.size) == (24 + 6 + 6, 12, (50, 70))
    seconds = clip.audio["waveform"].shape[-1] / clip.audio["sample_rate"]
    assert seconds == pytest.approx(3.0, abs=1 / 12)
    assert footage_of(InputImpl.VideoFromFile(str(remixed))).frames == 6
    for path in (extended, remixed):
        assert inspect(path).credentials.state in ("trusted", "valid")

"""The shipped graph, run from its file with a tiny random checkpoint: a real mp4 comes out."""

import json
import re

import pytest
import torch
from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.headless.ui_format import to_prompt
from hibari.host.embedded.folders import checkpoints_directory, set_folders
from hibari.host.media import probe_video, read_video
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import CheckpointInfo, CheckpointParts, Recommended, save_checkpoint
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer import AVTransformer, TransformerConfig
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.sampling_request import sigmas_for
from hibari.workflows.source.declared import block_infos
from hibari.workflows.source.writer import FOLDER

TINY = "tiny.safetensors"
DISTILLED = Recommended(steps=2, sigmas=(1.0, 0.5, 0.0))
SMALL = {
    "HibariLoadModel": {"checkpoint": TINY},
    "HibariEmptyLatent": {"width": 64, "height": 96, "seconds": 0.7},
    "HibariSample": {"steps": 2},
}


def save_tiny_checkpoint(path):
    torch.manual_seed(0)
    parts = CheckpointParts(
        transformer=AVTransformer(TransformerConfig.tiny(connector=False)),
        video_vae=VideoVae(VideoVaeConfig.tiny()),
        audio_vae=AudioVae(AudioVaeConfig.tiny()),
        vocoder=build_vocoder(VocoderConfig.tiny()),
        text_encoder=TextEncoder(TextEncoderConfig.tiny()),
    )
    for weight in parts.transformer.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    save_checkpoint(path, parts, CheckpointInfo("tiny", recommended=DISTILLED))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HIBARI_HOME", str(folder))
        checkpoints_directory().mkdir(parents=True)
        save_tiny_checkpoint(checkpoints_directory() / TINY)
        set_folders(output=folder / "output")
        yield folder
        set_folders(output=None)


@pytest.fixture(scope="module")
def workflow():
    return json.loads((FOLDER / "Text to video.json").read_text("utf-8"))


def prompt_of(workflow, **changed):
    prompt = to_prompt(workflow, block_infos())
    for node in prompt.values():
        node["inputs"] |= SMALL.get(node["class_type"], {}) | changed.get(node["class_type"], {})
    return prompt


@pytest.fixture(scope="module")
def first(home, workflow):
    return run(prompt_of(workflow), workflow)


def run(prompt, workflow=None):
    result = Engine(load_blocks()).run(prompt, workflow=workflow)
    assert result.success, result.failure or result.validation
    return result


def node_id(result, class_type):
    return next(k for k, node in result.prompt.items() if node["class_type"] == class_type)


def output_of(result, class_type, slot=0):
    return result.results[node_id(result, class_type)][slot][0]


def test_the_file_is_as_long_as_asked_with_sound_in_step(first):
    clip = read_video(output_of(first, "HibariSaveVideo", 1))
    assert clip.frames.shape == (17, 96, 64, 3)
    assert clip.fps == 24
    sound_s = clip.audio["waveform"].shape[-1] / clip.audio["sample_rate"]
    assert abs(sound_s - 17 / 24) < 1 / 24


def test_a_duration_off_the_grid_comes_out_exactly(home, workflow):
    short = SMALL["HibariEmptyLatent"] | {"seconds": 0.5}
    made = run(prompt_of(workflow, HibariEmptyLatent=short))
    clip = read_video(output_of(made, "HibariSaveVideo", 1))
    assert output_of(made, "HibariEmptyLatent", 1) == len(clip.frames) == 12
    sound = output_of(made, "HibariDecodeAudio")
    assert sound["waveform"].shape[-1] == sound["sample_rate"] / 2


def test_copies_of_a_model_know_the_noise_levels_of_their_checkpoint(home):
    model = HibariLoadModel.execute(TINY).args[0].clone()
    assert sigmas_for(model, {}, "distilled", 2, 1.0).tolist() == [1.0, 0.5, 0.0]


def test_the_block_shows_what_it_snapped_and_what_it_saved(first):
    told = first.outputs[node_id(first, "HibariEmptyLatent")]["text"][0]
    assert told == "64x96 px, 17 frames at 24 fps = 0.71 s"
    (shown,) = first.outputs[node_id(first, "HibariSaveVideo")]["images"]
    assert shown == {"filename": "Hibari_00001_.mp4", "subfolder": "video", "type": "output"}


def test_the_file_gives_the_graph_back_and_it_makes_the_same_clip(first, workflow):
    tags = probe_video(output_of(first, "HibariSaveVideo", 1)).tags
    assert json.loads(tags["workflow"]) == workflow
    again = run(json.loads(tags["prompt"]))
    for one, two in zip(
        output_of(first, "HibariSample")["samples"].unbind(),
        output_of(again, "HibariSample")["samples"].unbind(),
        strict=True,
    ):
        assert torch.equal(one, two)


def test_another_seed_makes_another_clip(first, workflow):
    other = run(prompt_of(workflow, HibariSample={"seed": 8, "steps": 2}))
    one, two = (output_of(made, "HibariSample")["samples"].unbind() for made in (first, other))
    assert all(not torch.allclose(a, b, atol=0.1) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize(
    ("block", "changed", "message"),
    [
        ("HibariTextEncode", {"prompt": ""}, "Hibari Text Encode: the prompt is empty"),
        ("HibariTextEncode", {"prompt": "a " * 300}, "Hibari Text Encode: .*words"),
        ("HibariLoadModel", {"checkpoint": "gone.safetensors"}, "gone.safetensors"),
        ("HibariEmptyLatent", {"seconds": 500.0}, "Hibari Empty Latent: seconds 500"),
        ("HibariEmptyLatent", {"seconds": 0.0}, "seconds"),
        ("HibariEmptyLatent", {"width": 0}, "width"),
        ("HibariSample", {"seed": -1}, "seed"),
        ("HibariSample", {"sampler": "ddim"}, "sampler"),
    ],
)
def test_bad_widgets_stop_the_run_with_a_sentence(home, workflow, block, changed, message):
    result = Engine(load_blocks()).run(
        prompt_of(workflow, **{block: SMALL.get(block, {}) | changed})
    )
    told = json.dumps(result.validation.node_errors, default=str) + str(result.failure)
    assert not result.success
    assert re.search(message, told), told

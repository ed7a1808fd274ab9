"""The one block from a sentence to a video, and old graphs that come to it."""

import json

import pytest
import torch
from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.headless.run_command import prepared
from hibari.host import io
from hibari.host.embedded.folders import checkpoints_directory, set_folders
from hibari.host.media import read_video
from hibari.model.checkpoint import Recommended
from hibari.nodes.av_latent import empty_latent
from hibari.nodes.clip_plan import plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.first_frame import with_first_frame
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.provenance import story_of
from hibari.nodes.reach import Reach, fit, scaled
from hibari.nodes.sample import HibariSample
from hibari.nodes.text_to_video import HibariTextToVideo
from hibari.nodes.whole_clip import make_clip
from hibari.trust.credentials.verify import read_credentials

from ..headless.tiny_checkpoint import save_tiny_checkpoint

TINY = "tiny.safetensors"
PICTURE = torch.linspace(0, 1, 64)[None, None, :, None].expand(1, 48, 64, 3)


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HIBARI_HOME", str(folder))
        advice = Recommended(steps=2, guidance=2.0, width=64, height=96, seconds=1.0)
        save_tiny_checkpoint(checkpoints_directory() / TINY, advice)
        set_folders(output=folder / "output")
        yield folder
        set_folders(output=None)


WISH = fit(64, 96, 0.375, Reach(64 * 96, 1.0, 24.0))


def video(prompt="a ball", size="64x96", duration=0.375, **given):
    (made,) = HibariTextToVideo.execute(prompt, size, duration, checkpoint=TINY, **given).args
    return made.get_components()


def frames(text="a ball", image=None, seed=0):
    """Frames before they are marked and encoded."""
    return make_clip(TINY, text, WISH, image, seed).images


def test_a_sentence_becomes_frames_with_sound_of_the_same_length():
    made = video()
    assert made.images.shape == (9, 96, 64, 3)
    assert made.frame_rate == 24
    sound_s = made.audio["waveform"].shape[-1] / made.audio["sample_rate"]
    assert sound_s == pytest.approx(9 / 24, abs=1 / 24)


def test_the_same_seed_makes_the_same_clip_and_another_one_another():
    one, two, other = (frames(seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.allclose(one, other, atol=0.05)


def test_a_picture_becomes_the_first_frame_and_is_kept_while_sampling():
    model, clip, vae, _ = HibariLoadModel.execute(TINY).args
    plan = plan_clip("custom", 64, 96, 0.7, 24)
    latent = with_first_frame(empty_latent(plan, 1), PICTURE, vae)
    start = vae.encode(scaled(PICTURE, 64, 96))
    (made,) = HibariSample.execute(model, encode(clip, "a ball"), latent, seed=3).args
    kept, rest = made["samples"].unbind()[0].split([1, plan.shape.latent().frames - 1], dim=2)
    assert torch.equal(kept, start[:, :, :1])
    assert rest.std() > 0.1
    assert not torch.allclose(frames()[0], frames(image=PICTURE)[0], atol=0.05)


def test_an_empty_prompt_is_fine_with_a_picture_and_refused_without():
    assert video("", image=PICTURE).images.shape == (9, 96, 64, 3)
    with pytest.raises(ValueError, match=r"^Hibari Text to Video: .*the prompt is empty"):
        video(" ")


def test_several_pictures_are_refused():
    with pytest.raises(ValueError, match="is not one picture"):
        video(image=PICTURE.expand(2, -1, -1, -1))


def test_a_checkpoint_without_a_text_encoder_of_ours_is_refused(monkeypatch):
    wires = io.NodeOutput("model", None, "vae", "audio_vae")
    monkeypatch.setattr(HibariLoadModel, "execute", lambda name: wires)
    with pytest.raises(ValueError, match=f"{TINY} brings no text encoder of ours"):
        video()


def test_the_block_shows_what_it_did():
    output = HibariTextToVideo.execute("a ball", "60x96", 0.375, checkpoint=TINY)
    (told,) = output.ui.as_dict()["text"]
    assert told == "60x96 px, 0.38 s at 24 fps; made at 64x96 and scaled"
    assert output.args[0].get_dimensions() == (60, 96)


def old_graph(**extra):
    """As ComfyUI exported graphs with its block for OpenAI's service."""
    inputs = {"model": "sora-2-pro", "prompt": "a ball", "size": "1280x720", "duration": 4}
    return {
        "1": {"class_type": "OpenAIVideoSora2", "inputs": inputs | extra},
        "2": {
            "class_type": "SaveVideo",
            "inputs": {
                "video": ["1", 0],
                "filename_prefix": "old",
                "format": "auto",
                "codec": "auto",
            },
        },
    }


def run(graph):
    blocks = load_blocks()
    infos = {name: block.GET_NODE_INFO_V1() for name, block in blocks.items()}
    # Values of today, so that the old graph costs a test no more than a moment.
    prompt = prepared(graph, ["1.checkpoint=tiny.safetensors", "1.duration=0.1"], infos)
    return prompt, Engine(blocks).run(prompt)


def test_an_old_graph_in_api_format_runs_and_gets_the_size_it_asked_for(home):
    prompt, result = run(old_graph(seed=5))
    assert result.success, result.failure
    assert prompt["1"]["inputs"] == {
        "prompt": "a ball",
        "size": "1280x720",
        "seed": 5,
        "duration": 0.1,
        "checkpoint": TINY,
    }
    (shown,) = result.outputs["2"]["images"]
    kinds = {part.kind for part in story_of(result.prompt, "1")}
    assert {"model", "prompt", "guard"} <= kinds
    told = read_credentials(home / "output" / shown["filename"])
    assert told.state in ("valid", "trusted")
    assert told.lineage.ingredients, "a copy by a stock block names the clip that it comes from"
    assert read_video(home / "output" / shown["filename"]).frames.shape[1:] == (720, 1280, 3)


@pytest.mark.parametrize("names_widgets", [True, False], ids=["new files", "old files"])
def test_an_old_graph_as_an_editor_saved_it_keeps_its_values(names_widgets):
    widgets = ["model", "prompt", "size", "duration", "seed"]
    slots = [
        {"name": name, "type": "*", "widget": {"name": name}, "link": None} for name in widgets
    ]
    picture = {"name": "image", "type": "IMAGE", "link": 2, "shape": 7}
    workflow = {
        "nodes": [
            {"id": 3, "type": "LoadImage", "inputs": [], "outputs": [{"type": "IMAGE"}]}
            | {"widgets_values": ["cat.png", "image"]},
            {
                "id": 1,
                "type": "OpenAIVideoSora2",
                "inputs": [picture, *(slots if names_widgets else [])],
                "outputs": [{"name": "VIDEO", "type": "VIDEO", "links": [1]}],
                "widgets_values": ["sora-2", "a cat", "720x1280", 12, 99, "randomize"],
            },
        ],
        "links": [[2, 3, 0, 1, 0, "IMAGE"]],
    }
    infos = {name: block.GET_NODE_INFO_V1() for name, block in load_blocks().items()}
    node = prepared(json.loads(json.dumps(workflow)), [], infos)["1"]
    assert node["class_type"] == "HibariTextToVideo"
    assert node["inputs"] == {
        "prompt": "a cat",
        "size": "720x1280",
        "duration": 12,
        "seed": 99,
        "image": ["3", 0],
    }

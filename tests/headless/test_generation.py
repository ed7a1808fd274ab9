"""From a sentence to a file without ComfyUI, on a tiny checkpoint of random weights."""

from __future__ import annotations

import json

import av
import pytest
import torch
from hibari.headless.cli import main
from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.host.embedded.folders import set_folders

from .fake_blocks import node
from .tiny_checkpoint import save_tiny_checkpoint

TINY = "tiny.safetensors"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    save_tiny_checkpoint(home / "models" / "checkpoints" / TINY)
    return home


@pytest.fixture(autouse=True)
def folders(home, tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    yield
    set_folders(input=None, output=None)


def generate(*more):
    small = ["--checkpoint", TINY, "--size", "64x64", "--seconds", "0.4", "--steps", "2"]
    return main(["generate", "a red ball bounces", *small, *more])


def test_a_sentence_becomes_an_mp4_with_picture_and_sound_in_step(tmp_path, capsys):
    assert generate("--seed", "3", "-o", "sub/clip.mp4") == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(tmp_path / "sub" / "clip.mp4")
    assert "Sample" in printed.err
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["clip.mp4"]
    with av.open(printed.out.strip()) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        lengths = [float(stream.duration * stream.time_base) for stream in (video, audio)]
        prompt = json.loads(file.metadata["prompt"])
        assert "nodes" in json.loads(file.metadata["workflow"])
    assert abs(lengths[0] - 0.4) < 1 / 24
    assert abs(lengths[0] - lengths[1]) < 1 / 24
    seeds = [item["inputs"]["seed"] for item in prompt.values() if "seed" in item["inputs"]]
    assert seeds == [3]


def test_without_a_name_files_are_numbered_in_the_output_folder(tmp_path, capsys):
    assert generate() == 0
    printed = capsys.readouterr()
    assert str(tmp_path / "output") in printed.out
    assert "repeat this video with --seed" in printed.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--seconds", "0"], "input 'seconds' is 0.0; use 0.1 or more"),
        (["--seconds", "99999"], "input 'seconds' is 99999.0; use"),
        (["--seed", "-1"], "input 'seed' is -1; use 0 or more"),
        (["--size", "1x64"], "input 'width' is 1; use 32 or more"),
        (["--steps", "-1"], "input 'steps' is -1; use 0 or more"),
        (["--checkpoint", "no.safetensors"], "input 'checkpoint' is 'no.safetensors'; use one of"),
        (["-o", "clip.avi"], "ends in '.avi'; use .mp4 or .webm"),
        (["-o", "."], "is a folder; add a file name"),
    ],
)
def test_bad_settings_exit_2_with_a_sentence(more, words, tmp_path, capsys):
    assert generate(*more) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.glob("**/*.mp4")) == []


@pytest.mark.parametrize(
    ("prompt", "words"), [(" ", "the prompt is empty"), ("a" * 10_000, "has 10000 characters")]
)
def test_an_unusable_prompt_exits_2_before_anything_is_loaded(prompt, words, capsys):
    assert main(["generate", prompt]) == 2
    assert words in capsys.readouterr().err


def test_a_size_that_is_none_exits_2(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["generate", "x", "--size", "wide"])
    assert "size 'wide' is no WxH; write for example 256x256" in capsys.readouterr().err


def sampled(seed):
    return {
        "load": node("HibariLoadModel", checkpoint=TINY),
        "video": node("EmptyLTXVLatentVideo", width=64, height=64, length=9, batch_size=1),
        "audio": node(
            "LTXVEmptyLatentAudio",
            frames_number=9,
            frame_rate=24,
            batch_size=1,
            audio_vae=["load", 3],
        ),
        "joint": node("LTXVConcatAVLatent", video_latent=["video", 0], audio_latent=["audio", 0]),
        "text": node("CLIPTextEncode", clip=["load", 1], text="a ball"),
        "none": node("ConditioningZeroOut", conditioning=["text", 0]),
        "timed": node(
            "LTXVConditioning", positive=["text", 0], negative=["none", 0], frame_rate=24
        ),
        "sample": node(
            "HibariSample",
            model=["load", 0],
            positive=["timed", 0],
            negative=["timed", 1],
            latent=["joint", 0],
            steps=2,
            guidance=2.0,
            seed=seed,
        ),
        "apart": node("LTXVSeparateAVLatent", av_latent=["sample", 0]),
        "images": node("VAEDecode", samples=["apart", 0], vae=["load", 2]),
        "sound": node("LTXVAudioVAEDecode", samples=["apart", 1], audio_vae=["load", 3]),
        "shown": node("PreviewAny", source=["sample", 0]),
        "clip": node("CreateVideo", images=["images", 0], audio=["sound", 0], fps=24),
        "file": node("SaveVideo", video=["clip", 0], filename_prefix="clip", format="webm"),
    }


def test_stock_blocks_and_ours_work_together(tmp_path):
    engine = Engine(load_blocks())
    result = engine.run(sampled(5))
    assert result.success, result.error
    video, audio = result.results["sample"][0][0]["samples"].unbind()
    assert video.shape == (1, 128, 2, 2, 2)
    assert audio.shape == (1, 8, 9, 16)
    images = result.results["images"][0][0]
    assert images.shape == (9, 64, 64, 3)
    assert 0 <= images.min() <= images.max() <= 1
    assert (tmp_path / "output" / "clip_00001_.webm").is_file()


def test_the_same_seed_gives_the_same_latents_and_another_one_does_not():
    streams = [
        Engine(load_blocks()).run(sampled(seed)).results["sample"][0][0]["samples"].unbind()
        for seed in (5, 5, 6)
    ]
    assert all(torch.equal(a, b) for a, b in zip(streams[0], streams[1], strict=True))
    assert not torch.equal(streams[0][0], streams[2][0])


def test_kept_parts_of_a_latent_come_out_untouched():
    from hibari.host import NestedTensor, make_clip, make_model, sample
    from hibari.host.embedded.folders import checkpoint_path
    from hibari.model.checkpoint import Checkpoint
    from hibari.model.sampling import Guidance, make_sigmas

    file = Checkpoint(checkpoint_path(TINY))
    clip = make_clip(file)
    video, audio = torch.randn(1, 128, 2, 2, 2), torch.randn(1, 8, 9, 16)
    masks = torch.ones(1, 1, 2, 2, 2), torch.zeros(1, 1, 9, 1)
    masks[0][:, :, 0] = 0
    latent = {"samples": NestedTensor((video, audio)), "noise_mask": NestedTensor(masks)}
    text = clip.encode_from_tokens_scheduled(clip.tokenize("a ball"))
    sigmas = make_sigmas("ltx2", 2, 8)
    made = sample(make_model(file), Guidance(), text, None, latent, "euler", sigmas, 1)
    new_video, new_audio = made["samples"].unbind()
    assert torch.equal(new_audio, audio)
    assert torch.equal(new_video[:, :, 0], video[:, :, 0])
    assert not torch.equal(new_video[:, :, 1], video[:, :, 1])


def test_codecs_encode_what_they_decode_in_comfyuis_shapes():
    from hibari.host import make_audio_vae, make_video_vae
    from hibari.host.embedded.folders import checkpoint_path
    from hibari.model.checkpoint import Checkpoint

    file = Checkpoint(checkpoint_path(TINY))
    vae, audio_vae = make_video_vae(file), make_audio_vae(file)
    with torch.inference_mode():
        latents = vae.encode(torch.rand(20, 70, 100, 3))
        assert latents.shape == (1, 128, 3, 2, 3)
        whole = vae.decode(latents)
        tiled = vae.decode_tiled(latents, tile_x=8, tile_y=8, overlap=2, tile_t=8, overlap_t=1)
        assert whole.shape == (1, 17, 64, 96, 3)
        torch.testing.assert_close(whole, tiled)
        sound = audio_vae.encode(torch.rand(1, 8000, 2) - 0.5)
        assert sound.shape == (1, 8, 13, 16)
        decoded = audio_vae.decode(sound)
    assert decoded.shape[0] == 1
    assert decoded.shape[2] == 2
    assert decoded.abs().max() <= 1

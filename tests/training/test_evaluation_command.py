"""`hibari evaluate` on a tiny random checkpoint: table, JSON and sheets, or one clear sentence."""

import json

import numpy as np
import pytest
import torch
from hibari.host.embedded import runtime
from hibari.host.embedded.nested_tensor import NestedTensor
from hibari.host.embedded.sampling import sample
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    CheckpointParts,
    Recommended,
    save_checkpoint,
)
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer import AVTransformer, TransformerConfig
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder
from hibari.training.evaluation import command, material
from hibari.training.evaluation.networks import Networks
from PIL import Image

ADVICE = Recommended(steps=2, guidance=2.0, width=64, height=64, seconds=0.7, fps=24.0)


@pytest.fixture(scope="module")
def parts():
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
    return parts


@pytest.fixture(scope="module")
def checkpoint(parts, tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    save_checkpoint(path, parts, CheckpointInfo("tiny", "comfy", ADVICE))
    return path


@pytest.fixture(autouse=True)
def _quick_ear(monkeypatch):
    ear = material.world_ear(40)
    monkeypatch.setattr(material, "world_ear", lambda: ear)


def test_one_run_prints_the_table_and_writes_json_and_sheets(checkpoint, tmp_path, capsys):
    out, sheets = tmp_path / "new" / "card.json", tmp_path / "sheets"
    arguments = ["--checkpoint", str(checkpoint), "--clips", "3", "--json", str(out)]
    assert command.main([*arguments, "--sheet", str(sheets)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in table[0].split("|")[2:5]] == ["real", "codec", "samples"]
    assert any(line.startswith("| PSNR, dB") for line in table)
    assert table[-2].startswith("decoding 0.7 s at 64x64: picture ")
    assert table[-1].startswith("samples: 2 steps, guidance 2 for video and 2 for audio, ")
    card = json.loads(out.read_text("utf-8"))
    assert card["scores"]["real"]["place"] == {"value": 1.0, "count": 3}
    assert {"psnr", "ssim", "log_mel_l1"} <= set(card["scores"]["codec"])
    assert "path_error" not in card["scores"]["samples"]
    assert card["sampling"]["video_guidance"] == 2
    assert card["decoding"]["picture_seconds"] > 0
    assert card["scores"]["samples"]["variety"]["count"] == 1
    assert [clip["index"] for clip in card["clips"]] == [0, 1, 2]
    assert set(card["clips"][0]["readings"]) == {"real", "codec", "samples"}
    assert sorted(p.name for p in sheets.iterdir()) == ["codec.png", "real.png", "samples.png"]
    assert Image.open(sheets / "real.png").height > 3 * 128
    assert [p.name for p in out.parent.iterdir()] == ["card.json"]


def test_captions_can_be_told_in_other_words(checkpoint, tmp_path, capsys):
    out = tmp_path / "card.json"
    arguments = ["--checkpoint", str(checkpoint), "--clips", "2", "--json", str(out)]
    said = []
    for more in ([], ["--other-words"]):
        assert command.main([*arguments, *more]) == 0
        said.append([clip["caption"] for clip in json.loads(out.read_text("utf-8"))["clips"]])
    assert all(usual != other for usual, other in zip(*said, strict=True))
    capsys.readouterr()


def test_samples_are_what_the_graph_blocks_make(checkpoint):
    networks = Networks(checkpoint)
    frames, sound = networks.sample("a red ball drops", 5, networks.settings())
    file = Checkpoint(checkpoint)
    clip, model = runtime.make_clip(file), runtime.make_model(file)
    prompts = [
        clip.encode_from_tokens_scheduled(clip.tokenize(text), {"frame_rate": 24.0})
        for text in ("a red ball drops", "")
    ]
    empty = NestedTensor((torch.zeros(1, 128, 3, 2, 2), torch.zeros(1, 8, 18, 16)))
    settings = networks.settings()
    sigmas = torch.tensor(settings.sigmas)
    with torch.inference_mode():
        made = sample(model, settings.guidance, *prompts, {"samples": empty}, "euler", sigmas, 5)
        video, audio = made["samples"].unbind()
        images = runtime.make_video_vae(file).decode(video)[0]
        heard = runtime.make_audio_vae(file).decode(audio)[0].T
    assert frames.shape == (17, 64, 64, 3)
    assert sound.shape == (2, 17_000)
    assert np.abs(frames - images.numpy() * 255).max() <= 0.51
    np.testing.assert_allclose(sound[:, : heard.shape[1]], heard[:, : sound.shape[1]], atol=1e-5)


def test_a_continuation_keeps_what_it_is_given(checkpoint, monkeypatch):
    networks = Networks(checkpoint)
    made = []
    monkeypatch.setattr(networks, "_decoded", lambda video, _: made.append(video))
    begins = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)
    networks.sample("a red ball drops", 5, networks.settings(), begins)
    networks.sample("a red ball drops", 5, networks.settings())
    given = networks.parts.video_vae.encode(
        torch.from_numpy(begins).permute(3, 0, 1, 2)[None] / 127.5 - 1
    )
    torch.testing.assert_close(made[0][:, :, :2], given.detach())
    assert (made[0][:, :, 2] - made[1][:, :, 2]).abs().max() > 1e-3


def test_asked_steps_and_guidance_replace_the_recommended_ones(checkpoint):
    networks = Networks(checkpoint)
    assert len(networks.settings().sigmas) == 3
    changed = networks.settings(steps=4, guidance=1.5)
    assert len(changed.sigmas) == 5
    assert changed.guidance.video_cfg == changed.guidance.audio_cfg == 1.5
    limited = networks.settings(guidance=1.5, interval=(0.4, 1.0)).guidance
    assert (limited.video_cfg, limited.interval) == (1.5, (0.4, 1.0))
    with pytest.raises(ValueError, match="0 steps"):
        networks.settings(steps=0)
    with pytest.raises(ValueError, match=r"interval is 0\.9 to 0\.4"):
        networks.settings(interval=(0.9, 0.4))


def test_codecs_alone_are_measured_without_samples(parts, tmp_path, capsys):
    path = tmp_path / "codecs.safetensors"
    codecs = CheckpointParts(None, parts.video_vae, parts.audio_vae, parts.vocoder)
    save_checkpoint(path, codecs, CheckpointInfo("codecs", "comfy", ADVICE))
    assert command.main(["--checkpoint", str(path), "--clips", "1"]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert "codec" in header
    assert "samples" not in header


def test_the_instruments_need_no_checkpoint(capsys, monkeypatch):
    monkeypatch.setattr(command, "QUICK_CLIPS", 1)
    assert command.main(["--instruments", "--quick"]) == 0
    assert "| place" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--clips", "0"], "--clips is 0; use 1 to"),
        (["--seed", "-1", "--instruments"], "--seed is -1; use 0 or more"),
        (["--playground", "whole", "--other-words"], "--other-words knows those of the playground"),
        (["--checkpoint", "absent.safetensors"], "absent.safetensors"),
        ([], "give one with --checkpoint FILE"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(
    arguments, told, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "BUNDLED", tmp_path / "none.safetensors")
    assert command.main(arguments) == 2
    complaint = capsys.readouterr().err
    assert told in complaint
    assert complaint.count("\n") == 1

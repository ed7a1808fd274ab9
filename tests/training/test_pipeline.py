"""Every stage for a few steps on a few small clips: from nothing to a checkpoint that samples."""

import json
import resource
import signal
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hibari.model.checkpoint import Checkpoint
from hibari.model.transformer import TransformerInputs
from hibari.training.clip_store import fill_store, open_store
from hibari.training.command import main
from hibari.training.config import DataConfig, read_config
from hibari.training.latent_store import Codecs, make_latents
from safetensors import safe_open
from safetensors.torch import load_file, save_file

CONFIGS = Path(__file__).parents[2] / "training" / "configs"
DATA = DataConfig(folder="", count=6, frames=17, height=64, width=64, validation_count=3)
SMALL = {
    "video_vae": [
        "run.batch=1",
        "objective.crop_px=64",
        "objective.start_clips=6",
        "objective.statistics_clips=6",
        "model.encoder_base_channels=16",
        "model.decoder_base_channels=8",
    ],
    "audio_vae": ["run.batch=2", "objective.crop_latents=9", "model.model.params.ddconfig.ch=24"],
    "partials": ["run.batch=2", "model.width=16"],
    "vocoder": ["run.batch=1", "objective.crop_mels=21", "model.upsample_initial_channel=32"],
    "transformer": [
        "run.batch=2",
        "objective.frames=[9, 17]",
        "objective.kept_share=0.5",
        "objective.crowded_share=0.5",
        "objective.place_weight=0.1",
        "model.transformer.num_layers=2",
    ],
}


def arguments(stage, work, *more):
    overrides = [
        f'data.folder="{work / "clips"}"',
        f'run.folder="{work / stage}"',
        *(f"data.{key}={getattr(DATA, key)}" for key in ("count", "frames", "height", "width")),
        "data.validation_count=3",
        "data.workers=1",
        "run.steps=2",
        'run.precision="fp32"',
        *SMALL[stage],
        *more,
    ]
    if stage in ("partials", "vocoder"):
        overrides.append(f'objective.audio_vae="{work / "audio_vae" / "audio_vae.safetensors"}"')
    if stage == "vocoder":
        overrides.append(f'objective.partials="{work / "partials" / "partials.safetensors"}"')
    if stage == "transformer":
        overrides += [
            f'objective.{name}="{work / name / (name + ".safetensors")}"'
            for name in ("video_vae", "audio_vae")
        ]
    sets = [part for override in overrides for part in ("--set", override)]
    return ["--config", str(CONFIGS / f"{stage}.toml"), *sets]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    for stage in SMALL:
        assert main(arguments(stage, folder)) == 0
    return folder


@pytest.mark.slow
def test_a_checkpoint_comes_apart_into_the_stages_that_made_it(work, tmp_path):
    out, runs = tmp_path / "bundle.safetensors", tmp_path / "runs"
    assert main(["--bundle", str(work), str(out)]) == 0
    assert main(["--unbundle", str(out), str(runs)]) == 0
    again = tmp_path / "again.safetensors"
    assert main(["--bundle", str(runs), str(again)]) == 0
    first, second = load_file(out), load_file(again)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert Checkpoint(again).config == Checkpoint(out).config
    # Killed before the last stage, the same command writes what is missing.
    last = runs / "vocoder" / "vocoder.safetensors"
    whole = last.read_bytes()
    last.unlink()
    assert main(["--unbundle", str(out), str(runs)]) == 0
    assert last.read_bytes() == whole


@pytest.mark.slow
def test_other_weights_are_not_written_over(work, tmp_path, capsys):
    out, runs = tmp_path / "bundle.safetensors", tmp_path / "runs"
    assert main(["--bundle", str(work), str(out)]) == 0
    assert main(["--unbundle", str(out), str(runs)]) == 0
    path = runs / "audio_vae" / "audio_vae.safetensors"
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    other = {name: tensor + 1 for name, tensor in load_file(path).items()}
    save_file(other, path, metadata)
    assert main(["--unbundle", str(out), str(runs)]) == 2
    assert "holds other weights" in capsys.readouterr().err
    assert torch.equal(load_file(path)[next(iter(other))], other[next(iter(other))])


@pytest.mark.slow
def test_codecs_make_a_checkpoint_of_their_own(work, tmp_path):
    out, runs = tmp_path / "codecs.safetensors", tmp_path / "runs"
    assert main(["--bundle", str(work), str(out), "--codecs-only"]) == 0
    checkpoint = Checkpoint(out)
    assert checkpoint.info.name == "Hibari playground codecs"
    assert checkpoint.load_video_vae().decode(torch.zeros(1, 128, 1, 2, 2)).shape[1] == 3
    assert not any(key.startswith("model.diffusion_model.") for key in load_file(out))
    assert main(["--unbundle", str(out), str(runs)]) == 0
    stages = {"video_vae", "audio_vae", "vocoder", "partials"}
    assert {path.name for path in runs.iterdir()} == stages


@pytest.mark.slow
def test_all_stages_make_a_checkpoint_that_runs(work):
    out = work / "bundle.safetensors"
    assert main(["--bundle", str(work), str(out)]) == 0
    checkpoint = Checkpoint(out)
    assert checkpoint.info.recommended.width == 256
    assert checkpoint.info.latent_rgb is not None
    transformer, text = checkpoint.load_transformer(), checkpoint.load_text_encoder()
    context, mask = text.encode(["a red ball falls"])
    latents = torch.randn(1, 128, 3, 2, 2), torch.randn(1, 8, 18, 16)
    half = torch.full((1,), 0.5)
    with torch.no_grad():
        made = transformer(
            *latents, half, half, context, conditions=TransformerInputs(24.0, context_mask=mask)
        )
        pixels = checkpoint.load_video_vae().decode(made[0])
        mel = checkpoint.load_audio_vae().decode(made[1])
        sound = checkpoint.load_vocoder()(mel)
        pieces = list(checkpoint.load_sounding().stream(mel, latents_BCAM=made[1]))
    assert pixels.shape == (1, 3, 17, 64, 64)
    assert sound.shape == (1, 2, 69 * 240) == torch.cat(pieces, -1).shape
    assert all(torch.isfinite(tensor).all() for tensor in (pixels, sound))


@pytest.mark.slow
def test_the_latents_that_leave_the_stage_are_centred_and_ordered(work):
    checkpoint = work / "video_vae" / "video_vae.safetensors"
    assert checkpoint.is_file()
    shards = sorted((work / "clips").glob("train-*/latents-*.safetensors"))
    from safetensors.torch import load_file

    video = load_file(shards[0])["video"].float().transpose(0, 1).flatten(1)
    assert video[:16].mean(dim=1).abs().max() < 0.6
    variances = video.var(dim=1)
    assert variances[:4].mean() > variances[8:16].mean() > 2 * variances[-16:].mean()


@pytest.mark.slow
def test_logs_hold_unexplained_variance_by_noise_level(work):
    lines = [json.loads(text) for text in (work / "transformer" / "log.jsonl").open()]
    held_out = [line["held_out"] for line in lines if "held_out" in line][-1]
    assert {"v0.1", "v0.9", "a0.5", "v0.9_uncaptioned"} <= held_out.keys()
    # Two steps teach nothing: what is left unexplained is about everything. (Six clips are too
    # few for the video statistics to fit other clips.)
    assert all(0.8 < held_out[key] < 3 for key in ("a0.3", "a0.5", "a0.7", "a0.9"))
    assert held_out["v0.9"] < float("inf")


def test_the_closed_form_start_shows_the_clips_it_was_solved_on(tmp_path):
    """Before the first step the codec explains most of the picture, far beyond its mean colour."""
    from hibari.training.trainers.video_vae import VideoVaeTrainer

    wide = ["model.encoder_base_channels=32", "model.decoder_base_channels=32"]
    options = arguments("video_vae", tmp_path, *wide)
    overrides = [text for flag, text in pairwise(options) if flag == "--set"]
    vae = VideoVaeTrainer(read_config(CONFIGS / "video_vae.toml", overrides)).vae.eval()
    pixels = open_store(read_config(CONFIGS / "video_vae.toml", overrides).data, "train").pixels(
        0, (slice(None),) * 3
    )[None]
    with torch.no_grad():
        error = vae.decoder(vae.encoder(pixels)[:, :128]) - pixels
    assert (
        error.square().mean()
        < 0.1 * (pixels - pixels.mean(dim=(2, 3, 4), keepdim=True)).square().mean()
    )


def test_a_store_survives_a_killed_writer(tmp_path):
    data = DataConfig(folder=str(tmp_path), count=2, frames=9, height=64, width=64)
    store = fill_store(data, "train")
    whole = store.lines_path.read_bytes()
    store.lines_path.write_bytes(whole[: whole.index(b"\n") + 30])
    assert len(open_store(data, "train")) == 1
    again = fill_store(data, "train")
    assert again.lines_path.read_bytes() == whole


def test_a_full_disk_names_the_clip_and_keeps_those_before(tmp_path):
    data = DataConfig(folder=str(tmp_path), count=2, frames=9, height=64, width=64)
    store = open_store(data, "train")
    first, second = (np.full((9, 64, 64, 3), shade, np.uint8) for shade in (1, 2))
    sound = np.zeros((2, 9 * 1000), np.float32)
    store.append(first, sound, {"caption": "one"})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (first.nbytes + 100, limits[1]))
    try:
        with pytest.raises(OSError, match=r"could not write clip 1 .*the 1 clips before are kept"):
            store.append(second, sound, {"caption": "two"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    again = open_store(data, "train")
    assert len(again) == 1
    again.append(second, sound, {"caption": "two"})
    read = open_store(data, "train")
    assert [line["caption"] for line in read.lines] == ["one", "two"]
    assert (read.frames[0] == 1).all()
    assert (read.frames[1] == 2).all()


def test_a_reader_without_a_renderer_says_so(tmp_path):
    data = DataConfig(folder=str(tmp_path), count=2, frames=9, height=64, width=64, workers=0)
    with pytest.raises(ValueError, match=r"is empty and data\.workers is 0"):
        fill_store(data, "train")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ([], 2, "no --config given"),
        (["--config", "nowhere.toml"], 2, "no training configuration at nowhere.toml"),
        (["--bundle", "nowhere", "x.safetensors"], 2, "train the stage that writes it first"),
    ],
)
def test_bad_commands_get_one_sentence(options, code, message, capsys):
    assert main(options) == code
    assert message in capsys.readouterr().err


def test_a_stage_before_its_codecs_names_what_is_missing(tmp_path, capsys):
    assert main(arguments("transformer", tmp_path)) == 2
    assert "train the stage that writes it first" in capsys.readouterr().err


def test_an_unknown_objective_key_is_refused(tmp_path, capsys):
    assert main(arguments("vocoder", tmp_path, "objective.windows=3")) == 2
    assert "[objective] has unknown keys: windows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stage", "slip"),
    [
        ("video_vae", "model.patchsize=4"),
        ("audio_vae", "model.model.params.ddconfig.chan=8"),
        ("vocoder", "model.upsample_rate=[2]"),
    ],
)
def test_a_slip_in_the_model_trains_no_other_network(stage, slip, tmp_path, capsys):
    assert main(arguments(stage, tmp_path, slip)) == 2
    key = slip.removeprefix("model.").partition("=")[0]
    assert f"[model] has unknown keys: {key}; allowed:" in capsys.readouterr().err
    assert not (tmp_path / "clips").exists()


@pytest.mark.slow
def test_latents_of_clips_that_are_not_kept_equal_those_of_a_store(work, tmp_path):
    results = [work / name / f"{name}.safetensors" for name in ("video_vae", "audio_vae")]
    codecs = Codecs.load(*results, torch.device("cpu"))
    kept = replace(DATA, folder=str(work / "clips"))
    streamed = replace(DATA, folder=str(tmp_path), keep_clips=False, workers=0)
    cpu = torch.device("cpu")
    stored, made = (make_latents(d, "train", codecs, "fp32", cpu) for d in (kept, streamed))
    again = make_latents(streamed, "train", codecs, "fp32", cpu)
    assert stored.captions == made.captions == again.captions
    assert stored.counts == made.counts == again.counts
    assert torch.equal(made.video, again.video)
    assert torch.allclose(stored.video.float(), made.video.float(), atol=2e-3)
    assert torch.allclose(stored.audio.float(), made.audio.float(), atol=2e-3)
    assert not list(tmp_path.rglob("frames.u8"))


@pytest.mark.slow
def test_weights_are_carried_over_to_other_codecs(work, tmp_path, caplog):
    out, more = tmp_path / "start.safetensors", ["--carry-over", str(work)]
    assert main([*arguments("transformer", work), *more, str(out)]) == 2
    many = ["--set", "data.count=120", "--set", "data.keep_clips=false"]
    with caplog.at_level("INFO"):
        assert main([*arguments("transformer", work), *many, *more, str(out)]) == 0
    assert "new latents explain 1.00 of the old video latents" in caplog.text
    before, after = load_file(work / "transformer" / "transformer.safetensors"), load_file(out)
    assert "of the audio velocities is not explained yet" in caplog.text
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    last = {"proj_out.weight", "proj_out.bias", "patchify_proj.weight"}
    assert changed == {f"transformer.{part}{name}" for name in last for part in ("", "audio_")}
    start = ["--set", f'run.init_from="{out}"', "--set", f'run.folder="{tmp_path / "on"}"']
    assert main([*arguments("transformer", work), *start]) == 0
    assert main([*arguments("transformer", work), "--carry-over", str(tmp_path), str(out)]) == 2

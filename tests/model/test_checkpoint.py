"""A checkpoint written by us loads strictly back, and files that do not fit are refused by name."""

import json
import subprocess
import sys

import pytest
import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import (
    Checkpoint,
    CheckpointError,
    CheckpointInfo,
    CheckpointParts,
    Recommended,
    load_checkpoint,
    save_checkpoint,
)
from hibari.model.checkpoint.blank import Blank
from hibari.model.checkpoint.container import read_header, write_file
from hibari.model.checkpoint.families import LTX_2, LTX_2_3
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer.config import TransformerConfig
from hibari.model.transformer.transformer import AVTransformer
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder
from safetensors.torch import load_file

INFO = CheckpointInfo(
    name="Test",
    av_order="comfy",
    recommended=Recommended(steps=8, guidance=1.5, width=64, height=64, sigmas=(1.0, 0.0)),
)


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    return CheckpointParts(
        transformer=AVTransformer(TransformerConfig.tiny(connector=False)),
        video_vae=VideoVae(VideoVaeConfig.tiny()),
        audio_vae=AudioVae(AudioVaeConfig.tiny()),
        vocoder=build_vocoder(VocoderConfig.tiny()),
        text_encoder=TextEncoder(TextEncoderConfig.tiny()),
    )


@pytest.fixture(scope="module")
def original(parts, tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    save_checkpoint(path, parts, INFO)
    return path


def changed(original, tmp_path, tensors=(), drop=(), **metadata):
    """A copy of the file with keys added or removed and metadata replaced (None removes)."""
    header, _ = read_header(original)
    header = {k: v for k, v in (header | metadata).items() if v is not None}
    state = load_file(original) | dict(tensors)
    path = tmp_path / "changed.safetensors"
    write_file(path, {k: v for k, v in state.items() if k not in drop}, header)
    return path


def test_everything_comes_back_as_it_was(parts, original):
    loaded, file = load_checkpoint(original)
    assert file.info == INFO
    for (part, before), (_, after) in zip(parts.modules(), loaded.modules(), strict=True):
        assert before.config == after.config, part
        assert not after.training
        state = after.state_dict()
        for name, tensor in before.state_dict().items():
            torch.testing.assert_close(state[name], tensor, rtol=0, atol=0)


def test_saving_twice_gives_the_same_bytes(parts, original, tmp_path):
    save_checkpoint(tmp_path / "again.safetensors", parts, INFO)
    assert (tmp_path / "again.safetensors").read_bytes() == original.read_bytes()


def test_a_loaded_checkpoint_saves_to_the_same_bytes(original, tmp_path):
    loaded, file = load_checkpoint(original)
    save_checkpoint(tmp_path / "again.safetensors", loaded, file.info)
    assert (tmp_path / "again.safetensors").read_bytes() == original.read_bytes()


def test_half_precision_is_stored_small_and_computed_in_float32_on_the_cpu(parts, tmp_path):
    path = tmp_path / "half.safetensors"
    save_checkpoint(path, parts, INFO, dtype=torch.bfloat16)
    file = Checkpoint(path)
    stored = file.tensors["model.diffusion_model.patchify_proj.weight"]
    assert stored.dtype == torch.bfloat16
    assert file.tensors["vae.per_channel_statistics.mean-of-means"].dtype == torch.float32
    assert file.tensors["vocoder.conv_pre.weight"].dtype == torch.float16
    assert {p.dtype for p in file.load_transformer().parameters()} == {torch.float32}
    assert {p.dtype for p in file.load_transformer(dtype=torch.bfloat16).parameters()} == {
        torch.bfloat16
    }


def test_opening_reads_no_weights_and_parts_load_alone(original, monkeypatch):
    from hibari.model.checkpoint import reader

    opened = []
    real = reader.safe_open

    def spy(*args, **kwargs):
        opened.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(reader, "safe_open", spy)
    file = Checkpoint(original)
    assert opened == []
    file.load_video_vae()
    assert len(opened) == 1


def test_loading_initialises_nothing(original):
    """Networks are built without memory: random initial weights would move the generator."""
    before = torch.get_rng_state()
    parts, _ = load_checkpoint(original)
    assert torch.equal(torch.get_rng_state(), before)
    for _, module in parts.modules():
        assert not any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers()))


def test_the_av_order_is_read_from_our_metadata_and_is_the_reference_without(original, tmp_path):
    assert Checkpoint(original).load_transformer().config.av_order == "comfy"
    foreign = changed(original, tmp_path, hibari=None)
    assert Checkpoint(foreign).info.av_order == "reference"
    assert Checkpoint(foreign).load_transformer().config.av_order == "reference"


def test_unread_statistics_of_official_files_are_tolerated(original, tmp_path):
    extra = {
        "vae.per_channel_statistics.channel": torch.zeros(128),
        "vae.per_channel_statistics.mean-of-stds": torch.zeros(128),
        "audio_vae.per_channel_statistics.mean-of-stds": torch.zeros(128),
    }
    parts, _ = load_checkpoint(changed(original, tmp_path, extra))
    assert "per_channel_statistics.channel" not in parts.video_vae.state_dict()


@pytest.mark.parametrize(
    ("drop", "extra", "message"),
    [
        (
            ["model.diffusion_model.proj_out.weight", "model.diffusion_model.proj_out.bias"],
            {},
            r"transformer .* 2 missing \(proj_out\.weight, proj_out\.bias\)",
        ),
        (
            [],
            {f"model.diffusion_model.extra.{i}": torch.zeros(1) for i in range(5)},
            r"5 unknown \(extra\.0, extra\.1, extra\.2 and 2 more\)",
        ),
        (
            [],
            {"model.diffusion_model.proj_out.bias": torch.zeros(3)},
            r"1 of the wrong shape \(proj_out\.bias is \[3\] instead of \[128\]\)",
        ),
        (
            [],
            {"model.diffusion_model.proj_out.bias": torch.zeros(128, dtype=torch.int8)},
            r"1 holding integers \(proj_out\.bias\)",
        ),
    ],
)
def test_keys_that_do_not_fit_are_named_and_counted(original, tmp_path, drop, extra, message):
    file = Checkpoint(changed(original, tmp_path, extra, drop))
    with pytest.raises(CheckpointError, match=message):
        file.load_transformer()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["model.diffusion_model.input_blocks.0.0.weight"], "a Stable Diffusion checkpoint"),
        (["double_blocks.0.img_attn.qkv.weight"], "a FLUX or HunyuanVideo checkpoint"),
        (["model.diffusion_model.adaln_single.linear.weight"], "LTX-Video .* without sound"),
        (["diffusion_model.blocks.0.lora_A.weight"], "a LoRA, which changes a model but is none"),
        (["something.weight"], "its keys belong to another model"),
        ([], "its keys belong to another model"),
    ],
)
def test_other_families_are_refused_and_named(tmp_path, keys, message):
    path = tmp_path / "other.safetensors"
    write_file(path, {key: torch.zeros(1) for key in keys}, {"config": "{}"})
    with pytest.raises(CheckpointError, match=f"is not an LTX-2 checkpoint: .*{message}"):
        Checkpoint(path)


def test_keys_of_no_known_part_are_refused(original, tmp_path):
    with pytest.raises(CheckpointError, match=r"1 keys of no known part \(stray\.weight\)"):
        Checkpoint(changed(original, tmp_path, {"stray.weight": torch.zeros(1)}))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"config": None}, "has no 'config' in its metadata"),
        ({"config": "{"}, "a 'config' in its metadata that is not JSON"),
        ({"config": "[]"}, "that is no JSON object"),
        ({"hibari": '{"format": 2}'}, "has format 2; this version reads 1: update Hibari"),
    ],
)
def test_missing_and_broken_metadata_is_refused(original, tmp_path, metadata, message):
    with pytest.raises(CheckpointError, match=message):
        Checkpoint(changed(original, tmp_path, **metadata))


def test_a_configuration_that_cannot_be_built_is_refused_with_its_part(original, tmp_path):
    config = json.loads(Checkpoint(original).metadata["config"])
    config["transformer"]["rope_type"] = "spiral"
    config.pop("vae")
    file = Checkpoint(changed(original, tmp_path, config=json.dumps(config)))
    with pytest.raises(CheckpointError, match=r"a transformer that cannot be built: .*spiral"):
        file.load_transformer()
    with pytest.raises(CheckpointError, match="holds no video VAE"):
        file.load_video_vae()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model.ckpt",), "does not end in .safetensors"),
        (("model.safetensors", CheckpointParts()), "no part to save"),
        (("model.safetensors", None, torch.int8), "no weight type; use float32"),
    ],
)
def test_bad_requests_to_save_are_refused(parts, tmp_path, arguments, message):
    name, given, dtype = (*arguments, None, None)[:3]
    with pytest.raises(ValueError, match=message):
        save_checkpoint(tmp_path / name, given or parts, INFO, dtype)
    assert not list(tmp_path.iterdir())


# Loaders of this field assume other defaults for these, and shapes do not tell.
SET_IT = ("rope_type", "frequencies_precision", "use_middle_indices_grid",
          "causal_temporal_positioning", "av_ca_timestep_scale_multiplier")  # fmt: skip


@pytest.mark.parametrize("family", [LTX_2, LTX_2_3], ids=["2.0", "2.3"])
def test_official_configurations_survive_reading_and_writing(family):
    for key, config in (
        ("transformer", TransformerConfig),
        ("vae", VideoVaeConfig),
        ("audio_vae", AudioVaeConfig),
        ("vocoder", VocoderConfig),
    ):
        read = config.from_metadata(family[key])
        assert config.from_metadata(read.to_metadata()) == read
    written = TransformerConfig.from_metadata(family["transformer"]).to_metadata()
    for name in SET_IT:
        assert written[name] == family["transformer"][name]


def test_our_files_say_what_stock_loaders_cannot_guess(original):
    config = Checkpoint(original).config
    assert set(SET_IT) <= config["transformer"].keys()
    assert config["vae"]["timestep_conditioning"] is False
    assert config["audio_vae"]["model"]["params"]["ddconfig"]["causality_axis"] == "height"
    assert {"scheduler", "vocoder", "text_encoder"} <= config.keys()


def test_loading_does_not_import_the_compiler_of_torch(original):
    code = f"""
import sys
from hibari.model.checkpoint import load_checkpoint
parts, _ = load_checkpoint({str(original)!r})
filled = all(parameter.is_cpu for parameter in parts.text_encoder.parameters())
sys.exit("torch._dynamo" in sys.modules or not filled)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_what_has_no_values_is_left_undrawn():
    with Blank():
        assert torch.randn(3, device="meta").is_meta
        assert torch.nn.Embedding(3, 2, device="meta").weight.is_meta
        torch.manual_seed(0)
        drawn, table = torch.randn(3), torch.nn.Embedding(3, 2).weight
    torch.manual_seed(0)
    assert torch.equal(drawn, torch.randn(3))
    assert torch.equal(table, torch.nn.Embedding(3, 2).weight)

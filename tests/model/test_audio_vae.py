"""The audio VAE: parity with diffusers, causality, statistics, shapes, keys, errors."""

import sys

import pytest
import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig, log_mel

try:
    import torchaudio  # noqa: F401
except OSError:
    # A torchaudio built for another torch breaks the import of diffusers, which does not need it.
    sys.modules["torchaudio"] = None
except ImportError:
    pass

REAL_METADATA = {
    "model": {
        "params": {
            "sampling_rate": 16000,
            "ddconfig": {
                "double_z": True,
                "mel_bins": 64,
                "z_channels": 8,
                "resolution": 256,
                "downsample_time": False,
                "in_channels": 2,
                "out_ch": 2,
                "ch": 128,
                "ch_mult": [1, 2, 4],
                "num_res_blocks": 2,
                "attn_resolutions": [],
                "dropout": 0.0,
                "mid_block_add_attention": False,
                "norm_type": "pixel",
                "causality_axis": "height",
            },
        }
    },
    "preprocessing": {
        "stft": {"filter_length": 1024, "hop_length": 160, "win_length": 1024, "causal": True},
        "mel": {"n_mel_channels": 64, "mel_fmin": 0, "mel_fmax": 8000},
    },
}


@pytest.fixture(scope="module")
def vae() -> AudioVae:
    torch.manual_seed(0)
    vae = AudioVae(AudioVaeConfig.tiny())
    statistics = vae.per_channel_statistics
    statistics.get_buffer("mean-of-means").copy_(torch.randn(128))
    statistics.get_buffer("std-of-means").copy_(torch.rand(128) + 0.5)
    return vae.eval().requires_grad_(False)


def relative_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


@pytest.mark.parametrize("res_blocks", [1, 2])
def test_both_halves_equal_those_of_diffusers(res_blocks):
    from diffusers import AutoencoderKLLTX2Audio

    torch.manual_seed(1)
    ours = AudioVae(AudioVaeConfig(channels=16, res_blocks=res_blocks)).requires_grad_(False)
    theirs = AutoencoderKLLTX2Audio(base_channels=16, num_res_blocks=res_blocks)
    weights = {k: v for k, v in ours.state_dict().items() if not k.startswith("per_channel")}
    weights |= {"latents_mean": torch.zeros(16), "latents_std": torch.ones(16)}
    theirs.load_state_dict(weights)
    mel, latent = torch.randn(2, 2, 33, 64), torch.randn(2, 8, 9, 16)
    with torch.no_grad():
        mean = theirs.encode(mel).latent_dist.mode()
        decoded = theirs.decode(latent).sample
    assert relative_error(ours.encode(mel), mean) < 1e-4
    assert relative_error(ours.decode(latent), decoded) < 1e-4


@pytest.mark.parametrize("latents", [1, 2, 7])
def test_four_mel_rows_and_one_more_are_one_latent(vae, latents):
    encoded = vae.encode(torch.randn(1, 2, 4 * latents - 3, 64))
    assert encoded.shape == (1, 8, latents, 16)
    assert vae.decode(encoded).shape == (1, 2, 4 * latents - 3, 64)


def test_later_sound_changes_no_earlier_latent(vae):
    mel = torch.randn(1, 2, 41, 64)
    changed = mel.clone()
    changed[:, :, 21:] += 1.0
    before, after = vae.encode(mel), vae.encode(changed)
    # Latent k has seen mel rows up to 4k.
    assert torch.equal(before[:, :, :6], after[:, :, :6])
    assert not torch.equal(before[:, :, 6], after[:, :, 6])


def test_later_latents_change_no_earlier_mel_row(vae):
    latent = torch.randn(1, 8, 10, 16)
    changed = latent.clone()
    changed[:, :, 5:] += 1.0
    before, after = vae.decode(latent), vae.decode(changed)
    assert torch.equal(before[:, :, :17], after[:, :, :17])
    assert not torch.equal(before[:, :, 17:21], after[:, :, 17:21])


def test_statistics_are_indexed_by_channel_then_bin_and_undo_themselves(vae):
    statistics = vae.per_channel_statistics
    tokens = torch.randn(2, 5, 128)
    torch.testing.assert_close(statistics.denormalize(statistics.normalize(tokens)), tokens)
    mean = statistics.get_buffer("mean-of-means").view(8, 1, 16)
    deviation = statistics.get_buffer("std-of-means").view(8, 1, 16)
    mel = torch.randn(1, 2, 5, 64)
    raw = vae.encoder(mel)[:, :8]
    torch.testing.assert_close(vae.encode(mel), (raw - mean) / deviation)
    torch.testing.assert_close(vae.decode((raw - mean) / deviation), vae.decoder(raw))


def test_silence_stays_finite(vae):
    silence = log_mel(torch.zeros(1, 2, 160 * 16))
    assert torch.isfinite(vae.decode(vae.encode(silence))).all()
    assert torch.isfinite(vae.decode(torch.zeros(1, 8, 3, 16))).all()


def test_every_weight_learns():
    torch.manual_seed(0)
    vae = AudioVae(AudioVaeConfig.tiny())
    vae.decode(vae.encode(torch.randn(1, 2, 9, 64))).square().mean().backward()
    dead = [name for name, weight in vae.named_parameters() if not weight.grad.abs().sum() > 0]
    assert dead == []


def test_the_real_configuration_has_the_keys_of_the_files():
    vae = AudioVae(AudioVaeConfig.from_metadata(REAL_METADATA), device="meta")
    shapes = {key: tuple(value.shape) for key, value in vae.state_dict().items()}
    expected = {
        "encoder.conv_in.conv.weight": (128, 2, 3, 3),
        "encoder.down.0.block.1.conv2.conv.bias": (128,),
        "encoder.down.0.downsample.conv.weight": (128, 128, 3, 3),
        "encoder.down.1.block.0.nin_shortcut.conv.weight": (256, 128, 1, 1),
        "encoder.down.2.block.1.conv1.conv.weight": (512, 512, 3, 3),
        "encoder.mid.block_2.conv1.conv.weight": (512, 512, 3, 3),
        "encoder.conv_out.conv.weight": (16, 512, 3, 3),
        "decoder.conv_in.conv.weight": (512, 8, 3, 3),
        "decoder.mid.block_1.conv2.conv.weight": (512, 512, 3, 3),
        "decoder.up.2.upsample.conv.conv.weight": (512, 512, 3, 3),
        "decoder.up.1.block.0.nin_shortcut.conv.weight": (256, 512, 1, 1),
        "decoder.up.0.block.2.conv1.conv.weight": (128, 128, 3, 3),
        "decoder.conv_out.conv.weight": (2, 128, 3, 3),
        "per_channel_statistics.mean-of-means": (128,),
        "per_channel_statistics.std-of-means": (128,),
    }
    assert expected.items() <= shapes.items()
    # Ends, residual blocks, shortcuts, resamplers and middle of each half; weight and bias.
    encoder = 2 + 3 * 2 * 2 + 2 + 2 + 4
    decoder = 2 + 3 * 3 * 2 + 2 + 2 + 4
    assert len(shapes) == 2 * (encoder + decoder) + 2
    assert not any("encoder.down.2.downsample" in key or "up.0.upsample" in key for key in shapes)


@pytest.mark.parametrize(
    "config", [AudioVaeConfig(), AudioVaeConfig.tiny(), AudioVaeConfig(channels=32, res_blocks=1)]
)
def test_the_configuration_survives_the_metadata(config):
    assert AudioVaeConfig.from_metadata(config.to_metadata()) == config


def test_the_default_configuration_is_that_of_the_files():
    assert AudioVaeConfig.from_metadata(REAL_METADATA) == AudioVaeConfig()
    written = AudioVaeConfig().to_metadata()
    assert written["model"] == REAL_METADATA["model"]
    assert written["preprocessing"]["stft"] == REAL_METADATA["preprocessing"]["stft"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("norm_type", "group"), ("causality_axis", "width"), ("mid_block_add_attention", True)],
)
def test_networks_of_another_kind_are_refused_by_key(key, value):
    network = {**REAL_METADATA["model"]["params"]["ddconfig"], key: value}
    with pytest.raises(ValueError, match=f"audio_vae {key} is {value!r}"):
        AudioVaeConfig.from_metadata({"model": {"params": {"ddconfig": network}}})


def test_wrong_shapes_are_refused_by_name(vae):
    with pytest.raises(ValueError, match=r"audio spectrogram has shape \[1, 1, 9, 64\]"):
        vae.encode(torch.zeros(1, 1, 9, 64))
    with pytest.raises(ValueError, match=r"audio latent has shape \[1, 8, 9, 64\]"):
        vae.decode(torch.zeros(1, 8, 9, 64))
    with pytest.raises(ValueError, match=r"ch_mult .* has 2 levels"):
        AudioVaeConfig(multipliers=(1, 2))


def test_layers_come_from_the_operations_namespace():
    class Counting(torch.nn.Conv2d):
        made = 0

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            Counting.made += 1

    operations = type("operations", (), {"Conv2d": Counting})
    vae = AudioVae(AudioVaeConfig.tiny(), operations=operations, dtype=torch.bfloat16)
    assert Counting.made == sum(isinstance(m, torch.nn.Conv2d) for m in vae.modules())
    assert {value.dtype for value in vae.state_dict().values()} == {torch.bfloat16}

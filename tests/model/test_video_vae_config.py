"""The block lists of official files become the official tensors, and come back unchanged."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hibari.model.video_vae import VideoVae, VideoVaeConfig


def res(num_layers):
    return ["res_x", {"num_layers": num_layers}]


def step(kind, multiplier, **options):
    return [kind, {"multiplier": multiplier, **options}]


COMMON = {
    "_class_name": "CausalVideoAutoencoder",
    "dims": 3,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 128,
    "scaling_factor": 1.0,
    "norm_layer": "pixel_norm",
    "patch_size": 4,
    "latent_log_var": "uniform",
    "use_quant_conv": False,
    "causal_decoder": False,
    "timestep_conditioning": False,
    "normalize_latent_channels": False,
    "encoder_base_channels": 128,
    "decoder_base_channels": 128,
}
OFFICIAL = {
    "2.0": {
        **COMMON,
        "encoder_blocks": [
            res(4),
            step("compress_space_res", 2),
            res(6),
            step("compress_time_res", 2),
            res(6),
            step("compress_all_res", 2),
            res(2),
            step("compress_all_res", 2),
            res(2),
        ],
        "decoder_blocks": [
            res(5),
            step("compress_all", 2, residual=True),
            res(5),
            step("compress_all", 2, residual=True),
            res(5),
            step("compress_all", 2, residual=True),
            res(5),
        ],
    },
    "2.3": {
        **COMMON,
        "spatial_padding_mode": "zeros",
        "encoder_blocks": [
            res(4),
            step("compress_space_res", 2),
            res(6),
            step("compress_time_res", 2),
            res(4),
            step("compress_all_res", 2),
            res(2),
            step("compress_all_res", 1),
            res(2),
        ],
        "decoder_blocks": [
            res(4),
            step("compress_space", 2),
            res(6),
            step("compress_time", 2),
            res(4),
            step("compress_all", 1),
            res(2),
            step("compress_all", 2),
            res(2),
        ],
    },
}
# (tensor, shape) where the two generations differ most: widths, depths, first and last layers.
SHAPES = {
    "2.0": {
        "encoder.conv_in.conv.weight": (128, 48),
        "encoder.down_blocks.1.conv.conv.weight": (64, 128),
        "encoder.down_blocks.4.res_blocks.5.conv2.conv.weight": (512, 512),
        "encoder.down_blocks.7.conv.conv.weight": (256, 1024),
        "encoder.conv_out.conv.weight": (129, 2048),
        "decoder.conv_in.conv.weight": (1024, 128),
        "decoder.up_blocks.1.conv.conv.weight": (4096, 1024),
        "decoder.up_blocks.6.res_blocks.4.conv1.conv.weight": (128, 128),
        "decoder.conv_out.conv.weight": (48, 128),
    },
    "2.3": {
        "encoder.down_blocks.4.res_blocks.3.conv2.conv.weight": (512, 512),
        "encoder.down_blocks.7.conv.conv.weight": (128, 1024),
        "encoder.conv_out.conv.weight": (129, 1024),
        "decoder.conv_in.conv.weight": (1024, 128),
        "decoder.up_blocks.1.conv.conv.weight": (4096, 1024),
        "decoder.up_blocks.3.conv.conv.weight": (4096, 512),
        "decoder.up_blocks.5.conv.conv.weight": (512, 512),
        "decoder.up_blocks.7.conv.conv.weight": (512, 256),
        "decoder.up_blocks.8.res_blocks.3.conv1.conv.weight": (128, 128),
        "decoder.conv_out.conv.weight": (48, 128),
    },
}


def expected_keys(metadata):
    """Names of all tensors, written out from the block lists."""
    keys = {f"per_channel_statistics.{name}-of-means" for name in ("mean", "std")}
    layers = [f"{half}.conv_{end}" for half in ("encoder", "decoder") for end in ("in", "out")]
    for half, side, blocks in (
        ("encoder", "down", metadata["encoder_blocks"]),
        ("decoder", "up", metadata["decoder_blocks"][::-1]),
    ):
        for i, (kind, options) in enumerate(blocks):
            stem = f"{half}.{side}_blocks.{i}"
            layers += [
                f"{stem}.res_blocks.{j}.conv{n}"
                for j in range(options.get("num_layers", 0))
                for n in (1, 2)
            ]
            layers += [f"{stem}.conv"] if kind != "res_x" else []
    return keys | {f"{layer}.conv.{part}" for layer in layers for part in ("weight", "bias")}


@pytest.mark.parametrize("generation", OFFICIAL)
def test_official_block_lists_make_the_tensors_of_the_official_files(generation):
    config = VideoVaeConfig.from_metadata(OFFICIAL[generation])
    tensors = VideoVae(config, device="meta").state_dict()
    assert set(tensors) == expected_keys(OFFICIAL[generation])
    for name, shape in SHAPES[generation].items():
        assert tuple(tensors[name].shape) == (*shape, 3, 3, 3), name
    assert tensors["per_channel_statistics.std-of-means"].shape == (128,)


@pytest.mark.parametrize("generation", OFFICIAL)
def test_configuration_survives_the_file(generation):
    config = VideoVaeConfig.from_metadata(OFFICIAL[generation])
    assert config.to_metadata() == OFFICIAL[generation]


def test_padding_of_the_first_generation_differs_between_the_halves():
    first, second = (VideoVaeConfig.from_metadata(OFFICIAL[g]) for g in ("2.0", "2.3"))
    assert (first.encoder_padding, first.decoder_padding) == ("zeros", "reflect")
    assert (second.encoder_padding, second.decoder_padding) == ("zeros", "zeros")


def test_our_small_model_is_described_by_the_official_keys_alone():
    config = VideoVaeConfig.tiny()
    assert set(config.to_metadata()) == set(OFFICIAL["2.3"])
    assert VideoVaeConfig.from_metadata(config.to_metadata()) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"timestep_conditioning": True}, "timestep_conditioning is true"),
        ({"_class_name": "CausalDiffusionVAE"}, "_class_name 'CausalDiffusionVAE'"),
        ({"norm_layer": "group_norm"}, "norm_layer 'group_norm'.*must be 'pixel_norm'"),
        ({"spatial_padding_mode": "circular"}, "'circular' is not known; use one of zeros"),
        ({"latent_log_var": "full"}, "latent_log_var 'full' is not known"),
        ({"decoder_blocks": None}, "has no decoder_blocks"),
        ({"encoder_blocks": [["res_x_y", 1]]}, "encoder_blocks: block 'res_x_y' is not supp"),
        ({"encoder_blocks": [["compress_all", {}]]}, "use one of res_x, compress_space_res"),
        ({"decoder_blocks": [["compress_all_res", {}]]}, "use one of res_x, compress_space,"),
        ({"decoder_blocks": [["res_x", {"inject_noise": True}]]}, "noise injection"),
        ({"patch_size": 8}, "compress time by 8 and space by 64; make them 8 and 32"),
    ],
)
def test_other_families_are_refused_by_name(change, message):
    metadata = {**copy.deepcopy(OFFICIAL["2.0"]), **change}
    with pytest.raises(ValueError, match=message):
        VideoVaeConfig.from_metadata(metadata)


def test_widths_that_do_not_divide_are_refused_with_the_widths():
    config = replace(VideoVaeConfig.tiny(), encoder_base_channels=6)
    with pytest.raises(ValueError, match="cannot turn 6 channels into 12"):
        VideoVae(config, device="meta")
    config = replace(VideoVaeConfig.tiny(), decoder_base_channels=5)
    with pytest.raises(ValueError, match="cannot turn 20 channels into 10"):
        VideoVae(config, device="meta")


def test_padding_that_one_key_cannot_say_is_not_written():
    config = replace(VideoVaeConfig.tiny(), encoder_padding="reflect")
    with pytest.raises(ValueError, match="cannot be written to a checkpoint"):
        config.to_metadata()

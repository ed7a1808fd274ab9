"""Parity of both block-list generations with diffusers' AutoencoderKLLTX2Video."""

from __future__ import annotations

import re

import pytest
import torch
from hibari.model.video_vae import Block, VideoVae, VideoVaeConfig

NAMES = {
    "compress_space": "spatial",
    "compress_time": "temporal",
    "compress_all": "spatiotemporal",
}
# From the pixels inwards, with a residual stack before, between and after: (kind, multiplier).
ENCODERS = {
    "2.0": [("space", 2), ("time", 2), ("all", 2), ("all", 2)],
    "2.3": [("space", 2), ("time", 2), ("all", 2), ("all", 1)],
}
DECODERS = {
    "2.0": [("all", 2), ("all", 2), ("all", 2)],
    "2.3": [("space", 2), ("time", 2), ("all", 1), ("all", 2)],
}


def block_list(steps, layers, residual=False):
    blocks = [Block("res_x", num_layers=layers[0])]
    for (kind, multiplier), num_layers in zip(steps, layers[1:], strict=False):
        blocks.append(Block(f"compress_{kind}", multiplier=multiplier, residual=residual))
        blocks.append(Block("res_x", num_layers=num_layers))
    return tuple(blocks)


def small_config(generation, padding, layers=(2, 1, 1, 1, 2), latent_channels=16, base=8):
    """An official block list at small widths.

    diffusers ties the encoder's first width to the latent channels, so ours is the same here.
    """
    return VideoVaeConfig(
        encoder_blocks=block_list(ENCODERS[generation], layers),
        decoder_blocks=block_list(DECODERS[generation], layers, residual=generation == "2.0"),
        encoder_base_channels=latent_channels,
        decoder_base_channels=base,
        latent_channels=latent_channels,
        encoder_padding=padding,
        decoder_padding=padding,
    )


def diffusers_twin(vae):
    """diffusers' model with the weights of ours."""
    from diffusers import AutoencoderKLLTX2Video

    config = vae.config
    down = [b for b in config.encoder_blocks if b.kind != "res_x"]
    up = [b for b in config.decoder_blocks if b.kind != "res_x"]
    layers = [b.num_layers for b in config.encoder_blocks if b.kind == "res_x"]
    decoder_layers = [b.num_layers for b in config.decoder_blocks if b.kind == "res_x"]
    widths, decoder_widths = [config.encoder_base_channels], [config.decoder_base_channels]
    for block in down:
        widths.append(widths[-1] * block.multiplier)
    for block in up:
        decoder_widths.append(decoder_widths[-1] * block.multiplier)
    twin = AutoencoderKLLTX2Video(
        latent_channels=config.latent_channels,
        block_out_channels=tuple(widths[1:]),
        decoder_block_out_channels=tuple(decoder_widths[1:]),
        layers_per_block=tuple(layers),
        decoder_layers_per_block=tuple(decoder_layers),
        spatio_temporal_scaling=(True,) * len(down),
        decoder_spatio_temporal_scaling=(True,) * len(up),
        decoder_inject_noise=(False,) * (len(up) + 1),
        downsample_type=tuple(NAMES[b.kind] for b in down),
        upsample_type=tuple(NAMES[b.kind] for b in reversed(up)),
        upsample_residual=tuple(b.residual for b in up),
        upsample_factor=tuple(b.multiplier for b in up),
        patch_size=config.patch_size,
        timestep_conditioning=False,
        encoder_spatial_padding_mode=config.encoder_padding,
        decoder_spatial_padding_mode=config.decoder_padding,
        decoder_causal=config.causal_decoder,
    )
    last = len(config.encoder_blocks) - 1
    for half in ("encoder", "decoder"):
        weights = getattr(vae, half).state_dict()
        renamed = {their_name(name, last): tensor for name, tensor in weights.items()}
        getattr(twin, half).load_state_dict(renamed)
    return twin.eval()


def their_name(name, last):
    """A tensor's name in diffusers; ``last`` is the index of the encoder's last stack."""
    name = name.replace("res_blocks", "resnets")
    name = name.replace(f"down_blocks.{last}.", "mid_block.").replace("up_blocks.0.", "mid_block.")

    def pair(match):
        side, index = match[1], int(match[2])
        if side == "down":
            return f"down_blocks.{index // 2}." + ("downsamplers.0." if index % 2 else "")
        return f"up_blocks.{(index - 1) // 2}." + ("upsamplers.0." if index % 2 else "")

    return re.sub(r"(down|up)_blocks\.(\d+)\.", pair, name)


@pytest.mark.parametrize("padding", ["zeros", "reflect"])
@pytest.mark.parametrize("generation", ["2.0", "2.3"])
def test_encoder_and_decoder_agree_with_diffusers(generation, padding):
    torch.manual_seed(0)
    ours = VideoVae(small_config(generation, padding))
    theirs = diffusers_twin(ours)
    pixels = torch.rand(1, 3, 17, 64, 96) * 2 - 1
    latents = torch.randn(1, 16, 3, 2, 3)
    with torch.no_grad():
        wanted = theirs.encode(pixels).latent_dist.mode()
        assert (ours.encode(pixels) - wanted).abs().max() <= 1e-4 * wanted.abs().max()
        wanted = theirs.decode(latents).sample
        assert wanted.shape == pixels.shape
        assert (ours.decode(latents) - wanted).abs().max() <= 1e-4 * wanted.abs().max()

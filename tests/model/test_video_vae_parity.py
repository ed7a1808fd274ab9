"""Parity of both block-list generations with diffusers' AutoencoderKLLTX2Video."""

from __future__ import annotations

import re

import pytest
import torch
from hibari.model.video_vae import Block, VideoVae, VideoVaeConfig

LATENT = 16  # diffusers ties the encoder's first width to the latent channels: keep both small
SPACE, TIME, ALL = "spatial", "temporal", "spatiotemporal"
KINDS = {SPACE: "compress_space", TIME: "compress_time", ALL: "compress_all"}
# Running order from the widest resolution: (kind, multiplier) of the encoder and the decoder.
GENERATIONS = {
    "2.0": {
        "encoder": [(SPACE, 2), (TIME, 2), (ALL, 2), (ALL, 2)],
        "decoder": [(ALL, 2), (ALL, 2), (ALL, 2)],
        "residual": True,
    },
    "2.3": {
        "encoder": [(SPACE, 2), (TIME, 2), (ALL, 2), (ALL, 1)],
        "decoder": [(SPACE, 2), (TIME, 2), (ALL, 1), (ALL, 2)],
        "residual": False,
    },
}
LAYERS = (2, 1, 1, 1, 2)


def our_config(generation, padding):
    def blocks(steps, residual):
        stacks = [Block("res_x", num_layers=n) for n in LAYERS]
        listed = [stacks[0]]
        for (kind, multiplier), stack in zip(steps, stacks[1:], strict=False):
            shortcut = residual and kind == ALL
            listed += [Block(KINDS[kind], multiplier=multiplier, residual=shortcut), stack]
        return tuple(listed)

    given = GENERATIONS[generation]
    return VideoVaeConfig(
        encoder_blocks=blocks(given["encoder"], False),
        decoder_blocks=blocks(given["decoder"], given["residual"]),
        encoder_base_channels=LATENT,
        decoder_base_channels=8,
        latent_channels=LATENT,
        encoder_padding=padding,
        decoder_padding=padding,
    )


def their_model(config, padding):
    from diffusers import AutoencoderKLLTX2Video

    names = {kind: name for name, kind in KINDS.items()}
    down = [b for b in config.encoder_blocks if b.kind != "res_x"]
    up = [b for b in config.decoder_blocks if b.kind != "res_x"]
    widths, decoder_widths = [LATENT], [config.decoder_base_channels]
    for block in down:
        widths.append(widths[-1] * block.multiplier)
    for block in up:
        decoder_widths.append(decoder_widths[-1] * block.multiplier)
    return AutoencoderKLLTX2Video(
        latent_channels=LATENT,
        block_out_channels=tuple(widths[1:]),
        decoder_block_out_channels=tuple(decoder_widths[1:]),
        layers_per_block=LAYERS,
        decoder_layers_per_block=LAYERS[: len(up) + 1],
        spatio_temporal_scaling=(True,) * len(down),
        decoder_spatio_temporal_scaling=(True,) * len(up),
        decoder_inject_noise=(False,) * (len(up) + 1),
        downsample_type=tuple(names[b.kind] for b in down),
        upsample_type=tuple(names[b.kind] for b in reversed(up)),
        upsample_residual=tuple(b.residual for b in up),
        upsample_factor=tuple(b.multiplier for b in up),
        timestep_conditioning=False,
        encoder_spatial_padding_mode=padding,
        decoder_spatial_padding_mode=padding,
        decoder_causal=False,
        encoder_causal=True,
    ).eval()


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
@pytest.mark.parametrize("generation", GENERATIONS)
def test_encoder_and_decoder_agree_with_diffusers(generation, padding):
    torch.manual_seed(0)
    config = our_config(generation, padding)
    ours, theirs = VideoVae(config), their_model(config, padding)
    last = len(config.encoder_blocks) - 1
    weights = {
        their_name(name, last): tensor
        for name, tensor in ours.state_dict().items()
        if not name.startswith("per_channel_statistics")
    }
    missing, unexpected = theirs.load_state_dict(weights, strict=False)
    assert set(missing) <= {"latents_mean", "latents_std"}
    assert not unexpected
    pixels = torch.rand(1, 3, 17, 64, 96) * 2 - 1
    latents = torch.randn(1, LATENT, 3, 2, 3)
    with torch.no_grad():
        wanted = theirs.encode(pixels).latent_dist.mode()
        assert (ours.encode(pixels) - wanted).abs().max() <= 1e-4 * wanted.abs().max()
        wanted = theirs.decode(latents).sample
        assert wanted.shape == (1, 3, 17, 64, 96)
        assert (ours.decode(latents) - wanted).abs().max() <= 1e-4 * wanted.abs().max()

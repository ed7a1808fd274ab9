"""The two halves of the video VAE: pixels to latent means and log-variance, latents to pixels."""

from __future__ import annotations

from math import prod
from typing import Any

from torch import Tensor, nn

from .blocks import Downsample, ResStack, Upsample
from .config import VideoVaeConfig
from .conv import CausalConv3d
from .layout import patchify, unpatchify
from .stream import Stage, Stream


class Encoder(nn.Module):
    """Causal encoder: a latent frame depends on its own eight frames and earlier ones."""

    def __init__(self, config: VideoVaeConfig, operations: Any = nn, **factory: Any) -> None:
        super().__init__()
        self.config = config
        conv = {
            "causal": True,
            "padding": config.encoder_padding,
            "operations": operations,
            **factory,
        }
        width = config.encoder_base_channels
        self.conv_in = CausalConv3d(config.pixel_channels * config.patch_size**2, width, **conv)
        self.down_blocks = nn.ModuleList()
        for block in config.encoder_blocks:
            if block.kind == "res_x":
                self.down_blocks.append(ResStack(width, block.num_layers, **conv))
                continue
            out = width * block.multiplier
            self.down_blocks.append(Downsample(width, out, block.stride, **conv))
            width = out
        self.conv_out = CausalConv3d(width, config.encoder_out_channels, activate=True, **conv)

    def forward(self, pixels_BCFYX: Tensor, stream: Stream | None = None) -> Tensor:
        """Raw means, then log-variance ``[B, 129, F, Y, X]``, of pixels in [-1, 1].

        A stream must pass 8k+1 frames first, then multiples of 8.
        """
        x = self.conv_in(patchify(pixels_BCFYX, self.config.patch_size), stream)
        for block in self.down_blocks:
            x = block(x, stream)
        moments: Tensor = self.conv_out(x, stream)
        return moments


class Decoder(nn.Module):
    """Decoder; with ``causal_decoder`` false every convolution looks one frame ahead."""

    def __init__(self, config: VideoVaeConfig, operations: Any = nn, **factory: Any) -> None:
        super().__init__()
        self.config = config
        conv = {
            "causal": config.causal_decoder,
            "padding": config.decoder_padding,
            "operations": operations,
            **factory,
        }
        blocks = config.decoder_blocks
        width = config.decoder_base_channels * prod(block.multiplier for block in blocks)
        self.conv_in = CausalConv3d(config.latent_channels, width, **conv)
        self.up_blocks = nn.ModuleList()
        for block in reversed(blocks):
            if block.kind == "res_x":
                self.up_blocks.append(ResStack(width, block.num_layers, **conv))
                continue
            out = width // block.multiplier
            residual = block.residual
            self.up_blocks.append(Upsample(width, out, block.stride, residual=residual, **conv))
            width = out
        patch_channels = config.pixel_channels * config.patch_size**2
        self.conv_out = CausalConv3d(width, patch_channels, activate=True, **conv)

    def forward(self, z_BCFYX: Tensor) -> Tensor:
        """Pixels ``[B, 3, 8F-7, 32Y, 32X]`` of un-normalised latents ``[B, 128, F, Y, X]``."""
        x = z_BCFYX
        for stage in self.stages():
            x = stage.run(x, None)
        return x

    def stages(self) -> list[Stage]:
        """The steps from latents to pixels, each of which can run on chunks of a stream."""
        config = self.config
        growths = [prod(b.stride) / b.multiplier for b in reversed(config.decoder_blocks)]
        widening = self.conv_in.conv.out_channels / config.latent_channels
        return [
            Stage(self.conv_in, widening),
            *(Stage(block, growth) for block, growth in zip(self.up_blocks, growths, strict=True)),
            Stage(self._to_pixels),
        ]

    def _to_pixels(self, x: Tensor, stream: Stream | None) -> Tensor:
        return unpatchify(self.conv_out(x, stream), self.config.patch_size)

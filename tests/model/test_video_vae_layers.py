"""The layers of the video VAE against their definitions in ten lines of PyTorch."""

from __future__ import annotations

import pytest
import torch
from hibari.model.video_vae.blocks import Downsample, Upsample
from hibari.model.video_vae.conv import CausalConv3d
from hibari.model.video_vae.layout import (
    depth_to_space,
    patchify,
    space_to_depth,
    unpatchify,
)
from hibari.model.video_vae.norm import pixel_norm_silu
from torch.nn import functional as F

# (batch, in, out, frames, side): one clip below and above PyTorch's slow-path limit with odd and
# even frames, one frame, a batch, and a layer with far more weights than activations.
SHAPES = [(1, 8, 4, 5, 6), (1, 8, 4, 4, 6), (1, 24, 4, 50, 18), (1, 6, 4, 1, 6), (2, 4, 6, 3, 5)]
WIDE = (1, 64, 64, 2, 2)


def reference(conv, x, causal):
    past, future = (2, 0) if causal else (1, 1)
    x = torch.cat([x[:, :, :1]] * past + [x] + [x[:, :, -1:]] * future, dim=2)
    if conv.padding_mode == "reflect":
        x = F.pad(x, (1, 1, 1, 1, 0, 0), mode="reflect")
        return F.conv3d(x, conv.weight, conv.bias)
    return F.conv3d(x, conv.weight, conv.bias, padding=(0, 1, 1))


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("padding", ["zeros", "reflect"])
@pytest.mark.parametrize("shape", [*SHAPES, WIDE])
def test_convolution_equals_conv3d_with_its_gradients(shape, padding, causal):
    B, C, out, frames, side = shape
    layer = CausalConv3d(C, out, causal=causal, padding=padding)
    x = torch.randn(B, C, frames, side, side, requires_grad=True)
    inputs = (x, layer.conv.weight, layer.conv.bias)
    ours, wanted = layer(x), reference(layer.conv, x, causal)
    torch.testing.assert_close(ours, wanted, atol=2e-6, rtol=1e-5)
    weights = torch.randn_like(wanted)
    ours = torch.autograd.grad((ours * weights).sum(), inputs)
    wanted = torch.autograd.grad((wanted * weights).sum(), inputs)
    for mine, theirs in zip(ours, wanted, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5 * float(theirs.abs().max()), rtol=1e-4)


def test_convolution_runs_under_bfloat16_autocast():
    layer = CausalConv3d(8, 4, causal=True, padding="zeros")
    x = torch.randn(1, 8, 5, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(x)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), layer(x), atol=3e-2, rtol=3e-2)


def test_convolution_calls_the_layer_of_the_given_operations():
    class Doubling(torch.nn.Conv3d):
        def forward(self, x):
            return 2 * super().forward(x)

    class Operations:
        Conv3d = Doubling

    layer = CausalConv3d(4, 4, causal=True, padding="zeros", operations=Operations)
    x = torch.randn(1, 4, 5, 4, 4)
    torch.testing.assert_close(layer(x), 2 * reference(layer.conv, x, causal=True))


def test_pixel_norm_with_silu_equals_its_definition_and_its_gradient():
    x = torch.randn(2, 5, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    wanted = F.silu(x / torch.sqrt(x.square().mean(dim=1, keepdim=True) + 1e-8))
    torch.testing.assert_close(pixel_norm_silu(x), wanted)
    torch.testing.assert_close(pixel_norm_silu(x.detach()), wanted)
    assert torch.autograd.gradcheck(pixel_norm_silu, (x,))


def test_black_frames_have_a_finite_norm_and_gradient():
    x = torch.zeros(1, 4, 2, 2, 2, requires_grad=True)
    y = pixel_norm_silu(x)
    y.sum().backward()
    assert y.abs().max() == 0
    assert x.grad.isfinite().all()


def test_cells_move_to_channels_slowest_first_and_back():
    x = torch.arange(2 * 2 * 4 * 6).reshape(1, 2, 2, 4, 6)
    deep = space_to_depth(x, (2, 2, 2))
    assert deep.shape == (1, 16, 1, 2, 3)
    # Channel 8c + 4t + 2r + s of the first cell.
    assert deep[0, 8 + 4 + 1, 0, 0, 0] == x[0, 1, 1, 0, 1]
    assert torch.equal(depth_to_space(deep, (2, 2, 2)), x)


def test_pixels_move_to_channels_with_the_row_fastest_and_back():
    x = torch.arange(3 * 8 * 8).reshape(1, 3, 1, 8, 8)
    deep = patchify(x, 4)
    # Channel 16c + 4 * column + row.
    assert deep[0, 16 + 4 * 3 + 2, 0, 0, 1] == x[0, 1, 0, 2, 4 + 3]
    assert torch.equal(unpatchify(deep, 4), x)


def test_compression_starts_as_an_average_when_its_convolution_is_zero():
    block = Downsample(4, 8, (2, 2, 2), causal=True, padding="zeros")
    torch.nn.init.zeros_(block.conv.conv.weight)
    torch.nn.init.zeros_(block.conv.conv.bias)
    x = torch.randn(1, 4, 3, 4, 4)
    doubled = torch.cat([x[:, :, :1], x], dim=2)
    # multiplier 2 of stride 8: each output channel is the mean over 2x2 pixels of one frame.
    wanted = F.avg_pool3d(doubled, (1, 2, 2)).unflatten(2, (2, 2)).transpose(2, 3)
    torch.testing.assert_close(block(x), wanted.flatten(1, 2))


def test_residual_expansion_spreads_its_channels_when_its_convolution_is_zero():
    block = Upsample(16, 8, (2, 2, 2), residual=True, causal=False, padding="zeros")
    torch.nn.init.zeros_(block.conv.conv.weight)
    torch.nn.init.zeros_(block.conv.conv.bias)
    x = torch.randn(1, 16, 3, 2, 2)
    wanted = depth_to_space(x, (2, 2, 2))[:, :, 1:].repeat(1, 4, 1, 1, 1)
    torch.testing.assert_close(block(x), wanted)

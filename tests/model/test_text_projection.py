"""Normalisations and layout between a language model's layers and the text connectors."""

import math

import pytest
import torch
from hibari.model.text.projection import TextProjection, normalize_by_range, normalize_by_token

B, T, D, L = 2, 5, 6, 3


@pytest.fixture
def states():
    return torch.randn(B, T, D, L, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def mask():
    return torch.tensor([[True] * 5, [False, False, True, True, True]])


def test_the_range_norm_is_the_formula_over_valid_tokens_of_each_layer(states, mask):
    out = normalize_by_range(states, mask).unflatten(2, (D, L))
    for row, valid in ((0, slice(0, 5)), (1, slice(2, 5))):
        for layer in range(L):
            x = states[row, valid, :, layer]
            expected = 8 * (x - x.mean()) / (x.max() - x.min() + 1e-6)
            torch.testing.assert_close(out[row, valid, :, layer], expected)


def test_the_token_norm_gives_every_token_and_layer_unit_rms(states, mask):
    out = normalize_by_token(states, mask).unflatten(2, (D, L))
    torch.testing.assert_close(out.square().mean(2)[mask], torch.ones(8, L), atol=1e-4, rtol=0)


@pytest.mark.parametrize("normalize", [normalize_by_range, normalize_by_token])
def test_padding_is_zero_and_changes_nothing(states, mask, normalize):
    out = normalize(states, mask)
    assert out[1, :2].eq(0).all()
    states[1, :2] = 1e4
    torch.testing.assert_close(normalize(states, mask), out)
    alone = normalize(states[1:, 2:], mask[1:, 2:])
    torch.testing.assert_close(out[1:, 2:], alone)


@pytest.mark.parametrize("normalize", [normalize_by_range, normalize_by_token])
def test_the_layer_index_is_the_fastest(states, mask, normalize):
    out = normalize(states, mask)
    scaled = normalize(states * torch.tensor([1.0, -1.0, 1.0]), mask)
    torch.testing.assert_close(scaled[..., 0::L], out[..., 0::L])
    torch.testing.assert_close(scaled[..., 1::L], -out[..., 1::L])


def test_one_width_shares_a_vector_and_two_widths_scale_each_input(states, mask):
    shared = TextProjection(D, (7,), layers=L)
    assert {k: tuple(v.shape) for k, v in shared.state_dict().items()} == {
        "aggregate_embed.weight": (7, D * L)
    }
    assert shared(states, mask).shape == (B, T, 7)
    both = TextProjection(D, (4, 2), layers=L)
    assert sorted(both.state_dict()) == [
        f"{m}_aggregate_embed.{p}" for m in ("audio", "video") for p in ("bias", "weight")
    ]
    out = both(states, mask)
    x = normalize_by_token(states, mask)
    torch.testing.assert_close(out[..., :4], both.video_aggregate_embed(x * math.sqrt(4 / D)))
    torch.testing.assert_close(out[..., 4:], both.audio_aggregate_embed(x * math.sqrt(2 / D)))


@pytest.mark.parametrize(("widths", "parameters"), [((3840,), 722534400),
                                                    ((4096, 2048), 1156061184)])  # fmt: skip
def test_official_sizes_have_official_shapes(widths, parameters):
    projection = TextProjection(3840, widths, device="meta")
    assert sum(p.numel() for p in projection.parameters()) == parameters

"""Laws of our text encoder."""

import pytest
import torch
from hibari.model.text import TextEncoder, TextEncoderConfig
from torch import nn


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return TextEncoder(TextEncoderConfig.tiny()).eval()


@torch.no_grad()
def test_the_context_has_both_widths_and_one_token_more_than_words(encoder):
    context, mask = encoder.encode(["a red ball", "a ball"])
    assert context.shape == (2, 4, 32 + 16)
    assert mask.tolist() == [[True] * 4, [True, True, True, False]]
    assert context[~mask].eq(0).all()


@torch.no_grad()
def test_the_empty_prompt_is_one_finite_token(encoder):
    context, mask = encoder.encode([""])
    assert context.shape == (1, 1, 48)
    assert mask.all()
    assert context.isfinite().all()
    torch.testing.assert_close(context, encoder.encode([" \t"])[0])


@torch.no_grad()
def test_padding_changes_nothing(encoder):
    alone, _ = encoder.encode(["a ball"])
    padded, _ = encoder.encode(["a ball", "a very much longer prompt than that"])
    torch.testing.assert_close(padded[:1, :3], alone, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_word_order_matters(encoder):
    one, _ = encoder.encode(["red ball blue box"])
    other, _ = encoder.encode(["blue ball red box"])
    assert (one[:, 0] - other[:, 0]).abs().max() > 1e-3


@torch.no_grad()
def test_each_modality_is_normalised_on_its_own(encoder):
    context, _ = encoder.encode(["a red ball"])
    for part in context.split((32, 16), dim=-1):
        torch.testing.assert_close(part.square().mean(-1), torch.ones(1, 4), atol=1e-3, rtol=0)


def test_every_parameter_learns(encoder):
    context, _ = encoder.encode(["a red ball", ""])
    context.pow(3).sum().backward()
    assert [name for name, p in encoder.named_parameters() if not p.grad.any()] == []


def test_a_host_can_pass_its_own_layers():
    made = []

    class Operations:
        @staticmethod
        def Linear(*args, **kwargs):
            made.append("linear")
            return nn.Linear(*args, **kwargs)

        @staticmethod
        def Embedding(*args, **kwargs):
            made.append("embedding")
            return nn.Embedding(*args, **kwargs)

    encoder = TextEncoder(TextEncoderConfig.tiny(), Operations, device="meta", dtype=torch.bfloat16)
    assert sorted(made) == ["embedding"] + ["linear"] * 6
    assert {(p.dtype, p.device.type) for p in encoder.parameters()} == {(torch.bfloat16, "meta")}


def test_bfloat16_stays_bfloat16(encoder):
    assert encoder.bfloat16().encode(["a ball"])[0].dtype == torch.bfloat16


def test_the_configuration_survives_its_metadata():
    config = TextEncoderConfig.tiny(video_width=64)
    assert TextEncoderConfig.from_metadata(config.to_metadata()) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": 1}, r"unknown keys \['colour'\]"),
        ({"_class_name": "Gemma"}, r"'Gemma' is unknown; this version reads 'HashedTextEncoder'"),
        ({"width": 17}, r"width 17 is not divisible by twice its 2 heads; use a multiple of 4"),
        ({"layers": 0}, r"layers is 0; use 1 or more"),
        ({"buckets": 1}, r"1 buckets .* at least 2"),
    ],
)
def test_a_wrong_configuration_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        TextEncoderConfig.from_metadata(TextEncoderConfig.tiny().to_metadata() | change)

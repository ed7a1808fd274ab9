"""Guidance terms and the evaluations that they cost."""

import pytest
import torch
from hibari.model.sampling.guidance import Guidance, rescale_factor


@pytest.fixture
def predictions():
    generator = torch.Generator().manual_seed(0)
    names = ("positive", "negative", "perturbed", "isolated")
    return {name: torch.randn(2, 3, 4, generator=generator) for name in names}


def test_neutral_scales_are_the_identity_and_need_one_evaluation(predictions):
    neutral = Guidance()
    assert neutral.branches() == ("positive",)
    assert neutral.combine(1.0, predictions) is predictions["positive"]


def test_every_term_adds_its_difference(predictions):
    guidance = Guidance(stg_scale=1.0, stg_blocks=frozenset({1}), modality_scale=3.0)
    c, u, p, m = predictions.values()
    expected = c + 2.0 * (c - u) + 1.0 * (c - p) + 2.0 * (c - m)
    torch.testing.assert_close(guidance.combine(3.0, predictions), expected)


@pytest.mark.parametrize(
    ("guidance", "branches"),
    [
        (Guidance(video_cfg=3), ("positive", "negative")),
        (Guidance(audio_cfg=3), ("positive", "negative")),
        (Guidance(stg_scale=1, stg_blocks=frozenset({0})), ("positive", "perturbed")),
        (Guidance(modality_scale=3), ("positive", "isolated")),
        (Guidance(rescale=0.7), ("positive",)),
    ],
)
def test_only_terms_with_weight_are_evaluated(guidance, branches):
    assert guidance.branches() == branches


def test_an_absent_modality_needs_no_evaluation_of_its_own():
    guidance = Guidance(audio_cfg=7, modality_scale=3)
    assert guidance.branches(audio=False) == ("positive",)
    assert guidance.branches(video=False) == ("positive", "negative")


def test_full_rescale_restores_the_spread_of_each_sample(predictions):
    guided = Guidance(rescale=1.0).combine(7.0, predictions)
    spread = predictions["positive"].std((1, 2))
    torch.testing.assert_close(guided.std((1, 2)), spread)


def test_partial_rescale_is_the_published_formula(predictions):
    c = predictions["positive"][:1]
    guided = c + 2 * (c - predictions["negative"][:1])
    expected = 0.7 * c.std() / guided.std() + 0.3
    assert rescale_factor(c, guided, 0.7).item() == pytest.approx(expected.item())


def test_samples_of_a_batch_do_not_touch_each_other(predictions):
    guidance = Guidance(rescale=0.7)
    both = guidance.combine(3.0, predictions)
    alone = guidance.combine(3.0, {k: v[:1] for k, v in predictions.items()})
    torch.testing.assert_close(both[:1], alone)


def test_uniform_guidance_is_the_same_for_both_modalities():
    assert Guidance.uniform(2.0) == Guidance(video_cfg=2.0, audio_cfg=2.0)


def test_guidance_acts_within_its_interval_alone():
    guidance = Guidance(
        video_cfg=3.0, stg_scale=1.0, stg_blocks=frozenset({1}), interval=(0.4, 0.9)
    )
    assert [guidance.at(sigma) is guidance for sigma in (0.3, 0.4, 0.9, 1.0)] == [0, 1, 1, 0]
    assert guidance.at(0.3).branches() == ("positive",)
    everywhere = Guidance(video_cfg=3.0)
    assert all(everywhere.at(sigma) is everywhere for sigma in (0.0, 1.0, 1.0000001))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"video_cfg": -1}, "video_cfg is -1; use a number of at least 0"),
        ({"audio_cfg": float("nan")}, "audio_cfg is nan"),
        ({"rescale": 1.2}, "rescale is 1.2; use 0 to 1"),
        ({"stg_scale": 1.0}, "stg_scale is 1.0 without blocks"),
        ({"interval": (0.4, 0.2)}, "interval is 0.4 to 0.2; use noise levels from 0 to 1"),
        ({"interval": (float("nan"), 1.0)}, "interval is nan to 1.0"),
    ],
)
def test_meaningless_weights_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Guidance(**values)

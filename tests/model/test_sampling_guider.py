"""The guider over a real tiny transformer: contexts, masks, guidance and determinism."""

import pytest
import torch
from hibari.model.sampling import (
    Guidance,
    Guider,
    Kept,
    TextContext,
    add_noise,
    sample,
    seeded_noise,
)
from hibari.model.sampling.masks import blend, check_mask, token_sigma
from hibari.model.transformer import AVTransformer, TransformerConfig, TransformerInputs

SIGMA = torch.tensor(0.6)


@pytest.fixture(scope="module")
def transformer():
    torch.manual_seed(0)
    model = AVTransformer(TransformerConfig.tiny(connector=False)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return model


@pytest.fixture
def latents():
    generator = torch.Generator().manual_seed(1)
    return (
        torch.randn(1, 128, 3, 2, 2, generator=generator),
        torch.randn(1, 8, 5, 16, generator=generator),
    )


@pytest.fixture
def contexts():
    generator = torch.Generator().manual_seed(2)
    positive = TextContext(torch.randn(1, 4, 48, generator=generator))
    return positive, TextContext(torch.randn(1, 1, 48, generator=generator))


class Spy(torch.nn.Module):
    """Counts calls, and answers with velocities that tell which call it was."""

    def __init__(self):
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(()))
        self.calls = []

    def forward(self, video, audio, video_sigma, audio_sigma, context, *, conditions):
        self.calls.append((video_sigma, audio_sigma, context, conditions))
        value = float(len(self.calls))
        return tuple(None if x is None else torch.full_like(x, value) for x in (video, audio))


def test_outside_its_interval_guidance_costs_and_changes_nothing(latents, contexts):
    plain, limited = Spy(), Spy()
    guidance = Guidance(video_cfg=3.0, audio_cfg=3.0, interval=(0.4, 0.8))
    guider = Guider(limited, *contexts, guidance)
    for sigma in (0.9, 0.3):
        made = guider(latents, torch.tensor(sigma))
        expected = Guider(plain, contexts[0])(latents, torch.tensor(sigma))
        assert all(map(torch.equal, made, expected))
    guider(latents, SIGMA)
    assert [len(limited.calls), len(plain.calls)] == [4, 2]


@torch.no_grad()
def test_the_prediction_is_the_noisy_latent_minus_sigma_times_velocity(
    transformer, latents, contexts
):
    video, audio = Guider(transformer, contexts[0])(latents, SIGMA)
    sigma = SIGMA.expand(1)
    velocity = transformer(*latents, sigma, sigma, contexts[0].context)
    torch.testing.assert_close(video, latents[0] - SIGMA * velocity[0])
    torch.testing.assert_close(audio, latents[1] - SIGMA * velocity[1])


def test_each_branch_runs_once_with_its_own_conditions(latents, contexts):
    spy = Spy()
    guidance = Guidance(3.0, 7.0, 1.0, frozenset({1}), 3.0)
    guider = Guider(spy, *contexts, guidance, TransformerInputs(frame_rate=30.0))
    guider(latents, SIGMA)
    inputs = [call[3] for call in spy.calls]
    assert [call[2].shape[1] for call in spy.calls] == [4, 1, 4, 4]
    assert {i.frame_rate for i in inputs} == {30.0}
    assert [i.skip_self_attention for i in inputs] == [set(), set(), {1}, set()]
    assert [i.audio_to_video for i in inputs] == [True, True, True, False]
    assert [i.video_to_audio for i in inputs] == [True, True, True, False]


def test_each_modality_has_its_own_scale(latents, contexts):
    video, audio = Guider(Spy(), *contexts, Guidance(3.0, 7.0))(latents, SIGMA)
    # Velocities are 1 and 2, so positive minus negative is sigma everywhere.
    torch.testing.assert_close(video, latents[0] - SIGMA + 2.0 * SIGMA)
    torch.testing.assert_close(audio, latents[1] - SIGMA + 6.0 * SIGMA)


@torch.no_grad()
def test_one_modality_alone_is_one_tensor(transformer, latents, contexts):
    guider = Guider(transformer, *contexts, Guidance(2.0, 2.0, modality_scale=3.0))
    for latent in latents:
        assert guider(latent, SIGMA).shape == latent.shape


@torch.no_grad()
def test_samples_of_a_batch_share_one_context(transformer, latents, contexts):
    guider = Guider(transformer, *contexts, Guidance.uniform(2.0))
    alone = guider(latents, SIGMA)
    batch = guider(tuple(x.repeat(2, *[1] * (x.ndim - 1)) for x in latents), SIGMA)
    for one, two in zip(alone, batch, strict=True):
        torch.testing.assert_close(two[1:], one, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_padding_of_the_context_is_masked(transformer, latents, contexts):
    context = contexts[0].context
    padded = torch.cat((context, torch.full((1, 3, 48), 50.0)), dim=1)
    mask = torch.tensor([[True] * 4 + [False] * 3])
    alone = Guider(transformer, contexts[0])(latents, SIGMA)
    masked = Guider(transformer, TextContext(padded, mask))(latents, SIGMA)
    torch.testing.assert_close(masked, alone, atol=1e-4, rtol=1e-4)


def test_guidance_without_a_negative_context_is_refused(contexts):
    with pytest.raises(ValueError, match=r"cfg 3\.0 .* negative prompt and there is none"):
        Guider(Spy(), contexts[0], guidance=Guidance(video_cfg=3.0))


@pytest.mark.parametrize("sampler", ["euler", "heun", "res_2s", "res_2m"])
def test_kept_tokens_come_out_bit_for_bit(transformer, latents, contexts, sampler):
    mask = torch.ones(1, 1, 3, 1, 1)
    mask[:, :, 0] = 0
    kept = Kept(latents, (mask, None))
    guider = Guider(transformer, *contexts, Guidance.uniform(2.0), kept=kept)
    video, audio = sample(guider, latents, [1.0, 0.6, 0.2, 0.0], seed=3, sampler=sampler)
    assert torch.equal(video[:, :, 0], latents[0][:, :, 0])
    assert not torch.isclose(video[:, :, 1:], latents[0][:, :, 1:]).all()
    assert not torch.isclose(audio, latents[1]).all()


def test_a_kept_modality_conditions_the_other_at_noise_level_zero(latents, contexts):
    spy = Spy()
    kept = Kept(latents, (torch.zeros(1, 1, 1, 1, 1), None))
    video, _ = Guider(spy, contexts[0], kept=kept)(tuple(map(torch.zeros_like, latents)), SIGMA)
    video_sigma, audio_sigma = spy.calls[0][:2]
    assert torch.equal(video_sigma, torch.zeros(1, 12))
    assert torch.equal(audio_sigma, SIGMA.expand(1))
    assert torch.equal(video, latents[0])


def test_token_noise_levels_follow_the_mask_in_token_order():
    video = torch.zeros(2, 128, 2, 1, 3)
    mask = torch.tensor([0.0, 0.25, 1.0]).view(1, 1, 1, 1, 3)
    level = token_sigma(torch.tensor(0.8), video, mask)
    torch.testing.assert_close(level, torch.tensor([[0, 0.2, 0.8, 0, 0.2, 0.8]] * 2))
    audio_mask = torch.tensor([1.0, 0.5]).view(1, 1, 2, 1).expand(1, 8, 2, 16)
    level = token_sigma(torch.tensor(0.8), torch.zeros(1, 8, 2, 16), audio_mask)
    torch.testing.assert_close(level, torch.tensor([[0.8, 0.4]]))


def test_blending_is_exact_at_both_ends():
    made, clean = torch.randn(2, 3), torch.randn(2, 3)
    assert torch.equal(blend(made, clean, torch.zeros(1, 1)), clean)
    assert torch.equal(blend(made, clean, torch.ones(1, 1)), made)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(1, 1, 2, 2, 2), r"mask \[1, 1, 2, 2, 2\] does not fit latents"),
        (torch.ones(3, 2, 2), "does not fit"),
        (torch.full((1, 1, 1, 1, 1), 2.0), r"run from 2\.0 to 2\.0; use 0 to 1"),
    ],
)
def test_masks_that_do_not_fit_are_refused(latents, mask, message):
    with pytest.raises(ValueError, match=message):
        check_mask(mask, latents[0])
    with pytest.raises(ValueError, match=message):
        Guider(Spy(), TextContext(torch.zeros(1, 1, 48)), kept=Kept(latents, (mask, None)))


def test_masks_and_latents_must_be_as_many(latents):
    with pytest.raises(ValueError, match="1 masks were given for 2 latents"):
        Guider(Spy(), TextContext(torch.zeros(1, 1, 48)), kept=Kept(latents, (None,)))


def test_latents_in_another_order_are_refused(latents, contexts):
    with pytest.raises(ValueError, match=r"give video \[B, 128, F, Y, X\], audio"):
        Guider(Spy(), contexts[0])(latents[::-1], SIGMA)


def test_half_precision_weights_get_half_precision_input_and_give_float32(latents, contexts):
    spy = Spy().bfloat16()
    video, _ = Guider(spy, contexts[0])(latents, SIGMA)
    assert spy.calls[0][2].dtype == torch.bfloat16
    assert spy.calls[0][0].dtype == torch.float32
    assert video.dtype == torch.float32


def test_everything_follows_the_device_of_the_latents(latents, contexts):
    spy = Spy()
    kept = Kept(latents, (torch.zeros(1, 1, 1, 1, 1), None))
    guider = Guider(spy, TextContext(contexts[0].context, torch.ones(1, 4).bool()), kept=kept)
    out = guider(tuple(x.to("meta") for x in latents), SIGMA)
    video_sigma, audio_sigma, context, inputs = spy.calls[0]
    seen = (*out, video_sigma, audio_sigma, context, inputs.context_mask)
    assert {tensor.device.type for tensor in seen} == {"meta"}


def test_one_seed_gives_one_result_and_another_gives_another(transformer, latents, contexts):
    guider = Guider(transformer, contexts[0])
    empty = tuple(map(torch.zeros_like, latents))
    one, again, other = (sample(guider, empty, [1.0, 0.5, 0.0], seed=s) for s in (5, 5, 6))
    assert all(map(torch.equal, one, again))
    assert not any(map(torch.equal, one, other))


def test_strength_starts_from_the_given_latents(latents):
    def keep(x, sigma):
        return latents

    seen = []
    sample(keep, latents, [0.25, 0.0], seed=1, callback=lambda step: seen.append(step.x))
    noise = seeded_noise(latents, 1)
    for x, clean, eps in zip(seen[0], latents, noise, strict=True):
        torch.testing.assert_close(x, 0.75 * clean + 0.25 * eps)


def test_noise_is_drawn_on_the_cpu_in_float32_video_first(latents):
    state = torch.get_rng_state()
    video, audio = seeded_noise(latents, 42)
    assert torch.equal(torch.get_rng_state(), state)
    generator = torch.manual_seed(42)
    assert torch.equal(video, torch.randn(latents[0].shape, generator=generator))
    assert torch.equal(audio, torch.randn(latents[1].shape, generator=generator))
    torch.set_rng_state(state)
    half = seeded_noise(latents[0].bfloat16(), 42)
    assert torch.equal(half, video.bfloat16())


def test_full_noise_hides_the_latents_entirely(latents):
    noise = seeded_noise(latents, 0)
    assert all(map(torch.equal, add_noise(latents, noise, 1.0), noise))


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(latents, seed):
    with pytest.raises(ValueError, match=rf"seed {seed} is outside 0\.\.18446744073709551615"):
        seeded_noise(latents, seed)

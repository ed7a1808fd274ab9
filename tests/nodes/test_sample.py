"""The sample block: what it hands to the host's sampler, and what it refuses before."""

from types import SimpleNamespace

import hibari.host
import pytest
import torch
from hibari.model.checkpoint import Recommended
from hibari.model.sampling.guidance import Guidance
from hibari.model.sampling.samplers import SAMPLERS
from hibari.model.sampling.schedules import SCHEDULES, make_sigmas
from hibari.nodes import sample_widgets
from hibari.nodes.av_latent import empty_latent
from hibari.nodes.clip_plan import CUSTOM, plan_clip
from hibari.nodes.conditioning import UNCONDITIONAL
from hibari.nodes.sample import HibariSample

LATENT = empty_latent(plan_clip(CUSTOM, 96, 64, 2.0, 24.0), 1)
NOTHING = [[torch.zeros(1, 1, 48), {}]]
PROMPT = [[torch.ones(1, 3, 48), {UNCONDITIONAL: NOTHING}]]
MODEL = SimpleNamespace(
    model=SimpleNamespace(diffusion_model=SimpleNamespace(transformer_blocks=range(48)))
)


@pytest.fixture
def calls(monkeypatch):
    seen = []

    def fake(*arguments):
        seen.append(arguments)
        return {**LATENT, "samples": "made"}

    monkeypatch.setattr(hibari.host, "sample", fake)
    return seen


def run(**changed):
    given = {"model": MODEL, "positive": PROMPT, "latent": LATENT}
    given |= {"steps": 8, "guidance": 2.0, "seed": 3} | changed
    return HibariSample.execute(**given).args[0]


def test_the_everyday_call(calls):
    made = run()
    (_, guidance, positive, negative, latent, sampler, sigmas, seed) = calls[0]
    assert made == {**LATENT, "samples": "made", "frame_rate": 24.0}
    assert guidance == Guidance.uniform(2.0)
    assert positive[0][1]["frame_rate"] == negative[0][1]["frame_rate"] == 24.0
    assert negative[0][0] is NOTHING[0][0]
    assert latent is LATENT
    assert (sampler, seed) == ("euler", 3)
    assert torch.equal(sigmas, make_sigmas("ltx2", 8, tokens=7 * 2 * 3))


def test_terms_reach_the_guidance(calls):
    run(audio_guidance=7.0, stg=1.0, modality_guidance=3.0, rescale=0.7)
    assert calls[0][1] == Guidance(2.0, 7.0, 1.0, frozenset({28}), 3.0, 0.7)


def test_denoise_runs_the_last_steps(calls):
    run(denoise=0.5, schedule="linear", sampler="heun")
    assert calls[0][5] == "heun"
    assert torch.allclose(calls[0][6], torch.linspace(0.5, 0, 9))


def recommending(**settings):
    network = SimpleNamespace(recommended=Recommended(**settings))
    return SimpleNamespace(model=SimpleNamespace(diffusion_model=network))


def distilled(*sigmas):
    return recommending(sigmas=sigmas)


def test_zeros_take_what_the_checkpoint_recommends(calls):
    model = recommending(steps=5, guidance=1.5, audio_guidance=4.0)
    run(model=model, steps=0, guidance=0.0)
    run(model=model, steps=0, guidance=0.0, audio_guidance=2.0)
    run(model=model, steps=0, guidance=3.0)
    assert [call[1] for call in calls] == [Guidance(1.5, 4.0), Guidance(1.5, 2.0), Guidance(3, 3)]
    assert {len(call[6]) for call in calls} == {6}


def test_models_of_other_loaders_take_what_official_weights_like(calls):
    run(steps=0, guidance=0.0)
    assert calls[0][1] == Guidance(3.0, 7.0)
    assert len(calls[0][6]) == 41


def test_the_distilled_schedule_knows_its_number_of_steps(calls):
    run(model=distilled(1.0, 0.75, 0.0), schedule="distilled", steps=0)
    assert calls[0][6].tolist() == [1, 0.75, 0]


@pytest.mark.parametrize(("denoise", "left"), [(1.0, [1, 0.75, 0.25, 0]), (0.6, [0.75, 0.25, 0])])
def test_the_distilled_schedule_is_that_of_the_checkpoint(calls, denoise, left):
    model = distilled(1.0, 0.75, 0.25, 0.0)
    run(model=model, schedule="distilled", steps=3, denoise=denoise)
    assert calls[0][6].tolist() == left


def test_a_distilled_checkpoint_is_sampled_as_it_recommends_where_nothing_is_asked(calls):
    model = recommending(steps=2, guidance=1.0, sigmas=(1.0, 0.6, 0.0))
    run(model=model, steps=0, guidance=0.0)
    run(model=model, steps=0, schedule="linear")
    assert torch.allclose(calls[0][6], torch.tensor([1.0, 0.6, 0.0]))
    assert calls[0][1] == Guidance(1.0, 1.0)
    assert torch.allclose(calls[1][6], torch.tensor([1.0, 0.5, 0.0]))


def test_other_schedules_and_other_checkpoints_do_as_ltx_does(calls):
    run(model=distilled(1.0, 0.0))
    run(model=recommending(), schedule="distilled")
    assert torch.equal(calls[0][6], make_sigmas("ltx2", 8, tokens=7 * 2 * 3))
    assert torch.equal(calls[1][6], make_sigmas("distilled", 8))


def test_a_given_negative_is_used(calls):
    given = [[torch.full((1, 2, 48), 5.0), {}]]
    run(negative=given)
    assert calls[0][3][0][0] is given[0][0]
    assert given[0][1] == {}


def test_no_negative_is_needed_without_guidance(calls):
    run(positive=NOTHING, guidance=1.0)
    assert calls[0][3] is None


def test_latents_without_a_rate_get_that_of_ltx(calls):
    bare = {"samples": LATENT["samples"]}
    assert run(latent=bare)["frame_rate"] == 25.0
    assert "frame_rate" not in bare


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": -1}, r"seed -1 is not in 0\.\.18446744073709551615"),
        ({"seed": 2**64}, "seed 18446744073709551616 is not in"),
        ({"steps": -1}, r"steps -1 is not in 0\.\.1000"),
        ({"guidance": -1.0}, "guidance -1 is not 0 or more"),
        ({"guidance": float("nan")}, "guidance nan is not"),
        ({"stg": float("inf")}, "stg inf is not"),
        ({"denoise": 0.0}, "denoise 0 is not above 0"),
        ({"schedule": "karras"}, "schedule 'karras' is unknown"),
        ({"schedule": "distilled", "steps": 5}, "has 8 steps, not 5"),
        ({"schedule": "distilled", "model": distilled(1.0, 0.5, 0.0)}, "has 2 steps, not 8. Set"),
        ({"schedule": "distilled", "model": distilled(0.5, 1.0, 0.0)}, "must fall"),
        ({"rescale": 2.0}, "rescale is 2"),
        ({"positive": NOTHING}, "guidance 2 compares with a negative prompt"),
        ({"latent": {"samples": torch.zeros(1, 4, 8, 8)}}, "is not video with sound"),
        ({"negative": [[torch.zeros(1), {"frame_rate": 30}]]}, "frames per second differ"),
        ({"stg": 1.0, "model": SimpleNamespace(model=SimpleNamespace(diffusion_model=0))}, "LTX-2"),
    ],
)
def test_impossible_requests_are_refused(calls, changed, message):
    with pytest.raises(ValueError, match=f"Hibari Sample: .*{message}"):
        run(**changed)
    assert calls == []


def test_the_widgets_name_every_sampler_and_schedule():
    assert list(SAMPLERS) == list(sample_widgets.SAMPLERS)
    assert list(SCHEDULES) == list(sample_widgets.SCHEDULES)


@pytest.mark.parametrize(("widget", "used"), [(1.0, 0.5), (0.25, 0.25)])
def test_a_latent_may_ask_for_less_than_everything(calls, widget, used):
    made = run(latent={**LATENT, "denoise": 0.5}, denoise=widget)
    assert torch.equal(calls[0][6], make_sigmas("ltx2", 8, tokens=7 * 2 * 3, strength=used))
    assert "denoise" not in made

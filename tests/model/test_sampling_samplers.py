"""Solvers against an ODE with a known solution: data that is one Gaussian."""

import pytest
import torch
from hibari.model.sampling import SAMPLERS, euler, sampler_named

MEAN, SPREAD, END = 0.7, 0.3, 0.05


def denoise(x, sigma):
    """The exact posterior mean for data ~ N(MEAN, SPREAD^2)."""
    s = sigma.double()
    a = 1 - s
    gain = SPREAD**2 * a / (a**2 * SPREAD**2 + s**2)
    if isinstance(x, tuple):
        return tuple(MEAN + gain * (part - a * MEAN) for part in x)
    return MEAN + gain * (x - a * MEAN)


def exact(x, end):
    """The flow from sigma 1 keeps the quantile: spread grows from 1 to that of the marginal."""
    return (1 - end) * MEAN + ((1 - end) ** 2 * SPREAD**2 + end**2) ** 0.5 * x


def error(sampler, steps):
    x = torch.tensor([-1.5, 0.2, 2.0], dtype=torch.float64)
    sigmas = torch.linspace(1, END, steps + 1)
    return (sampler(denoise, x, sigmas) - exact(x, END)).abs().max().item()


@pytest.mark.parametrize(
    ("name", "order"), [("euler", 1), ("heun", 2), ("res_2s", 2), ("res_2m", 2)]
)
def test_halving_the_step_divides_the_error_by_two_to_the_order(name, order):
    coarse, fine = error(SAMPLERS[name], 64), error(SAMPLERS[name], 128)
    assert coarse / fine == pytest.approx(2**order, rel=0.2)


def test_second_order_beats_first_at_equal_evaluations():
    baseline = error(SAMPLERS["euler"], 32)
    assert error(SAMPLERS["heun"], 16) < baseline / 3
    assert error(SAMPLERS["res_2s"], 16) < baseline / 3
    assert error(SAMPLERS["res_2m"], 32) < baseline / 3


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_constant_prediction_is_reached_exactly(name):
    target = torch.randn(4)
    out = SAMPLERS[name](lambda x, sigma: target, torch.randn(4), [1.0, 0.7, 0.2, 0.0])
    assert torch.equal(out, target)


@pytest.mark.parametrize("name", SAMPLERS)
def test_modalities_in_a_tuple_and_packed_in_one_tensor_give_the_same(name):
    video, audio = torch.randn(1, 5, dtype=torch.float64), torch.randn(1, 3, dtype=torch.float64)
    sigmas = [1.0, 0.8, 0.3, 0.0]
    apart = SAMPLERS[name](denoise, (video, audio), sigmas)
    packed = SAMPLERS[name](denoise, torch.cat((video, audio), 1), sigmas)
    torch.testing.assert_close(torch.cat(apart, 1), packed, rtol=0, atol=0)


@pytest.mark.parametrize(("name", "evaluations"), [("euler", 4), ("heun", 7), ("res_2s", 7),
                                                   ("res_2m", 4)])  # fmt: skip
def test_the_callback_hears_of_every_step_once(name, evaluations):
    calls, reports = [], []

    def counting(x, sigma):
        calls.append(float(sigma))
        return denoise(x, sigma)

    SAMPLERS[name](counting, torch.zeros(2), [1.0, 0.8, 0.5, 0.2, 0.0], reports.append)
    assert len(calls) == evaluations
    assert [(r.step, r.total) for r in reports] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert [float(r.sigma) for r in reports] == pytest.approx([1.0, 0.8, 0.5, 0.2])


def test_a_callback_that_raises_stops_the_sampler():
    def stop(step):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        euler(denoise, torch.zeros(2), [1.0, 0.5, 0.0], stop)


def test_an_unknown_sampler_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'dpm' is unknown; use one of euler, heun, res_2s"):
        sampler_named("dpm")

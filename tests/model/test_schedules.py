"""Noise schedules: the published numbers, and what every schedule must keep."""

import math

import pytest
import torch
from hibari.model.sampling.schedules import (
    DISTILLED_REFINE_SIGMAS,
    DISTILLED_SIGMAS,
    SCHEDULES,
    check_sigmas,
    ltx2_schedule,
    make_sigmas,
    shift_sigmas,
    simple_schedule,
)


def test_eight_steps_at_4096_tokens_are_the_published_numbers():
    golden = [1, 0.96571, 0.92187, 0.86386, 0.78345, 0.66458, 0.471, 0.1, 0]
    torch.testing.assert_close(ltx2_schedule(8, 4096), torch.tensor(golden), atol=6e-6, rtol=0)


@pytest.mark.parametrize("tokens", [1, 64, 448, 4096, 20000])
@pytest.mark.parametrize("steps", [1, 2, 5, 30])
def test_the_ltx2_schedule_falls_from_one_through_the_terminal_to_zero(steps, tokens):
    sigmas = ltx2_schedule(steps, tokens)
    assert check_sigmas(sigmas) is not None
    assert len(sigmas) == steps + 1
    assert (sigmas[0], sigmas[-1]) == (1, 0)
    if steps > 1:
        assert sigmas[-2] == pytest.approx(0.1, abs=1e-6)


def test_without_a_terminal_the_shift_is_the_published_one():
    sigmas = ltx2_schedule(2, 1024, terminal=None)
    assert sigmas[1] == pytest.approx(1 / (1 + math.exp(-0.95)))
    assert ltx2_schedule(2, 4096, terminal=None)[1] == pytest.approx(1 / (1 + math.exp(-2.05)))


def test_more_tokens_mean_more_noise():
    assert (ltx2_schedule(10, 4096)[1:-2] > ltx2_schedule(10, 448)[1:-2]).all()


def test_a_shift_of_zero_changes_nothing_and_both_ends_stay():
    sigmas = torch.linspace(1, 0, 7)
    torch.testing.assert_close(shift_sigmas(sigmas, 0.0), sigmas)
    assert shift_sigmas(sigmas, 3.0)[[0, -1]].tolist() == [1, 0]


def test_the_simple_schedule_takes_every_nth_of_ten_thousand_levels():
    t = (10000 - int(1 * 10000 / 3)) / 10000
    expected = math.exp(2.37) / (math.exp(2.37) + 1 / t - 1)
    assert simple_schedule(3)[1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_by_name_is_valid_float32(name):
    sigmas = make_sigmas(name, 8, 448)
    assert sigmas.dtype == torch.float32
    assert len(check_sigmas(sigmas)) == 9


def test_the_distilled_lists_are_the_published_ones():
    assert make_sigmas("distilled", 8).tolist() == pytest.approx(DISTILLED_SIGMAS)
    assert DISTILLED_SIGMAS[-4:] == DISTILLED_REFINE_SIGMAS


def test_strength_runs_as_many_steps_from_less_noise():
    half = make_sigmas("linear", 4, strength=0.5)
    assert half.tolist() == pytest.approx([0.5, 0.375, 0.25, 0.125, 0.0])
    assert make_sigmas("distilled", 8, strength=0.4).tolist() == pytest.approx(
        DISTILLED_REFINE_SIGMAS
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ltx2", 0), "0 steps were asked for; use 1 or more"),
        (("simple", -3), "-3 steps"),
        (("ltx2", 8, 0), "0 video tokens were given"),
        (("cubic", 8), "schedule 'cubic' is unknown; use one of ltx2, simple"),
        (("distilled", 5), "has 8 steps, not 5; use 8 or another schedule"),
        (("ltx2", 8, 448, 0.0), "strength 0.0 is outside 0..1"),
        (("ltx2", 8, 448, 1.5), "strength 1.5 is outside 0..1"),
    ],
)
def test_requests_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_sigmas(*arguments)


@pytest.mark.parametrize("terminal", [-0.1, 1.0])
def test_a_terminal_outside_its_range_is_refused(terminal):
    with pytest.raises(ValueError, match=f"terminal sigma {terminal} is outside"):
        ltx2_schedule(8, 448, terminal)


@pytest.mark.parametrize(
    ("sigmas", "message"),
    [
        ([1.0], "no list of two or more numbers"),
        ([[1.0, 0.0]], "no list of two or more numbers"),
        ([1.0, 1.0, 0.0], r"\[1.0, 1.0, 0.0\] must fall"),
        ([0.0, 1.0], "must fall"),
        ([1.2, 0.0], "must fall from at most 1"),
        ([1.0, float("nan"), 0.0], "must fall"),
    ],
)
def test_sigmas_that_cannot_be_walked_are_refused(sigmas, message):
    with pytest.raises(ValueError, match=message):
        check_sigmas(sigmas)


def test_a_long_and_large_clip_still_has_falling_sigmas():
    """Its shift leaves no digits of 1 - sigma in float32."""
    sigmas = ltx2_schedule(8, tokens=500_000)
    assert torch.isfinite(sigmas).all()
    assert (sigmas.diff() < 0).all()
    assert sigmas[-2] == pytest.approx(0.1)

"""The loop on a ten-line trainer: exact resumption, clean stops, nothing lost."""

import dataclasses
import json
import os
import signal
import time

import pytest
import torch
from hibari.training.config import RunConfig
from hibari.training.loop import Run, learning_rate, make_optimiser, step_generator


class Line:
    """Fits y = 3x with one weight matrix."""

    def __init__(self, bad_step=-1, stop_step=-1):
        torch.manual_seed(0)
        self.module = torch.nn.Linear(4, 2)
        self.bad_step, self.stop_step = bad_step, stop_step
        self.exported = False

    def loss(self, step, generator):
        if step == self.stop_step:
            os.kill(os.getpid(), signal.SIGTERM)
        x = torch.randn(8, 4, generator=generator)
        error = (self.module(x) - 3 * x[:, :2]).square().mean()
        return error * (float("nan") if step == self.bad_step else 1.0), {}

    def evaluate(self):
        return {"norm": float(self.module.weight.detach().norm())}

    def export(self, folder):
        self.exported = True


def config(folder, **changes):
    base = RunConfig(folder=str(folder), steps=12, warmup_steps=2, precision="fp32", log_every=4)
    return dataclasses.replace(base, **changes)


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_stopped_and_resumed_run_equals_an_unbroken_one(tmp_path, optimiser):
    whole = Line()
    Run(whole, config(tmp_path / "a", optimiser=optimiser)).fit()
    stopped = Line(stop_step=4)
    Run(stopped, config(tmp_path / "b", optimiser=optimiser)).fit()
    assert not stopped.exported
    resumed = Line()
    run = Run(resumed, config(tmp_path / "b", optimiser=optimiser))
    assert run.step == 5
    run.fit()
    assert resumed.exported
    assert torch.equal(resumed.module.weight, whole.module.weight)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_state(tmp_path):
    Run(Line(), config(tmp_path, steps=4)).fit()
    before = (tmp_path / "state.safetensors").read_bytes()
    with pytest.raises(FloatingPointError, match="loss is nan at step 6"):
        Run(Line(bad_step=6), config(tmp_path)).fit()
    assert (tmp_path / "state.safetensors").read_bytes() == before


def test_a_truncated_state_is_named(tmp_path):
    Run(Line(), config(tmp_path, steps=2)).fit()
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match="truncated or not a training state"):
        Run(Line(), config(tmp_path))


def test_a_state_of_another_model_is_refused(tmp_path):
    Run(Line(), config(tmp_path, steps=2)).fit()
    other = Line()
    other.module = torch.nn.Linear(5, 2)
    with pytest.raises(ValueError, match="a model of another shape"):
        Run(other, config(tmp_path))


def test_a_full_disk_leaves_the_old_state_whole(tmp_path, monkeypatch):
    run = Run(Line(), config(tmp_path, steps=2))
    run.fit()
    before = run.state_path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hibari.training.state.save_file", full)
    with pytest.raises(OSError, match="the last good state is kept"):
        run.save()
    assert run.state_path.read_bytes() == before
    assert not list(tmp_path.glob("*.partial"))


def test_evaluation_uses_the_average_and_puts_the_weights_back(tmp_path):
    trainer = Line()
    run = Run(trainer, config(tmp_path))
    run.fit()
    current = trainer.module.weight.clone()
    with run.averaged():
        assert not torch.equal(trainer.module.weight, current)
    assert torch.equal(trainer.module.weight, current)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [4, 8, 12]


def test_the_learning_rate_warms_up_stays_and_decays():
    run = config("x", steps=100, warmup_steps=10, decay_steps=20, learning_rate=1.0)
    rates = [learning_rate(run, step) for step in (0, 9, 50, 80, 90, 99)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[1] == rates[2] == rates[3] == 1.0
    assert rates[4] == pytest.approx(0.51)
    assert 0.02 <= rates[5] < 0.1


def test_steps_draw_independent_but_repeatable_numbers():
    first, again, other = (torch.rand(3, generator=step_generator(1, s)) for s in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_unknown_optimiser_is_refused():
    with pytest.raises(ValueError, match="use adamw or muon"):
        make_optimiser(torch.nn.Linear(2, 2), config("x", optimiser="sgd"))


def test_the_learning_rate_decays_towards_a_time_limit_that_comes_first(tmp_path):
    slow = Line()
    fast_loss = slow.loss

    def loss(step, generator):
        time.sleep(0.02)
        return fast_loss(step, generator)

    slow.loss = loss
    run = Run(slow, config(tmp_path, steps=100_000, decay_steps=20, minutes=1 / 60))
    run.fit()
    assert slow.exported
    assert run.step < 100
    assert run.optimiser.param_groups[0]["lr"] < 0.2 * run.config.learning_rate


def test_the_time_limit_counts_what_ran_before_a_stop(tmp_path):
    Run(Line(), config(tmp_path, steps=4)).fit()
    run = Run(Line(), config(tmp_path, steps=100_000, minutes=1e-9))
    run.fit()
    assert run.step == 4

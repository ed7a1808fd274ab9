"""The loop on a ten-line trainer: exact resumption, clean stops, nothing lost."""

import dataclasses
import json
import os
import signal
import time

import pytest
import torch
from hibari.training.config import DataConfig, RunConfig, TrainConfig, flat_settings
from hibari.training.loop import (
    Run,
    check_resumable,
    learning_rate,
    make_optimiser,
    step_generator,
)
from safetensors.torch import load_file


class Line:
    """Fits y = 3x with one weight matrix."""

    def __init__(self, bad_step=-1, stop_step=-1, bent_step=-1):
        torch.manual_seed(0)
        self.module = torch.nn.Linear(4, 2)
        self.bad_step, self.stop_step, self.bent_step = bad_step, stop_step, bent_step
        self.exported = False

    def loss(self, step, generator):
        if step == self.stop_step:
            os.kill(os.getpid(), signal.SIGTERM)
        x = torch.randn(8, 4, generator=generator)
        error = (self.module(x) - 3 * x[:, :2]).square().mean()
        if step == self.bent_step:  # a root at 0: the loss is finite, its gradient is not
            error = error + (0 * self.module.weight).sum().sqrt()
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


def test_a_gradient_that_is_not_finite_never_reaches_the_weights(tmp_path):
    Run(Line(), config(tmp_path, steps=4)).fit()
    before = (tmp_path / "state.safetensors").read_bytes()
    trainer = Line(bent_step=6)
    with pytest.raises(FloatingPointError, match="gradient is nan at step 6; stopped, the last"):
        Run(trainer, config(tmp_path)).fit()
    assert torch.isfinite(trainer.module.weight).all()
    assert (tmp_path / "state.safetensors").read_bytes() == before


def test_a_loss_that_fails_before_the_first_save_promises_no_state(tmp_path):
    with pytest.raises(FloatingPointError, match="step 1; stopped, nothing was saved yet"):
        Run(Line(bad_step=1), config(tmp_path)).fit()
    assert not (tmp_path / "state.safetensors").exists()


def test_a_killed_trainer_goes_on_from_its_last_state_beside_a_half_written_one(tmp_path):
    Run(Line(), config(tmp_path / "a")).fit()
    Run(Line(), config(tmp_path / "b", steps=4)).fit()
    partial = tmp_path / "b" / "state.safetensors.partial"
    partial.write_bytes(b"half")
    resumed = Line()
    Run(resumed, config(tmp_path / "b")).fit()
    first, second = (load_file(tmp_path / name / "state.safetensors") for name in "ab")
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not partial.exists()


def test_a_log_that_cannot_be_written_says_what_is_kept(tmp_path):
    run = Run(Line(), config(tmp_path, steps=2))
    run.fit()
    (tmp_path / "log.jsonl").unlink()
    (tmp_path / "log.jsonl").mkdir()
    with pytest.raises(OSError, match=r"could not write .*log\.jsonl.*goes on from .*state"):
        run.record({"step": 3})


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


def begun(folder, **changes):
    """A configuration, and its run's state in the folder."""
    data = DataConfig(folder="clips", count=2)
    made = TrainConfig("line", config(folder, steps=2), data, {"width": [4, {"a": 1}]}, {"b": 2.0})
    Run(Line(), made.run, flat_settings(made)).fit()
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "curve"}, "kind was 'line' and is 'curve'"),
        ({"model": {"width": [5, {"a": 1}]}}, r"model.width was \[4, \{'a': 1\}\] and is \[5"),
    ],
)
def test_a_run_does_not_go_on_as_another(tmp_path, changes, message):
    asked = begun(tmp_path, **changes)
    with pytest.raises(ValueError, match=rf"begun with other settings \({message}.*run\.folder"):
        check_resumable(asked)


def test_another_optimiser_cannot_take_over_the_moments(tmp_path):
    asked = begun(tmp_path)
    other = dataclasses.replace(asked, run=dataclasses.replace(asked.run, optimiser="muon"))
    with pytest.raises(ValueError, match=r"run\.optimiser was 'adamw' and is 'muon'"):
        check_resumable(other)


def test_what_may_change_half_way_is_told(tmp_path, caplog):
    caplog.set_level("INFO")
    check_resumable(begun(tmp_path, objective={"b": 3.0}))
    assert "objective.b was 2.0 and is 3.0" in caplog.text
    check_resumable(begun(tmp_path / "same"))
    assert caplog.text.count("another setting") == 1


def test_a_truncated_state_is_named_before_anything_is_built(tmp_path):
    asked = begun(tmp_path)
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match="truncated or not a training state"):
        check_resumable(asked)


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

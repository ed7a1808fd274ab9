"""Several processes make one training: the same losses, states that any number goes on from."""

import json
import multiprocessing
import os
import sys
from pathlib import Path

import pytest
import torch
from hibari.training.loop import Run, pick_device
from hibari.training.processes import PROCESSES, Processes, spread_like, whole
from hibari.training.state import optimiser_tensors, restore_optimiser
from hibari.training.trainers.transformer import TransformerTrainer
from safetensors.torch import load_file

from .tiny_flow import bucket, config

ROOT = Path(__file__).parents[2]
BUCKETS = {"train": [bucket()], "validation": [bucket(4, seed=1)]}


def train(folder, steps):
    settings = config(
        folder,
        run={"steps": steps, "optimiser": "muon", "log_every": 1},
        kept_share=0.3,
        independent_share=0.5,
    )
    trainer = TransformerTrainer(settings, BUCKETS)
    Run(trainer, settings.run).fit()


def logged(folder, name="loss"):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line[name] for line in lines if name in line]


def in_process(index, count, folder, steps, meeting):
    os.environ |= {"RANK": str(index), "WORLD_SIZE": str(count), "LOCAL_RANK": str(index)}
    PROCESSES.__init__()
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=index, world_size=count
    )
    train(folder, steps)
    PROCESSES.end()


def together(folder, steps, count=2):
    """New interpreters: a fork of one that has run threads may find its heap broken."""
    context = multiprocessing.get_context("spawn")
    meeting = folder.parent / f"meeting-{folder.name}-{steps}"
    workers = [
        context.Process(target=in_process, args=(i, count, folder, steps, meeting))
        for i in range(count)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(1500)
    assert [worker.exitcode for worker in workers] == [0] * count


@pytest.mark.slow
def test_two_processes_train_as_one_and_either_goes_on_from_the_other(tmp_path, monkeypatch):
    # New interpreters look for this module where this one looks for modules.
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT)])
    train(tmp_path / "one", 2)
    together(tmp_path / "two", 2)
    for name in ("loss", "grad_norm"):
        one, two = (logged(tmp_path / folder, name) for folder in ("one", "two"))
        assert two == pytest.approx(one, rel=1e-3)
    one, two = (load_file(tmp_path / name / "state.safetensors") for name in ("one", "two"))
    assert one.keys() == two.keys()
    for key, value in one.items():
        # Updates are orthogonalised in half precision where that is fast.
        assert torch.allclose(two[key], value, atol=1e-3), key
    results = [load_file(tmp_path / name / "transformer.safetensors") for name in ("one", "two")]
    assert {k: v.shape for k, v in results[0].items()} == {
        k: v.shape for k, v in results[1].items()
    }
    # What one began two go on with, and the reverse.
    together(tmp_path / "one", 3)
    train(tmp_path / "two", 3)
    one, two = (logged(tmp_path / folder)[2:] for folder in ("one", "two"))
    assert one == pytest.approx(two, rel=1e-2)
    assert len(one) == 1


def test_one_process_needs_no_others():
    alone = Processes()
    assert (alone.index, alone.count, alone.is_first) == (0, 1, True)
    assert alone.mean({"a": 2.0}) == {"a": 2.0}
    with alone.first_alone():
        alone.begin(torch.device("cpu"))
    assert not torch.distributed.is_initialized()
    tensor = torch.ones(2)
    assert whole(tensor) is tensor
    assert spread_like(tensor, torch.zeros(2)) is tensor


def test_each_process_has_a_device_of_its_own(monkeypatch):
    monkeypatch.setattr(PROCESSES, "count", 4)
    monkeypatch.setattr(PROCESSES, "on_machine", 3)
    assert pick_device("cuda") == torch.device("cuda:3")
    assert pick_device("cuda:1") == torch.device("cuda:1")
    assert pick_device("cpu") == torch.device("cpu")


def test_a_stage_that_cannot_be_shared_says_so(monkeypatch, tmp_path):
    class Alone:
        module = torch.nn.Linear(2, 2)

    monkeypatch.setattr(PROCESSES, "count", 2)
    with pytest.raises(ValueError, match="runs in one process and 2 were started"):
        Run(Alone(), config(tmp_path).run)


def test_moments_go_to_the_device_of_their_weights():
    """States hold plain tensors of the CPU: what a GPU began goes on here, and the reverse."""
    weight = torch.nn.Parameter(torch.ones(3, 2))
    first = torch.optim.AdamW([weight])
    weight.sum().backward()
    first.step()
    saved = optimiser_tensors(first)
    assert {tensor.device.type for tensor in saved.values()} == {"cpu"}
    elsewhere = torch.nn.Parameter(torch.ones(3, 2, device="meta"))
    second = torch.optim.AdamW([elsewhere])
    restore_optimiser(second, saved)
    assert second.state[elsewhere]["exp_avg"].device.type == "meta"

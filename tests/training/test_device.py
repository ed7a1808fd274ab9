"""Stages on a device that is not the CPU: nothing is mixed, nothing stays behind."""

from dataclasses import replace

import pytest
import torch
from hibari.training.command import main
from hibari.training.loop import Run
from hibari.training.trainers.distillation import DistillationTrainer
from hibari.training.trainers.transformer import TransformerTrainer

from .pretend_gpu import PretendGpu
from .test_pipeline import SMALL, arguments
from .test_references import clip
from .tiny_flow import bucket, config


@pytest.fixture
def gpu():
    with PretendGpu() as mode:
        yield mode


def test_devices_may_not_be_mixed(gpu):
    there, here = torch.ones(3, device="cuda"), torch.ones(3)
    assert there.device.type == "cuda"
    assert (there * 2).is_cuda
    assert there.cpu().device.type == "cpu"
    assert here.to("cuda").is_cuda
    assert not here.is_cuda
    assert (there + torch.tensor(1.0)).is_cuda
    assert there[torch.tensor([0, 2])].is_cuda
    with pytest.raises(RuntimeError, match="two devices"):
        there + here
    with pytest.raises(RuntimeError, match="two devices"):
        here[there.long()]
    with pytest.raises(TypeError, match="numpy"):
        there.numpy()


def test_modules_and_gradients_are_where_they_were_put(gpu):
    layer = torch.nn.Linear(3, 2).to(torch.device("cuda"))
    assert all(p.is_cuda for p in layer.parameters())
    layer(torch.ones(1, 3, device="cuda")).sum().backward()
    assert layer.weight.grad.is_cuda
    torch.optim.AdamW(layer.parameters()).step()
    assert layer.state_dict()["weight"].is_cuda


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("device")


@pytest.mark.slow
@pytest.mark.parametrize("stage", SMALL)
def test_a_stage_runs_there(gpu, work, stage):
    assert main(arguments(stage, work, 'run.device="cuda"', "run.evaluate_every=1")) == 0


ALL_CONDITIONS = {"kept_share": 0.4, "reference_share": 0.4, "place_weight": 0.1}
STUDENT = {"guidance": 2.0, "steps": 2, "teacher_steps": 4, "schedule_steps": 8}


def test_a_transformer_and_its_student_learn_all_conditions_there(gpu, tmp_path):
    references = [clip(i, 1 + i % 2) for i in range(8)]
    buckets = {"train": [bucket(references=references)], "validation": [bucket(4, seed=1)]}
    there = {"device": "cuda", "optimiser": "muon", "steps": 6}
    teacher = config(tmp_path / "teacher", there, layers=2, crowded_share=0.3, **ALL_CONDITIONS)
    Run(TransformerTrainer(teacher, buckets), teacher.run).fit()
    weights = str(tmp_path / "teacher" / "transformer.safetensors")
    student = config(tmp_path / "student", there, teacher=weights, kept_share=0.4, **STUDENT)
    student = replace(student, kind="distillation", model={})
    Run(DistillationTrainer(student, buckets), student.run).fit()
    assert (tmp_path / "student" / "transformer.safetensors").is_file()

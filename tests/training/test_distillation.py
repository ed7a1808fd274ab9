"""Distillation: what a student is asked for is what its teacher and the sampler would do."""

import json
from dataclasses import replace

import pytest
import torch
from hibari.model.checkpoint import CheckpointInfo
from hibari.model.sampling import Guidance, Guider, TextContext, euler
from hibari.training.bundle import PLAYGROUND, _with_facts
from hibari.training.loop import Run, step_generator
from hibari.training.state import save_tensors
from hibari.training.trainers.distillation import DistillationTrainer, levels
from hibari.training.trainers.transformer import TransformerTrainer

from .tiny_flow import bucket, config

BUCKETS = {"train": [bucket()], "validation": [bucket(4, seed=1)]}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A transformer of random weights that listens to its captions."""
    trainer = TransformerTrainer(config(), BUCKETS)
    generator = torch.Generator().manual_seed(3)
    for weight in trainer.module.parameters():
        torch.nn.init.normal_(weight, std=0.12, generator=generator)
    trainer.facts = {"trained_with_references": True}
    trainer.export(folder := tmp_path_factory.mktemp("teacher"))
    return folder / "transformer.safetensors"


def distiller(teacher, folder="", run=None, **objective):
    settings = config(folder, run, teacher=str(teacher), caption_dropout=0.0, **objective)
    return DistillationTrainer(replace(settings, kind="distillation", model={}), BUCKETS)


def advice_of(trainer):
    """What is recommended, beside what captions of the playground tell."""
    advice = dict(trainer.facts["recommended"])
    assert {detail["name"] for detail in advice.pop("details")} >= {"position", "height"}
    return advice


def guided_by_the_sampler(trainer, batch, scale, sigmas, interval=(0.0, 1.0)):
    """The sampler's own guidance and Euler steps, from the batch's noisy latents."""
    encode = trainer.teacher["text_encoder"].encode
    context, mask = encode(batch.captions)
    empty, empty_mask = encode([""] * len(batch.captions))
    guider = Guider(
        trainer.teacher["transformer"],
        TextContext(context, mask),
        TextContext(empty, empty_mask),
        replace(Guidance.uniform(scale), interval=interval),
        batch.inputs,
    )
    return euler(guider, batch.noisy, sigmas)


def test_guidance_is_what_the_sampler_adds(teacher):
    trainer = distiller(teacher, guidance=3.0)
    batch = trainer.held_out(0.6)
    with torch.no_grad():
        wanted = trainer.targets(batch, batch.noisy)
        ended = guided_by_the_sampler(trainer, batch, 3.0, [0.6, 0.0])
    for noisy, velocity, clean in zip(batch.noisy, wanted, ended, strict=True):
        assert torch.allclose(noisy - 0.6 * velocity, clean, atol=1e-3)
    assert advice_of(trainer) == {"guidance": 1.0}
    fewer = distiller(teacher, guidance=3.0, advised_steps=8)
    assert advice_of(fewer) == {"guidance": 1.0, "steps": 8}


def test_one_step_of_the_student_ends_where_its_teacher_ends_after_several(teacher):
    trainer = distiller(teacher, guidance=2.0, steps=2, teacher_steps=8, schedule_steps=16)
    ways = trainer.walk.paths
    assert ways.shape == (2, 5)
    assert torch.equal(ways[:, 0], trainer.walk.student[:-1])
    for way in ways:
        batch = trainer.held_out(float(way[0]))
        with torch.no_grad():
            wanted = trainer.targets(batch, batch.noisy)
            ended = guided_by_the_sampler(trainer, batch, 2.0, way.tolist())
        for noisy, velocity, after in zip(batch.noisy, wanted, ended, strict=True):
            assert torch.allclose(noisy - (way[0] - way[-1]) * velocity, after, atol=2e-3)


def test_guidance_acts_in_its_interval_as_in_the_sampler(teacher):
    interval = (0.5, 0.9)
    trainer = distiller(teacher, guidance=3.0, interval=interval)
    for level in (0.4, 0.6, 1.0):
        batch = trainer.held_out(level)
        with torch.no_grad():
            wanted = trainer.targets(batch, batch.noisy)
            ended = guided_by_the_sampler(trainer, batch, 3.0, [level, 0.0], interval)
        for noisy, velocity, clean in zip(batch.noisy, wanted, ended, strict=True):
            assert torch.allclose(noisy - level * velocity, clean, atol=1e-3)


def test_levels_of_fewer_steps_are_among_those_of_more():
    eight, four = levels(32, 8, 448), levels(32, 4, 448)
    assert torch.equal(eight[::2], four)
    assert (eight[0], eight[-1]) == (1, 0)


def test_students_meet_their_own_levels_only(teacher):
    trainer = distiller(teacher, steps=4, teacher_steps=8, clean_share=1.0, independent_share=0.5)
    batches = [trainer.drawer.draw(step_generator(0, step)) for step in range(12)]
    met = {round(float(s), 4) for b in batches for sigma in b.sigmas for s in sigma}
    own = {round(float(s), 4) for s in trainer.walk.student}
    assert met == own
    assert all(bool((torch.maximum(*b.sigmas) > 0).all()) for b in batches)


def test_a_student_comes_nearer_and_tells_how_it_wants_to_be_sampled(teacher, tmp_path):
    run = {"steps": 30, "learning_rate": 1e-2, "ema": 0.9}
    trainer = distiller(teacher, tmp_path, run, guidance=4.0, steps=2, teacher_steps=4)
    before = trainer.evaluate()
    Run(trainer, replace(config(tmp_path, run).run)).fit()
    after = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["held_out"]
    assert sum(after.values()) < 0.8 * sum(before.values())
    info = _with_facts(PLAYGROUND, trainer.facts)
    assert info.trained_with_references
    assert (info.recommended.steps, info.recommended.guidance) == (2, 1.0)
    assert info.recommended.sigmas == tuple(round(float(s), 6) for s in trainer.walk.student)
    assert info.recommended.width == 256
    assert CheckpointInfo.from_metadata(info.to_metadata()) == info


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        ({"guidance": 1.0}, "leaves nothing to distil"),
        ({"guidance": 2.0, "interval": (0.9, 0.5)}, "the lower first"),
        ({"steps": 4, "teacher_steps": 8, "advised_steps": 8}, "recommends its own"),
        ({"steps": 8, "teacher_steps": 12}, "each must be a multiple"),
        ({"steps": 8, "teacher_steps": 8}, "each must be a multiple"),
        ({"guidance": 2.0, "teacher": ""}, "name the result of a transformer stage"),
    ],
)
def test_distillations_without_sense_are_refused(teacher, objective, message):
    with pytest.raises(ValueError, match=message):
        distiller(**({"teacher": teacher} | objective))


def test_a_teacher_that_is_no_result_is_named(tmp_path):
    path = tmp_path / "other.safetensors"
    save_tensors(path, {"a": torch.zeros(1)}, {})
    with pytest.raises(ValueError, match="not a stage's result"):
        distiller(path, guidance=2.0)

"""Carrying a transformer over: it reads new latents as it read the old, and answers in new ones."""

import pytest
import torch
from hibari.training.carry_over import CHECKED, refit_answers, refit_reading, tokens
from hibari.training.trainers.transformer import TransformerTrainer

from .tiny_flow import bucket, config


def rotation(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(128, 128, generator=generator, dtype=torch.double)).Q


def pairs_of(turn, noise=0.0, clips=40):
    generator = torch.Generator().manual_seed(5)
    old = torch.randn(clips, 40, 128, generator=generator, dtype=torch.double) + 1.0
    error = torch.randn(old.shape, generator=generator, dtype=torch.double)
    return list(zip(old, old @ turn + noise * error, strict=True))


def trainer_of(**objective):
    """One whose weights are all at work."""
    buckets = {"train": [bucket()], "validation": [bucket(4, seed=1)]}
    trainer = TransformerTrainer(config(**objective), buckets)
    generator = torch.Generator().manual_seed(3)
    for weight in trainer.module.parameters():
        torch.nn.init.normal_(weight, std=0.1, generator=generator)
    return trainer


def error_of(trainer):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        batches = [trainer.drawer.draw(generator) for _ in range(20)]
        errors = [torch.stack([e.mean() for e in trainer.errors(batch)]) for batch in batches]
    return torch.stack(errors).mean(0)


@pytest.mark.parametrize("modality", ["video", "audio"])
def test_turned_latents_are_read_like_the_old_ones(modality):
    tensors = dict(trainer_of().module.state_dict())
    name = f"transformer.{'audio_' if modality == 'audio' else ''}patchify_proj.weight"
    before, turn = tensors[name].double(), rotation(1)
    told = refit_reading(tensors, modality, pairs_of(turn))
    assert told == pytest.approx(1, abs=0.01)
    assert torch.allclose(turn @ tensors[name].double().T, before.T, atol=0.03)


def test_what_new_latents_do_not_tell_is_reported_on_clips_left_out():
    tensors = dict(trainer_of().module.state_dict())
    told = refit_reading(tensors, "video", pairs_of(rotation(1), noise=1.0, clips=50 * CHECKED))
    assert told == pytest.approx(0.5, abs=0.03)


def test_old_latents_that_are_hardly_there_blow_nothing_up():
    small = torch.diag(torch.logspace(0, -4, 128, dtype=torch.double))
    pairs = [(old, old @ small) for old, _ in pairs_of(rotation(1))]
    tensors = dict(trainer_of().module.state_dict())
    name = "transformer.patchify_proj.weight"
    before = torch.linalg.matrix_norm(tensors[name], 2)
    refit_reading(tensors, "video", pairs)
    assert torch.linalg.matrix_norm(tensors[name], 2) < 3 * before


@pytest.mark.parametrize("objective", [{}, {"kept_share": 0.5, "independent_share": 0.5}])
def test_the_last_layers_answer_as_well_as_any_could(objective):
    trainer = trainer_of(**objective)
    before = error_of(trainer)
    refit_answers(trainer)
    after = error_of(trainer)
    assert (after < before).all()
    # Any other answers are worse.
    generator = torch.Generator().manual_seed(1)
    for name in ("proj_out", "audio_proj_out"):
        layer = getattr(trainer.module["transformer"], name)
        with torch.no_grad():
            layer.weight.add_(0.05 * torch.randn(layer.weight.shape, generator=generator))
    assert (error_of(trainer) > after).all()


def test_tokens_are_rows_in_the_order_of_the_network():
    video, audio = torch.randn(128, 2, 3, 4), torch.randn(8, 5, 16)
    rows = tokens((video, audio))
    assert torch.equal(rows[0][1 * 12 + 2 * 4 + 3], video[:, 1, 2, 3].double())
    assert torch.equal(rows[1][4], audio[:, 4].flatten().double())

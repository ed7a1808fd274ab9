"""Carrying a transformer over: it reads new latents as it read the old, and answers in new ones."""

import pytest
import torch
from hibari.training.carry_over import CHECKED, refit
from hibari.training.trainers.transformer import TransformerTrainer

from .tiny_flow import bucket, config

BUCKETS = {"train": [bucket()], "validation": [bucket(4, seed=1)]}


def rotation(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(128, 128, generator=generator, dtype=torch.double)).Q


def pairs_of(turn, noise=0.0, clips=40):
    generator = torch.Generator().manual_seed(5)
    old = torch.randn(clips, 40, 128, generator=generator, dtype=torch.double) + 1.0
    error = torch.randn(old.shape, generator=generator, dtype=torch.double)
    return list(zip(old, old @ turn + noise * error, strict=True))


def test_turned_latents_get_the_same_velocities_turned():
    trainer = TransformerTrainer(config(), BUCKETS)
    generator = torch.Generator().manual_seed(3)
    for weight in trainer.module.parameters():
        torch.nn.init.normal_(weight, std=0.1, generator=generator)
    batch = trainer.held_out(0.6)
    with torch.no_grad():
        wanted = trainer.velocities(trainer.module, batch, batch.noisy)
    turns = {"video": rotation(1), "audio": rotation(2)}
    tensors = dict(trainer.module.state_dict())
    for modality, turn in turns.items():
        assert refit(tensors, modality, pairs_of(turn)) == pytest.approx(1, abs=1e-6)
    trainer.module.load_state_dict(tensors)
    video, audio = batch.noisy
    turned = (
        torch.einsum("bcfyx,cd->bdfyx", video.double(), turns["video"]).float(),
        turned_audio(audio, turns["audio"]),
    )
    with torch.no_grad():
        made = trainer.velocities(trainer.module, batch, turned)
    assert torch.allclose(
        made[0],
        torch.einsum("bcfyx,cd->bdfyx", wanted[0].double(), turns["video"]).float(),
        atol=1e-3,
    )
    assert torch.allclose(made[1], turned_audio(wanted[1], turns["audio"]), atol=1e-3)


def turned_audio(audio, turn):
    rows = audio.double().transpose(1, 2).flatten(2) @ turn
    return rows.unflatten(2, audio.shape[1::2]).transpose(1, 2).float()


def test_what_new_latents_do_not_tell_is_reported_on_clips_left_out():
    tensors = dict(TransformerTrainer(config(), BUCKETS).module.state_dict())
    told = refit(tensors, "video", pairs_of(rotation(1), noise=1.0, clips=50 * CHECKED))
    assert told == pytest.approx(0.5, abs=0.03)

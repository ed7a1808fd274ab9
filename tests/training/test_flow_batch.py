"""Batches of the transformer stage: sizes and durations side by side, shared between processes."""

from dataclasses import replace

import pytest
import torch
from hibari.training.config import DataConfig
from hibari.training.latent_store import LatentStore
from hibari.training.trainers.flow_batch import BatchDrawer, Bucket, FlowObjective
from hibari.training.trainers.transformer import TransformerTrainer

from . import tiny_flow

DATA = DataConfig(
    folder="",
    count=6,
    buckets=(
        {"frames": 17, "height": 64, "width": 64},
        {"frames": 33, "height": 96, "width": 64, "count": 3},
    ),
)


def store(data):
    shape = (1 + (data.frames - 1) // 8, data.height // 32, data.width // 32)
    video = torch.randn(data.count, 128, *shape).half()
    audio = torch.randn(data.count, 8, 40, 16).half()
    captions = [(f"clip {i}",) for i in range(data.count)]
    return Bucket(data, LatentStore(video, audio, captions, [1] * data.count))


def drawn(count, batch=12, multiple=1, **objective):
    objective = FlowObjective(frames=(9, 17, 33), **objective)
    drawer = BatchDrawer(objective, [store(data) for data in DATA.stores()], batch, multiple)
    return [drawer.draw(torch.Generator().manual_seed(i)) for i in range(count)]


def test_batches_of_all_sizes_and_durations_hold_as_many_tokens():
    batches = drawn(40)
    shapes = {tuple(batch.clean[0].shape[2:]) for batch in batches}
    assert shapes == {(2, 2, 2), (3, 2, 2), (2, 3, 2), (3, 3, 2), (5, 3, 2)}
    for batch in batches:
        tokens = batch.clean[0][:, 0].numel()
        assert 12 * 12 - batch.clean[0][0, 0].numel() < tokens <= 12 * 12
    usual = sum(batch.clean[0].shape[3] == 2 for batch in batches)
    assert 20 <= usual <= 34  # two thirds of the clips are of the first size


def test_captions_are_told_in_other_words_as_often_as_asked():
    data = DataConfig(folder="", count=6, frames=17, height=64, width=64)
    bucket = store(data)
    bucket.latents.captions[:] = [("A red ball falls on the sand.",)] * 6
    for share, least, most in ((0.0, 0, 0), (0.5, 30, 70), (1.0, 90, 100)):
        objective = FlowObjective(frames=(9,), caption_dropout=0, other_words_share=share)
        drawer = BatchDrawer(objective, [bucket], 10)
        generator = torch.Generator().manual_seed(0)
        told = [text for _ in range(10) for text in drawer.draw(generator).captions]
        assert len(told) == 100
        assert least <= sum("A red ball falls on the sand." != text for text in told) <= most


def test_only_captions_of_drops_have_other_words():
    config = tiny_flow.config(data={"playground": "whole"}, other_words_share=0.5)
    with pytest.raises(ValueError, match=r"other_words_share is 0\.5"):
        TransformerTrainer(config, {"train": [tiny_flow.bucket()], "validation": []})


def test_parts_of_all_processes_are_the_batch():
    for batch in drawn(12, multiple=3, kept_share=0.5, independent_share=0.5):
        parts = [batch.part(index, 3) for index in range(3)]
        assert {len(part.captions) for part in parts} == {len(batch.captions) // 3}
        for index, part in enumerate(parts):
            assert part.captions == batch.captions[index::3]
            for own, whole in zip(part.noisy, batch.noisy, strict=True):
                assert torch.equal(own, whole[index::3])
    assert batch.part(0, 1) is batch


def test_another_noise_level_leaves_clean_tokens_clean():
    batches = drawn(30, kept_share=0.5, independent_share=1.0, clean_share=1.0)
    assert any(batch.kept is not None for batch in batches)
    for batch in batches:
        moved = batch.at(torch.full_like(batch.sigmas[0], 0.25))
        for before, after in zip(batch.levels, moved.levels, strict=True):
            assert torch.equal(before > 0, after > 0)
            assert set(after.unique().tolist()) <= {0.0, 0.25}
        assert any(bool((level == 0).any()) for level in batch.levels)


def test_buckets_are_configurations_of_their_own():
    first, second = DATA.stores()
    assert (first.frames, first.count, first.buckets) == (17, 6, ())
    assert (second.height, second.count) == (96, 3)
    assert replace(DATA, buckets=()).stores() == (replace(DATA, buckets=()),)
    with pytest.raises(ValueError, match=r"data\.buckets sets fps; a bucket may set frames"):
        replace(DATA, buckets=({"fps": 12},)).stores()


def test_moving_parts_of_a_picture_count_more():
    """A clip that stands still but for one token: that token counts most, all others once."""
    still = tiny_flow.bucket()
    video = still.latents.video[:, :, :1].repeat(1, 1, 3, 1, 1)
    video[:, :, 1, 0, 1] += 9
    bucket = replace(still, latents=replace(still.latents, video=video))
    motion = bucket.motion(torch.arange(4), 17)
    expected = torch.zeros(4, 1, 3, 2, 2)
    expected[:, :, 1, 0, 1] = 1
    assert torch.equal(motion, expected)


def test_the_error_of_a_batch_is_weighted_where_asked():
    buckets = {"train": [tiny_flow.bucket()], "validation": [tiny_flow.bucket()]}
    trainer = TransformerTrainer(tiny_flow.config(), buckets)
    plain = trainer.drawer.draw(torch.Generator().manual_seed(0))
    weight = torch.full((len(plain.captions), 1, *plain.clean[0].shape[2:]), 2.0)
    with torch.no_grad():
        usual, twice = (trainer.errors(replace(plain, video_weight=w))[0] for w in (None, weight))
        weight[:, :, 1:] = 0
        first = trainer.errors(replace(plain, video_weight=weight))[0]
    assert torch.allclose(usual, twice)
    assert not torch.allclose(usual, first)

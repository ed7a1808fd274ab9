"""References in training: placed as at sampling time, in any slot, dropped at random, and used."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from hibari.model.sampling.references import Reference, place
from hibari.model.transformer import TransformerInputs
from hibari.training.loop import Run
from hibari.training.reference_store import ClipReferences, SubjectLatents
from hibari.training.trainers.flow_batch import BatchDrawer, FlowObjective
from hibari.training.trainers.shown_references import (
    Shown,
    Slot,
    Subjects,
    draw_shown,
    with_references,
)
from hibari.training.trainers.transformer import TransformerTrainer
from hibari.training.world.drops.details import DETAILS

from .tiny_flow import AUDIO, bucket, config

VIEW = (2, 2)


def subject(seed, views=3, voice=5):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(voice, 128, generator=generator).half() if voice else None
    return SubjectLatents(torch.randn(views, 128, *VIEW, generator=generator).half(), tokens)


def clip(seed, subjects=2, voice=5):
    made = tuple(subject(10 * seed + k, voice=voice and voice + seed) for k in range(subjects))
    return ClipReferences(made, ("somebody stands there",))


def test_tokens_stand_where_the_sampler_places_them():
    clips = [clip(1, 1), clip(2, 1)]
    shown = Shown((Slot(2, True),), torch.arange(2))
    made = with_references(TransformerInputs(24.0), shown, clips, torch.Generator())
    for index, one in enumerate(clips):
        own = one.subjects[0]
        sampled = place(
            TransformerInputs(24.0),
            [Reference("mira", own.views[:2].float(), own.voice[:6].float())],
        )
        assert torch.equal(made.reference_video[index : index + 1], sampled.reference_video)
        assert torch.equal(made.reference_audio[index : index + 1], sampled.reference_audio)
        assert torch.equal(made.reference_coordinates, sampled.reference_coordinates)
    assert made.reference_coordinates[:, 0].max() <= 0


def test_every_subject_comes_to_stand_in_every_slot():
    one = clip(1, 3, voice=0)
    shown = Shown((Slot(1, False),) * 3, torch.arange(1))
    generator = torch.Generator().manual_seed(0)
    orders = set()
    for _ in range(60):
        made = with_references(TransformerInputs(24.0), shown, [one], generator)
        slots = made.reference_video[0].unflatten(0, (3, 4))
        firsts = [subject.views[0].float().flatten(1).T for subject in one.subjects]
        orders.add(tuple(int(torch.stack([(s - f).abs().sum() for f in firsts]).argmin())
                         for s in slots))  # fmt: skip
    assert len(orders) == 6


def test_slots_fit_the_clips_that_fill_them_and_parts_are_left_out():
    references = [clip(i, 1 + i % 3, voice=5 if i % 2 else 0) for i in range(12)]
    generator = torch.Generator().manual_seed(1)
    drawn = [draw_shown(Subjects.of(references), 0.3, generator) for _ in range(200)]
    for shown in drawn:
        for index in shown.clips.tolist():
            assert len(references[index].subjects) >= len(shown.slots)
            assert references[index].speaks or not any(slot.voice for slot in shown.slots)
    slots = [slot for shown in drawn for slot in shown.slots]
    assert {slot.views for slot in slots} == {0, 1, 2, 3}
    assert {len(shown.slots) for shown in drawn} == {1, 2, 3}
    assert any(shown.is_empty for shown in drawn)
    speaking = sum(references[int(shown.clips[0])].speaks for shown in drawn)
    assert 60 < speaking < 140


def test_a_batch_with_references_has_fewer_clips_for_as_many_tokens():
    references = [clip(i, 1, voice=0) for i in range(8)]
    objective = FlowObjective(frames=(9,), reference_share=1.0, reference_dropout=0.0)
    drawer = BatchDrawer(objective, [bucket(references=references)], batch=8)
    batches = [drawer.draw(torch.Generator().manual_seed(i)) for i in range(20)]
    sizes = {batch.inputs.reference_video.shape[1]: len(batch.captions) for batch in batches}
    assert sizes == {4: 5, 8: 4, 12: 3}
    assert all(batch.kind == "ref_" for batch in batches)
    told = [caption for batch in batches for caption in batch.captions]
    assert "somebody stands there" in told
    assert "" in told
    assert any(caption.startswith("a clip of number") for caption in told)


def test_references_without_the_size_of_views_are_refused():
    with pytest.raises(ValueError, match=r"data\.reference_px is 0; set it to 256"):
        TransformerTrainer(config(data={"reference_px": 0}, reference_share=0.5))


def test_compiled_blocks_take_any_shape_while_references_are_shown(monkeypatch):
    told: list[bool] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda block, dynamic: told.append(dynamic))
    references = [clip(i) for i in range(8)]
    buckets = {"train": [bucket(references=references)], "validation": [bucket(4, seed=1)]}
    trainer = TransformerTrainer(config(run={"compile": True}, reference_share=0.5), buckets)
    assert told == [False]
    seen = set()
    for seed in range(8):
        told.clear()
        batch = trainer.drawer.draw(torch.Generator().manual_seed(seed))
        trainer.errors(batch)
        assert told == ([True, False] if batch.has_references else [])
        seen.add(batch.has_references)
    assert seen == {True, False}


@pytest.mark.slow
def test_a_tiny_model_learns_to_take_looks_and_voice_from_references(tmp_path):
    """Every clip shows its reference; captions tell nothing. Wrong references must cost."""
    generator = torch.Generator().manual_seed(2)
    basis = torch.randn(3, 128, generator=generator)
    looks, voices = torch.randn(2, 8, 3, generator=generator) @ basis
    references = [
        ClipReferences(
            (SubjectLatents(looks[i].view(1, 128, 1, 1).expand(1, -1, *VIEW).half(),
                            voices[i].expand(4, -1).half()),),
            ("somebody",),
        )
        for i in range(8)
    ]  # fmt: skip
    clips = bucket(references=references)
    video = looks.view(8, 128, 1, 1, 1).expand_as(clips.latents.video).half()
    audio = voices.view(8, 1, 8, 16).permute(0, 2, 1, 3).expand(8, 8, AUDIO, 16).half()
    latents = replace(clips.latents, video=video, audio=audio, captions=[("somebody",)] * 8)
    clips = replace(clips, latents=latents)
    settings = config(
        tmp_path,
        run={"steps": 80, "learning_rate": 2e-2, "ema": 0.95, "optimiser": "muon"},
        reference_share=1.0,
        reference_dropout=0.1,
        caption_dropout=0.0,
        sigma_mean=2.5,
        sigma_std=0.7,
        uniform_share=0.0,
        independent_share=0.0,
    )
    trainer = TransformerTrainer(settings, {"train": [clips], "validation": [clips]})
    run = Run(trainer, settings.run)
    run.fit()
    numbers = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["held_out"]
    for stream in "va":
        known = numbers[f"{stream}0.9_referenced"]
        assert known < 0.95 * numbers[f"{stream}0.9_discreet"]
        assert known < 0.5 * numbers[f"{stream}0.9_mistaken"]
    told = {"details": [asdict(detail) for detail in DETAILS]}
    assert trainer.facts == {"trained_with_references": True, "recommended": told}

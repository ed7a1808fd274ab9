"""A stripped file finds its manifest, and no other."""

import datetime
import threading

import numpy as np
import pytest
import torch
from hibari.trust.home import open_database
from hibari.trust.registry import Record, Registry, audio_fingerprint, video_fingerprint
from hibari.trust.registry.picture import bit_count, distance, mirrored_hashes, picture_hash
from hibari.trust.registry.search_index import SearchIndex
from sqlalchemy.exc import IntegrityError, SQLAlchemyError


def clip(seed, frames=24, size=(96, 128)):
    """A textured clip that pans: smooth noise, as pictures are."""
    rng = np.random.default_rng(seed)
    coarse = torch.from_numpy(rng.random((1, 3, 9, 17), dtype=np.float32))
    wide = torch.nn.functional.interpolate(coarse, (size[0], 2 * size[1]), mode="bicubic")
    picture = (wide[0].permute(1, 2, 0).clamp(0, 1) * 255).numpy().astype(np.uint8)
    return [picture[:, 2 * f : 2 * f + size[1]] for f in range(frames)]


def sound(seed, seconds=3.0, rate=24000):
    """A melody of random notes, as sounds are."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    notes = rng.uniform(200, 3000, 24)
    starts = rng.uniform(0, seconds, 24)
    wave = sum(
        np.sin(2 * np.pi * note * time) * np.exp(-8 * np.abs(time - start))
        for note, start in zip(notes, starts, strict=True)
    )
    return {"waveform": torch.from_numpy(wave * 0.1).float()[None, None], "sample_rate": rate}


def seen(frames):
    chosen = video_fingerprint.sample_indices(len(frames), 24)
    return video_fingerprint.fingerprint_of([frames[i] for i in chosen])


def record(seed, **more):
    given = {"video": seen(clip(seed)), "audio": audio_fingerprint.fingerprint_of(sound(seed))}
    return Record(
        f"urn:c2pa:{seed}", f"{seed}.mp4", "video/mp4", f"{seed:064x}", b"store",
        identifiers=(f"{seed:016x}",), **(given | more),
    )  # fmt: skip


@pytest.fixture
def registry(own_home, database):
    made = Registry(open_database())
    for seed in range(8):
        made.add(record(seed))
    return made


def test_each_of_identifier_file_and_manifest_leads_to_the_record(registry):
    found = registry.by_identifier(f"{3:016x}")
    assert [one.manifest_id for one in found] == ["urn:c2pa:3"]
    assert registry.by_file(f"{3:064x}").title == "3.mp4"
    assert registry.by_manifest("urn:c2pa:3").store == b"store"
    assert registry.by_manifest("urn:c2pa:99") is None
    assert found[0].recorded_at.tzinfo is datetime.UTC


def test_a_manifest_is_kept_once_and_whole(registry):
    with pytest.raises(IntegrityError):
        registry.add(record(3))
    assert len(registry.by_identifier(f"{3:016x}")) == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda frames: [frame[::2, ::2] for frame in frames],
        lambda frames: [(frame * 0.9 + 8).astype(np.uint8) for frame in frames],
        lambda frames: [frame[:, ::-1] for frame in frames],
        lambda frames: [np.pad(frame, ((20, 20), (0, 0), (0, 0))) for frame in frames],
    ],
    ids=["half size", "darker", "mirror", "letterbox"],
)
def test_an_edited_picture_finds_its_clip(registry, edit):
    match = registry.by_content(seen(edit(clip(5))), None)
    assert match.record.manifest_id == "urn:c2pa:5"
    assert match.video_similarity > 0.99


def test_a_crop_is_the_same_content_and_another_clip_is_not():
    cropped = [frame[10:-10, 13:-13] for frame in clip(5)]
    kept = seen(clip(5))
    assert video_fingerprint.decide(video_fingerprint.similarity(seen(cropped), kept)) is True
    assert video_fingerprint.decide(video_fingerprint.similarity(seen(clip(6)), kept)) is False


def test_several_processes_make_the_tables_at_once(own_home, database):
    engine, failures = open_database(), []

    def make():
        try:
            Registry(engine)
        except SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_strange_clip_leads_nowhere_and_twins_are_not_guessed(registry):
    assert registry.by_content(seen(clip(77)), audio_fingerprint.fingerprint_of(sound(77))) is None
    registry.add(record(50, video=seen(clip(4)), audio=None))
    assert registry.by_content(seen(clip(4)), None) is None


def test_a_noisy_cut_of_the_sound_finds_its_clip(registry):
    heard = sound(2)
    piece = heard["waveform"][..., 12000:] + 0.004 * torch.randn(1, 1, 60000)
    found = audio_fingerprint.fingerprint_of({"waveform": piece, "sample_rate": 24000}, kept=400)
    assert registry.by_content(None, found).record.manifest_id == "urn:c2pa:2"


def test_silence_has_no_fingerprint():
    silent = {"waveform": torch.zeros(1, 2, 24000), "sample_rate": 24000}
    assert audio_fingerprint.fingerprint_of(silent) is None


def test_a_mirrored_hash_is_the_hash_of_the_mirrored_picture():
    luma = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    turned = mirrored_hashes(picture_hash(luma)[None])[0]
    assert distance(turned, picture_hash(luma[:, ::-1])) <= 24


def test_bits_are_counted_alike_by_both_numpys(monkeypatch):
    words = np.random.default_rng(0).integers(0, 2**63, (5, 4), dtype=np.uint64)
    fast = bit_count(words)
    monkeypatch.delattr(np, "bitwise_count")
    assert (bit_count(words) == fast).all()


def test_what_was_added_later_is_found_too(registry):
    index = SearchIndex(open_database())
    assert index.nearest(seen(clip(30)).hashes, 3) == []
    registry.add(record(30))
    assert index.nearest(seen(clip(30)).hashes, 1) == [9]


def test_the_tables_are_plain_sql_that_postgresql_takes_too():
    from hibari.trust.registry.tables import METADATA
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    statements = [
        str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for table in METADATA.sorted_tables
    ]
    assert len(statements) == 4
    assert any("BYTEA" in statement for statement in statements)
    assert any("SERIAL" in statement for statement in statements)

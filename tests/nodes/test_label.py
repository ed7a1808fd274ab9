"""Whatever leaves is marked, signed and registered, and leads back after its label was torn off."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from hibari.host import InputImpl
from hibari.host.media import read_video
from hibari.nodes.inspection import inspect
from hibari.nodes.inspection_report import as_json, as_text
from hibari.nodes.save_video import HibariSaveVideo
from hibari.trust.credentials.facts import forget_facts, record_fact


@pytest.fixture
def output(own_home, tmp_path, monkeypatch):
    from hibari.host.embedded.folders import set_folders

    set_folders(output=tmp_path / "output")
    yield tmp_path / "output"
    set_folders(output=None)
    forget_facts()


def clip(seed=0, frames=30, size=(192, 256)):
    """A textured clip that pans, and noise-like sound."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 12, 34, generator=generator)
    wide = torch.nn.functional.interpolate(coarse, (size[0], 2 * size[1]), mode="bicubic")
    wide = wide[0].permute(1, 2, 0).clamp(0, 1)
    images = torch.stack([wide[:, f : f + size[1]] for f in range(frames)])
    waveform = 0.1 * torch.randn(1, 2, frames * 1000, generator=generator)
    return images, {"waveform": waveform, "sample_rate": 24000}


def save(seed=0, **given):
    images, audio = clip(seed)
    return HibariSaveVideo.execute(images, 24.0, "clip", audio=audio, **given)


def remux(source, target):
    with av.open(str(source)) as reading, av.open(str(target), "w") as writing:
        streams = {one.index: writing.add_stream_from_template(one) for one in reading.streams}
        for packet in reading.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                writing.mux(packet)
    return target


def test_a_saved_file_is_valid_and_known(output):
    path = output / save().args[1][0].rsplit("/", 1)[-1]
    found = inspect(path)
    assert found.verdict == "valid"
    assert found.matched_by == "file"
    told = as_json(found)
    assert {"credentials", "watermark", "verdict"} <= set(told)
    assert json.loads(json.dumps(told)) == told
    marks = {mark["identifier"] for mark in told["watermark"].values()}
    assert marks == {told["credentials"]["soft_bindings"][0]["blocks"][0]["value"]}
    assert found.credentials.generation["visible_mark"]["shown"]
    assert "VALID" in as_text(found).splitlines()[0]


def test_a_stripped_file_leads_to_its_manifest(output, tmp_path):
    first, second = (save(seed).args[1][0] for seed in (1, 2))
    for path in (first, second):
        found = inspect(remux(path, tmp_path / "stripped.mp4"))
        assert found.verdict == "recovered"
        assert found.matched_by == "watermark"
        assert found.match.record.title == path.rsplit("/", 1)[-1]
        assert found.match.same is True
        assert "leads by its watermark" in as_text(found)


def test_a_file_without_anything_is_unknown_and_a_text_unreadable(output, tmp_path):
    from hibari.host.media import VideoSettings, write_video

    images, audio = clip(5)
    plain = write_video(tmp_path / "plain.mp4", images, VideoSettings(24), audio=audio)
    assert inspect(plain).verdict == "unknown"
    (tmp_path / "note.mp4").write_text("no video at all, only words")
    assert inspect(tmp_path / "note.mp4").verdict == "unreadable"
    with pytest.raises(ValueError, match="is not there or empty"):
        inspect(tmp_path / "absent.mp4")


def test_a_mark_that_was_copied_onto_another_clip_is_noticed(output, tmp_path):
    from hibari.host.media import VideoSettings, write_video
    from hibari.nodes.marks import marked_chunks

    found = inspect(output / save(1).args[1][0].rsplit("/", 1)[-1])
    stolen = int(found.marks["video"].identifier, 16)
    images, _ = clip(99)
    forged = torch.cat(list(marked_chunks(images, stolen)))
    path = write_video(tmp_path / "forged.mp4", forged, VideoSettings(24))
    assert inspect(path).verdict == "mismatch"


def test_a_byte_outside_of_the_signature_is_found_by_the_registry(output, tmp_path):
    path = output / save().args[1][0].rsplit("/", 1)[-1]
    content = bytearray(path.read_bytes())
    content[20] ^= 1  # a brand in ftyp, which C2PA does not hash
    (tmp_path / "changed.mp4").write_bytes(content)
    found = inspect(tmp_path / "changed.mp4")
    assert found.verdict == "tampered"
    assert found.credentials.problems[-1].code == "file.changed"


def test_a_copy_by_another_block_is_signed_as_a_remix(output, tmp_path):
    (video,), (path,) = save().args
    video.save_to(tmp_path / "copy.mp4", metadata={"workflow": {"nodes": []}})
    found = inspect(tmp_path / "copy.mp4")
    assert found.verdict == "valid"
    assert found.credentials.lineage.ingredients[0].title == path.rsplit("/", 1)[-1]
    assert found.credentials.soft_bindings
    assert "workflow" in read_video(tmp_path / "copy.mp4").tags
    assert [one.name for one in tmp_path.glob("*.mp4")] == ["copy.mp4"]


def test_a_cut_of_the_video_is_signed_too(output, tmp_path):
    (video,), _ = save().args
    cut = video.as_trimmed(0.5, 0.5)
    assert isinstance(cut, InputImpl.VideoFromFile)
    cut.save_to(tmp_path / "cut.mp4")
    assert len(read_video(tmp_path / "cut.mp4").frames) == 12
    assert inspect(tmp_path / "cut.mp4").verdict == "valid"


def test_webm_has_no_place_for_a_signature_but_its_mark_leads_home(output):
    path = output / save(format="webm").args[1][0].rsplit("/", 1)[-1]
    found = inspect(path)
    assert found.credentials.state == "none"
    assert found.verdict == "recovered"
    assert as_json(found)["registry"]["content_matches"]


def test_pictures_that_carry_a_mark_keep_it(output, monkeypatch):
    from hibari.nodes.marks import marked_chunks, watermark_details

    graph = {
        "1": {"class_type": "HibariDecodeVideo", "inputs": {}},
        "2": {"class_type": "HibariSaveVideo", "inputs": {"images": ["1", 0]}},
    }
    record_fact("1", "watermark", watermark_details(77, "video"), graph=graph)

    class Hidden:
        prompt, unique_id, extra_pnginfo = graph, "2", None

    monkeypatch.setattr(HibariSaveVideo, "hidden", Hidden, raising=False)
    images, audio = clip(3)
    marked = torch.cat(list(marked_chunks(images, 77)))
    saved = HibariSaveVideo.execute(marked, 24.0, "clip", audio=audio)
    found = inspect(output / saved.args[1][0].rsplit("/", 1)[-1])
    assert {mark.identifier for mark in found.marks.values()} == {f"{77:016x}"}


def test_a_policy_without_a_visible_mark_is_told(output, own_home, monkeypatch):
    from hibari.trust.guard.policy import BUNDLED

    (own_home / "policies").mkdir(parents=True)
    text = (BUNDLED / "default.toml").read_text()
    (own_home / "policies" / "bare.toml").write_text(
        text.replace("visible = true", "visible = false", 1)
    )
    monkeypatch.setenv("HIBARI_POLICY", "bare")
    path = output / save().args[1][0].rsplit("/", 1)[-1]
    mark = inspect(path).credentials.generation["visible_mark"]
    assert mark["shown"] is False
    assert mark["reason"] == "policy bare"


def test_nothing_is_saved_that_cannot_be_signed(output, own_home):
    own_home.mkdir(parents=True, exist_ok=True)
    (own_home / "credentials.toml").write_text("[signing]\nalgorithm = 'rot13'\n")
    with pytest.raises(ValueError, match="rot13"):
        save()
    assert [one for one in output.rglob("*") if one.is_file()] == []


def test_frames_too_small_for_a_name_are_saved_and_say_so(output):
    images = torch.from_numpy(np.full((5, 16, 16, 3), 0.5, dtype=np.float32))
    path = HibariSaveVideo.execute(images, 24.0, "tiny").args[1][0]
    mark = inspect(output / path.rsplit("/", 1)[-1]).credentials.generation["visible_mark"]
    assert mark["shown"] is False
    assert mark["reason"]


def test_pictures_and_sound_of_one_latent_carry_one_mark(output, monkeypatch):
    from hibari.nodes.marks import mark_decoded_frames, mark_decoded_sound
    from hibari.nodes.provenance import clip_story, marks_of, story_of

    graph = {
        "1": {"class_type": "HibariSample", "inputs": {"seed": 3}},
        "2": {"class_type": "HibariDecodeVideo", "inputs": {"latent": ["1", 0]}},
        "3": {"class_type": "HibariDecodeAudio", "inputs": {"latent": ["1", 0]}},
        "4": {"class_type": "HibariSaveVideo", "inputs": {"images": ["2", 0], "audio": ["3", 0]}},
    }
    images, audio = clip(3)
    both = torch.cat([images, images])
    mark_decoded_frames(both, 2, graph, "2")
    sounds = audio | {"waveform": torch.cat([audio["waveform"]] * 2)}
    assert mark_decoded_sound(sounds, graph, "3")["waveform"].shape == sounds["waveform"].shape
    assert not torch.equal(both[:30], both[30:])
    story = story_of(graph, "4")
    for number in (0, 1):
        mine = clip_story(story, number, 2)
        assert marks_of(mine, "video") == marks_of(mine, "audio")
        assert len(marks_of(mine, "video")) == 1
    assert marks_of(story, "video")[0] != marks_of(story, "video")[1]
    assert mark_decoded_frames(images, 1, None, None) is images


def test_what_was_saved_once_is_not_marked_again_but_a_new_run_is(output, monkeypatch):
    graph = {
        "1": {"class_type": "HibariSaveVideo", "inputs": {"images": ["0", 0]}},
        "2": {"class_type": "GetVideoComponents", "inputs": {"video": ["1", 0]}},
        "3": {"class_type": "HibariSaveVideo", "inputs": {"images": ["2", 0]}},
    }

    class Hidden:
        prompt, unique_id, extra_pnginfo = graph, "1", None

    monkeypatch.setattr(HibariSaveVideo, "hidden", Hidden, raising=False)
    first, second = (save(4).args for _ in range(2))
    marks = [inspect(Path(path)).marks["video"].identifier for (path,) in (first[1], second[1])]
    assert len(set(marks)) == 2
    Hidden.unique_id = "3"
    parts = second[0][0].get_components()
    again = HibariSaveVideo.execute(parts.images, 24.0, "again", audio=parts.audio).args
    found = inspect(Path(again[1][0]))
    assert found.marks["video"].identifier == marks[1]
    assert found.credentials.soft_bindings[0]["blocks"][0]["value"] == marks[1]

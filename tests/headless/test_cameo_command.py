"""``hibari cameo``: from a recording to a grant that a friend uses, and back."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hibari.headless import cameo_recording
from hibari.headless.cli import main
from hibari.host.embedded.folders import checkpoints_directory, set_folders
from hibari.host.media import VideoSettings, write_png, write_video

from ..trust.cameo.faces import frames_of_a_face, speech
from ..trust.cameo.people import make_cameo
from .tiny_checkpoint import save_tiny_checkpoint

pytest.importorskip("cv2", reason="the extra hibari[cameo] is not installed")


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cameo_recording, "BUNDLED_PATH", tmp_path / "none")  # codecs take seconds

    def run(person, *words):
        with person.here():
            code = main(["cameo", *map(str, words)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def facts(cli, person, *words):
    code, out, err = cli(person, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def record(path, seconds=2.0):
    """A film of a face that speaks."""
    frames = torch.from_numpy(np.repeat(frames_of_a_face(4), 4, axis=0)).float() / 255
    sound = torch.from_numpy(np.repeat(speech(seconds), 2, axis=0))[None]
    audio = {"waveform": sound, "sample_rate": 16000}
    write_video(path, frames, VideoSettings(8.0, "mp4", "high"), audio=audio)
    return path


def test_a_person_is_enrolled_in_two_steps_and_shares_with_a_friend(cli, anna, ben, tmp_path):
    # No recogniser here hears French, so the cameo is attested.
    sentence = facts(cli, anna, "enroll", "Anna", "--language", "fr")["challenge"]
    assert len(sentence.split()) == 6
    film = record(tmp_path / "me.mp4")
    look = ["--description", "a woman with dark hair"]
    code, _, err = cli(anna, "enroll", "Anna", film, *look)
    assert code == 2
    assert "nobody agreed. Read and confirm" in err
    made = facts(cli, anna, "enroll", "Anna", film, *look, "--agree", "--deny", "political")
    assert made["cameo"]["level"] == "attested"
    assert made["cameo"]["consent"]["challenge"] == sentence

    card = facts(cli, ben, "show")["key_card"]
    given = facts(cli, anna, "grant", "Anna", "--to", card, "--max-uses", "3", "-o", "ben.grant")
    assert given["grant"]["rules"]["max_uses"] == 3
    assert facts(cli, ben, "import", made["path"], "ben.grant")["imported"]
    (listed,) = facts(cli, ben, "list")["cameos"]
    assert (listed["name"], listed["state"]) == ("Anna", "granted to you")
    facts(cli, anna, "revoke", "Anna", "-o", "my.revocations")
    facts(cli, ben, "import", "my.revocations")
    (listed,) = facts(cli, ben, "list")["cameos"]
    assert "took the grant back" in listed["state"]
    assert facts(cli, ben, "audit") == {"problems": []}


def test_an_animal_is_enrolled_from_a_picture_and_its_mask(cli, anna, tmp_path):
    draw = torch.rand(160, 160, 3, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(160, 160, 3)
    mask[40:120, 40:120] = 1
    picture, shape = tmp_path / "rex.png", tmp_path / "mask.png"
    write_png(picture, draw)
    write_png(shape, mask)
    words = ["--kind", "animal", "--description", "a small dog", "--mask", shape, "--agree"]
    with anna.here():
        save_tiny_checkpoint(checkpoints_directory() / "tiny.safetensors")
    made = facts(cli, anna, "enroll", "Rex", picture, *words, "--checkpoint", "tiny.safetensors")
    assert set(made["cameo"]["parts"]) == {"views", "view_latents", "view_probe"}
    shown = facts(cli, anna, "show", "Rex")
    assert shown["cameo"]["name"] == "Rex"
    assert shown["grants"] == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show", "Nobody"], "there is no cameo named Nobody"),
        (["grant", "Anna", "--to", "ben"], "is no key card"),
        (["grant", "Anna", "--to", "anyone", "--deny", "everything"], "context 'everything' is"),
        (["grant", "Anna", "--to", "anyone", "--days", "0"], "0 days are not in 0..366"),
        (["revoke", "Anna", "ff"], "names no single grant"),
        (["approve", "0000", "--cameo", "Anna"], "is no file and names no single result"),
        (["import", "gone.grant"], "gone.grant cannot be read"),
        (["enroll", "Rex", "--kind", "animal"], "no pictures of the animal"),
        (["enroll", "../x"], "holds '.'"),
    ],
)
def test_refusals_are_sentences_and_exit_2(cli, anna, words, reason):
    with anna.here():
        make_cameo()
    code, _, err = cli(anna, *words)
    assert code == 2
    assert reason in err


def test_uploads_of_a_face_are_forbidden_and_allowed_again(cli, anna, monkeypatch, tmp_path):
    from hibari.trust.cameo import uploads
    from hibari.trust.cameo.document import FaceVector

    with anna.here():
        make_cameo()
    monkeypatch.setattr(uploads, "installed_embedders", list)
    code, _, err = cli(anna, "forbid-uploads", "Anna")
    assert code == 2
    assert 'pip install "hibari[faces]"' in err
    monkeypatch.setattr(uploads, "face_vectors", lambda views: (FaceVector("x", (0.5, 1.0)),))
    assert facts(cli, anna, "forbid-uploads", "Anna", "-o", "anna.uploads")["ban"]["forbidden"]
    assert (tmp_path / "anna.uploads").is_file()
    assert facts(cli, anna, "import", "anna.uploads")["imported"] == ["upload ban taken in"]
    assert not facts(cli, anna, "allow-uploads", "Anna")["ban"]["forbidden"]


def test_an_audit_finds_tampering_and_exits_1(cli, anna):
    with anna.here():
        make_cameo()
        from hibari.trust.cameo.ledger import Ledger

        with Ledger().engine.begin() as connection:
            connection.exec_driver_sql("UPDATE cameo_log SET kind = 'other'")
    code, out, _ = cli(anna, "audit")
    assert code == 1
    assert "entry 1 (other) was changed" in out


def test_generate_puts_cameos_between_prompt_and_sampler(tmp_path, monkeypatch, capsys, anna):
    monkeypatch.chdir(tmp_path)
    small = ["--checkpoint", "tiny.safetensors", "--size", "64x64", "--seconds", "0.4"]
    with anna.here():
        make_cameo("Anna")
        save_tiny_checkpoint(checkpoints_directory() / "tiny.safetensors")
        words = ["generate", "@anna walks on the beach", *small, "--steps", "1", "--cameo"]
        try:
            assert main([*words, "Anna", "-o", "clip.mp4"]) == 0
            assert main([*words, "Nobody"]) == 2
        finally:
            set_folders(output=None)
        from hibari.trust.cameo.ledger import Ledger

        kinds = [entry.kind for entry in Ledger().entries()]
    assert (tmp_path / "clip.mp4").is_file()
    assert kinds == ["enrolled", "use", "result"]
    assert "'Nobody'" in capsys.readouterr().err


def test_drafts_are_approved_or_deleted_by_their_owner(cli, anna, ben, capsys, tmp_path):
    """Ben makes two clips of Anna, who lets the first out and has the second deleted."""
    with anna.here():
        cameo = make_cameo("Anna")
    grant = facts(cli, anna, "grant", "Anna", "--to", ben.card, "--approval", "-o", "for.ben")
    facts(cli, ben, "import", cameo.path, "for.ben")
    assert grant["grant"]["rules"]["approval"]
    small = ["--checkpoint", "tiny.safetensors", "--size", "64x64", "--seconds", "0.4"]
    with ben.here():
        save_tiny_checkpoint(checkpoints_directory() / "tiny.safetensors")
        words = ["generate", "@anna walks on the beach", *small, "--steps", "1", "--cameo", "Anna"]
        try:
            for seed in ("1", "2"):
                assert main([*words, "--seed", seed, "-o", f"clip{seed}.mp4"]) == 0
        finally:
            set_folders(output=None)
    assert capsys.readouterr().out.count("waits for the approval of the owner of Anna") == 2
    assert not list(tmp_path.glob("*.mp4"))
    one, other = (draft["items"][0] for draft in facts(cli, ben, "drafts")["drafts"])
    code, _, err = cli(ben, "approve", one["path"], "--cameo", "Anna")
    assert code == 2
    assert "only the owner of Anna can approve" in err
    facts(cli, anna, "approve", one["path"], "--cameo", "Anna", "-o", "yes.approval")
    facts(cli, anna, "delete-result", other["path"], "--cameo", "Anna", "-o", "no.approval")
    told = facts(cli, ben, "import", "yes.approval", "no.approval")["imported"]
    assert told == ["approval taken in"] * 2
    (released,) = (ben.home / "released").glob("*.mp4")
    assert not Path(one["path"]).exists()
    assert not Path(other["path"]).exists()
    assert facts(cli, ben, "drafts") == {"drafts": [], "released": []}
    facts(cli, anna, "delete-result", released, "--cameo", "Anna", "-o", "no.approval")
    facts(cli, ben, "import", "no.approval")
    assert not released.exists()
    assert facts(cli, ben, "audit") == {"problems": []}

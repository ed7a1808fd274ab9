"""Folders of the embedded host: names from a graph never lead out of them."""

from __future__ import annotations

import re

import pytest
from hibari.host.bundled import BUNDLED_CHECKPOINT
from hibari.host.embedded import folders


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    kinds = ("input", "output", "temp")
    for kind in kinds:
        (tmp_path / kind).mkdir()
    folders.set_folders(**{kind: tmp_path / kind for kind in kinds})
    (tmp_path / "secret.txt").write_text("secret")
    yield tmp_path
    folders.set_folders(input=None, output=None, temp=None)


HOSTILE = [
    "../secret.txt",
    "sub/../../secret.txt",
    "/etc/passwd",
    "..\\..\\secret.txt/../../../secret.txt",
    "../secret.txt [output]",
    "link/secret.txt",
    "a\0b",
    "",
    ".",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_leads_out_of_its_folder_is_refused(root, name):
    (root / "input" / "link").symlink_to(root, target_is_directory=True)
    with pytest.raises(ValueError, match=r"lies outside of|is not in"):
        folders.annotated_path(name)


@pytest.mark.parametrize("prefix", ["../x", "/tmp/x", "a/../../x", "link/x", "..", ""])
def test_a_prefix_that_leads_out_of_the_output_folder_is_refused(root, prefix):
    (root / "output" / "link").symlink_to(root, target_is_directory=True)
    with pytest.raises(ValueError, match="leads out of the output folder"):
        folders.save_path(prefix)


@pytest.mark.parametrize("name", ["../../secret.txt", "/etc/passwd"])
def test_a_checkpoint_outside_of_the_models_folder_is_refused(name):
    with pytest.raises(ValueError, match=re.escape(f"checkpoint {name!r} is not there")):
        folders.checkpoint_path(name)


def test_names_may_tell_their_folder(root):
    (root / "input" / "a.png").touch()
    (root / "output" / "b c.png").touch()
    assert folders.annotated_path("a.png") == root / "input" / "a.png"
    assert folders.annotated_path("b c.png [output]") == root / "output" / "b c.png"


def test_results_are_numbered_on_from_what_is_there(root):
    folder, stem, counter, subfolder = folders.save_path("video/clip")
    assert (folder, stem, counter, subfolder) == (root / "output/video", "clip", 1, "video")
    for name in ("clip_00004_.mp4", "clip_00011_.png", "clips_00099_.mp4", "clip_x.mp4"):
        (folder / name).touch()
    assert folders.save_path("video/clip")[2] == 12


def test_prefixes_know_size_and_date():
    _, stem, _, _ = folders.save_path("%width%x%height%_%year%", 64, 32)
    assert re.fullmatch(r"64x32_20\d\d", stem)


def test_the_bundled_checkpoint_is_listed_first(root):
    models = root / "home" / "models" / "checkpoints"
    (models / "sub").mkdir(parents=True)
    (models / "b.safetensors").touch()
    (models / "sub" / "a.safetensors").touch()
    (models / "readme.txt").touch()
    assert folders.checkpoint_names() == [BUNDLED_CHECKPOINT, "b.safetensors", "sub/a.safetensors"]
    assert folders.checkpoint_path("sub/a.safetensors") == models / "sub" / "a.safetensors"


def test_dropdowns_list_files_of_their_kind(root):
    for name in ("b.PNG", "a.png", "c.mp4"):
        (root / "input" / name).touch()
    assert folders.input_names(frozenset({".png"})) == ["a.png", "b.PNG"]

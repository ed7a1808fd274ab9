"""Where a video goes is settled before any work goes into it."""

from pathlib import Path

import pytest
from hibari.headless.engine import GraphError
from hibari.headless.generate_command import target_of, usable_folder


def test_a_new_folder_is_made_and_left_clean(tmp_path):
    assert usable_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert list((tmp_path / "a" / "b").iterdir()) == []
    assert usable_folder(None) is None


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "clip.mp4").touch()
    target = target_of(tmp_path / "clip.mp4" / "x.mp4")
    for folder in (target.parent, target.parent / "deeper"):
        with pytest.raises(GraphError, match=r"clip\.mp4.* cannot be written to: a file is in its"):
            usable_folder(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("clip.avi", r"clip\.avi ends in '\.avi'; use \.mp4 or \.webm"),
        (".", r"-o \. is a folder; add a file name"),
        ("a" * 300 + ".mp4", "cannot be used: file name too long; choose another name"),
    ],
)
def test_a_name_that_no_video_can_have_is_refused(name, message):
    with pytest.raises(GraphError, match=message):
        target_of(Path(name))


def test_a_missing_name_or_an_old_file_are_fine(tmp_path):
    (tmp_path / "old.webm").touch()
    assert target_of(None) is None
    assert target_of(tmp_path / "old.webm") == tmp_path / "old.webm"
    assert target_of(tmp_path / "none" / "new.MP4") == tmp_path / "none" / "new.MP4"

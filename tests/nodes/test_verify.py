"""The blocks that sign and verify, and the page that a report becomes."""

import json
import re

import pytest
from hibari.host import InputImpl, Types
from hibari.host.media import VideoSettings, write_audio, write_video
from hibari.nodes.inspection import inspect
from hibari.nodes.inspection_page import as_html
from hibari.nodes.save_video import HibariSaveVideo
from hibari.nodes.sign_file import HibariSignFile
from hibari.nodes.verify import HibariVerify

from .test_label import clip, output, save  # noqa: F401 - output is a fixture


@pytest.fixture
def inputs(tmp_path, output):  # noqa: F811
    from hibari.host.embedded.folders import set_folders

    (tmp_path / "input").mkdir()
    set_folders(input=tmp_path / "input")
    yield tmp_path / "input"
    set_folders(input=None)


def test_what_was_saved_verifies_by_wire_and_by_name(inputs, output):  # noqa: F811
    (video,), (path,) = save().args
    for given in ({"video": video}, {"file": path}, {"file": "clip_00001_.mp4 [output]"}):
        verdict, report, told = HibariVerify.execute(**given).args
        assert verdict == "valid"
        assert "VALID" in report
        assert json.loads(told)["credentials"]["signer"]["self_made"]


def test_files_outside_of_the_folders_and_videos_without_a_file_are_refused(inputs):
    for name, message in (
        ("/etc/passwd", "lies outside"),
        ("../../secret.mp4", "lies outside"),
        ("", "no file is named"),
        ("absent.mp4", "is not in"),
    ):
        with pytest.raises(ValueError, match=message):
            HibariVerify.execute(file=name)
    images, _ = clip(frames=2)
    video = InputImpl.VideoFromComponents(Types.VideoComponents(images=images, frame_rate=24))
    (saved,), _ = save().args
    for lost in (saved.as_trimmed(0.2, 0.5), video):
        if lost.get_active_trim_window() == (0.0, 0.0):
            continue
        with pytest.raises(ValueError, match="has no credentials"):
            HibariVerify.execute(video=lost)


def test_a_file_of_another_program_is_signed_as_a_remix(inputs):
    images, audio = clip(4)
    write_video(inputs / "mine.mp4", images, VideoSettings(24), audio=audio)
    (path,) = HibariSignFile.execute("mine.mp4").args
    verdict, report, _ = HibariVerify.execute(file=path).args
    assert verdict == "valid"
    assert "from mine.mp4 (no credentials)" in report
    write_audio(inputs / "mine.wav", audio)
    (path,) = HibariSignFile.execute("mine.wav", "signed/sound").args
    assert HibariVerify.execute(file=path).args[0] == "valid"


def test_a_changed_file_is_not_signed_again(inputs, output):  # noqa: F811
    path = save().args[1][0]
    content = bytearray((output / path.rsplit("/", 1)[-1]).read_bytes())
    content[-500] ^= 4
    (inputs / "changed.mp4").write_bytes(content)
    with pytest.raises(ValueError, match=r"Hibari Sign File: changed.mp4 was changed after"):
        HibariSignFile.execute("changed.mp4")
    assert not (output / "signed").exists() or not list((output / "signed").iterdir())


def test_types_without_a_place_for_credentials_are_named(inputs):
    (inputs / "note.txt").write_text("only words, at least sixteen")
    with pytest.raises(ValueError, match=r"cannot be signed. Use mp4"):
        HibariSignFile.execute("note.txt")


def test_the_page_needs_nothing_and_trusts_nothing(inputs, output):  # noqa: F811
    name = "<script>alert(1)</script>"
    images, audio = clip(1)
    HibariSaveVideo.execute(images, 24.0, "clip", audio=audio)
    source = output / "clip_00001_.mp4"
    hostile = inputs / f"{name.replace('/', '_')}.mp4"
    hostile.write_bytes(source.read_bytes())
    page = as_html(inspect(hostile))
    assert "<script" not in page
    assert "data:image/jpeg;base64," in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "Lineage" in page


def test_the_page_is_saved_on_wish(inputs, output):  # noqa: F811
    path = save().args[1][0]
    report = HibariVerify.execute(file=path, page_prefix="reports/clip").args[1]
    assert "reports" in report
    assert (output / "reports" / "clip_00001_.html").read_text().startswith("<!doctype html>")

"""The blocks of the marks: what they return, tell the manifest, and refuse."""

import pytest
import torch
from hibari.host import io
from hibari.nodes import watermark as blocks
from hibari.nodes.name_stamp import name_stamp
from hibari.nodes.visible_label import labelled
from hibari.trust.credentials.facts import facts_of, forget_facts

IDENTIFIER = "deadbeef12345678"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    forget_facts()


def frames(count=2):
    noise = torch.rand(1, 96, 96, 3, generator=torch.Generator().manual_seed(0))
    return (0.4 + 0.1 * noise).expand(count, -1, -1, -1).clone()


def sound(seconds=2):
    noise = torch.randn(1, 2, 24_000 * seconds, generator=torch.Generator().manual_seed(0))
    return {"waveform": 1e-3 * noise, "sample_rate": 24_000}


def test_picture_and_sound_carry_one_identifier_that_is_found_again():
    images, identifier = blocks.HibariWatermarkVideo.execute(frames(), IDENTIFIER).args
    audio, same = blocks.HibariWatermarkAudio.execute(sound(), identifier).args
    assert identifier == same == IDENTIFIER
    found, p_video, p_audio, report = blocks.HibariDetectWatermark.execute(images, audio).args
    assert found == IDENTIFIER
    assert max(p_video, p_audio) < 1e-3
    assert report.count(IDENTIFIER) == 2


def test_unmarked_content_is_reported_as_such():
    found, _, p_audio, report = blocks.HibariDetectWatermark.execute(frames()).args
    assert found == ""
    assert p_audio == 1.0
    assert "no mark of this installation" in report


def test_an_empty_identifier_belongs_to_the_graph_and_is_told_to_the_manifest():
    graph = {"1": {"class_type": "X", "inputs": {"seed": 3}}}
    graph["2"] = {"class_type": "HibariWatermarkVideo", "inputs": {"images": ["1", 0]}}

    class Running(blocks.HibariWatermarkVideo):
        hidden = io.HiddenHolder(unique_id="2", prompt=graph)

    first, second = (Running.execute(frames()).args[1] for _ in range(2))
    assert first == second
    (fact,) = facts_of("2", graph)
    assert fact.kind == "watermark"
    assert fact.details["identifier"] == first
    assert fact.details["medium"] == "video"


def test_what_is_marked_already_keeps_its_mark():
    graph = {"2": {"class_type": "HibariWatermarkVideo", "inputs": {}}}
    graph["3"] = {"class_type": "HibariWatermarkVideo", "inputs": {"images": ["2", 0]}}

    class First(blocks.HibariWatermarkVideo):
        hidden = io.HiddenHolder(unique_id="2", prompt=graph)

    class Second(blocks.HibariWatermarkVideo):
        hidden = io.HiddenHolder(unique_id="3", prompt=graph)

    images, identifier = First.execute(frames()).args
    again, same = Second.execute(images).args
    assert again is images
    assert same == identifier
    with pytest.raises(ValueError, match="a second mark would make both unreadable"):
        Second.execute(images, IDENTIFIER)


@pytest.mark.parametrize("written", ["nonsense", "0x12", "1_2", "12345678123456789"])
def test_a_wrong_identifier_is_refused(written):
    with pytest.raises(ValueError, match=r"Hibari Watermark Video: identifier .* 64 bits in hex"):
        blocks.HibariWatermarkVideo.execute(frames(), written)


def test_detecting_in_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing is connected"):
        blocks.HibariDetectWatermark.execute()


def test_the_name_is_drawn_unless_the_policy_leaves_it_out(monkeypatch):
    images = torch.full((2, 128, 192, 3), 0.5)
    (shown,) = blocks.HibariVisibleMark.execute(images, "Émilie", 24.0).args
    assert not torch.equal(shown, images)

    class Policy:
        name, visible_mark = "quiet", False

    monkeypatch.setattr("hibari.nodes.marks.current_policy", lambda: Policy)
    assert blocks.HibariVisibleMark.execute(images, "Émilie", 24.0).args[0] is images


@pytest.mark.parametrize("size", [(128, 128), (256, 256), (720, 1280), (1280, 720)])
@pytest.mark.parametrize("text", ["A", "AI · Émilie Ōta", "W" * 64])
def test_a_stamp_never_covers_more_than_4_percent(text, size):
    rows, columns, _ = name_stamp(text, *size).shape
    assert (rows + 1) * (columns + 1) <= 0.04 * size[0] * size[1]
    assert columns < size[1]


def test_a_stamp_scales_with_the_frame():
    small, large = name_stamp("AI · Hibari", 256, 256), name_stamp("AI · Hibari", 1024, 1024)
    assert large.shape[0] / small.shape[0] == pytest.approx(4, rel=0.2)


def test_a_name_that_no_font_can_write_is_refused(monkeypatch):
    monkeypatch.setattr("hibari.nodes.name_stamp.FONTS", ())
    with pytest.raises(ValueError, match="no font here can write"):
        name_stamp("雲雀", 256, 256)


def test_an_endless_name_is_refused():
    with pytest.raises(ValueError, match="write 1 to 64"):
        labelled(frames(), "x" * 70, 24.0)

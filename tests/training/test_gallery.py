"""The gallery shows every clip that is not what was asked for, and tells of it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hibari.training.evaluation.material import world_ear
from hibari.training.evaluation.reading import read_clip
from hibari.training.world import make_clip
from PIL import Image

pytestmark = pytest.mark.slow
CLIPS = 3


@pytest.fixture(scope="module")
def gallery():
    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    try:
        import gallery
    finally:
        sys.path.pop(0)
    return gallery


class Shows:
    """In place of the model: true clips, so many further on than the one that is asked for."""

    def __init__(self, gallery, further=0):
        self.gallery, self.further, self.ear = gallery, further, world_ear()

    def make(self, _sentence, seed, _first=None):
        clip = make_clip(self.gallery.HELD_OUT_SEED, seed + self.further, split="validation")
        reading = read_clip(clip.frames, clip.waveform, self.gallery.FPS, self.ear)
        return self.gallery.Made(np.asarray(clip.frames), clip.waveform, reading)


def test_true_clips_are_no_failures_and_those_of_other_captions_are(gallery):
    right = gallery.failures(Shows(gallery), CLIPS)
    assert (right.clips, right.lines, right.strips) == (CLIPS, [], [])
    assert all(few == 0 for few, _ in right.wrong.values())
    wrong = gallery.failures(Shows(gallery, further=CLIPS), CLIPS)
    assert len(wrong.lines) == len(wrong.strips) == CLIPS
    assert all("place" in line or "colour" in line for line in wrong.lines)
    assert "gallery_failures.jpg" not in gallery.page(right)
    assert all(line in gallery.page(wrong) for line in wrong.lines)


def test_the_page_names_every_sentence_and_its_pictures_are_written(gallery, tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "Maker", lambda: Shows(gallery))
    monkeypatch.setattr(gallery, "SENTENCES", gallery.SENTENCES[:2])
    monkeypatch.setattr(gallery, "FIRST_PICTURES", 1)
    gallery.main(["--out", str(tmp_path), "--clips", "1"])
    page = (tmp_path / "gallery.md").read_text("utf-8")
    assert all(sentence in page for sentence in gallery.SENTENCES)
    for picture in ("sentences", "seeds", "first_pictures"):
        assert f"(gallery_{picture}.jpg)" in page
        with Image.open(tmp_path / f"gallery_{picture}.jpg") as sheet:
            assert sheet.format == "JPEG"

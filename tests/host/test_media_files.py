"""Pictures, sound files, rates and tags."""

import json
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from hibari.host.media import (
    MediaError,
    exact_rate,
    graph_tags,
    partial_file,
    read_audio,
    read_image,
    write_audio,
    write_png,
)
from PIL import Image


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (24, Fraction(24)),
        (24.0, Fraction(24)),
        (23.976, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (Fraction(7, 3), Fraction(7, 3)),
        (0.01, Fraction(1, 100)),
    ],
)
def test_numbers_become_the_rates_they_mean(fps, exact):
    assert exact_rate(fps) == exact


@pytest.mark.parametrize(("suffix", "tolerance"), [("flac", 1e-6), ("wav", 4e-5)])
def test_sound_comes_back(tmp_path, suffix, tolerance):
    wave = torch.rand(1, 2, 5000) * 1.8 - 0.9
    path = write_audio(tmp_path / f"a.{suffix}", {"waveform": wave, "sample_rate": 24000})
    back = read_audio(path)
    assert back["sample_rate"] == 24000
    assert back["waveform"].shape == wave.shape
    assert (back["waveform"] - wave).abs().max() < tolerance


def test_flac_carries_the_graph(tmp_path):
    tags = graph_tags({"1": {"class_type": "X"}}, {"workflow": {"nodes": []}})
    path = write_audio(
        tmp_path / "a.flac", {"waveform": torch.zeros(1, 1, 99), "sample_rate": 16000}, tags
    )
    with av.open(str(path)) as container:
        found = {key.lower(): value for key, value in container.metadata.items()}
    assert json.loads(found["prompt"]) == {"1": {"class_type": "X"}}
    assert json.loads(found["workflow"]) == {"nodes": []}


@pytest.mark.parametrize(
    ("name", "samples", "message"),
    [("a.mp3", 9, "neither .flac nor .wav"), ("a.wav", 0, "no sound")],
)
def test_unusable_sound_files_are_refused(tmp_path, name, samples, message):
    with pytest.raises(MediaError, match=message):
        write_audio(tmp_path / name, {"waveform": torch.zeros(1, 1, samples), "sample_rate": 16000})


def test_pictures_come_back_with_the_graph(tmp_path):
    picture = torch.rand(5, 7, 3)
    path = write_png(tmp_path / "p.png", picture, graph_tags({"1": {}}, None))
    back, opacity = read_image(path)
    assert (back[0] - picture).abs().max() <= 0.5 / 255 + 1e-6
    assert bool((opacity == 1).all())
    with Image.open(path) as image:
        assert image.text == {"prompt": '{"1": {}}'}


def test_opacity_and_depth_survive(tmp_path):
    Image.fromarray(np.full((4, 4, 4), 51, np.uint8)).save(tmp_path / "alpha.png")
    Image.fromarray(np.full((4, 4), 65535 // 3, np.uint16)).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "alpha.png")[1].unique().item() == pytest.approx(0.2)
    assert read_image(tmp_path / "deep.png")[0].unique().item() == pytest.approx(1 / 3, abs=1e-5)


@pytest.mark.parametrize(("read", "kind"), [(read_image, "image"), (read_audio, "audio")])
def test_other_files_are_explained(tmp_path, read, kind):
    (tmp_path / "note.txt").write_text("not a picture" * 100)
    with pytest.raises(MediaError, match=f"note.txt cannot be read as {kind}"):
        read(tmp_path / "note.txt")


def test_a_failed_write_keeps_the_older_file(tmp_path):
    target = tmp_path / "x.txt"
    target.write_text("old")

    def write_half():
        with partial_file(target) as partial:
            partial.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.txt"]
    assert target.read_text() == "old"


def test_files_keep_ordinary_permissions(tmp_path):
    with partial_file(tmp_path / "x.txt") as partial:
        partial.write_text("whole")
    plain = tmp_path / "y.txt"
    plain.write_text("whole")
    assert (tmp_path / "x.txt").stat().st_mode == plain.stat().st_mode

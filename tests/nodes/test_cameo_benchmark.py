"""The measure of likeness: nothing is lost between library and blocks, and photographs are new."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hibari.host.embedded.folders import checkpoints_directory
from hibari.model.checkpoint import Recommended

from ..headless.tiny_checkpoint import save_tiny_checkpoint
from ..trust.cameo.faces import frames_of_a_face, speech
from .cameo_graphs import TINY, difference

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SMALL = Recommended(steps=2, guidance=3.0, width=64, height=64, seconds=0.4)


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def studio(own_home):
    from cameo_studio import Studio

    save_tiny_checkpoint(checkpoints_directory() / TINY, SMALL)
    return Studio(TINY, None, 0)


def test_blocks_and_library_make_the_same_latents_bit_by_bit(studio):
    from cameo_studio import Filmed, Scene, pcm16

    views = frames_of_a_face(2, size=256, radius=55)
    filmed = Filmed("Somebody", views, pcm16(speech(1.2, 24_000)[0]))
    scene = Scene("@subject says hello", "somebody")
    with torch.inference_mode():
        studio.enrol(filmed, scene)
        by_blocks = studio.by_blocks(filmed, scene, 3)
        by_library = studio.by_library(filmed, scene, 3)
        without = studio.without(filmed, scene, 3)
    assert difference(by_blocks, by_library) == 0
    assert difference(by_blocks, without) > 0


def test_a_photograph_is_grained_and_no_two_things_look_alike():
    from cameo_cutouts import GROUND, THINGS, photographs, scene_with
    from hibari.training.evaluation.likeness import look_distances, retrieval

    views = [photographs(thing) for thing in THINGS]
    for one in views:
        inside = (one != GROUND).any(axis=-1)
        assert 0.1 < inside.mean() < 0.8
        assert len(np.unique(one[inside], axis=0)) > 2000  # a drawn character has some dozens
    backdrop = np.full((256, 256, 3), (90, 120, 140), np.uint8)
    clips = [scene_with(thing, backdrop) for thing in THINGS]
    assert retrieval(look_distances(clips, [one[0] for one in views])) == 1


def test_the_instruments_of_the_card_are_asked_where_they_are_bundled(monkeypatch, tmp_path):
    import cameo_features
    from hibari.training.evaluation.whole import instruments
    from hibari.training.evaluation.whole.instruments import PARTS, save_instruments

    path = tmp_path / "instruments.safetensors"
    monkeypatch.setattr(cameo_features, "BUNDLED", path)
    assert list(cameo_features.feature_sets()) == ["measured"]
    torch.manual_seed(0)
    save_instruments(path, {name: make().eval() for name, make in PARTS.items()}, "whole")
    load = instruments.load_instruments
    monkeypatch.setattr(cameo_features, "load_instruments", lambda: load(path))
    features = cameo_features.feature_sets()["instruments"]
    views = list(frames_of_a_face(2, size=256, radius=55))
    sounds = [speech(1.2, 24_000), speech(1.2, 24_000, level=0.1)]
    with torch.inference_mode():
        looks = features.looks([np.stack([view]) for view in views], views)
        voices = features.voices(sounds, [sound[0] for sound in sounds], 24_000)
    assert np.allclose(np.diag(looks), 0, atol=1e-5)
    assert np.allclose(np.diag(voices), 0, atol=1e-5)


def test_portraits_hide_the_pose_and_the_sentence_of_the_clip_from_their_references():
    from cameo_portraits import FPS, FRAMES, portraits

    one, other = portraits(7_200, 2, True)
    assert one.frames.shape == (FRAMES, 256, 256, 3)
    assert one.sound.shape == (2, round(FRAMES / FPS * 24_000))
    assert all((view != one.frames[0]).any() for view in one.views)
    assert (one.frames != other.frames).any()
    again, _ = portraits(7_200, 2, True)
    assert np.array_equal(again.voice, one.voice)


@pytest.mark.slow
def test_portraits_are_learned_enrolled_and_looked_up(own_home, monkeypatch):
    import cameo_mechanism
    from cameo_portraits import portraits

    save_tiny_checkpoint(checkpoints_directory() / TINY, SMALL)
    monkeypatch.setattr(cameo_mechanism, "checkpoint_names", lambda: [TINY])
    own_home.mkdir(parents=True, exist_ok=True)
    assert cameo_mechanism.learn(own_home, list(portraits(7_100, 2, False)), 1) > 1e6
    with torch.inference_mode():
        told = cameo_mechanism.measure(list(portraits(7_200, 2, True)))
    assert told["latent_difference"] == 0
    rows = told["rows"]
    assert rows["cameo, through the blocks"] == rows["cameo, through the library"]
    assert rows["true clips"]["measured"] == {"looks": 1, "voice": 1}
    assert "latents" in rows["no cameo"]


def test_a_clip_is_found_by_picture_and_by_sound_apart():
    from cameo_mechanism import nearest_true

    torch.manual_seed(0)
    true = [(torch.randn(1, 128, 2, 2, 2), torch.randn(1, 8, 4, 16)) for _ in range(4)]
    made = [(video + 0.5, true[0][1]) for video, _ in true]
    assert nearest_true(made, true) == {"looks": 1, "voice": 0.25}

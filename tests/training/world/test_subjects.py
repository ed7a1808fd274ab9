"""Subjects of a clip: their views and voices, and sentences that leave looks to them."""

import numpy as np
import pytest
from hibari.training.world import ClipSpec, some_casts
from hibari.training.world.language.english import ENGLISH
from hibari.training.world.scenes.layout import COLOURS, MATERIALS
from hibari.training.world.subjects import MOST, make_cast
from hibari.training.world.whole import set_up

SPEC = ClipSpec(frames=25, height=64, width=64, playground="whole")
PX = 64


@pytest.fixture(scope="module")
def made():
    return [(set_up(5, i, SPEC, "train"), make_cast(5, i, SPEC, size=PX)) for i in range(14)]


def test_subjects_are_the_speakers_or_else_things_that_look_different(made):
    for play, cast in made:
        roles = [subject.role for subject in cast.subjects]
        assert 1 <= len(roles) <= MOST
        if play.stage.cast:
            assert roles == [who.role for who in play.stage.cast]
        assert all((s.voice is not None) == bool(play.stage.cast) for s in cast.subjects)
    counts = {len(cast.subjects) for _, cast in made}
    assert {1, 2} <= counts


def test_the_first_view_is_the_reference_view_and_the_others_show_the_same_subject(made):
    for _play, cast in made:
        for subject in cast.subjects:
            assert subject.views.shape == (3, PX, PX, 3)
            assert subject.views.dtype == np.uint8
            means = subject.views.reshape(3, -1, 3).mean(axis=1)
            assert np.abs(means - means[0]).max() < 40
            assert (subject.views[0] != subject.views[1]).any()


def test_captions_without_looks_name_no_colour_and_no_material(made):
    told = [c for play, cast in made if play.language == "en" for c in cast.captions]
    assert len(told) > 8
    looks = {word for word in COLOURS if word != "white"} | (set(MATERIALS) - {"wood"})
    sounds = {w for phrases in ENGLISH.words["sound"].values() for p in phrases for w in p.split()}
    for text in told:
        words = set(text.lower().replace(",", " ").replace(".", " ").split())
        # What is heard, and where it happens, is still told.
        assert not words & (looks - sounds - {"green", "metal", "glass", "stone"}), text
        assert "shirt" not in words


def test_a_stream_makes_the_same_subjects():
    _, one = some_casts(5, [1, 3], SPEC, "train", PX)
    again = make_cast(5, 3, SPEC, size=PX)
    assert one.captions == again.captions
    assert np.array_equal(one.subjects[0].views, again.subjects[0].views)


def test_a_playground_without_references_says_so():
    with pytest.raises(ValueError, match='"drops" has no reference views'):
        make_cast(1, 0, ClipSpec())

"""Clips of one caption: siblings that it tells of as well, and how far they are apart."""

import numpy as np
import pytest
from hibari.training.evaluation.card import REAL, SAMPLES, SHUFFLED, Evidence, score_rows
from hibari.training.evaluation.kit import Kit
from hibari.training.evaluation.session import SEEDS, Session
from hibari.training.evaluation.variety import mean_distance, thumbnails
from hibari.training.world import ClipSpec, make_clip, siblings
from hibari.training.world.siblings import sibling_frames

TINY = {
    name: ClipSpec(frames=9, height=64, width=64, playground=name) for name in ("drops", "whole")
}


def kit():
    return Kit("drops", lambda *_: None, (), {}, lambda *pair: pair, lambda *_: ())


@pytest.mark.parametrize("playground", ["drops", "whole"])
def test_siblings_are_other_pictures_and_the_same_ones_every_time(playground):
    spec = TINY[playground]
    first = make_clip(1, 2, spec, "validation").frames
    one, two = sibling_frames(1, 2, spec, "validation", 2)
    assert one.shape == first.shape
    assert one.dtype == np.uint8
    for a, b in ((first, one), (first, two), (one, two)):
        assert (a != b).any()
    (again,) = sibling_frames(1, 2, spec, "validation", 1)
    assert (again == one).all()


@pytest.mark.parametrize("index", [1, 4, 6])
def test_a_sibling_of_the_whole_playground_has_the_caption_to_the_letter(index, monkeypatch):
    from hibari.training.world.language.telling import write_caption
    from hibari.training.world.scenes.dice import stream

    spec, drawn = TINY["whole"], []
    draw = siblings.render_stage
    monkeypatch.setattr(
        siblings, "render_stage", lambda stage, *rest: drawn.append(stage) or draw(stage, *rest)
    )
    list(sibling_frames(1, index, spec, "validation", 2))
    play = siblings.whole.set_up(1, index, spec, "validation")
    told = {
        write_caption(
            stage, play.language, play.challenge, stream(1, index, "validation", "caption")
        ).text
        for stage in (play.stage, *drawn)
    }
    assert told == {make_clip(1, index, spec, "validation").caption}
    if play.stage.layout.things:
        starts = {stage.layout.things[0].x for stage in (play.stage, *drawn)}
        assert len(starts) > 1


def test_distance_is_that_of_the_levels_and_none_between_equal_clips():
    grey = np.full((17, 64, 96, 3), 100, np.uint8)
    small = thumbnails(grey, 24)
    assert small.shape == (6, 16, 24, 3)
    assert mean_distance([small, small]) == 0
    assert mean_distance([small, small + 30, small]) == pytest.approx(20)


def test_a_model_that_makes_one_clip_only_has_no_diversity():
    class Alike:
        def sample(self, caption, seed, settings):
            seeds.append(seed)
            return np.zeros((9, 64, 64, 3), np.uint8), np.zeros((2, 9000), np.float32)

    seeds = []
    session = Session(TINY["drops"], kit(), networks=Alike(), settings=object())
    for index in (3, 5, 7):
        clip = make_clip(1, index, TINY["drops"], "validation")
        others = [clip.frames // 2] * (SEEDS - 1) if index != 5 else []
        session.measure(index, clip, others)
    rows = score_rows(session.evidence, kit())
    assert rows[REAL]["variety"].value == 1
    assert rows[SAMPLES]["variety"].value == 0
    assert rows[SAMPLES]["variety"].count == 2
    assert rows[REAL]["diversity"].value == 1
    assert rows[SAMPLES]["diversity"].value == 0
    assert rows[SHUFFLED]["variety"].value > 0
    assert len(set(seeds)) == len(seeds) == 3 + 2 * (SEEDS - 1)


def test_without_several_clips_of_one_caption_nothing_is_said():
    evidence = Evidence(["a"], [object()], [0], {REAL: [object()]})
    assert "variety" not in score_rows(evidence, kit())[REAL]

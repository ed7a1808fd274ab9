"""Tracks, laws and moments of the whole playground on drawn motions whose truth is known."""

import numpy as np
import pytest
from hibari.training.evaluation.whole.eye import SHAPES, STUFFS, TONES, Glance
from hibari.training.evaluation.whole.physics import appearances, fall_error, momentum_drift
from hibari.training.evaluation.whole.sync import f1, matches, merged
from hibari.training.evaluation.whole.track import (
    Track,
    compare,
    continuation,
    count_at_start,
    follow,
)
from hibari.training.world.scenes.layout import GRAVITY

FPS = 24


def certain(words, names):
    """Log-probabilities [n, words] that are sure of the names."""
    return np.array([[0.0 if word == name else -8.0 for word in words] for name in names])


def glance(places, colours):
    places = np.array(places, float).reshape(-1, 2)
    count = len(places)
    return Glance(
        places=places,
        sizes=np.full((count, 2), 12.0),
        speeds=np.zeros((count, 2)),
        sureness=np.full(count, 0.9),
        shape=certain(SHAPES, ["ball"] * count),
        colour=certain(TONES, colours),
        material=certain(STUFFS, ["wood"] * count),
        mouths=np.zeros((0, 4)),
    )


def track(places, material="wood", half=12.0):
    return Track(np.array(places, float), half, half, "ball", "red", material)


def parabola(start, speed, frames=30):
    seconds = np.arange(frames) / FPS
    x = start[0] + speed[0] * seconds
    return np.stack([x, start[1] + speed[1] * seconds + GRAVITY / 2 * seconds**2], 1)


def test_two_things_that_cross_keep_their_colours():
    red, blue = np.linspace(40, 200, 20), np.linspace(200, 40, 20)
    seen = [glance([(r, 100), (b, 104)], ["red", "blue"]) for r, b in zip(red, blue, strict=True)]
    one, two = sorted(follow(seen, 256), key=lambda t: t.places[0, 0])
    assert (one.colour, two.colour) == ("red", "blue")
    assert one.places[-1, 0] == pytest.approx(200)
    assert two.places[-1, 0] == pytest.approx(40)
    assert count_at_start([one, two]) == 2


def test_a_thing_that_hides_for_three_frames_is_the_same_thing():
    seen = [glance([(50 + 2 * k, 80)], ["teal"]) for k in range(20)]
    for frame in (8, 9, 10):
        seen[frame] = glance([], [])
    (only,) = follow(seen, 256)
    assert not only.seen[8:11].any()
    assert appearances([only], 256) == (0, 0)


def test_a_thing_that_is_a_smear_while_it_is_hit_is_the_same_thing():
    seen = [glance([(20 + 18 * k, 80)], ["teal"]) for k in range(7)]
    seen += [glance([], [])] * 2
    seen += [glance([(160, 80 + 6 * k)], ["teal"]) for k in range(12)]
    (only,) = follow(seen, 256)
    assert np.flatnonzero(~only.seen).tolist() == [7, 8]
    assert appearances([only], 256) == (0, 0)


@pytest.mark.parametrize(
    ("place", "colour", "hidden"),
    [((100, 80), "red", 2), ((190, 80), "teal", 2), ((100, 80), "teal", 9)],
    ids=["another colour", "too far", "too late"],
)
def test_what_comes_instead_is_another_thing(place, colour, hidden):
    seen = [glance([(60, 80)], ["teal"])] * 20
    seen += [glance([], [])] * hidden
    seen += [glance([place], [colour])] * 20
    assert len(follow(seen, 256)) == 2
    assert appearances(follow(seen, 256), 256) == (1, 1)


def test_flickers_are_no_things():
    seen = [
        glance([(50, 80)] + [(180, 60)] * (k in (4, 12)), ["red", "blue"][: 1 + (k in (4, 12))])
        for k in range(20)
    ]
    assert len(follow(seen, 256)) == 1


def test_places_are_told_in_256ths_of_any_height():
    (only,) = follow([glance([(30, 20)], ["red"])] * 8, 64)
    assert only.places[0].tolist() == [120, 80]
    assert only.half_width == 48


def test_a_perfect_reading_has_no_error_and_a_shifted_one_has_its_shift():
    true = np.stack([parabola((60, 40), (50, 0), 20), parabola((180, 60), (-20, -30), 20)], 1)
    perfect = compare([track(true[:, 0]), track(true[:, 1])], true, 256)
    assert (perfect.found, perfect.invented, perfect.place_error, perfect.speed_error) == (
        1,
        0,
        0,
        0,
    )
    shifted = compare([track(true[:, 0] + (3, 4))], true, 256)
    assert shifted.found == pytest.approx(0.5)
    assert shifted.place_error == pytest.approx(5)
    assert shifted.speed_error == pytest.approx(0)


def test_what_is_seen_far_from_every_thing_is_invented():
    true = np.full((10, 1, 2), 60.0)
    made = compare([track(true[:, 0]), track(np.full((10, 2), 200.0))], true, 256)
    assert made.invented == pytest.approx(0.5)
    assert compare([], np.zeros((10, 0, 2)), 256) is None


@pytest.mark.parametrize("speed", [(0, 0), (60, -100)])
def test_free_fall_has_the_acceleration_of_the_world(speed):
    flight = parabola((60, 60), speed, 18)
    noisy = flight + np.random.default_rng(0).normal(0, 0.3, flight.shape)
    assert fall_error([track(flight)], FPS) == pytest.approx(0, abs=1e-6)
    assert fall_error([track(noisy)], FPS) < 0.12


def test_what_floats_or_glides_does_not_fall():
    straight = np.stack([np.linspace(20, 200, 24), np.linspace(60, 160, 24)], 1)
    assert fall_error([track(straight)], FPS) == pytest.approx(1)
    assert fall_error([], FPS) == 1


def test_an_elastic_collision_keeps_its_momentum_and_a_vanished_one_does_not():
    k = np.arange(20)
    hit = 10
    one = np.where(k < hit, 60 + 6 * k, 60 + 6 * hit)
    two = np.where(k < hit, 144, 144 + 6 * (k - hit))
    rows = [np.stack([x, np.full(20, 180)], 1).astype(float) for x in (one, two)]
    contact = [((hit - 0.5) / FPS, 132.0, 180.0)]
    assert momentum_drift([track(row) for row in rows], contact, FPS) < 0.2
    rows[1][:, 0] = 144
    assert momentum_drift([track(row) for row in rows], contact, FPS) > 0.8
    assert momentum_drift([track(rows[0])], contact, FPS) is None


def test_things_that_vanish_or_come_in_the_middle_are_counted_but_not_at_the_edge():
    places = np.full((40, 2), 120.0)
    vanishing, coming, leaving = places.copy(), places.copy(), places.copy()
    vanishing[20:] = np.nan
    coming[:20] = np.nan
    leaving[:, 0] = 250
    leaving[20:] = np.nan
    assert appearances([track(p) for p in (vanishing, coming, leaving, places)], 256) == (1, 1)


def test_moments_match_one_to_one_within_the_tolerance():
    assert merged([0.5, 0.52, 0.1]) == [0.1, 0.5]
    assert matches([0.1, 0.12], [0.11], 0.02) in ([(0.1, 0.11)], [(0.12, 0.11)])
    assert f1([0.1, 0.5], [0.11, 0.9], 0.02) == pytest.approx(0.5)
    assert f1([], [], 0.02) is None
    assert f1([], [0.3], 0.02) == 0


def test_what_goes_on_as_it_should_has_no_speed_error():
    true = np.stack([parabola((40, 20), (60, 0))], 1)
    same = continuation([track(true[:, 0])], true, 256, 9)
    assert (same.followed, same.speed_error) == (1, pytest.approx(0, abs=1e-9))


def test_a_thing_that_stands_still_after_the_given_frames_misses_its_own_speed():
    true = np.stack([np.stack([np.linspace(20, 136, 30), np.full(30, 90.0)], 1)], 1)
    stopped = true[:, 0].copy()
    stopped[9:] = stopped[8]
    made = continuation([track(stopped)], true, 256, 9)
    assert made.followed == 1
    assert made.speed_error == pytest.approx(4.0)


def test_a_thing_that_vanishes_is_not_followed_and_another_does_not_stand_in():
    true = np.stack([np.stack([np.linspace(20, 136, 30), np.full(30, 90.0)], 1)], 1)
    gone = true[:, 0].copy()
    gone[16:] = np.nan
    late = np.full((30, 2), np.nan)
    late[16:] = true[16:, 0]
    made = continuation([track(gone), track(late)], true, 256, 9)
    assert made.followed == pytest.approx(7 / 21)
    assert continuation([], true, 256, 9).speed_error is None


def test_without_things_in_the_picture_there_is_nothing_to_go_on():
    outside = np.full((30, 1, 2), -50.0)
    assert continuation([], outside, 256, 9) is None
    assert continuation([], outside[:8] + 100, 256, 9) is None

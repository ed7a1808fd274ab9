"""The sound of a place: found below what happens, and made to go on."""

import pytest
import torch
from hibari.model.room_tone import noise_floor, room_tone

RATE = 24000


def place(seconds=2.0, level=0.01, seed=0):
    noise = torch.randn(2, round(seconds * RATE), generator=torch.Generator().manual_seed(seed))
    # Duller than white: neighbours are averaged.
    return level * (noise + noise.roll(1, -1) + noise.roll(2, -1)) / 3


def test_it_is_as_strong_and_as_dull_as_the_place():
    tone = room_tone([place(), place(seed=1)], 3 * RATE, seed=5)
    assert tone.shape == (2, 3 * RATE)
    assert tone.std() == pytest.approx(float(place().std()), rel=0.1)
    low, high = (noise_floor(tone)[0, part].mean() for part in (slice(5, 60), slice(300, 400)))
    assert low / high > 5


def test_impacts_are_not_part_of_it():
    sound = place()
    for at in (5000, 20000, 33000):
        sound[:, at : at + 800] += 0.5 * torch.randn(2, 800)
    tone = room_tone([sound], RATE, seed=5)
    assert tone.std() == pytest.approx(float(place().std()), rel=0.25)


def test_the_same_seed_makes_the_same_tone_and_silence_has_none():
    one, two, other = (room_tone([place()], RATE, seed) for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    assert room_tone([torch.zeros(2, RATE)], RATE, 0).abs().max() == 0


def test_a_sound_shorter_than_a_window_will_do_and_none_is_refused():
    assert room_tone([place(0.01)], 100, 0).shape == (2, 100)
    with pytest.raises(ValueError, match="give them"):
        room_tone([torch.zeros(2, 0)], 100, 0)

"""Joining sounds: constant power, matched level, nothing lost."""

from itertools import pairwise

import pytest
import torch
from hibari.model.seam import MOST_FRAMES, frames_to_spread, join_sound, likeness, rising

RATE_HZ = 8000


def noise(seconds, seed, level=0.2):
    generator = torch.Generator().manual_seed(seed)
    return level * torch.randn(2, round(seconds * RATE_HZ), generator=generator)


def level_db(waveform):
    return float(10 * waveform.square().mean().log10())


def test_a_sound_that_goes_on_as_it_was_is_not_touched():
    whole = noise(2.0, 0)
    joined = join_sound(whole[:, :12000], whole[:, 8000:], 4000, RATE_HZ)
    assert torch.allclose(joined, whole, atol=1e-5)


@pytest.mark.parametrize("level", [0.2, 0.12, 0.35])
def test_foreign_sounds_join_without_a_step_or_a_dip(level):
    joined = join_sound(noise(2.0, 0), noise(3.0, 1, level), 4000, RATE_HZ)
    levels = [level_db(part) for part in joined[:, :20000].split(1000, dim=-1)]
    assert joined.shape[-1] == 16000 + 24000 - 4000
    assert max(abs(two - one) for one, two in pairwise(levels)) < 1.5


def test_the_made_sound_finds_its_own_level_after_a_second():
    after = noise(4.0, 1, 0.1)
    joined = join_sound(noise(1.0, 0, 0.2), after, 4000, RATE_HZ)
    assert torch.equal(joined[:, -16000:], after[:, -16000:])


def test_silence_has_no_level_to_match():
    quiet, loud = torch.zeros(2, 8000), noise(1.0, 1)
    after = join_sound(quiet, loud, 1000, RATE_HZ)[:, 8000:]
    assert torch.equal(after[:, 2000:], loud[:, 3000:])  # it came up in a quarter of a second
    assert torch.equal(join_sound(loud, quiet, 1000, RATE_HZ)[:, :7000], loud[:, :7000])


def knock_at_the_seam(before):
    """What is made goes on as a quiet place in which something knocks at once."""
    after = noise(2.0, 1, 0.001)
    after[:, 4000:4400] += noise(0.05, 2, 0.3)
    return join_sound(before, after, 4000, RATE_HZ), after


def test_a_knock_right_behind_the_seam_is_softened_and_all_later_ones_stay():
    before = noise(2.0, 0, 0.001)
    joined, after = knock_at_the_seam(before)
    seam = len(before[0])
    assert level_db(joined[:, seam : seam + 400]) < level_db(before) + 6.1
    after[:, 8000:8400] += 0.3
    joined = join_sound(before, after, 4000, RATE_HZ)
    assert torch.allclose(joined[:, seam + 4000 :], after[:, 8000:], rtol=0.02, atol=1e-4)


def test_where_it_knocked_before_a_knock_may_follow():
    before = noise(2.0, 0, 0.001)
    before[:, 11600:12000] += noise(0.05, 3, 0.4)
    joined, after = knock_at_the_seam(before)
    assert torch.allclose(joined[:, 16000:16400], after[:, 4000:4400], rtol=0.1)


def test_nothing_shared_is_one_after_the_other():
    one, other = noise(0.1, 0), noise(0.1, 1)
    assert torch.equal(join_sound(one, other, 0, RATE_HZ), torch.cat((one, other), dim=-1))


def test_more_shared_than_there_is_is_refused():
    with pytest.raises(ValueError, match="cannot share 900"):
        join_sound(noise(0.1, 0), noise(0.1, 1), 900, RATE_HZ)


def test_likeness_tells_the_same_from_another():
    one = noise(1.0, 0)
    assert likeness(one, 2 * one) == pytest.approx(1, abs=1e-4)
    assert likeness(one, noise(1.0, 1)) < 0.1
    assert likeness(one, torch.zeros_like(one)) == 0


def test_weights_rise_evenly_between_the_ends():
    assert rising(3).tolist() == [0.25, 0.5, 0.75]


def test_only_jumps_beyond_what_a_clip_does_itself_are_spread():
    assert frames_to_spread(0.02, 0.02) == 0
    assert frames_to_spread(0.03, 0.02) == 2
    assert frames_to_spread(0.5, 0.01) == MOST_FRAMES
    assert frames_to_spread(0.003, 0.0) == 0

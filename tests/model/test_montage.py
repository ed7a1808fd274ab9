"""Takes to one clip: where pictures and sounds change."""

import pytest
import torch
from hibari.model.montage import Join, Take, picture, sound, starts_of

FPS, RATE = 24, 24000
STEP = RATE // FPS


def take(value, frames=24, lead=0, shown=None):
    """Grey frames and noise of that level."""
    pictures = torch.full((frames, 2, 2, 3), float(value))
    noise = torch.randn(2, frames * STEP, generator=torch.Generator().manual_seed(int(value * 9)))
    return Take(pictures, noise, lead, shown or frames)


def level(waveform, start_s, stop_s):
    return float(waveform[:, round(start_s * RATE) : round(stop_s * RATE)].std())


def test_cuts_add_up_and_dissolves_take_their_time_from_both():
    assert starts_of([10, 20, 30], [Join(), Join(dissolve=6)]) == [0, 10, 24, 54]
    with pytest.raises(ValueError, match="shot 2 is shown for 10 frames and dissolves for 12"):
        starts_of([24, 10, 24], [Join(dissolve=6), Join(dissolve=6)])


def test_a_cut_shows_what_is_seen_of_each_take_and_nothing_of_its_lead():
    first, second = take(0.0, 25, shown=24), take(1.0, 30, lead=6)
    second.frames[:6] = 0.5
    second = Take(second.frames, second.sound, 6, 24)
    frames = picture([first, second], [Join()])
    assert len(frames) == 48
    assert frames[:24].max() == 0
    assert frames[24:].min() == 1


def test_a_dissolve_goes_evenly_from_one_to_the_other():
    frames = picture([take(0.0), take(1.0)], [Join(dissolve=3)])
    assert len(frames) == 45
    assert frames[20:25, 0, 0, 0].tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_picture_and_sound_are_of_one_length():
    takes = [take(0.2, 25, shown=24), take(0.7, 33, lead=1, shown=30), take(0.9)]
    joins = [Join(), Join(dissolve=8)]
    made = sound(takes, joins, FPS, RATE)
    assert made.shape == (2, len(picture(takes, joins)) * STEP)
    assert torch.equal(made, sound(takes, joins, FPS, RATE))


@pytest.mark.parametrize(
    ("after_s", "lead", "tail"), [(0.0, 0, 1), (-0.25, 7, 0), (0.25, 0, 7)], ids="cut J L".split()
)
def test_the_sound_changes_before_with_or_after_the_picture(after_s, lead, tail):
    loud = take(0.5, 24 + tail, shown=24)
    silent = take(0.0, 24 + lead, lead, 24)
    silent.sound[:] = 0
    made = sound([loud, silent], [Join(sound_after_s=after_s)], FPS, RATE)
    change = 1 + after_s
    assert level(made, 0, change - 0.05) == pytest.approx(1, rel=0.05)
    assert level(made, change + 0.07, 2) == 0


def test_unrelated_sounds_keep_their_power_while_they_cross():
    made = sound([take(0.2), take(0.7)], [Join(dissolve=12)], FPS, RATE)
    assert level(made, 0.5, 1.0) == pytest.approx(1, rel=0.05)
    assert level(made, 0.7, 0.8) == pytest.approx(1, rel=0.08)


def test_sounds_that_only_touch_fade_at_their_edges_and_do_not_click():
    steady = [Take(t.frames, torch.ones_like(t.sound), 0, 24) for t in (take(0.2), take(0.7))]
    made = sound(steady, [Join()], FPS, RATE)[0]
    assert made[RATE - 1] < 0.1
    assert made.diff().abs().max() < 0.05
    assert made[RATE - 200] == made[RATE + 200] == 1

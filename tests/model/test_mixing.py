"""Mixing: what comes in comes out, quieter under dialogue, as loud as asked, and never clipped."""

import math

import pytest
import torch
from hibari.model.loudness import integrated_loudness, true_peak
from hibari.model.mixing import Bus, Mastering, ducking_gain, limited, mix, to_stereo

PLAIN = Mastering(duck_db=0, loudness_lufs=None, peak_dbtp=0)


def tone(hertz, seconds, rate=48000, level=0.1, channels=2):
    wave = level * torch.sin(2 * math.pi * hertz * torch.arange(round(seconds * rate)) / rate)
    return wave.expand(channels, -1)


def strength(waveform, hertz, rate, span):
    piece = waveform[0, round(span[0] * rate) : round(span[1] * rate)].double()
    turn = 2j * math.pi * hertz * torch.arange(len(piece)) / rate
    return 2 * abs((piece * torch.exp(-turn)).mean())


def test_buses_add_up_with_their_gains():
    made, rate = mix([Bus(tone(440, 1), 48000), Bus(tone(880, 1), 48000, -6.02)], PLAIN)
    assert rate == 48000
    assert torch.allclose(made, tone(440, 1) + 0.5 * tone(880, 1), atol=1e-4)


def test_rates_and_lengths_may_differ():
    made, rate = mix([Bus(tone(440, 2, 24000), 24000), Bus(tone(880, 1), 48000)], PLAIN)
    assert rate == 48000
    assert made.shape == (2, 96000)
    assert strength(made, 440, rate, (0.2, 1.8)) == pytest.approx(0.1, rel=0.02)
    assert strength(made, 880, rate, (1.2, 1.8)) < 1e-3


def test_music_goes_down_while_dialogue_is_heard_and_comes_back():
    speech = torch.zeros(2, 6 * 48000)
    speech[:, 2 * 48000 : 3 * 48000] = tone(300, 1, level=0.3)
    music = Bus(tone(1000, 6), 48000)
    made, rate = mix([music], Mastering(12, 0, 0, None, 0), Bus(speech, 48000))
    before, under, after = (
        strength(made, 1000, rate, span) for span in ((0.2, 1.2), (2.2, 2.8), (4.5, 5.5))
    )
    assert before == pytest.approx(0.1, rel=0.01)
    assert under == pytest.approx(0.1 * 10 ** (-12 / 20), rel=0.02)
    assert after == pytest.approx(0.1, rel=0.01)


def test_a_bus_that_does_not_duck_and_silence_leave_the_level():
    speech = Bus(tone(300, 2), 48000)
    made, rate = mix([Bus(tone(1000, 2), 48000, ducks=False)], Mastering(12, 0, 0, None, 0), speech)
    assert strength(made, 1000, rate, (0.5, 1.5)) == pytest.approx(0.1, rel=0.01)
    assert torch.equal(ducking_gain(torch.zeros(2, 48000), 48000, 12), torch.ones(48000))


@pytest.mark.parametrize("target", [-14.0, -23.0])
def test_the_mix_is_as_loud_as_asked(target):
    noise = 0.05 * torch.randn(2, 4 * 48000, generator=torch.Generator().manual_seed(0))
    made, rate = mix([Bus(noise, 48000)], Mastering(0, 0, 0, target, -1))
    assert integrated_loudness(made, rate) == pytest.approx(target, abs=0.3)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_passes_the_true_peak(seed):
    generator = torch.Generator().manual_seed(seed)
    wild = 3 * torch.randn(2, 20000, generator=generator)
    wild[:, 7000:7004] = torch.tensor([20.0, -20.0, 20.0, -20.0])
    made = limited(wild, 48000, -1.0)
    assert true_peak(made, 48000) <= 10 ** (-1 / 20) + 1e-6


def wild_sounds(samples=2400):
    """Noise, one click, a constant, the highest frequency, eight channels, one sample."""
    noise = torch.rand(8, samples, generator=torch.Generator().manual_seed(0)) * 2 - 1
    click = torch.zeros(1, samples)
    click[0, samples // 2] = 1
    turns = torch.tensor([1.0, -1.0]).repeat(samples // 2)[None]
    return [noise[:2], click, torch.ones(2, samples), turns, noise, noise[:1, :1]]


@pytest.mark.parametrize("scale", [1e-38, 1e-6, 1.0, 32768.0, 1e12])
@pytest.mark.parametrize("loudness", [None, 0.0])
def test_nothing_clips_whatever_comes_in_and_however_loud(scale, loudness):
    mastering = Mastering(loudness_lufs=loudness)
    for wave in wild_sounds():
        bus = Bus(wave * scale, 24000, 24.0)
        made, rate = mix([bus, bus], mastering, bus)
        assert made.isfinite().all()
        assert true_peak(made, rate) <= 10 ** (-1 / 20) + 1e-6


def test_limiting_leaves_what_is_quiet_and_far_from_a_peak():
    wave = tone(440, 1, level=0.2).clone()
    wave[:, 24000] = 4.0
    made = limited(wave, 48000, -1.0)
    assert torch.allclose(made[:, :20000], wave[:, :20000], atol=1e-6)
    assert torch.allclose(made[:, 28000:], wave[:, 28000:], atol=1e-6)


def test_fades_start_and_end_in_silence():
    made, _ = mix([Bus(torch.ones(2, 48000) / 2, 48000)], Mastering(0, 0.2, 0.1, None, 0))
    assert made[0, 0] == 0
    assert made[0, -1] == 0
    assert float(made[0, 24000]) == pytest.approx(0.5)
    assert (made[0, :9600].diff() > 0).all()


@pytest.mark.parametrize(("channels", "left"), [(1, 1.0), (2, 1.0), (3, 2.0), (4, 2.0)])
def test_any_number_of_channels_becomes_two(channels, left):
    made = to_stereo(torch.ones(channels, 8))
    assert made.shape == (2, 8)
    assert float(made[0, 0]) == left


def test_surround_folds_its_centre_to_both_sides_and_drops_the_low_effects():
    surround = torch.zeros(6, 4)
    surround[2], surround[3], surround[4] = 1.0, 5.0, 1.0
    left, right = to_stereo(surround)
    assert float(left[0]) == pytest.approx(math.sqrt(2))
    assert float(right[0]) == pytest.approx(math.sqrt(0.5))


def test_bad_sounds_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="connect at least one sound"):
        mix([], PLAIN)
    for broken in (math.nan, math.inf, 1e30):
        with pytest.raises(ValueError, match=r"no sound: not finite, or beyond 1e\+12; make"):
            mix([Bus(torch.full((2, 10), broken), 48000)], PLAIN)
    with pytest.raises(ValueError, match="at least one of each"):
        to_stereo(torch.zeros(0, 10))

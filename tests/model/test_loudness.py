"""Loudness against the reference signals of EBU Tech 3341 and the numbers of ITU-R BS.1770."""

import math

import pytest
import torch
from hibari.model.loudness import integrated_loudness, k_weighted, true_peak


def tone(level_db, seconds, rate=48000, hertz=1000.0, channels=2):
    time = torch.arange(round(seconds * rate)) / rate
    wave = 10 ** (level_db / 20) * torch.sin(2 * math.pi * hertz * time)
    return wave.expand(channels, -1)


@pytest.mark.parametrize("rate", [24000, 44100, 48000])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_tone_is_as_loud_as_its_peak_says(rate, level):
    assert integrated_loudness(tone(level, 5, rate), rate) == pytest.approx(level, abs=0.1)


@pytest.mark.parametrize(
    "parts",
    [
        [(-36.0, 5), (-23.0, 20), (-36.0, 5)],
        [(-72.0, 5), (-36.0, 5), (-23.0, 20), (-36.0, 5), (-72.0, 5)],
    ],
)
def test_quiet_parts_are_gated_away(parts):
    signal = torch.cat([tone(level, seconds) for level, seconds in parts], dim=-1)
    assert integrated_loudness(signal, 48000) == pytest.approx(-23.0, abs=0.1)


def test_surround_channels_weigh_more_and_the_low_effects_nothing():
    silence = torch.zeros_like(tone(0, 5, channels=1))
    left, behind, low = (torch.cat([silence] * 6) for _ in range(3))
    left[0] = behind[4] = low[3] = tone(-20, 5, channels=1)
    front = integrated_loudness(left, 48000)
    assert integrated_loudness(behind, 48000) - front == pytest.approx(1.49, abs=0.05)
    assert integrated_loudness(low, 48000) == -math.inf


def test_mono_is_three_decibels_below_the_same_tone_on_both_sides():
    mono = integrated_loudness(tone(-20, 5, channels=1), 48000)
    assert mono == pytest.approx(integrated_loudness(tone(-20, 5), 48000) - 3.01, abs=0.01)


def test_silence_and_clips_without_a_whole_block_have_no_loudness():
    assert integrated_loudness(torch.zeros(2, 48000), 48000) == -math.inf
    assert integrated_loudness(tone(-6, 0.3), 48000) == -math.inf


def test_weighting_turns_low_sounds_down_and_high_ones_up():
    middle, low, high = (
        float(k_weighted(tone(0, 2, hertz=hertz), 48000)[:, 24000:].square().mean())
        for hertz in (1000, 40, 10000)
    )
    assert low < 0.4 * middle < middle < 0.7 * high


def test_a_peak_between_samples_is_found():
    # A quarter of the rate, 45 degrees off: no sample comes near the crest.
    wave = torch.sin(2 * math.pi * (torch.arange(4800) / 4 + 0.125))[None]
    assert float(wave.abs().max()) < 0.71
    assert true_peak(wave, 48000) == pytest.approx(1.0, abs=0.06)
    assert true_peak(torch.zeros(2, 0), 48000) == 0


def test_other_numbers_of_channels_are_refused():
    with pytest.raises(ValueError, match="loudness of 5 channels is not defined here"):
        integrated_loudness(torch.zeros(5, 48000), 48000)

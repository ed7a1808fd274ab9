"""Onsets on drawn sounds, and the distances of a codec's round trip against their formulas."""

import numpy as np
import pytest
from hibari.training.evaluation.fidelity import OnsetCount, count_onsets, log_mel_l1, psnr, ssim
from hibari.training.evaluation.onset import onsets_s

RATE = 24_000


def hits(*times_s, seconds=1.0, floor=0.001):
    """Decaying tones that start at the given times, over quiet noise; [2, N]."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.random.default_rng(1).normal(0, floor, time.shape)
    for start_s in times_s:
        age = np.maximum(time - start_s, 0)
        sound += (time >= start_s) * 0.5 * np.exp(-20 * age) * np.sin(2 * np.pi * 700 * age)
    return np.stack([sound, sound]).astype(np.float32)


@pytest.mark.parametrize("start_s", [0.1, 0.333, 0.75])
def test_an_onset_is_found_within_a_hop(start_s):
    found = onsets_s(hits(start_s), RATE)
    assert len(found) == 1
    assert abs(found[0] - start_s) <= 0.01


def test_two_hits_are_two_onsets_at_any_loudness():
    for gain in (1, 0.05):
        assert onsets_s(gain * hits(0.2, 0.6), RATE) == pytest.approx([0.2, 0.6], abs=0.01)


def test_noise_tones_and_silence_have_no_onset():
    steady = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    for sound in (np.zeros(RATE), hits(floor=0.01)):
        assert not len(onsets_s(sound, RATE))
    assert (onsets_s(steady, RATE) < 0.02).all()


def test_onset_f1_counts_what_is_kept_lost_and_added():
    true = hits(0.2, 0.6)
    assert count_onsets(true, true).f1 == 1
    assert count_onsets(hits(0.2), true).f1 == pytest.approx(2 / 3)
    assert count_onsets(hits(0.2, 0.7), true).f1 == pytest.approx(1 / 2)
    pooled = OnsetCount.pooled([count_onsets(true, true), count_onsets(hits(0.2), true)])
    assert pooled == OnsetCount(3, 3, 4)
    assert pooled.f1 == pytest.approx(6 / 7)
    assert count_onsets(np.zeros_like(true), np.zeros_like(true)).f1 is None


def test_psnr_is_that_of_the_whole_clip():
    true = np.full((2, 16, 16, 3), 100, np.uint8)
    made = true.copy()
    made[0] += 10
    assert psnr(made, true) == pytest.approx(10 * np.log10(255**2 / 50))
    assert psnr(true, true) == np.inf


def test_ssim_is_one_for_equal_clips_and_matches_its_formula_for_flat_ones():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (2, 24, 24, 3)).astype(np.uint8)
    assert ssim(noise, noise) == pytest.approx(1)
    assert abs(ssim(noise, rng.permuted(noise, axis=1))) < 0.1
    dark, light = (np.full((1, 24, 24, 3), level, np.uint8) for level in (50, 150))
    small = (0.01 * 255) ** 2
    formula = (2 * 50 * 150 + small) / (50**2 + 150**2 + small)
    assert ssim(dark, light) == pytest.approx(formula, abs=1e-3)


def test_log_mel_l1_is_zero_for_itself_and_measures_gain_in_nepers():
    sound = hits(0.2, floor=0.05)
    assert log_mel_l1(sound, sound) == 0
    assert log_mel_l1(sound * 0.5, sound) == pytest.approx(np.log(2), abs=0.02)

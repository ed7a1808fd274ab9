"""Pitch is read to a few cents from tones whose pitch is known, and from nothing that has none."""

import numpy as np
import pytest
from hibari.training.evaluation.codec_pitch import PitchError, f0_hz, pitch_error

RATE = 24_000
TIME = np.arange(RATE) / RATE


def tone(pitch_hz, harmonics=6):
    """A buzz with falling harmonics, like a voice."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(pitch_hz, TIME.shape)) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, harmonics + 1)) * 0.3


@pytest.mark.parametrize("pitch_hz", [82.4, 130.8, 220.0, 466.2, 880.0])
def test_the_pitch_of_a_tone_is_read_within_five_cents(pitch_hz):
    found = f0_hz(tone(pitch_hz), RATE)
    assert np.isfinite(found).mean() > 0.95
    assert np.nanmax(np.abs(1200 * np.log2(found / pitch_hz))) < 5


def test_a_glide_is_followed():
    pitch = 120 * 2**TIME
    found = f0_hz(tone(pitch), RATE)
    # A window of 40 ms and the period after it: the pitch is that of its middle.
    middles = (np.arange(len(found)) * 0.01 + 0.02 + 0.5 / found) * RATE
    true = pitch[np.nan_to_num(middles).astype(int)]
    assert np.nanmedian(np.abs(1200 * np.log2(found / true))) < 10


def test_noise_and_silence_have_no_pitch():
    noise = np.random.default_rng(0).normal(0, 0.1, (2, RATE))
    assert np.isfinite(f0_hz(noise, RATE)).mean() < 0.05
    assert pitch_error(noise, noise, RATE) is None
    assert pitch_error(np.zeros(RATE), np.zeros(RATE), RATE) is None


def test_a_sound_beside_itself_is_exact_and_a_detuned_one_is_off_by_that_much():
    true = tone(200.0)
    assert pitch_error(true, true, RATE).cents == 0
    error = pitch_error(tone(200.0 * 2 ** (30 / 1200)), true, RATE)
    assert error.cents == pytest.approx(30, abs=2)
    assert error.kept > 0.95


def test_clips_are_pooled_frame_by_frame():
    true = tone(200.0)
    exact, off = pitch_error(true, true, RATE), pitch_error(tone(300.0), true, RATE)
    pooled = PitchError.pooled([exact, exact, off])
    assert pooled.cents == 0
    assert pooled.pitched == 2 * exact.pitched + off.pitched
    assert pooled.kept == pytest.approx((2 * exact.kept + off.kept) / 3)


def test_a_codec_that_loses_the_pitch_is_told_by_what_is_kept():
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    error = pitch_error(noise, tone(200.0), RATE)
    assert error.kept < 0.05


def test_the_other_tones_pitch_is_far_off():
    assert pitch_error(tone(300.0), tone(200.0), RATE).cents == pytest.approx(702, abs=5)

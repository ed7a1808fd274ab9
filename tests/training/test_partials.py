"""What the partials stage takes for a steady tone."""

import pytest
import torch
from hibari.model.vocoder.partials import band_frequencies
from hibari.training.trainers.partials import steady_partials

RATE = 24_000
TIME = torch.arange(2 * RATE) / RATE


def tone(pitch_hz, level=0.3):
    return level * torch.sin(2 * torch.pi * pitch_hz * TIME)


def heard(found, row=100):
    """Frequency and level of each partial in a row."""
    bands = found[row, :, 0].nonzero()[:, 0]
    pitches = band_frequencies(bands + found[row, bands, 1])
    return list(zip(pitches.tolist(), found[row, bands, 2].exp().tolist(), strict=True))


@pytest.mark.parametrize("pitch_hz", [110.0, 443.0, 1500.0])
def test_a_tone_is_found_at_its_pitch_and_level(pitch_hz):
    (found,) = heard(steady_partials(tone(pitch_hz).expand(2, -1), 46))
    assert found[0] == pytest.approx(pitch_hz, abs=3)
    assert found[1] == pytest.approx(0.3, rel=0.05)


def test_each_side_has_its_level():
    stereo = torch.stack((tone(500, 0.4), tone(500, 0.1)))
    found = steady_partials(stereo, 46)
    band = int(found[100, :, 0].nonzero()[0])
    assert found[100, band, 2:].exp().tolist() == pytest.approx([0.4, 0.1], rel=0.05)


def test_harmonics_are_found_one_by_one():
    voice = sum(tone(150 * k, 0.3 / k) for k in range(1, 6))
    pitches = [pitch for pitch, _ in heard(steady_partials(voice.expand(2, -1), 46))]
    assert pitches == pytest.approx([150, 300, 450, 600, 750], abs=4)


def test_a_click_is_no_tone():
    click = torch.zeros(2, 2 * RATE)
    click[:, RATE] = 0.9
    assert not steady_partials(click, 46)[..., 0].any()

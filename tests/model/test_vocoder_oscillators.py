"""The bank of oscillators: pitch, level, phase across rows, lengths."""

import numpy as np
import pytest
import torch
from hibari.model.vocoder.oscillators import ROWS, frequencies, nearest, play

RATE = 24_000


def amplitudes(rows, *loud):
    made = torch.zeros(1, rows, len(frequencies()))
    for pitch_hz, level in loud:
        made[:, :, nearest(torch.tensor(float(pitch_hz)))] = level
    return made


def spectrum(sound):
    return np.abs(np.fft.rfft(sound.numpy())) * 2 / len(sound)


@pytest.mark.parametrize("pitch_hz", [60, 170, 1005, 2995])
def test_an_oscillator_plays_one_sharp_line_of_its_level(pitch_hz):
    sound = play(amplitudes(200, (pitch_hz, 0.4)), RATE)[0]
    lines = spectrum(sound)
    assert lines.argmax() == 2 * pitch_hz
    assert lines.max() == pytest.approx(0.4, rel=1e-3)
    assert np.delete(lines, 2 * pitch_hz).max() < 1e-3


@pytest.mark.parametrize("rows", [1, ROWS - 1, ROWS, ROWS + 1, 205])
def test_every_row_is_ten_milliseconds(rows):
    assert play(amplitudes(rows, (440, 0.1)), RATE).shape == (1, rows * 240)


def test_the_phase_does_not_depend_on_the_length_of_the_clip():
    long, short = (play(amplitudes(rows, (333, 0.3)), RATE) for rows in (130, 47))
    assert torch.allclose(long[:, : short.shape[1]], short, atol=1e-6)


def test_levels_glide_from_row_to_row():
    rising = amplitudes(3, (1000, 1.0)) * torch.tensor([0.0, 1.0, 1.0])[None, :, None]
    sound = play(rising, RATE)[0]
    first, second = sound[:240].abs(), sound[240:480].abs()
    assert first[:24].max() < 0.11
    assert first[-24:].max() > 0.85
    assert second.max() > 0.99


def test_frequencies_beyond_the_bank_take_its_ends():
    last = len(frequencies()) - 1
    assert nearest(torch.tensor([1.0, 1e5])).tolist() == [0, last]

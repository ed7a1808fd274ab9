"""The mark of a sound: inaudible, found after cuts and filters, not found where none is."""

import numpy as np
import pytest
import torch
from hibari.model.audio_transform import resample
from hibari.model.watermark import AudioLevels, AudioWatermark
from hibari.model.watermark.masking import masking_threshold

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
IDENTIFIER = 0xDEADBEEF12345678
RATE = 24_000


def blows(seconds=3.0, seed=0):
    """A quiet room with two blows in it, `[2, N]`."""
    draw = torch.Generator().manual_seed(seed)
    time = torch.arange(round(seconds * RATE)) / RATE
    ring = sum(torch.exp(-30 * (time - t).clamp(min=0)) * (time >= t) for t in (0.4, 1.7))
    noise = torch.randn(2, len(time), generator=draw)
    return (0.3 * ring + 3e-4) * noise


@pytest.fixture(scope="module")
def watermark():
    return AudioWatermark(KEY)


@pytest.fixture(scope="module")
def marked(watermark):
    return watermark.embed(blows(), RATE, IDENTIFIER)


ATTACKS = {
    "nothing": lambda x: (x, RATE),
    "16 kHz": lambda x: (resample(x, RATE, 16_000), 16_000),
    "44.1 kHz": lambda x: (resample(x, RATE, 44_100), 44_100),
    "quieter": lambda x: (x / 2, RATE),
    "one channel": lambda x: (x[1:], RATE),
    "start cut off": lambda x: (x[:, 7919:], RATE),
    "middle cut out": lambda x: (torch.cat([x[:, :30011], x[:, 48017:]], dim=1), RATE),
    "16 bits": lambda x: ((x * 32767).round() / 32767, RATE),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_identifier_survives(watermark, marked, attack):
    found = watermark.detect(*ATTACKS[attack](marked))
    assert found.identifier == IDENTIFIER
    assert found.p_value < 1e-6


def test_without_the_key_nothing_is_found(marked):
    assert AudioWatermark(OTHER_KEY).detect(marked, RATE).identifier is None


def test_p_values_of_unmarked_sounds_are_uniform():
    sounds = [blows(2.0, seed) for seed in range(3)]
    keys = (index.to_bytes(32, "big") for index in range(120))
    p_values = [
        AudioWatermark(key).detect(sounds[n % 3], RATE).p_value for n, key in enumerate(keys)
    ]
    even = (np.arange(len(p_values)) + 0.5) / len(p_values)
    # Kolmogorov and Smirnov: chance alone exceeds 1.63 / sqrt(n) once in a hundred times.
    assert np.abs(np.sort(p_values) - even).max() < 1.63 / len(p_values) ** 0.5


def test_the_mark_is_far_below_the_sound(marked):
    added = (marked - blows()).square().sum()
    assert 10 * torch.log10(blows().square().sum() / added) > 20


def test_quiet_passages_get_no_more_than_the_floor(watermark, marked):
    added = (marked - blows())[:, round(1.2 * RATE) : round(1.6 * RATE)]
    assert -80 < 20 * torch.log10(added.std()) < -70


def chord():
    """Five steady tones of two octaves over a little hiss, `[1, N]`."""
    time = torch.arange(2 * RATE) / RATE
    tones = sum(torch.sin(2 * torch.pi * hertz * time) for hertz in (440, 554, 659, 880, 1760))
    hiss = torch.randn(1, 2 * RATE, generator=torch.Generator().manual_seed(4))
    return 0.1 * tones[None] + 1e-3 * hiss


def noise():
    return 0.2 * torch.randn(1, 2 * RATE, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("sound", [noise(), chord()], ids=["noise", "chord"])
def test_a_loud_sound_hides_the_mark_below_its_masking_threshold(watermark, sound):
    added = watermark.embed(sound, RATE, IDENTIFIER) - sound
    window = torch.hann_window(960)
    power, extra = (
        torch.stft(x[0], 960, 480, window=window, return_complex=True).abs().square().T
        for x in (sound, added)
    )
    allowed = masking_threshold(power, RATE)[:, 16:140]  # 400 to 3500 Hz
    assert (extra[:, 16:140].mean(0) < allowed.mean(0)).float().mean() > 0.95
    assert extra[:, 16:140].sum() < 0.5 * allowed.sum()


@pytest.mark.parametrize("sound", [noise(), chord(), blows()], ids=["noise", "chord", "blows"])
def test_noise_that_can_be_heard_does_not_drown_the_mark(watermark, sound):
    marked = watermark.embed(sound, RATE, IDENTIFIER)
    hiss = torch.randn(marked.shape, generator=torch.Generator().manual_seed(5))
    noisy = marked + 0.1 * sound.square().mean().sqrt() * hiss
    assert watermark.detect(noisy, RATE).identifier == IDENTIFIER


def test_digital_silence_stays_silent_where_no_floor_is_wanted():
    watermark = AudioWatermark(KEY, AudioLevels(floor_db=None))
    silence = torch.zeros(2, RATE)
    assert torch.equal(watermark.embed(silence, RATE, IDENTIFIER), silence)


def test_digital_silence_is_marked_at_the_floor(watermark):
    marked = watermark.embed(torch.zeros(1, 2 * RATE), RATE, IDENTIFIER)
    assert 20 * torch.log10(marked.std()) == pytest.approx(-76, abs=1)
    assert watermark.detect(marked, RATE).identifier == IDENTIFIER


@pytest.mark.parametrize("sizes", [(1, 479, 481, 100_000), (24_000, 24_000), (5, 5)])
def test_chunks_give_the_same_sound_as_the_whole(watermark, marked, sizes):
    sound = blows()
    starts = np.cumsum([0, *sizes])
    chunks = [sound[:, a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
    parts = torch.cat(list(watermark.embed_stream(chunks, RATE, IDENTIFIER)), dim=1)
    torch.testing.assert_close(parts, marked, atol=1e-6, rtol=0)


def test_detection_in_chunks_is_detection_of_the_whole(watermark, marked):
    parts = watermark.detect_stream(marked.split(10_007, dim=1), RATE)
    assert parts == watermark.detect(marked, RATE)


def test_a_short_sound_keeps_its_length(watermark):
    assert watermark.embed(torch.zeros(2, 7), RATE, 1).shape == (2, 7)
    assert watermark.detect(torch.zeros(2, 7), RATE).identifier is None


def test_what_is_no_sound_is_refused(watermark):
    with pytest.raises(ValueError, match="give floating-point"):
        watermark.embed(torch.zeros(7), RATE, 1)
    with pytest.raises(ValueError, match="resample it to 8000 Hz"):
        watermark.detect(torch.zeros(1, 7), 4000)
    with pytest.raises(ValueError, match="no sound"):
        list(watermark.embed_stream([], RATE, 1))


def test_masking_follows_the_level_and_spreads_upwards():
    power = torch.full((1, 481), 1e-6)
    power[0, 40] = 1.0  # a tone at 1 kHz
    threshold = masking_threshold(power, RATE)[0]
    assert threshold[40] < 0.05
    assert threshold[60] > threshold[20] > threshold[200]
    torch.testing.assert_close(masking_threshold(100 * power, RATE)[0], 100 * threshold)

"""The mixing block on AUDIO values."""

import math

import pytest
import torch
from hibari.model.loudness import integrated_loudness, true_peak
from hibari.nodes.mix_audio import HibariMixAudio


def audio(hertz, seconds=2.0, rate=44100, channels=1, batch=1):
    time = torch.arange(round(seconds * rate)) / rate
    wave = 0.2 * torch.sin(2 * math.pi * hertz * time)
    return {"waveform": wave.expand(batch, channels, -1), "sample_rate": rate}


def test_four_buses_become_one_stereo_sound_at_the_web_loudness():
    made = HibariMixAudio.execute(
        dialogue=audio(300, 1.0, 24000),
        effects=audio(900, channels=6, rate=48000),
        ambience=audio(120, channels=2),
        music=audio(440, 3.0),
        music_gain=-6.0,
    ).args[0]
    assert made["sample_rate"] == 48000
    assert made["waveform"].shape == (1, 2, 3 * 48000)
    assert integrated_loudness(made["waveform"][0], 48000) == pytest.approx(-16, abs=0.3)
    assert true_peak(made["waveform"][0], 48000) <= 10 ** (-1 / 20) + 1e-6


def test_a_loudness_of_0_leaves_the_level():
    made = HibariMixAudio.execute(music=audio(440), loudness=0.0).args[0]
    assert torch.allclose(made["waveform"][0, 0], audio(440)["waveform"][0, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "connect at least one sound"),
        ({"music": audio(440, batch=2)}, "music is a batch of 2 sounds; mix one at a time"),
        (
            {"effects": {"waveform": torch.zeros(1, 2, 0), "sample_rate": 48000}},
            "effects has the shape",
        ),
    ],
)
def test_bad_input_is_named(inputs, message):
    with pytest.raises(ValueError, match=f"Hibari Mix Audio: .*{message}"):
        HibariMixAudio.execute(**inputs)

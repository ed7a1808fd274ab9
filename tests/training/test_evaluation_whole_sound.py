"""Voices, words, mouths and the camera of the whole playground against what is known of them."""

import numpy as np
import pytest
from hibari.training.evaluation.whole.camera import STEPS, camera_steps
from hibari.training.evaluation.whole.mouth import correlation, mouth_places, sound_envelope
from hibari.training.evaluation.whole.spectrum import BANDS, band_levels
from hibari.training.evaluation.whole.words import says, voice_levels
from hibari.training.world.scenes.cast import Voice
from hibari.training.world.voice.synth import say
from scipy import ndimage

RATE_HZ = 24_000
VOICE = Voice("middle", 165.0, 0.92, 0.05, 1.0, 3.0)


def spoken(text, seed=3):
    """A clip that says the text after a moment, over a little noise."""
    sound = 0.4 * say(text, "en", VOICE, np.random.default_rng(seed)).waveform
    clip = 0.002 * np.random.default_rng(seed).standard_normal(49_000)
    clip[2400 : 2400 + len(sound)] += sound[: 49_000 - 2400]
    return np.stack([clip, clip])


def test_what_is_said_is_told_from_nineteen_other_sentences():
    heard = voice_levels(spoken("We walk over the garden."))
    assert says(heard, "We walk over the garden.", "en", VOICE)
    assert not says(heard, "The sun is wonderful now.", "en", VOICE)


def test_silence_says_nothing_that_was_asked():
    silent = voice_levels(np.zeros((2, 49_000)))
    asked = ["Can you swim too?", "Where is the robot?", "I am so happy.", "See you later!"]
    assert sum(says(silent, text, "en", VOICE) for text in asked) <= 1


def test_bands_follow_the_pitch_of_a_tone_and_silence_is_the_floor():
    time_s = np.arange(RATE_HZ) / RATE_HZ
    loudest = [
        band_levels(np.sin(2 * np.pi * hz * time_s)).mean(0).argmax() for hz in (150, 600, 2400)
    ]
    assert loudest == sorted(loudest)
    assert len(set(loudest)) == 3
    silence = band_levels(np.zeros(RATE_HZ))
    assert silence.shape == (101, BANDS)
    assert np.ptp(silence) == 0


def test_the_envelope_rises_and_falls_with_a_voice():
    frames, fps = 48, 24
    loudness = np.clip(np.sin(np.arange(frames) / 4), 0, 1)
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    gain = np.interp(time_s, np.arange(frames) / fps, loudness)
    sound = gain * np.sin(2 * np.pi * 400 * time_s)
    assert correlation(sound_envelope(sound, RATE_HZ, frames, fps), loudness) > 0.95
    assert correlation(np.ones(5), np.arange(5)) == 0


def test_mouths_lie_under_their_speakers_and_move_with_the_camera():
    view = np.array([[128.0, 128.0, 1.0], [138.0, 128.0, 1.2]])
    mouths = np.array([[[0.0, 0.3]], [[1.0, 0.3]]])
    places = mouth_places([{"x": 128.0, "size": 1.0}], mouths, view)
    assert places[0, 0, 0] == 128
    assert places[1, 0, 0] == pytest.approx(128 - 12)
    assert 128 < places[0, 0, 1] < 200
    assert places[:, 0, 2].tolist() == [0, 1]


@pytest.mark.parametrize(("right", "grows"), [(0.0, 0.0), (1.0, 0.0), (-0.7, 0.0), (0.0, 1.5)])
def test_shift_and_growth_of_a_picture_are_measured(right, grows):
    rng = np.random.default_rng(1)
    world = ndimage.gaussian_filter(rng.uniform(0, 255, (160, 160)), 3)
    world = (world - world.min()) * 255 / np.ptp(world)
    frames = []
    for k in range(STEPS + 1):
        scale = (1 + grows / 100) ** k
        y, x = np.mgrid[:64, :64] - 31.5
        at = (y / scale + 80, (x - right * k) / scale + 80)
        frames.append(ndimage.map_coordinates(world, at, order=1))
    steps = camera_steps(np.repeat(np.array(frames)[..., None], 3, -1))
    assert np.median(steps[:, 0]) == pytest.approx(right, abs=0.1)
    assert np.median(steps[:, 2]) == pytest.approx(grows, abs=0.15)

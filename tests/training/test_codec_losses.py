"""What the vocoder's losses hear."""

import torch
from hibari.training.trainers.vocoder import mel_distance, spectral_distance

TIME = torch.arange(14_400) / 24_000


def tone(pitch_hz, loudness=0.3):
    return loudness * torch.sin(2 * torch.pi * pitch_hz * TIME).expand(1, 2, -1)


def test_a_sound_is_no_distance_from_itself():
    assert mel_distance(tone(300), tone(300)) == 0
    assert spectral_distance(tone(300), tone(300)) == 0


def test_the_mel_hears_a_quiet_hiss_that_magnitudes_hardly_do():
    hiss = torch.randn(tone(300).shape, generator=torch.Generator().manual_seed(0)) * 3e-3
    loud = tone(300)
    heard = mel_distance(loud, loud + hiss) / mel_distance(loud, 0.5 * loud)
    seen = spectral_distance(loud, loud + hiss) / spectral_distance(loud, 0.5 * loud)
    assert heard > 2 * seen


def test_both_grow_with_the_error_of_the_pitch():
    for distance in (mel_distance, spectral_distance):
        near, far = (distance(tone(pitch), tone(300)) for pitch in (310, 600))
        assert 0 < near < far


def test_the_mel_pulls_silence_towards_sound():
    made = (1e-3 * tone(300)).requires_grad_()
    mel_distance(made, tone(300)).backward()
    # The step against the gradient makes it louder.
    assert (made.grad * tone(300)).sum() < 0

"""What the vocoder's losses hear."""

import torch
from hibari.training.trainers.vocoder import attack_distance, mel_distance, spectral_distance

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


def blow(rise_s, seed=0):
    """Noise that starts at 0.3 s, within so many seconds."""
    noise = torch.randn(1, 2, len(TIME), generator=torch.Generator().manual_seed(seed))
    return (0.01 + 0.3 * ((TIME - 0.3) / rise_s).clamp(0, 1)) * noise


def test_a_smeared_blow_is_heard_whatever_its_noise_is():
    sharp = blow(0.001)
    other_noise = attack_distance(blow(0.001, seed=1), sharp)
    assert attack_distance(sharp, sharp) == 0
    assert attack_distance(blow(0.04, seed=1), sharp) > 2 * other_noise


def test_the_gradient_makes_a_smeared_blow_sharper():
    made = blow(0.04, seed=1).requires_grad_()
    attack_distance(made, blow(0.001)).backward()
    step = made.detach() - 1e-3 * made.grad / made.grad.std()
    before, after = (attack_distance(w, blow(0.001)) for w in (made.detach(), step))
    assert after < before

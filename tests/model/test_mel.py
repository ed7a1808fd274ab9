"""The log-mel spectrogram of the audio VAE."""

import math

import pytest
import torch
from hibari.model.audio_vae import log_mel


def tone(samples: int) -> torch.Tensor:
    time = torch.arange(samples, dtype=torch.float64) / 16000
    wave = torch.sin(2 * torch.pi * 440 * time) + 0.5 * torch.sin(2 * torch.pi * 3000 * time)
    return wave.float().expand(1, 2, -1)


def test_a_tone_has_the_golden_mel_values_of_torchaudio():
    mel = log_mel(tone(1600))
    assert mel.shape == (1, 2, 11, 64)
    assert mel[0, 1].mean().item() == pytest.approx(-5.072163968, abs=1e-4)
    assert mel[0, 0, 5, [10, 25]].tolist() == pytest.approx([-2.80855250, -10.7727232], abs=1e-3)
    assert mel[0, 0, 0, 60].item() == pytest.approx(-3.50979280, abs=1e-3)


def test_rows_come_every_ten_milliseconds_and_shift_with_the_sound():
    wave = torch.randn(1, 2, 4000, generator=torch.Generator().manual_seed(0))
    shifted = log_mel(torch.roll(wave, 320, dims=-1))
    torch.testing.assert_close(shifted[:, :, 7:20], log_mel(wave)[:, :, 5:18], atol=1e-4, rtol=0)


def test_twice_the_amplitude_adds_the_log_of_two():
    noise = torch.randn(1, 2, 1600, generator=torch.Generator().manual_seed(0))
    mel, louder = log_mel(noise), log_mel(2 * noise)
    torch.testing.assert_close(louder, mel + math.log(2), atol=1e-4, rtol=0)


def test_silence_is_the_finite_floor_with_a_finite_gradient():
    wave = torch.zeros(1, 2, 1600, requires_grad=True)
    mel = log_mel(wave)
    torch.testing.assert_close(mel, torch.full_like(mel, math.log(1e-5)))
    mel.sum().backward()
    assert torch.isfinite(wave.grad).all()


def test_mono_is_heard_on_both_sides():
    mel = log_mel(tone(1600)[:, :1])
    assert torch.equal(mel[:, 0], mel[:, 1])


@pytest.mark.parametrize("shape", [(1600,), (2, 1600), (1, 3, 1600)])
def test_other_channel_layouts_are_refused_with_their_shape(shape):
    with pytest.raises(ValueError, match=r"audio has shape \["):
        log_mel(torch.zeros(shape))


def test_spectrograms_made_under_inference_mode_do_not_break_training():
    from hibari.model.audio_vae import mel as module

    module._filters.cache_clear()
    with torch.inference_mode():
        log_mel(torch.zeros(1, 2, 1600))
    wave = torch.randn(1, 2, 1600, requires_grad=True)
    log_mel(wave).sum().backward()
    assert wave.grad.abs().sum() > 0

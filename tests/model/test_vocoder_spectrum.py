"""The stored bases of the bandwidth extension and its anti-aliased activations."""

import math

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from hibari.model.vocoder import VocoderConfig
from hibari.model.vocoder.activation import AliasFreeSnake, Downsample2, Upsample2, kaiser_sinc
from hibari.model.vocoder.spectrum import CausalMel


@pytest.fixture(scope="module")
def spectrum() -> CausalMel:
    return CausalMel(VocoderConfig.tiny(bandwidth=True).bandwidth)


def test_the_analysis_basis_is_a_windowed_fourier_transform(spectrum):
    frame = np.random.default_rng(0).standard_normal(512)
    basis = spectrum.stft_fn.forward_basis[:, 0].double().numpy()
    wanted = np.fft.rfft(scipy.signal.get_window("hann", 512) * frame)
    rows = basis @ frame
    np.testing.assert_allclose(rows[:257] + 1j * rows[257:], wanted, atol=1e-5)


def test_the_synthesis_basis_undoes_the_analysis(spectrum):
    wave = torch.randn(1, 1, 2400, generator=torch.Generator().manual_seed(0))
    rows = F.conv1d(wave, spectrum.stft_fn.forward_basis, stride=80)
    rebuilt = F.conv_transpose1d(rows, spectrum.stft_fn.inverse_basis, stride=80)
    window = torch.hann_window(512).square()[None, None]
    weight = F.conv_transpose1d(torch.ones(1, 1, rows.shape[-1]), window, stride=80)
    middle = slice(512, 1800)
    rebuilt = rebuilt * (512 / 80) / weight
    torch.testing.assert_close(rebuilt[..., middle], wave[..., middle], atol=1e-4, rtol=0)


def test_frames_see_no_later_samples(spectrum):
    wave = torch.randn(1, 2, 1600)
    changed = wave.clone()
    changed[..., 800:] = 0
    before, after = spectrum(wave), spectrum(changed)
    assert before.shape == (1, 2, 20, 64)
    assert torch.equal(before[:, :, :10], after[:, :, :10])
    assert not torch.equal(before[:, :, 10], after[:, :, 10])


def test_silence_is_the_floor_with_a_finite_gradient(spectrum):
    wave = torch.zeros(1, 2, 800, requires_grad=True)
    mel = spectrum(wave)
    torch.testing.assert_close(mel, torch.full_like(mel, math.log(1e-5)))
    mel.sum().backward()
    assert torch.isfinite(wave.grad).all()


def test_the_half_band_filter_is_that_of_scipy():
    # attenuation 2.285 * 5 * pi * 4 * 0.3 + 7.95 = 51.02 dB
    window = scipy.signal.get_window(("kaiser", 0.1102 * (51.0201 - 8.7)), 12, fftbins=False)
    response = window * np.sinc(0.5 * (np.arange(12) - 5.5))
    np.testing.assert_allclose(kaiser_sinc(12, 0.25, 0.3), response / response.sum(), atol=1e-6)


def test_resampling_a_slow_wave_up_and_down_gives_it_back():
    time = torch.arange(200) / 200
    wave = torch.sin(2 * torch.pi * 5 * time).expand(1, 3, -1)
    doubled = Upsample2()(wave)
    assert doubled.shape == (1, 3, 400)
    back = Downsample2()(doubled)
    torch.testing.assert_close(back[..., 10:-10], wave[..., 10:-10], atol=5e-3, rtol=0)


def test_snake_adds_a_squared_sine_at_twice_the_rate():
    activation = AliasFreeSnake(3, "snakebeta").requires_grad_(False)
    activation.act.alpha.normal_()
    activation.act.beta.normal_()
    x = torch.randn(1, 3, 40, generator=torch.Generator().manual_seed(0))
    doubled = activation.upsample(x)
    alpha, beta = activation.act.alpha.exp()[:, None], activation.act.beta.exp()[:, None]
    wanted = activation.downsample(doubled + (alpha * doubled).sin() ** 2 / (beta + 1e-9))
    torch.testing.assert_close(activation(x), wanted)
    assert not hasattr(AliasFreeSnake(3, "snake").act, "beta")

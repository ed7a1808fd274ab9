"""Resampling, spectra and mel filters: laws, golden values of torchaudio 2.11, agreement."""

import importlib.util
import sys

import numpy as np
import pytest
import scipy.signal
import torch
from hibari.model import audio_transform
from hibari.model.audio_transform import (
    mel_filterbank,
    resample,
    sinc_resample,
    slaney_filterbank,
    stft_magnitude,
)

RATES = [(44100, 16000), (48000, 16000), (24000, 16000), (16000, 24000), (22050, 48000)]


def two_tones(rate_hz: int, samples: int) -> torch.Tensor:
    time = torch.arange(samples, dtype=torch.float64) / rate_hz
    tone = torch.sin(2 * torch.pi * 440 * time) + 0.5 * torch.sin(2 * torch.pi * 3000 * time)
    return tone.float()


def torchaudio_functional():
    try:
        return importlib.import_module("torchaudio.functional")
    except (ImportError, OSError) as error:
        pytest.skip(f"torchaudio does not import here: {type(error).__name__}: {error}")


def test_a_torchaudio_that_fails_to_load_its_library_is_replaced(tmp_path, monkeypatch):
    package = tmp_path / "torchaudio"
    package.mkdir()
    (package / "__init__.py").write_text("raise OSError('undefined symbol')")
    for name in [name for name in sys.modules if name.startswith("torchaudio")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    audio_transform._torchaudio_functional.cache_clear()
    wave = two_tones(16000, 160)
    assert torch.equal(resample(wave, 16000, 24000), sinc_resample(wave, 16000, 24000))
    audio_transform._torchaudio_functional.cache_clear()


def test_importing_the_module_does_not_import_torchaudio(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("torchaudio")]:
        monkeypatch.delitem(sys.modules, name)
    fresh = importlib.util.spec_from_file_location("fresh", audio_transform.__file__)
    fresh.loader.exec_module(importlib.util.module_from_spec(fresh))
    assert "torchaudio" not in sys.modules


@pytest.mark.parametrize(("source_hz", "target_hz"), RATES)
def test_resampled_tones_are_the_tones_of_the_other_rate(source_hz, target_hz):
    resampled = sinc_resample(two_tones(source_hz, source_hz // 5), source_hz, target_hz)
    wanted = two_tones(target_hz, target_hz // 5)
    assert resampled.shape == wanted.shape
    middle = slice(200, -200)  # silence beyond the ends reaches a few milliseconds in
    # The pass band of a 6-lobe Hann-windowed sinc ripples by a few thousandths.
    torch.testing.assert_close(resampled[middle], wanted[middle], atol=6e-3, rtol=0)


def test_resampling_removes_what_the_lower_rate_cannot_hold():
    time = torch.arange(4800) / 48000
    resampled = sinc_resample(torch.sin(2 * torch.pi * 15000 * time), 48000, 16000)
    assert resampled[20:-20].abs().max() < 5e-3


def test_resampling_equals_a_dense_filter_bank_of_scipy():
    rates = (3, 2)
    kernels, width = audio_transform._sinc_kernels(*rates)
    wave = np.random.default_rng(0).standard_normal(90)
    padded = np.concatenate([np.zeros(width), wave, np.zeros(width + rates[0])])
    phases = [
        scipy.signal.correlate(padded, kernel.numpy().ravel(), "valid")[:: rates[0]]
        for kernel in kernels
    ]
    wanted = np.stack(phases, axis=-1).ravel()[:60]
    np.testing.assert_allclose(sinc_resample(torch.from_numpy(wave), *rates), wanted, atol=1e-12)


def test_resampled_samples_match_the_golden_values_of_torchaudio():
    resampled = sinc_resample(two_tones(44100, 4410), 44100, 16000)
    golden = torch.tensor([0.07456096, 0.62179810, 0.69800222, 0.30105522])
    # torchaudio makes its filters in float32, ours are float64: they differ by 2e-5.
    torch.testing.assert_close(resampled[:4], golden, atol=1e-4, rtol=0)
    assert resampled.square().sum().item() == pytest.approx(1000.5494, rel=1e-4)


@pytest.mark.parametrize(("source_hz", "target_hz"), RATES)
def test_resampling_agrees_with_torchaudio(source_hz, target_hz):
    wave = torch.randn(2, 3, 3000, generator=torch.Generator().manual_seed(1))
    wanted = torchaudio_functional().resample(wave, source_hz, target_hz)
    torch.testing.assert_close(sinc_resample(wave, source_hz, target_hz), wanted, atol=2e-4, rtol=0)


def test_resampling_keeps_batch_shape_and_dtype_and_the_gradient():
    wave = torch.randn(2, 2, 441, dtype=torch.float64, requires_grad=True)
    resampled = resample(wave, 44100, 16000)
    assert resampled.shape == (2, 2, 160)
    assert resampled.dtype == torch.float64
    resampled.sum().backward()
    assert wave.grad is not None
    assert resample(wave, 16000, 16000) is wave


def test_a_rate_of_zero_is_refused_by_name():
    with pytest.raises(ValueError, match="from 0 Hz to 16000 Hz"):
        resample(torch.zeros(1, 2, 100), 0, 16000)


def test_mel_filters_match_the_golden_values_of_torchaudio():
    filters = slaney_filterbank(1024, 64, 16000, 8000.0)
    assert filters.shape == (513, 64)
    assert filters.sum().item() == pytest.approx(4.09588015, rel=1e-5)
    assert filters.square().sum().item() == pytest.approx(0.0354232638, rel=1e-5)
    assert filters[3, 1].item() == pytest.approx(0.00021788712, rel=1e-3)
    assert filters.argmax(0)[[0, 10, 30, 50, 63]].tolist() == [3, 33, 101, 262, 488]


def test_mel_filters_have_unit_area():
    area = slaney_filterbank(16384, 64, 16000, 8000.0).sum(0) * 16000 / 16384
    torch.testing.assert_close(area, torch.ones(64), atol=2e-3, rtol=0)


def test_mel_filters_agree_with_torchaudio():
    wanted = torchaudio_functional().melscale_fbanks(
        513, 0.0, 8000.0, 64, 16000, norm="slaney", mel_scale="slaney"
    )
    torch.testing.assert_close(
        slaney_filterbank(1024, 64, 16000, 8000.0), wanted, atol=1e-6, rtol=0
    )
    torch.testing.assert_close(mel_filterbank(1024, 64, 16000, 8000.0), wanted)


def test_spectra_equal_those_of_scipy():
    wave = torch.randn(1600, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    padded = np.pad(wave.numpy(), 512, mode="reflect")
    window = scipy.signal.get_window("hann", 1024)
    frames = [
        np.abs(np.fft.rfft(window * padded[start : start + 1024])) for start in range(0, 1601, 160)
    ]
    magnitude = stft_magnitude(wave.expand(2, 2, -1), 1024, 160)
    assert magnitude.shape == (2, 2, 513, 11)
    np.testing.assert_allclose(magnitude[1, 0], np.stack(frames, axis=-1), atol=1e-9)


def test_a_waveform_shorter_than_half_a_window_is_refused_by_name():
    with pytest.raises(ValueError, match=r"512 samples is too short.*at least 513"):
        stft_magnitude(torch.zeros(1, 512), 1024, 160)


def test_filters_made_under_inference_mode_can_be_trained_through_later():
    audio_transform._sinc_kernels.cache_clear()
    with torch.inference_mode(), torch.device("meta"):
        audio_transform._sinc_kernels(7, 5)
    wave = torch.randn(70, dtype=torch.float64, requires_grad=True)
    sinc_resample(wave, 7, 5).sum().backward()
    assert torch.isfinite(wave.grad).all()

"""Partials in latents, and how their tones are put into a vocoder's sound."""

import math

import pytest
import torch
from hibari.model.checkpoint import Checkpoint, CheckpointInfo, CheckpointParts, save_checkpoint
from hibari.model.vocoder import (
    Partials,
    PartialsConfig,
    TonalVocoder,
    VocoderConfig,
    build_vocoder,
)
from hibari.model.vocoder.partials import band_frequencies, band_places
from hibari.model.vocoder.tonal import with_tones

RATE = 24_000
TIME = torch.arange(RATE) / RATE


def tone(pitch_hz, level=0.3):
    return (level * torch.sin(2 * torch.pi * pitch_hz * TIME)).expand(1, 2, -1)


def hiss(level, seed=0):
    return level * torch.randn(1, 2, RATE, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def tonal():
    torch.manual_seed(0)
    vocoder = build_vocoder(VocoderConfig.tiny()).requires_grad_(False).eval()
    return TonalVocoder(vocoder, Partials(PartialsConfig.tiny()).requires_grad_(False).eval())


def test_places_in_bands_and_frequencies_are_inverse():
    pitches = torch.tensor([60.0, 440.0, 999.0, 1001.0, 2995.0])
    assert torch.allclose(band_frequencies(band_places(pitches)), pitches, rtol=1e-4)
    assert band_frequencies(torch.tensor(0.0)) == pytest.approx(46.4, abs=0.1)


def test_rows_are_those_of_the_spectrogram():
    found = Partials(PartialsConfig.tiny())(torch.randn(2, 8, 7, 16))
    assert found.shape == (2, 4 * 7 - 3, 46, 4)


def test_without_latents_it_is_the_vocoder(tonal):
    mel = torch.randn(1, 2, 25, 64)
    plain = torch.cat(list(tonal.vocoder.stream(mel)), -1)
    assert torch.equal(torch.cat(list(tonal.stream(mel)), -1), plain)
    assert torch.equal(tonal(mel), tonal.vocoder(mel))
    assert tonal.sample_rate == tonal.vocoder.sample_rate


@pytest.mark.parametrize("chunk", [7, 500])
def test_pieces_do_not_depend_on_how_sound_is_cut(tonal, chunk):
    mel, latents = torch.randn(1, 2, 25, 64), torch.randn(1, 8, 7, 16)
    whole = torch.cat(list(tonal.stream(mel, 10_000, latents)), -1)
    cut = torch.cat(list(tonal.stream(mel, chunk, latents)), -1)
    assert whole.shape == (1, 2, 25 * tonal.config.samples_per_frame)
    assert torch.allclose(cut, whole, atol=1e-5)
    assert whole.abs().max() <= 1


def test_a_found_partial_sounds_and_an_absent_one_does_not(tonal):
    out = tonal.partials.conv_out
    torch.nn.init.zeros_(out.weight)
    bias = out.bias.view(4, 46, 4)
    bias[:] = torch.tensor([-9.0, 0.0, -2.0, -3.0])
    assert not tonal.tones(torch.zeros(1, 8, 26, 16)).any()
    bias[:, 9, 0] = 9.0
    left, right = tonal.tones(torch.zeros(1, 8, 26, 16))[0]
    strongest = torch.fft.rfft(left).abs().argmax() * tonal.sample_rate / len(left)
    assert strongest == pytest.approx(float(band_frequencies(torch.tensor(9.0))), abs=3)
    assert float(left.abs().max()) == pytest.approx(math.exp(-2), rel=0.02)
    assert float(right.abs().max()) == pytest.approx(math.exp(-3), rel=0.02)


def test_a_tone_takes_the_place_of_noise_at_its_frequency():
    noisy, clean = tone(440) + hiss(0.02), tone(440)
    rough = hiss(0.3, seed=1)
    joined = with_tones(rough, clean, RATE)
    inner = slice(2400, -2400)
    near = torch.fft.rfft(joined[0, 0, inner]).abs()
    assert near.argmax() * RATE / (RATE - 4800) == pytest.approx(440, abs=2)
    assert torch.allclose(with_tones(noisy, torch.zeros_like(noisy), RATE), noisy, atol=1e-4)


def test_a_blow_stays_as_the_vocoder_made_it():
    struck = hiss(1e-3)
    struck[..., RATE // 2 :] += hiss(0.5, seed=2)[..., RATE // 2 :]
    joined = with_tones(struck, tone(440), RATE)
    around = slice(RATE // 2 - 240, RATE // 2 + 240)
    assert (joined - struck)[..., around].abs().max() < 1e-3
    assert (joined - struck)[..., RATE // 4 : RATE // 3].abs().max() > 0.1


def test_a_checkpoint_keeps_partials(tonal, tmp_path):
    path = tmp_path / "sound.safetensors"
    parts = CheckpointParts(vocoder=tonal.vocoder, partials=tonal.partials)
    save_checkpoint(path, parts, CheckpointInfo(name="sound"))
    again = Checkpoint(path).load_sounding()
    mel, latents = torch.randn(1, 2, 25, 64), torch.randn(1, 8, 7, 16)
    assert isinstance(again, TonalVocoder)
    for made, true in zip(
        again.stream(mel, 500, latents), tonal.stream(mel, 500, latents), strict=True
    ):
        assert torch.equal(made, true)
    save_checkpoint(path, CheckpointParts(vocoder=tonal.vocoder), CheckpointInfo(name="sound"))
    assert not isinstance(Checkpoint(path).load_sounding(), TonalVocoder)


@pytest.mark.parametrize("wrong", [{"width": 0, "bands": 4}, {"width": 4, "bands": 65}])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(ValueError, match="width must be at least 1 and bands 1 to 64"):
        PartialsConfig.from_metadata(wrong)

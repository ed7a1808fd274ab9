"""The closed-form start of the audio VAE's encoder."""

import pytest
import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.training.trainers.audio_start import start_encoder


def spectrograms(clips=12, rows=41):
    """Smooth over time and bins, like log-mels, around -6."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(clips, 2, rows // 4, 20, generator=generator)
    coarse[:, 1] = coarse[:, 0] + 0.2 * coarse[:, 1]
    smooth = torch.nn.functional.interpolate(coarse, (rows, 64), mode="bicubic")
    return 2 * smooth - 6


def patches(mels):
    """[n, 32]: what one latent stands for, from the second on."""
    clips, _, rows, _ = mels.shape
    split = mels[:, :, 1:].reshape(clips, 2, (rows - 1) // 4, 4, 16, 4)
    return split.permute(0, 2, 4, 1, 3, 5).reshape(-1, 32)


@pytest.fixture(scope="module")
def started():
    torch.manual_seed(0)
    vae = AudioVae(AudioVaeConfig(channels=32, res_blocks=1))
    mels = spectrograms()
    start_encoder(vae, mels)
    with torch.no_grad():
        return mels, vae.encoder(mels)


def test_latents_are_the_principal_components_of_patches(started):
    mels, latents = started
    true = patches(mels).double()
    means = latents[:, :8, 1:].permute(0, 2, 3, 1).reshape(-1, 8).double()
    rows = torch.cat((means, torch.ones(len(means), 1)), 1)
    left = true - rows @ torch.linalg.lstsq(rows, true).solution
    values = torch.linalg.eigvalsh(torch.cov(true.T, correction=0))
    assert float(left.square().sum(1).mean()) == pytest.approx(float(values[:-8].sum()), rel=0.1)
    variances = means.var(0)
    assert (variances[:-1] > variances[1:]).all()


def test_nothing_is_drawn(started):
    _, latents = started
    assert (latents[:, 8:] == -20).all()


def test_a_narrow_encoder_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"has ch 8.*at least 24.*start_clips = 0"):
        start_encoder(AudioVae(AudioVaeConfig.tiny()), spectrograms(1))

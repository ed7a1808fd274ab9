"""Preview colours: the linear map that a VAE follows is found, and survives in a checkpoint."""

import numpy as np
import pytest
import torch
from einops import reduce
from hibari.model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    CheckpointParts,
    LatentRgb,
    save_checkpoint,
)
from hibari.model.shapes import SPACE_STRIDE, TIME_STRIDE, VIDEO_CHANNELS
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.training.latent_rgb import add_latent_rgb, fit_latent_rgb

GENERATOR = np.random.default_rng(0)


def noise(frames=17, height=64, width=96):
    return GENERATOR.integers(0, 256, (frames, height, width, 3), np.uint8)


class LinearVae(torch.nn.Linear):
    """Encodes each cell's mean colour linearly, and fills further channels with noise."""

    def __init__(self):
        super().__init__(3, 3)

    def encode(self, pixels_BCFYX):
        cell = {"s": SPACE_STRIDE, "r": SPACE_STRIDE}
        pattern = "B C (F t) (Y s) (X r) -> B F Y X C"
        first = reduce(pixels_BCFYX[:, :, :1], pattern, "mean", t=1, **cell)
        later = reduce(pixels_BCFYX[:, :, 1:], pattern, "mean", t=TIME_STRIDE, **cell)
        coded = self(torch.cat((first, later), dim=1)).movedim(-1, 1)
        rest = torch.randn(len(coded), VIDEO_CHANNELS - 3, *coded.shape[2:])
        return torch.cat((coded, rest), dim=1)


def test_the_colours_of_a_linear_code_are_its_inverse():
    torch.manual_seed(0)
    vae = LinearVae()
    # 24 rows a clip for 129 unknowns.
    found = fit_latent_rgb(vae, [noise() for _ in range(8)])
    inverse = torch.linalg.inv(vae.weight.detach()).T
    factors = torch.tensor(found.factors)
    torch.testing.assert_close(factors[:3], inverse, rtol=0, atol=1e-4)
    torch.testing.assert_close(torch.tensor(found.bias), -vae.bias @ inverse, rtol=0, atol=1e-4)
    assert factors[3:].abs().max() < 1e-4


def test_there_must_be_a_clip():
    with pytest.raises(ValueError, match="no clip to fit preview colours to; give at least one"):
        fit_latent_rgb(LinearVae(), [])


def test_colours_are_added_to_a_checkpoint_and_nothing_else_changes(tmp_path):
    path = tmp_path / "one.safetensors"
    torch.manual_seed(1)
    parts = CheckpointParts(video_vae=VideoVae(VideoVaeConfig.tiny()))
    save_checkpoint(path, parts, CheckpointInfo("one"))
    before = Checkpoint(path)
    weights = before.load_video_vae().state_dict()
    colours = add_latent_rgb(path, [noise()])
    after = Checkpoint(path)
    assert before.info.latent_rgb is None
    assert after.info.latent_rgb == colours
    assert after.info.name == "one"
    for name, weight in after.load_video_vae().state_dict().items():
        assert torch.equal(weight, weights[name])


@pytest.mark.parametrize(
    ("factors", "bias"),
    [
        ([[0, 0, 0]] * 4, [0, 0, 0]),
        ([[0, 0, float("nan")]] * VIDEO_CHANNELS, [0, 0, 0]),
        ([[0, 0, 0]] * VIDEO_CHANNELS, [float("inf"), 0, 0]),
    ],
)
def test_colours_that_fit_no_latent_are_refused(factors, bias):
    with pytest.raises(ValueError, match="three finite numbers for each of 128 channels"):
        LatentRgb.from_metadata({"factors": factors, "bias": bias})

"""Frames and pixels among latents: the causal grid of eight frames after the first."""

import pytest
import torch
from hibari.model.latent_mask import frames_of_latent, latent_of_frame, mask_on_latents


def test_every_frame_lies_in_its_latent():
    for frame in range(50):
        assert frame in frames_of_latent(latent_of_frame(frame))


def test_latents_share_the_frames_without_gaps():
    frames = [frame for latent in range(4) for frame in frames_of_latent(latent)]
    assert frames == list(range(25))


@pytest.mark.parametrize("frame", [0, 1, 8, 9, 16])
def test_a_mask_leads_to_the_latents_that_it_touches_and_no_others(frame):
    mask = torch.zeros(17, 64, 96)
    mask[frame, 40, 70] = 0.7
    small = mask_on_latents(mask)
    assert small.shape == (3, 2, 3)
    assert small[latent_of_frame(frame), 1, 2] == pytest.approx(0.7)
    assert small.count_nonzero() == 1


def test_a_mask_off_the_grid_is_refused():
    with pytest.raises(ValueError, match="is not on the grid"):
        mask_on_latents(torch.zeros(16, 64, 64))

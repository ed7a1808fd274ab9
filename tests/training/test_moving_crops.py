"""Crops that the video VAE learns from: anywhere, or where their clip moves most."""

import numpy as np
import torch
from hibari.training.clip_store import as_pixels
from hibari.training.trainers.video_vae import VideoVaeObjective, VideoVaeTrainer


class OneClip:
    """A still clip of which only the last quarter, bottom right, flickers."""

    def __init__(self):
        self.frames = np.full((1, 25, 128, 128, 3), 90, np.uint8)
        noise = np.random.default_rng(0).integers(0, 256, (25, 64, 64, 3), dtype=np.uint8)
        self.frames[0, :, 64:, 64:] = noise

    def __len__(self):
        return 1

    def pixels(self, index, window):
        return as_pixels(self.frames[index][window])


def mean_motion(share, crops=40):
    trainer = VideoVaeTrainer.__new__(VideoVaeTrainer)
    trainer.objective = VideoVaeObjective(crop_px=64, moving_share=share)
    generator = torch.Generator().manual_seed(0)
    cut = [trainer.crop(OneClip(), generator) for _ in range(crops)]
    assert {tuple(crop.shape) for crop in cut} == {(3, 17, 64, 64)}
    return float(torch.stack([crop.diff(dim=1).abs().mean() for crop in cut]).mean())


def test_a_share_of_the_crops_lies_where_the_clip_moves():
    anywhere, half, all_of_them = (mean_motion(share) for share in (0.0, 0.5, 1.0))
    assert anywhere < half < all_of_them
    assert all_of_them > 1.8 * anywhere

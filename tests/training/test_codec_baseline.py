"""The linear codec: nearly exact where its rate allows it, a projection elsewhere."""

import numpy as np
import pytest
from hibari.training.evaluation.codec_baseline import LinearCodec
from hibari.training.evaluation.fidelity import psnr


def smooth_clips(count, seed=0):
    """Clips of a few slow waves, which the kept frequencies hold."""
    random = np.random.default_rng(seed)
    t, y, x = np.meshgrid(np.arange(9) / 9, np.arange(64) / 64, np.arange(64) / 64, indexing="ij")
    for _ in range(count):
        shade = 128 + sum(
            random.uniform(5, 15)
            * np.cos(np.pi * (random.uniform(0, 1) * t + random.uniform(0, 2) * (y + x)))
            for _ in range(3)
        )
        frames = np.stack([shade, 255 - shade, 0.5 * shade], -1)
        yield frames.round().astype(np.uint8)


@pytest.fixture(scope="module")
def codec():
    """With fewer frequencies than usual, which takes less time and keeps the waves as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hibari.training.evaluation.codec_baseline.KEPT", {1: (1, 8), 8: (2, 8)})
        return LinearCodec.fitted(smooth_clips(40))


def test_slow_waves_come_back_as_good_as_unharmed(codec):
    scores = [psnr(codec.round_trip(clip), clip) for clip in smooth_clips(3, seed=1)]
    assert min(scores) > 42


def test_what_the_codec_made_it_keeps(codec):
    noise = np.random.default_rng(2).integers(96, 160, (9, 64, 64, 3), dtype=np.uint8)
    once = codec.round_trip(noise)
    assert psnr(once, noise) < 30
    assert psnr(codec.round_trip(once), once) > 45


def test_the_rate_is_that_of_the_video_vae(codec):
    for frames, part in ((1, codec._first), (8, codec._rest)):
        assert part.components.shape[1] == 128
        assert part.frames == frames


def test_too_few_blocks_are_refused():
    with pytest.raises(ValueError, match="cannot be fitted on 4 blocks"):
        LinearCodec.fitted(smooth_clips(1))

"""The mark of a picture: found after what happens to clips, not found where none is."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hibari.model.watermark import VideoWatermark
from hibari.model.watermark.picture import canonical_luma, canonical_size
from hibari.model.watermark.video_pattern import VideoPattern
from hibari.model.watermark.video_reader import VideoReader

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
IDENTIFIER = 0xDEADBEEF12345678


def scene(frames=6, height=256, width=256, seed=0):
    """Blurred noise that moves a little over a gradient, `[F, Y, X, 3]` in 0..1."""
    noise = torch.randn(1, 3, height, width + frames, generator=torch.Generator().manual_seed(seed))
    noise = F.avg_pool2d(noise, 5, stride=1, padding=2)[0].permute(1, 2, 0)
    light = torch.linspace(0.3, 0.7, height)[:, None, None]
    return torch.stack([(light + 0.1 * noise[:, t : t + width]).clamp(0, 1) for t in range(frames)])


@pytest.fixture(scope="module")
def watermark():
    return VideoWatermark(KEY)


@pytest.fixture(scope="module")
def marked(watermark):
    return (watermark.embed(scene(), IDENTIFIER) * 255).round() / 255


def resized(frames, height, width):
    moved = F.interpolate(
        frames.permute(0, 3, 1, 2), (height, width), mode="bilinear", antialias=True
    )
    return moved.permute(0, 2, 3, 1)


ATTACKS = {
    "nothing": lambda x: x,
    "half size": lambda x: resized(x, 128, 128),
    "larger": lambda x: resized(x, 360, 360),
    "cropped": lambda x: x[:, 26:-26, 26:-26],
    "mirrored": lambda x: x.flip(2),
    "darker": lambda x: 0.8 * x,
    "grey": lambda x: x.mean(3, keepdim=True).expand(-1, -1, -1, 3),
    "one frame": lambda x: x[3:4],
    "letterboxed": lambda x: F.pad(x, (0, 0, 0, 0, 48, 48)),
    "noisy": lambda x: x + 0.02 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_identifier_survives(watermark, marked, attack):
    found = watermark.detect(ATTACKS[attack](marked))
    assert found.identifier == IDENTIFIER
    assert found.p_value < 1e-6
    assert found.mirrored == (attack == "mirrored")


def test_a_crop_is_told_by_the_scale(watermark, marked):
    assert watermark.detect(ATTACKS["cropped"](marked)).scale == pytest.approx(1.25, abs=0.02)


def test_without_the_key_nothing_is_found(marked):
    found = VideoWatermark(OTHER_KEY).detect(marked)
    assert found.identifier is None
    assert not found.found


def test_an_unmarked_clip_is_not_found(watermark):
    found = watermark.detect(scene(seed=5))
    assert found.identifier is None
    assert found.p_value > 0.001


def test_a_word_speaks_for_a_mark_whose_pilots_hardly_stand_out():
    pattern = VideoPattern(KEY)
    tile = torch.from_numpy(pattern.tiles(IDENTIFIER)).sum(0)
    noise = torch.randn(tile.shape, generator=torch.Generator().manual_seed(2))
    found = VideoReader(pattern).read(tile + 20 * noise)
    assert found.identifier == IDENTIFIER
    assert found.score < 5.5  # noise alone comes near: the highest of some 100,000 places
    assert found.p_value < 1e-9


def dots():
    """Three discs on an even ground: nearly all of the picture holds nothing, `[1, Y, X, 3]`."""
    down, across = torch.meshgrid(torch.arange(256), torch.arange(320), indexing="ij")
    picture = torch.full((256, 320), 0.6)
    for y, x, radius in ((60, 80, 20), (180, 100, 12), (130, 250, 30)):
        picture[(down - y) ** 2 + (across - x) ** 2 < radius**2] = 0.2
    return picture[None, ..., None].expand(-1, -1, -1, 3)


@pytest.mark.slow
@pytest.mark.parametrize("clip", [scene(2, seed=1), dots()], ids=["texture", "flat"])
def test_p_values_of_unmarked_clips_are_uniform(clip):
    keys = (index.to_bytes(32, "big") for index in range(40))
    p_values = np.sort([VideoWatermark(key).detect(clip).p_value for key in keys])
    even = (np.arange(len(p_values)) + 0.5) / len(p_values)
    # Kolmogorov and Smirnov: chance alone exceeds 1.63 / sqrt(n) once in a hundred times.
    assert np.abs(p_values - even).max() < 1.63 / len(p_values) ** 0.5


def test_an_empty_picture_is_no_evidence_at_all(watermark):
    assert watermark.detect(torch.full((2, 64, 96, 3), 0.5)).p_value == 1.0


def test_the_mark_is_faint(watermark, marked):
    error = 255 * (marked - scene()).mean(3)
    assert 10 * np.log10(255**2 / float(error.square().mean())) > 40.3


def test_flat_areas_do_not_flicker(watermark):
    flat = torch.full((6, 64, 96, 3), 0.5)
    marked = watermark.embed(flat, IDENTIFIER)
    assert torch.equal(marked, marked[:1].expand_as(marked))
    assert 0.5 < 255 * (marked - flat).std() < 2.0


def test_chunks_give_the_same_frames_as_the_whole(watermark):
    frames = scene(7)
    parts = watermark.embed_stream([frames[:2], frames[2:3], frames[3:]], IDENTIFIER)
    assert torch.equal(torch.cat(list(parts)), watermark.embed(frames, IDENTIFIER))


def test_detection_in_chunks_is_detection_of_the_whole(watermark, marked):
    parts = watermark.detect_stream([marked[:1], marked[1:4], marked[4:]])
    assert parts == watermark.detect(marked)


def test_transparency_is_kept_and_colours_stay_in_range(watermark):
    frames = torch.cat([scene(2).round(), torch.full((2, 256, 256, 1), 0.3)], dim=3)
    marked = watermark.embed(frames, IDENTIFIER)
    assert torch.equal(marked[..., 3], frames[..., 3])
    assert marked.min() >= 0
    assert marked.max() <= 1


def test_two_identifiers_give_different_marks(watermark):
    frames = scene(2)
    difference = watermark.embed(frames, 1) - watermark.embed(frames, 2)
    assert difference.abs().max() > 1 / 255


@pytest.mark.parametrize(
    "frames",
    [torch.rand(3, 64, 64), torch.rand(1, 64, 64, 2), torch.zeros(1, 64, 64, 3).byte()],
)
def test_what_is_no_frames_is_refused(watermark, frames):
    with pytest.raises(ValueError, match="give floating-point"):
        watermark.embed(frames, IDENTIFIER)


def test_tiny_frames_and_no_frames_are_refused(watermark):
    with pytest.raises(ValueError, match="16 pixels or more"):
        watermark.detect(torch.rand(1, 64, 8, 3))
    with pytest.raises(ValueError, match="at least one"):
        watermark.detect_stream([])


def test_a_clip_that_changes_its_shape_is_refused(watermark):
    with pytest.raises(ValueError, match="changed its shape"):
        watermark.detect_stream([torch.rand(2, 64, 64, 3), torch.rand(2, 64, 96, 3)])


def test_the_canonical_grid_is_the_same_at_every_size():
    small, large = scene(1), resized(scene(1), 512, 512)
    assert canonical_size(720, 1280) == (256, 455)
    difference = canonical_luma(small) - canonical_luma(large)
    assert difference.abs().mean() < 1.0

"""Rotations and positions against the formulas of the format, written out in float64."""

import math

import pytest
import torch
from hibari.model.shapes import VideoLatentShape, audio_frames_for
from hibari.model.transformer.positions import (
    audio_positions,
    keyframe_positions,
    video_positions,
)
from hibari.model.transformer.rope import Rope


def angles(position, max_pos, heads, head_dim):
    """Angles [heads, head_dim / 2] of one token, one by one."""
    half, axes = heads * head_dim // 2, len(max_pos)
    count = half // axes
    lanes = [0.0] * (half - axes * count)
    for j in range(count):
        w = math.pi / 2 * 10000 ** (j / (count - 1))
        lanes += [w * (2 * p / m - 1) for p, m in zip(position, max_pos, strict=True)]
    return torch.tensor(lanes, dtype=torch.float64).view(heads, head_dim // 2)


@pytest.mark.parametrize("kind", ["split", "interleaved"])
@pytest.mark.parametrize("head_dim", [12, 16])  # 3 axes fill the first and leave lanes of the other
def test_rotation_is_the_formula_of_the_format(kind, head_dim):
    position, max_pos, heads = (1.3, 272.0, 80.0), (20.0, 2048.0, 2048.0), 2
    x = torch.randn(heads, head_dim, dtype=torch.float64)
    angle = angles(position, max_pos, heads, head_dim)
    if kind == "split":
        a, b = x.chunk(2, dim=-1)
    else:
        a, b = x[:, 0::2], x[:, 1::2]
    turned = a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()
    wanted = torch.cat(turned, -1) if kind == "split" else torch.stack(turned, -1).flatten(-2)
    rotation = Rope(kind).rotation(torch.tensor([[position]]), max_pos, heads, head_dim)
    out = rotation(x.float()[None, None])[0, 0]
    # The largest angle, 1.6e4, is known to half an ulp of float32: 1e-3.
    torch.testing.assert_close(out.double(), wanted, atol=5e-3, rtol=0)


@pytest.mark.parametrize("kind", ["split", "interleaved"])
def test_scores_depend_on_distance_alone_and_norms_stay(kind):
    q, k = torch.randn(2, 1, 1, 2, 8)
    rope = Rope(kind, theta=10.0)

    def score(at, other):
        turn = [rope.rotation(torch.tensor([[[t]]]), (20.0,), 2, 8) for t in (at, other)]
        return (turn[0](q) * turn[1](k)).sum(-1)

    torch.testing.assert_close(score(1.0, 4.0), score(9.0, 12.0))
    assert (score(1.0, 4.0) - score(1.0, 9.0)).abs().max() > 1e-2
    turned = rope.rotation(torch.tensor([[[3.0]]]), (20.0,), 2, 8)(q)
    torch.testing.assert_close(turned.norm(dim=-1), q.norm(dim=-1))


def test_frequencies_are_computed_in_float64():
    exact = math.pi / 2 * torch.pow(10000.0, torch.linspace(0, 1, 682, dtype=torch.float64))
    assert torch.equal(Rope().frequencies(682), exact.float())
    assert not torch.equal(Rope(float64=False).frequencies(682), exact.float())


def test_video_tokens_lie_in_the_middle_of_what_they_stand_for():
    positions = video_positions(VideoLatentShape(3, 2, 2), frame_rate=10.0)[0]
    # Frames [0,1), [1,9), [9,17) at 10 per second; pixels [0,32), [32,64).
    assert positions[:, 0].tolist() == pytest.approx([0.05] * 4 + [0.5] * 4 + [1.3] * 4)
    assert positions[:4, 1].tolist() == [16, 16, 48, 48]
    assert positions[:4, 2].tolist() == [16, 48, 16, 48]


def test_audio_tokens_lie_in_the_middle_of_what_they_stand_for():
    # Mel rows of 10 ms: [0,1), [1,5), [5,9)
    assert audio_positions(3)[0, :, 0].tolist() == pytest.approx([0.005, 0.03, 0.07])


@pytest.mark.parametrize(("frames", "fps"), [(49, 25.0), (121, 24.0), (9, 30.0)])
def test_audio_tokens_line_up_with_video_time(frames, fps):
    video = video_positions(VideoLatentShape((frames - 1) // 8 + 1, 1, 1), fps)[0, :, 0]
    audio = audio_positions(audio_frames_for(frames, fps))[0, :, 0]
    video_end, audio_end = video[-1] + 4 / fps, audio[-1] + 0.02
    assert video_end == pytest.approx(frames / fps)
    assert audio_end == pytest.approx(float(video_end), abs=0.05)


def test_reference_audio_ends_one_latent_before_the_clip():
    positions = audio_positions(2, reference=3)[0, :, 0]
    # Three tokens last 0.09 s; they end at -0.04 s.
    assert positions.tolist() == pytest.approx([-0.125, -0.1, -0.06, 0.005, 0.03])


def test_keyframe_coordinates_are_frames_and_pixels():
    coordinates = torch.tensor([[[[8, 9]], [[0, 32]], [[64, 96]]]])
    assert keyframe_positions(coordinates, 4.0).tolist() == [[[2.125, 16.0, 80.0]]]

"""Laws of the video VAE: causality, streaming, tiling, statistics, gradients, errors."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hibari.model.shapes import VideoLatentShape
from hibari.model.video_vae import Block, Tiling, VideoVae, VideoVaeConfig
from hibari.model.video_vae.stream import Stream, run_stages
from hibari.model.video_vae.tiling import decode_in_tiles

RES = Block("res_x")
# Every block kind, in both orders of time and space, with and without the residual expansion.
ALL_KINDS = VideoVaeConfig(
    encoder_blocks=(
        RES,
        Block("compress_space", multiplier=2),
        RES,
        Block("compress_time", multiplier=2),
        Block("compress_all", multiplier=2),
        RES,
        Block("compress_all", multiplier=1),
        RES,
    ),
    decoder_blocks=(
        RES,
        Block("compress_space", multiplier=2),
        Block("compress_time", multiplier=2),
        RES,
        Block("compress_all", multiplier=2, residual=True),
        Block("compress_all", multiplier=1),
        RES,
    ),
    encoder_base_channels=8,
    decoder_base_channels=4,
    latent_channels=16,
    decoder_padding="zeros",
)


@pytest.fixture
def vae():
    torch.manual_seed(0)
    return make(ALL_KINDS)


def make(config):
    vae = VideoVae(config)
    channels = config.latent_channels
    vae.per_channel_statistics.set(torch.randn(channels), torch.rand(channels) + 0.5)
    return vae


def clip(frames, rows=1, columns=2, batch=1):
    return torch.rand(batch, 3, frames, 32 * rows, 32 * columns) * 2 - 1


def close(ours, wanted):
    assert ours.shape == wanted.shape
    assert (ours - wanted).abs().max() <= 1e-5 * wanted.abs().max()


def test_compression_is_32_by_32_by_8_and_back(vae):
    with torch.no_grad():
        latents = vae.encode(clip(17, batch=2))
        assert latents.shape == (2, 16, 3, 1, 2)
        assert vae.decode(latents).shape == (2, 3, 17, 32, 64)
        assert vae.decode(latents[:, :, :1]).shape == (2, 3, 1, 32, 64)


def test_a_future_frame_changes_no_past_latent(vae):
    pixels = clip(25)
    changed = pixels.clone()
    changed[:, :, 9:] = 0
    with torch.no_grad():
        before, after = vae.encode(pixels), vae.encode(changed)
    assert torch.equal(before[:, :, :2], after[:, :, :2])
    assert not torch.equal(before[:, :, 2], after[:, :, 2])


@pytest.mark.parametrize(("causal", "changes"), [(True, False), (False, True)])
def test_only_the_non_causal_decoder_looks_ahead(causal, changes):
    torch.manual_seed(0)
    vae = make(replace(ALL_KINDS, causal_decoder=causal))
    latents = torch.randn(1, 16, 3, 1, 1)
    changed = latents.clone()
    changed[:, :, 2] = 0
    with torch.no_grad():
        before, after = vae.decode(latents), vae.decode(changed)
    # Latents 0 and 1 are frames 0 to 8.
    assert torch.equal(before[:, :, :9], after[:, :, :9]) != changes


@pytest.mark.parametrize("chunk_bytes", [1, 9_000])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("frames", [1, 2, 5])
def test_streamed_decoding_equals_one_pass(frames, causal, chunk_bytes):
    torch.manual_seed(0)
    vae = make(replace(ALL_KINDS, causal_decoder=causal))
    latents = torch.randn(1, 16, frames, 1, 2)
    with torch.no_grad():
        whole = vae.decode(latents, chunk_bytes=None)
        pieces = list(vae.decode_stream(latents, chunk_bytes=chunk_bytes))
    close(torch.cat(pieces, dim=2), whole)
    assert len(pieces) > 1 or frames == 1
    assert all(piece.shape[2] > 0 for piece in pieces)


@pytest.mark.parametrize("sizes", [[25], [1] * 25, [3, 9, 4, 9], [9, 16], [1]])
def test_streamed_encoding_equals_one_pass_for_any_pieces(vae, sizes):
    pixels = clip(sum(sizes))
    with torch.no_grad():
        whole = vae.encode(pixels, chunk_bytes=None)
        pieces = list(vae.encode_stream(pixels.split(sizes, dim=2), chunk_frames=8))
    close(torch.cat(pieces, dim=2), whole)
    assert len(pieces) == max(1, sum(sizes) // 8)


def test_chunked_encode_and_decode_equal_one_pass_and_report_progress(vae):
    seen = []
    with torch.no_grad():
        pixels = clip(25)
        latents = vae.encode(pixels, chunk_bytes=1, progress=lambda *n: seen.append(n))
        assert seen == [(2, 4), (3, 4), (4, 4)]
        close(latents, vae.encode(pixels, chunk_bytes=None))
        seen.clear()
        frames = vae.decode(latents, chunk_bytes=1, progress=lambda *n: seen.append(n))
    assert seen[-1] == (25, 25)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert frames.shape == pixels.shape


def test_an_exception_from_progress_interrupts_decoding(vae):
    class InterruptError(Exception):
        pass

    def interrupt(done, total):
        raise InterruptError(done)

    with torch.no_grad(), pytest.raises(InterruptError):
        vae.decode(torch.randn(1, 16, 4, 1, 1), chunk_bytes=1, progress=interrupt)


def test_memory_of_a_stream_does_not_grow_with_duration(vae):
    def most_kept(frames):
        stream, most = Stream(), 0
        z = torch.randn(1, 16, frames, 1, 1)
        for piece in run_stages(vae.decoder.stages(), z, stream, last=True, chunk_bytes=1):
            assert piece.shape[2] <= 2
            most = max(most, sum(kept.numel() for kept in stream.kept.values()))
        return most

    with torch.no_grad():
        assert most_kept(30) == most_kept(15)


def test_one_tile_over_everything_equals_plain_decoding(vae):
    latents = torch.randn(1, 16, 3, 2, 3)
    with torch.no_grad():
        close(vae.decode_tiled(latents, Tiling(side=4, overlap=1)), vae.decode(latents))


def test_tiles_equal_plain_decoding_away_from_their_borders():
    torch.manual_seed(0)
    vae = make(VideoVaeConfig.tiny())
    latents = torch.randn(1, 128, 2, 1, 24)
    with torch.no_grad():
        plain, tiled = vae.decode(latents), vae.decode_tiled(latents, Tiling(side=16, overlap=8))
    # Tiles are columns 0-16 and 8-24; the layers of this model reach less than 6 latents sideways.
    same = (plain - tiled).abs().amax(dim=(0, 1, 2, 3)) <= 1e-5 * plain.abs().max()
    assert same[: 8 * 32].all()
    assert same[16 * 32 :].all()
    assert not same[8 * 32 : 16 * 32].all()
    error = (plain - tiled).square().mean().sqrt() / plain.square().mean().sqrt()
    assert error < 0.05


def test_time_tiles_cover_every_frame_and_report_progress():
    torch.manual_seed(0)
    vae = make(replace(ALL_KINDS, causal_decoder=True))
    latents = torch.randn(1, 16, 7, 1, 1)
    seen = []
    with torch.no_grad():
        plain = vae.decode(latents)
        tiled = vae.decode_tiled(
            latents,
            Tiling(frames=5, frames_overlap=2),
            progress=lambda *n: seen.append(n),
        )
    assert seen == [(1, 2), (2, 2)]
    # The second tile starts at latent 2, which is frame 16 there; earlier frames see only the past.
    close(tiled[:, :, :16], plain[:, :, :16])
    assert (tiled - plain).abs().max() < plain.abs().max()


def test_tile_weights_sum_to_one_everywhere():
    def white(tile):
        return torch.ones(1, 3, *VideoLatentShape(*tile.shape[2:]).pixels())

    tiling = Tiling(side=3, overlap=2, frames=3, frames_overlap=1)
    pixels = decode_in_tiles(white, torch.zeros(1, 16, 6, 4, 5), 3, tiling)
    torch.testing.assert_close(pixels, torch.ones(1, 3, 41, 128, 160))


def test_statistics_give_the_transformer_unit_latents(vae):
    z = torch.randn(1, 16, 3, 2, 2)
    mean, std = z.mean(dim=(0, 2, 3, 4)), z.std(dim=(0, 2, 3, 4))
    vae.per_channel_statistics.set(mean, std)
    normal = vae.per_channel_statistics.normalize(z)
    torch.testing.assert_close(normal.mean(dim=(0, 2, 3, 4)), torch.zeros(16), atol=1e-6, rtol=0)
    torch.testing.assert_close(normal.std(dim=(0, 2, 3, 4)), torch.ones(16))
    torch.testing.assert_close(vae.per_channel_statistics.un_normalize(normal), z)
    with pytest.raises(ValueError, match=r"deviation 0\.0 of a latent channel is not positive"):
        vae.per_channel_statistics.set(mean, torch.zeros(16))


def test_gradients_reach_every_weight(vae):
    pixels = clip(9)
    moments = vae.encoder(pixels)
    assert moments.shape == (1, 17, 2, 1, 2)
    (vae.decoder(moments[:, :16]) - pixels).square().mean().backward()
    # The last row of the encoder is the log-variance, which this loss does not use.
    for name, weight in vae.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad[:16].abs().sum() > 0, name
    latents = torch.randn(1, 16, 2, 1, 1, requires_grad=True)
    vae.decode(latents).mean().backward()
    assert latents.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 3, 10, 32, 32), r"length 10 is not 8k\+1; use 9 or 17"),
        ((1, 3, 9, 40, 32), "height 40 is not a multiple of 32; use 32 or 64"),
        ((1, 3, 9, 32, 16), "width 16 is not a multiple of 32; use 32 or 64"),
        ((1, 9, 32, 32, 3), r"pixels of shape \[1, 9, 32, 32, 3\] are not \[batch, 3, frames"),
        ((3, 9, 32, 32), r"pixels of shape \[3, 9, 32, 32\]"),
    ],
)
def test_clips_that_do_not_fit_are_refused_in_one_sentence(vae, shape, message):
    with pytest.raises(ValueError, match=message):
        vae.encode(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 8, 2, 1, 1), (1, 16, 4, 4), (1, 16, 0, 1, 1)])
def test_tensors_that_are_not_latents_are_refused(vae, shape):
    for decode in (vae.decode, vae.decode_tiled):
        with pytest.raises(ValueError, match=r"are not \[batch, 16, frames, rows, columns\]"):
            decode(torch.zeros(shape))


def test_reflect_padding_needs_two_latents_on_each_side():
    vae = make(replace(ALL_KINDS, encoder_padding="reflect", decoder_padding="reflect"))
    wanted = "too small for reflect padding; use at least 64x64 pixels"
    with pytest.raises(ValueError, match=f"a frame of 64x32 pixels is {wanted}"):
        vae.encode(clip(1, rows=1, columns=2))
    with pytest.raises(ValueError, match=wanted):
        vae.decode(torch.zeros(1, 16, 1, 2, 1))
    with torch.no_grad():
        assert vae.decode(vae.encode(clip(1, rows=2))).shape == (1, 3, 1, 64, 64)


def test_streamed_clips_that_end_early_are_refused(vae):
    with pytest.raises(ValueError, match=r"length 12 is not 8k\+1; end the clip after 9 frames"):
        list(vae.encode_stream([clip(9), clip(3)], chunk_frames=8))
    with pytest.raises(ValueError, match="a chunk of 12 frames is not a multiple of 8"):
        list(vae.encode_stream([clip(9)], chunk_frames=12))
    with pytest.raises(ValueError, match="height 40 is not a multiple"):
        list(vae.encode_stream([torch.zeros(1, 3, 1, 40, 32)]))


def test_tiles_cannot_overlap_completely():
    with pytest.raises(ValueError, match=r"tiles of 4 latents \(side\) cannot overlap by 4"):
        Tiling(side=4, overlap=4)
    with pytest.raises(ValueError, match=r"tiles of 2 latents \(frames\) cannot overlap by 2"):
        Tiling(frames=2)

"""Clips from anywhere are brought to one size, rate and length, in step with their sound."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hibari.host import InputImpl, Types
from hibari.host.media import (
    MediaError,
    VideoSettings,
    conform_audio,
    conform_video,
    contain,
    cover,
    footage_of,
    write_video,
)

from .foreign_clips import RATE_HZ, encoded, flash_and_click, moment_of_click, moment_of_flash


@pytest.mark.parametrize("fps", [10, 23.976, 24, 29.97, 50, 60])
@pytest.mark.parametrize("container", ["mp4", "webm"])
def test_flash_and_click_stay_together_at_any_rate(tmp_path, fps, container):
    video = flash_and_click(tmp_path / f"clip.{container}", fps)
    clip = footage_of(video)
    frames = conform_video(video, 24, 64, 32, 25)
    sound = conform_audio(clip.audio, 16000, 25 / 24)
    seen, heard = moment_of_flash(frames, 24), moment_of_click(sound, 16000)
    assert frames.shape == (25, 32, 64, 3)
    assert sound.shape == (2, round(25 / 24 * 16000))
    assert abs(seen - heard) <= 1 / min(fps, 24) + 0.005


def test_a_clip_at_the_wanted_size_and_rate_comes_unchanged():
    images = torch.rand(9, 32, 64, 3)
    assert torch.equal(conform_video(images, 24, 64, 32, 9), images)


def test_every_rate_shows_the_frame_of_its_moment():
    values = torch.arange(60.0)[:, None, None, None].expand(-1, 32, 32, 3) / 60
    clip = footage_of(values, 60)
    shown = conform_video(clip, 24, 32, 32, 24)[:, 0, 0, 0] * 60
    assert shown.round().tolist() == [math.floor(k * 60 / 24) for k in range(24)]


def test_the_ends_are_held_where_a_clip_is_too_short():
    images = torch.rand(3, 32, 32, 3)
    frames = conform_video(images, 10, 32, 32, 7, start_s=-0.2)
    assert all(torch.equal(frames[index], images[0]) for index in range(3))
    assert all(torch.equal(frames[index], images[2]) for index in range(4, 7))


@pytest.mark.parametrize("size", [(33, 51), (1, 200), (17, 16), (96, 31)])
def test_odd_sizes_fit_whole_and_covering(size):
    picture = torch.rand(1, *size, 3)
    for place in (cover, contain):
        frames = conform_video(picture, 24, 64, 96, 1, place=place)
        assert frames.shape == (1, 96, 64, 3)
        assert 0 <= frames.min() <= frames.max() <= 1


def test_what_was_contained_comes_back_where_it_was():
    ramp = torch.linspace(0, 1, 90)[None, :, None].expand(50, 90, 3)
    placed = contain((50, 90), (64, 96))
    again = placed.back(placed.place(ramp))
    assert again.shape == (50, 90, 3)
    assert (again - ramp).abs().max() < 0.02


def test_varying_rates_keep_time(tmp_path):
    pixels = np.zeros((4, 32, 32, 3), np.uint8)
    pixels[2:] = 255
    video = encoded(tmp_path / "vfr.mkv", pixels, "ffv1", "yuv444p", times=[0, 100, 700, 800])
    frames = conform_video(video, 20, 32, 32, 16)
    assert abs(moment_of_flash(frames, 20) - 0.7) <= 1 / 20 + 1e-6


def test_twelve_bits_are_read(tmp_path):
    grey = np.full((3, 32, 32, 3), 180, np.uint8)
    video = encoded(tmp_path / "deep.mkv", grey, "ffv1", "yuv444p12le")
    frames = conform_video(video, 24, 32, 32, 3)
    assert (frames * 255 - 180).abs().max() < 2


def test_eight_channels_become_two(tmp_path):
    sound = np.zeros((8, RATE_HZ // 2), np.float32)
    sound[2] = 0.5  # the centre
    video = encoded(
        tmp_path / "surround.mkv",
        np.zeros((12, 32, 32, 3), np.uint8),
        "ffv1",
        "yuv444p",
        audio=sound,
    )
    waveform = conform_audio(footage_of(video).audio, 24000, 0.5)
    assert waveform.shape == (2, 12000)
    assert waveform[:, 6000].tolist() == pytest.approx([0.5 * math.sqrt(0.5)] * 2, abs=1e-2)


def test_no_sound_is_silence_and_one_frame_a_clip(tmp_path):
    path = tmp_path / "one.mp4"
    write_video(path, torch.ones(1, 32, 32, 3), VideoSettings(24, "mp4"))
    clip = footage_of(InputImpl.VideoFromFile(str(path)))
    assert (clip.frames, clip.audio) == (1, None)
    assert conform_video(clip, 24, 32, 32, 9).min() > 0.9
    assert conform_audio(clip.audio, 16000, 0.5).abs().max() == 0


def test_a_truncated_file_gives_what_is_left(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (24, 64, 64, 3), np.uint8)
    whole = tmp_path / "whole.mkv"
    encoded(whole, pixels, "ffv1", "yuv444p")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    clip = footage_of(InputImpl.VideoFromFile(str(cut)))
    assert 1 <= clip.frames < 24
    assert conform_video(clip, 24, 64, 64, 24).shape == (24, 64, 64, 3)
    headless = tmp_path / "nothing.mp4"
    headless.write_bytes(whole.read_bytes()[:40])
    with pytest.raises(MediaError, match="cannot be read as video"):
        footage_of(InputImpl.VideoFromFile(str(headless)))


def test_a_cut_of_a_file_is_only_that_part(tmp_path):
    video = flash_and_click(tmp_path / "clip.mp4", 24)
    cut = video.as_trimmed(0.25, 0.5)
    clip = footage_of(cut)
    assert clip.frames == 12
    assert moment_of_flash(clip.between(0, 12), 24) == pytest.approx(0.25, abs=1 / 24)
    assert moment_of_click(conform_audio(clip.audio, 16000), 16000) == pytest.approx(0.25, abs=0.01)


def test_clips_in_memory_bring_their_rate_and_alpha_is_dropped():
    parts = Types.VideoComponents(torch.rand(5, 32, 32, 4), Fraction(30000, 1001))
    clip = footage_of(InputImpl.VideoFromComponents(parts))
    assert (clip.fps, clip.frames, clip.between(0, 5).shape) == (
        Fraction(30000, 1001),
        5,
        (5, 32, 32, 3),
    )


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
@pytest.mark.parametrize("rate_hz", [8000, 44100, 96000])
def test_sounds_of_any_kind_last_as_long_as_asked(channels, rate_hz):
    audio = {"waveform": torch.rand(1, channels, rate_hz) - 0.5, "sample_rate": rate_hz}
    assert conform_audio(audio, 24000, 1.5).shape == (2, 36000)
    assert conform_audio(audio, 24000).shape == (2, 24000)
    assert conform_audio(audio, 24000, 0.5, channels=1, start_s=-0.25)[:, :5999].abs().max() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conform_video(torch.rand(2, 3), 24, 32, 32, 1), "no frames"),
        (lambda: conform_video(torch.rand(0, 4, 4, 3), 24, 32, 32, 1), "no frames"),
        (lambda: conform_video("clip.mp4", 24, 32, 32, 1), "no clip"),
        (lambda: conform_video(torch.rand(1, 4, 4, 3), 24, 32, 32, 0), "at least one frame"),
        (lambda: conform_audio(None, 24000, 1, channels=5), "not 1 or 2"),
        (
            lambda: conform_audio({"waveform": torch.rand(2, 2, 9), "sample_rate": 8000}, 16000),
            "not a batch",
        ),
    ],
)
def test_what_is_no_clip_is_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()

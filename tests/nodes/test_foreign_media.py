"""Clips and sounds from anywhere through every block that takes them: rate, size and sync stay."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hibari.host import InputImpl
from hibari.host.media import conform_audio, footage_of
from hibari.nodes.av_latent import empty_latent
from hibari.nodes.clip_windows import plan_of
from hibari.nodes.conditioning import encode
from hibari.nodes.extend import HibariExtend
from hibari.nodes.image_to_video import HibariImageToVideo
from hibari.nodes.mix_audio import HibariMixAudio
from hibari.nodes.picture_for_sound import HibariPictureForSound
from hibari.nodes.remix import HibariRemix
from hibari.nodes.sound_for_video import HibariSoundForVideo

from ..host.foreign_clips import (
    RATE_HZ,
    encoded,
    flash_and_click,
    moment_of_click,
    moment_of_flash,
)
from .editing import finished

pytestmark = pytest.mark.usefixtures("without_gradients")

FLASH_S = 0.5


def pixels(frames=24, height=32, width=32):
    """Dark until the flash, at 24 frames per second."""
    values = np.full((frames, height, width, 3), 30, np.uint8)
    values[12:] = 220
    return values


def click(channels, samples=RATE_HZ):
    """Silence until the flash, then a level on every channel but that of low effects."""
    sound = np.zeros((channels, samples), np.float32)
    sound[:, round(FLASH_S * RATE_HZ) :] = 0.3
    if channels == 8:
        sound[3:] = 0
    return sound


def varying(path):
    """24 frames of which some last longer; the flash is where it was."""
    times = [round(1000 * (index / 24 if index >= 12 else index // 3 / 8)) for index in range(24)]
    kept = [index for index, time in enumerate(times) if time not in times[:index]]
    shown = [times[index] for index in kept]
    return encoded(path, pixels()[kept], "ffv1", "yuv444p", shown, audio=click(2))


def truncated(path):
    """Of two seconds, what is in the first 70 % of the file."""
    path = path.with_suffix(".webm")
    flash_and_click(path, 24, seconds=2.0)
    path.write_bytes(path.read_bytes()[: round(0.7 * path.stat().st_size)])
    return InputImpl.VideoFromFile(str(path))


CLIPS = {
    "varying rate": varying,
    "odd size": lambda path: encoded(path, pixels(24, 33, 51), "ffv1", "yuv444p", audio=click(1)),
    "29.97 per second": lambda path: flash_and_click(path.with_suffix(".mp4"), 29.97),
    "silent": lambda path: encoded(path, pixels(), "ffv1", "yuv444p"),
    "one frame": lambda path: encoded(path, pixels()[:1], "ffv1", "yuv444p"),
    "eight channels": lambda path: encoded(path, pixels(), "ffv1", "yuv444p", audio=click(8)),
    "twelve bits": lambda path: encoded(path, pixels(), "ffv1", "yuv444p12le", audio=click(2)),
    "truncated": truncated,
}


@pytest.fixture(params=CLIPS)
def video(request, tmp_path):
    return CLIPS[request.param](tmp_path / "foreign.mkv")


def in_step(clip, until_s=None):
    """Whether flash and click are within one frame of each other, where both are there."""
    last = clip.frames if until_s is None else round(until_s * clip.fps)
    frames = clip.between(0, last)
    heard = conform_audio(clip.audio, RATE_HZ, last / clip.fps)
    if not last or frames.mean(dim=(1, 2, 3)).max() < 0.5 or heard.abs().max() < 0.2:
        return None
    seen_s = moment_of_flash(frames, float(clip.fps))
    return abs(seen_s - moment_of_click(heard, RATE_HZ)) <= 1 / clip.fps + 1e-3


def test_it_is_extended_at_its_own_rate_and_size_and_stays_in_step(tiny, video):
    source = footage_of(video)
    latent, edit, fps = HibariExtend.execute(
        video, tiny[2], tiny[3], seconds=0.25, overlap=0.3, size=64
    ).args
    whole = footage_of(finished(tiny, edit, latent, steps=1))
    assert fps == pytest.approx(float(source.fps))
    assert (whole.fps, whole.size) == (source.fps, source.size)
    assert whole.frames == source.frames + round(Fraction(1, 4) * source.fps)
    old = source.frames - edit.shared
    kept = (whole.between(0, old) - source.between(0, old)).abs()
    assert not kept.numel() or kept.max() <= 0.5 / 255 + 1e-6
    assert in_step(whole, old / source.fps) == in_step(source)


def test_a_small_part_is_remixed_and_the_rest_stays_in_step(tiny, video):
    source = footage_of(video)
    mask = torch.zeros(1, 8, 8)
    mask[:, :2, :2] = 1
    latent, edit, fps, _ = HibariRemix.execute(
        video, tiny[2], tiny[3], seconds=0.0, mask=mask, keep_sound=True, size=64
    ).args
    whole = footage_of(finished(tiny, edit, latent, steps=1))
    assert fps == pytest.approx(float(source.fps))
    assert (whole.fps, whole.size, whole.frames) == (source.fps, source.size, source.frames)
    outside = edit.mask.expand(whole.frames, -1, -1) == 0
    change = (whole.between(0, whole.frames) - source.between(0, source.frames)).abs().amax(dim=-1)
    assert change[outside].max() <= 1 / 255
    assert in_step(whole) == in_step(source)


def test_sound_is_made_for_as_long_as_it_lasts(wires, video):
    clip = footage_of(video)
    rest = {name: wire for name, wire in wires.items() if name != "clip"}
    made = HibariSoundForVideo.execute(
        **rest, positive=encode(wires["clip"], "a ball"), video=video, steps=1
    ).args[0]
    seconds = made["waveform"].shape[-1] / made["sample_rate"]
    assert seconds == pytest.approx(clip.seconds, abs=1e-3)


SOUNDS = {
    "mono, 8 kHz": (1, 8000),
    "eight channels, 96 kHz": (8, 96000),
    "five channels, 11 kHz": (5, 11025),
}


@pytest.fixture(params=SOUNDS)
def audio(request):
    channels, rate_hz = SOUNDS[request.param]
    return {"waveform": torch.from_numpy(click(channels, rate_hz))[None], "sample_rate": rate_hz}


def test_a_sound_of_any_kind_gets_its_picture_and_is_mixed(wires, audio):
    rest = {name: wire for name, wire in wires.items() if name != "clip"}
    images, fps = HibariPictureForSound.execute(
        **rest,
        positive=encode(wires["clip"], "a ball"),
        audio=audio,
        width=64,
        height=64,
        fps=12.5,
        steps=1,
    ).args
    assert (len(images), fps) == (12, 12.5)
    mixed = HibariMixAudio.execute(dialogue=audio, music=audio).args[0]
    assert mixed["waveform"].shape == (1, 2, audio["waveform"].shape[-1])


@pytest.mark.parametrize("shape", [(1, 7, 300, 3), (1, 33, 51, 4), (1, 5, 5, 1)])
def test_pictures_of_any_shape_become_first_frames(tiny, shape):
    latent = empty_latent(plan_of(9, (64, 64), 24), 1)
    placed = HibariImageToVideo.execute(latent, tiny[2], first=torch.rand(shape)).args[0]
    assert placed["noise_mask"].unbind()[0][0, 0, :, 0, 0].tolist() == [0, 1]

"""Sound for a picture and a picture for sound, with a tiny random checkpoint."""

import math
from itertools import pairwise

import pytest
import torch
from hibari.host import InputImpl
from hibari.host.embedded.video_types import VideoComponents
from hibari.nodes.av_latent import audio_of, empty_latent, video_of
from hibari.nodes.clip_windows import Window, plan_of, windows_over
from hibari.nodes.conditioning import encode
from hibari.nodes.given_latents import with_beginning
from hibari.nodes.picture_for_sound import HibariPictureForSound
from hibari.nodes.sample import HibariSample
from hibari.nodes.sound_for_video import HibariSoundForVideo

pytestmark = pytest.mark.usefixtures("without_gradients")


@pytest.fixture(scope="module")
def wires(wires):
    """Those of the tiny checkpoint with an encoded prompt in place of the text encoder."""
    rest = {name: wire for name, wire in wires.items() if name != "clip"}
    with torch.inference_mode():
        return rest | {"positive": encode(wires["clip"], "a ball")}


def pictures(frames, height=48, width=64):
    ramp = torch.linspace(0, 1, frames)[:, None, None, None]
    return ramp.expand(-1, height, width, 3).clone()


def tone(seconds, rate=44100, channels=1):
    time = torch.arange(round(seconds * rate)) / rate
    wave = 0.3 * torch.sin(2 * math.pi * 300 * time)
    return {"waveform": wave.expand(1, channels, -1), "sample_rate": rate}


def sound(wires, **given):
    return HibariSoundForVideo.execute(**wires, **given).args[0]


def picture(wires, audio, **given):
    return HibariPictureForSound.execute(**wires, audio=audio, width=64, height=64, **given).args


def seconds_of(audio):
    return audio["waveform"].shape[-1] / audio["sample_rate"]


@pytest.mark.parametrize("frames", [9, 10, 49, 50, 97])
@pytest.mark.parametrize("longest", [9, 17, 49])
def test_windows_cover_a_clip_and_each_begins_inside_the_last(frames, longest):
    windows = windows_over(frames, longest)
    assert windows[0].start == windows[0].kept == 0
    for last, window in pairwise(windows):
        assert last.start < window.start < last.start + last.frames
        assert window.start + window.kept == last.start + last.frames
        assert window.kept % 8 == 1
        assert window.kept < window.frames
    assert {window.frames % 8 for window in windows} == {1}
    assert all(window.frames <= longest for window in windows)
    assert windows[-1].start + windows[-1].frames >= frames


def test_a_clip_that_fits_is_one_window():
    assert windows_over(41, 49) == [Window(0, 41, 0)]


def test_given_latents_are_kept_and_the_rest_is_made(wires):
    empty = empty_latent(plan_of(17, (64, 64), 24), 1)
    video, audio = torch.randn(1, 128, 2, 2, 2), torch.randn(1, 8, 30, 16)
    latent = with_beginning(
        with_beginning(empty, video), audio=audio, noise=torch.tensor([0.0] * 5 + [1] * 25)
    )
    made = HibariSample.execute(wires["model"], wires["positive"], latent, seed=1).args[0]
    assert torch.equal(video_of(made)[:, :, :2], video)
    assert not torch.allclose(video_of(made)[:, :, 2:], torch.zeros(()))
    assert torch.equal(audio_of(made)[:, :, :5], audio[:, :, :5])
    assert not torch.allclose(audio_of(made)[:, :, 5:], audio[:, :, 5:18], atol=0.1)


@pytest.mark.parametrize(("frames", "fps"), [(1, 24.0), (9, 30.0), (20, 24.0), (13, 7.5)])
def test_the_sound_is_as_long_as_the_clip_whatever_its_rate_and_length(wires, frames, fps):
    made = sound(wires, images=pictures(frames), fps=fps)
    assert seconds_of(made) == pytest.approx(frames / fps, abs=1e-4)
    assert made["waveform"].shape[:2] == (1, 2)
    assert made["waveform"].isfinite().all()


def test_a_video_brings_its_own_rate(wires):
    video = InputImpl.VideoFromComponents(VideoComponents(pictures(9), 12))
    assert seconds_of(sound(wires, video=video, fps=99.0)) == pytest.approx(0.75, abs=1e-4)


def test_the_same_seed_gives_the_same_sound_and_another_picture_another(wires):
    one, two, other = (sound(wires, images=pictures(12), seed=seed) for seed in (3, 3, 4))
    assert torch.equal(one["waveform"], two["waveform"])
    assert not torch.equal(one["waveform"], other["waveform"])
    reverse = sound(wires, images=pictures(12).flip(0), seed=3)
    assert not torch.equal(one["waveform"], reverse["waveform"])


def test_the_picture_is_as_long_as_the_sound(wires):
    for seconds, frames in ((0.05, 1), (0.3, 7), (0.9, 22)):
        images, fps = picture(wires, tone(seconds))
        assert images.shape == (frames, 64, 64, 3)
        assert fps == 24
        assert 0 <= images.min() <= images.max() <= 1


def test_the_same_seed_gives_the_same_picture_and_another_sound_another(wires):
    one, two = (picture(wires, tone(0.6, channels=6), seed=3)[0] for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, picture(wires, tone(0.6, rate=8000), seed=3)[0])


def test_what_is_missing_or_doubled_is_told(wires):
    clip = InputImpl.VideoFromComponents(VideoComponents(pictures(2), 12))
    with pytest.raises(ValueError, match="Hibari Sound for Video: there is no clip"):
        sound(wires)
    with pytest.raises(ValueError, match="connect video or images, and not both"):
        sound(wires, video=clip, images=pictures(2))
    with pytest.raises(ValueError, match="Hibari Picture for Sound: the sound has no sample"):
        picture(wires, {"waveform": torch.zeros(1, 2, 0), "sample_rate": 48000})
    with pytest.raises(ValueError, match=r"noise 2 is not in 0\.\.1"):
        picture(wires, tone(0.1), noise=2.0)
    swapped = wires | {"audio_vae": wires["vae"]}
    with pytest.raises(ValueError, match="the VAE encodes pictures, not sound"):
        picture(swapped, tone(0.1))

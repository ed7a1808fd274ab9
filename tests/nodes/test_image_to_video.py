"""Pictures in a clip yet to be made: where they go, that they stay, that they come back."""

import pytest
import torch
from hibari.host import NestedTensor
from hibari.host.media import conform_video
from hibari.nodes.av_latent import audio_of, empty_latent, video_of
from hibari.nodes.clip_plan import plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.decode import HibariDecodeVideo
from hibari.nodes.image_to_video import HibariImageToVideo
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.sample import HibariSample

BUNDLED = "hibari-playground.safetensors"
PLAN = plan_clip("custom", 64, 64, 1.0, 24)  # 25 frames, 4 latent frames
pytestmark = pytest.mark.usefixtures("without_gradients")


def picture(seed, size=(40, 60)):
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, 3, 3, generator=generator)
    return conform_video(small, 24, size[1], size[0], 1)


@pytest.fixture(scope="module")
def bundled_vae():
    return HibariLoadModel.execute(BUNDLED).args[2]


def placed(vae, **given):
    return HibariImageToVideo.execute(empty_latent(PLAN, 1), vae, **given).args[0]


def kept_frames(latent):
    """Mask of each latent frame and of the sound."""
    video, audio = latent["noise_mask"].unbind()
    assert video.shape == (1, 1, 4, 2, 2)
    assert audio.shape == (1, 1, audio_of(latent).shape[2], 1)
    return video[0, 0, :, 0, 0].tolist(), audio.flatten().unique().tolist()


def test_pictures_are_kept_at_their_times_and_all_sound_is_made(tiny):
    latent = placed(
        tiny[2],
        first=picture(0),
        last=picture(1),
        keyframes=torch.cat((picture(2), picture(3))),
        times="0.3, 0.5:0.25",
    )
    video, audio = kept_frames(latent)
    assert video == [0.0, 0.0, 0.75, 0.0]
    assert audio == [1.0]
    still = conform_video(picture(3), 24, 64, 64, 9)
    assert torch.equal(video_of(latent)[:, :, 2], tiny[2].encode(still)[:, :, 1])


def test_pictures_without_times_are_spread_evenly(tiny):
    latent = placed(tiny[2], keyframes=torch.cat((picture(0), picture(1))))  # frames 8 and 17
    assert kept_frames(latent)[0] == [1.0, 0.0, 1.0, 0.0]


def test_blocks_follow_each_other(tiny):
    one = placed(tiny[2], first=picture(0))
    both = HibariImageToVideo.execute(one, tiny[2], last=picture(1)).args[0]
    assert kept_frames(both)[0] == [0.0, 1.0, 1.0, 0.0]
    assert torch.equal(video_of(both)[:, :, 0], video_of(one)[:, :, 0])


def test_sampling_keeps_the_pictures_and_the_same_seed_the_clip(tiny):
    model, clip, vae, _ = tiny
    latent = placed(vae, first=picture(0), last=picture(1))
    one, again = (
        HibariSample.execute(model, encode(clip, "a ball"), latent, seed=4).args[0]
        for _ in range(2)
    )
    assert torch.equal(video_of(one)[:, :, [0, 3]], video_of(latent)[:, :, [0, 3]])
    assert torch.equal(video_of(one), video_of(again))
    assert torch.equal(audio_of(one), audio_of(again))


def test_a_guide_of_part_strength_is_followed_in_part(tiny):
    model, clip, vae, _ = tiny
    prompt = encode(clip, "a ball")

    def distance(strength):
        latent = placed(vae, first=picture(0), strength=strength)
        made = HibariSample.execute(model, prompt, latent, seed=4).args[0]
        clean = placed(vae, first=picture(0))
        return float((video_of(made) - video_of(clean))[:, :, 0].square().mean())

    assert 0 == distance(1.0) < distance(0.7) < distance(0.2)


def psnr(one, other):
    return float(-10 * (one - other).square().mean().clamp_min(1e-12).log10())


@pytest.mark.parametrize("times", ["0.3", "0.375", "0.5", "0.66"])
def test_kept_pictures_come_back_whatever_is_around_them(bundled_vae, times):
    latent = placed(
        bundled_vae, first=picture(0), last=picture(1), keyframes=picture(2), times=times
    )
    video, mask = video_of(latent), latent["noise_mask"].unbind()[0]
    noise = torch.randn(video.shape, generator=torch.Generator().manual_seed(5))
    sampled = {
        **latent,
        "samples": NestedTensor((torch.where(mask > 0, noise, video), audio_of(latent))),
    }
    frames = HibariDecodeVideo.execute(sampled, bundled_vae).args[0]
    alone = bundled_vae.decode(bundled_vae.encode(conform_video(picture(0), 24, 64, 64, 1)))[0]
    assert psnr(frames[0], alone[0]) > 35
    for at, seed in ((round(float(times) * 24), 2), (24, 1)):
        stills = conform_video(picture(seed), 24, 64, 64, 9)
        alone = bundled_vae.decode(bundled_vae.encode(stills))[0]
        assert psnr(frames[at], alone[(at - 1) % 8 + 1]) > 35


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "there is no picture"),
        ({"first": torch.rand(2, 8, 8, 3)}, "first of shape .* is not one picture"),
        ({"first": torch.rand(8, 8, 3)}, "is not one picture"),
        ({"first": picture(0), "strength": 1.5}, "strength 1.5. Use 0 to 1"),
        ({"keyframes": picture(0), "times": "soon"}, "'soon' is no time in seconds"),
        ({"keyframes": picture(0), "times": "-1"}, "is not 0 or more"),
        ({"keyframes": picture(0), "times": "1, 2"}, "2 moments for 1 pictures"),
        ({"keyframes": picture(0), "times": "9"}, "beyond the clip, which lasts 1.04 s"),
        (
            {"keyframes": torch.cat((picture(0), picture(1))), "times": "0.5, 0.6"},
            "picture 1 and picture 2 fall into the same 8 frames \\(9 to 16\\)",
        ),
    ],
)
def test_what_cannot_be_placed_is_refused_in_a_sentence(tiny, given, message):
    with pytest.raises(ValueError, match=f"Hibari Image to Video: .*{message}"):
        placed(tiny[2], **given)


def test_a_latent_without_sound_is_refused(tiny):
    with pytest.raises(ValueError, match="not video with sound"):
        HibariImageToVideo.execute({"samples": torch.zeros(1, 128, 2, 2, 2)}, tiny[2], picture(0))

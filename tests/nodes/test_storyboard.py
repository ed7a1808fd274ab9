"""Several shots to one film, with a tiny random checkpoint."""

import pytest
import torch
from hibari.model.montage import Join
from hibari.nodes.sample import HibariSample
from hibari.nodes.shooting import Slate, Studio, Style, plan_shots, shoot
from hibari.nodes.shot import HibariShot, Shot
from hibari.nodes.storyboard import HibariStoryboard
from hibari.nodes.storyboard_film import assembled, style_of, within_reach

LOOK = Style("", (64, 64), 24.0, dissolve_s=0.25, sound_overlap_s=0.25)
pytestmark = pytest.mark.usefixtures("without_gradients")


def film(wires, *shots, look=LOOK, seed=0, **studio):
    plan = plan_shots(shots, look)
    texts = [shot.prompt for shot in shots]
    takes, rate_hz = shoot(shots, texts, plan, look, Studio(**wires, seed=seed, **studio))
    return assembled(takes, plan, look, rate_hz, (-3.0, seed))


def shot(transition="cut", sound_cut="with the picture", seconds=0.5, prompt="a ball"):
    return Shot(prompt, seconds, "", transition, sound_cut)


def test_a_plain_cut_makes_no_more_than_is_seen():
    plan = plan_shots([shot(), shot(seconds=1.0)], LOOK)
    assert plan.slates == (Slate(0, 12, 0), Slate(0, 24, 0))
    assert plan.frames == 36


def test_sound_cuts_need_more_of_the_shot_that_is_heard_longer():
    assert plan_shots([shot(), shot(sound_cut="J-cut")], LOOK).slates[1] == Slate(6, 12, 0)
    assert plan_shots([shot(), shot(sound_cut="L-cut")], LOOK).slates[0] == Slate(0, 12, 6)
    dissolved = plan_shots([shot(), shot("dissolve", "J-cut")], LOOK)
    assert dissolved.joins == (Join(6, -0.25),)
    assert dissolved.slates[1] == Slate(3, 12, 0)
    assert dissolved.frames == 18


def test_a_match_cut_begins_with_what_was_seen_last():
    assert plan_shots([shot(), shot("match cut")], LOOK).slates[1].lead == 1
    assert plan_shots([shot(), shot("match cut", "J-cut")], LOOK).slates[1].lead == 9


def test_the_first_shot_follows_nothing():
    assert plan_shots([shot("dissolve", "J-cut")], LOOK).slates == (Slate(0, 12, 0),)


def test_a_shot_shorter_than_its_dissolves_is_refused_before_anything_is_made():
    with pytest.raises(ValueError, match="shot 2 is shown for 5 frames and dissolves for 12"):
        plan_shots([shot(), shot("dissolve", seconds=0.2), shot("dissolve")], LOOK)


def test_picture_and_sound_of_a_film_are_of_one_length_and_repeat_bit_for_bit(wires):
    shots = [shot(), shot("match cut", "J-cut"), shot("dissolve", "L-cut")]
    (images, audio), (again, heard_again) = (film(wires, *shots, seed=5) for _ in range(2))
    assert images.shape == (plan_shots(shots, LOOK).frames, 64, 64, 3)
    seconds = audio["waveform"].shape[-1] / audio["sample_rate"]
    assert seconds == pytest.approx(len(images) / 24, abs=1e-3)
    assert audio["waveform"].abs().max() <= 1
    assert torch.equal(images, again)
    assert torch.equal(audio["waveform"], heard_again["waveform"])


@pytest.mark.parametrize("transition", ["cut", "match cut"])
def test_a_match_cut_keeps_the_last_frame_that_was_seen_and_a_cut_keeps_nothing(
    wires, transition, monkeypatch
):
    given, sampled = [], HibariSample.execute

    def watched(model, positive, latent, **settings):
        given.append(latent)
        return sampled(model, positive, latent, **settings)

    monkeypatch.setattr(HibariSample, "execute", watched)
    shots = [shot(), shot(transition, "J-cut")]
    plan = plan_shots(shots, LOOK)
    (first, _), _ = shoot(shots, ["a ball"] * 2, plan, LOOK, Studio(**wires))
    assert "noise_mask" not in given[0]
    if transition == "cut":
        assert "noise_mask" not in given[1]
        return
    video, mask = given[1]["samples"].unbind()[0], given[1]["noise_mask"].unbind()[0]
    assert torch.equal(video[:, :, :2], wires["vae"].encode(first.frames[3:12]))
    assert mask[0, 0, :, 0, 0].tolist() == [0, 0, 1, 1]


def test_later_shots_see_the_first_one_where_continuity_asks_for_it(wires):
    def second(continuity, prompt):
        look = Style("", (64, 64), 24.0, continuity=continuity)
        return film(wires, shot(prompt=prompt), shot(), look=look)[0][12:]

    assert torch.equal(second(0.0, "a ball"), second(0.0, "two boxes"))
    assert not torch.equal(second(1.0, "a ball"), second(1.0, "two boxes"))


def test_the_block_makes_a_labelled_video_and_tells_of_shots_that_are_long(wires):
    shots = {"shot_0": shot(seconds=0.25), "shot_1": shot("dissolve", seconds=0.5)}
    output = HibariStoryboard.execute(
        **wires, shots=shots, width=64, height=64, dissolve=0.125, seed=3
    )
    assert output.ui.as_dict()["text"] == (
        "2 shots, 64x64 px, 15 frames at 24 fps = 0.62 s; shot 2 takes 17 frames, and the "
        "checkpoint was made for 9; no continuity, since the checkpoint was not trained with "
        "references",
    )
    parts = output.args[0].get_components()
    assert parts.images.shape == (15, 64, 64, 3)
    assert parts.frame_rate == 24


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shots": {}}, "there is no shot"),
        ({"shots": {"shot_0": "a ball"}}, "str is no shot"),
        ({"clip": None}, "brought no text encoder"),
        ({"fps": 0.0}, "fps 0 is not in"),
        ({"dissolve": 99.0}, "dissolve 99 is not in 0..10"),
        ({"cameos": {"cameo_0": "me"}}, "the cameo input is no cameo"),
    ],
)
def test_bad_input_is_named(wires, given, message):
    inputs = {**wires, "shots": {"shot_0": shot()}, "width": 64, "height": 64, **given}
    with pytest.raises(ValueError, match=f"^Hibari Storyboard: .*{message}"):
        HibariStoryboard.execute(**inputs)


def test_a_refused_shot_is_named_by_its_number(wires):
    shots = {"shot_0": shot(), "shot_1": shot(prompt="a " * 3000)}
    with pytest.raises(ValueError, match="Hibari Storyboard: shot 2: the prompt has"):
        HibariStoryboard.execute(**wires, shots=shots)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"prompt": " "}, "the prompt is empty"),
        ({"seconds": 0.0}, r"seconds 0 is not in 0\.1\.\.60"),
        ({"transition": "wipe"}, "transition 'wipe' is unknown. Use cut, match cut, dissolve"),
        ({"sound_cut": "K-cut"}, "sound_cut 'K-cut' is unknown"),
    ],
)
def test_an_unusable_shot_is_refused_by_its_block(values, message):
    with pytest.raises(ValueError, match=f"Hibari Shot: {message}"):
        HibariShot.execute(**{"prompt": "a ball"} | values)


def test_references_reach_only_a_checkpoint_that_knows_them(wires, monkeypatch):
    look = style_of("", (64, 64), 24.0, {})
    assert look.continuity == 1
    assert within_reach(look, wires["model"]).continuity == 0
    network = wires["model"].model.diffusion_model
    monkeypatch.setattr(network, "trained_with_references", True)
    assert within_reach(look, wires["model"]) == look

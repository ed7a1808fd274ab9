"""Spoken lines in a clip, and how its picture follows them; the speech program is a hum here."""

import json
import math

import pytest
import torch
from hibari.model.speech import espeak
from hibari.nodes.av_latent import audio_of, empty_latent, video_of
from hibari.nodes.check_dialogue import HibariCheckDialogue
from hibari.nodes.clip_windows import plan_of
from hibari.nodes.conditioning import encode
from hibari.nodes.dialogue import HibariDialogue
from hibari.nodes.sample import HibariSample

SCRIPT = "Anna: Hello there.\n[0.6] @me: Hi!"
pytestmark = pytest.mark.usefixtures("without_gradients")


@pytest.fixture(autouse=True)
def humming(monkeypatch):
    """A quarter of a second for each word, at the pitch of the voice, louder and softer."""

    def hum(text, language, voice):
        time = torch.arange(round(0.25 * len(text.split()) * 16000)) / 16000
        swell = 0.2 * (1 + torch.sin(2 * math.pi * 5 * time)) / 2
        return swell * torch.sin(2 * math.pi * (100 + voice.pitch) * time), 16000

    monkeypatch.setattr(espeak, "speak", hum)


def latent(frames=25):
    return empty_latent(plan_of(frames, (64, 64), 24), 1)


def test_lines_become_a_track_as_long_as_they_last_with_their_times():
    audio, kept, timing = HibariDialogue.execute(SCRIPT).args
    assert kept is None
    assert audio["waveform"].shape == (1, 2, round(0.85 * 24000))
    told = json.loads(timing)
    assert [(line["speaker"], line["start_s"], line["end_s"]) for line in told["lines"]] == [
        ("Anna", 0.0, 0.5),
        ("@me", 0.6, 0.85),
    ]
    assert len(told["mouths"]["Anna"]) == len(told["mouths"]["@me"]) == 20
    assert max(told["mouths"]["Anna"][14:]) == 0 == max(told["mouths"]["@me"][:12])


def test_a_track_can_be_longer_than_its_lines_and_of_any_rate_of_frames():
    audio, _, timing = HibariDialogue.execute(SCRIPT, seconds=2.0, fps=30.0).args
    assert audio["waveform"].shape[-1] == 48000
    assert len(json.loads(timing)["mouths"]["Anna"]) == 60


def test_the_sampler_keeps_the_lines_and_gives_a_cameo_room_for_its_voice(wires):
    made = HibariDialogue.execute(
        SCRIPT, latent=latent(), audio_vae=wires["audio_vae"], between=1.0
    ).args
    mask = made[1]["noise_mask"].unbind()[1][0, 0, :, 0]
    assert mask[:12].tolist() == [0] * 12
    assert mask[15:21].tolist() == [0.5] * 6
    assert mask[22:].min() == 1
    assert made[1]["noise_mask"].unbind()[0].min() == 1
    positive = encode(wires["clip"], "a face")
    (sampled,) = HibariSample.execute(wires["model"], positive, made[1], seed=2).args
    assert torch.equal(audio_of(sampled)[:, :, :12], audio_of(made[1])[:, :, :12])
    assert not torch.equal(video_of(sampled), video_of(made[1]))


def test_the_picture_follows_the_lines_that_are_kept(wires):
    positive = encode(wires["clip"], "a face")

    def seen(script):
        kept = HibariDialogue.execute(script, latent=latent(), audio_vae=wires["audio_vae"]).args[1]
        return video_of(HibariSample.execute(wires["model"], positive, kept, seed=2).args[0])

    assert torch.equal(seen("A: Hello there."), seen("A: Hello there."))
    assert not torch.allclose(seen("A: Hello there."), seen("[0.5] A: Hello there."), atol=1e-4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dialogue": " "}, "the dialogue is empty"),
        ({"seconds": 0.5}, r"line 2 of the dialogue ends at 0\.85 s, and the clip lasts 0\.50 s"),
        ({"latent": latent()}, "audio_vae is not connected"),
        ({"latent": latent(9)}, "line 1 of the dialogue ends at 0.50 s"),
        ({"latent": {"samples": torch.zeros(1, 128, 2, 2, 2)}}, "is not video with sound"),
    ],
)
def test_bad_input_is_named(given, message):
    with pytest.raises(ValueError, match=f"Hibari Dialogue: .*{message}"):
        HibariDialogue.execute(**{"dialogue": SCRIPT} | given)


def face(opening, late=0):
    frames = torch.full((len(opening), 32, 32, 3), 0.6)
    frames += 0.01 * torch.randn(frames.shape, generator=torch.Generator().manual_seed(0))
    for index in range(len(frames)):
        gap = opening[index - late] if 0 <= index - late < len(opening) else 0
        frames[index, 20 : 20 + round(8 * gap), 10:22] = 0.1
    return frames


def test_the_offset_is_told_line_by_line():
    timing = HibariDialogue.execute("A: one two three four five", seconds=2.0).args[2]
    opening = json.loads(timing)["mouths"]["A"]
    report = HibariCheckDialogue.execute(face(opening), timing).args[0]
    assert report.startswith("line 1 (A, 0.00 s): picture ")
    late = HibariCheckDialogue.execute(face(opening, 2), timing).args[0]
    offset_ms = float(late.split("picture ")[1].split(" ms after")[0])
    assert offset_ms == pytest.approx(2000 / 24, abs=25)


def test_a_still_picture_follows_nothing():
    timing = HibariDialogue.execute("A: one two three four five", seconds=2.0).args[2]
    report = HibariCheckDialogue.execute(torch.rand(48, 32, 32, 3), timing).args[0]
    assert "no mouth surely follows it" in report


def test_another_clip_or_another_text_is_refused():
    timing = HibariDialogue.execute("A: one two", seconds=2.0).args[2]
    with pytest.raises(ValueError, match="the clip has 9 frames, and 48 were timed"):
        HibariCheckDialogue.execute(torch.zeros(9, 32, 32, 3), timing)
    for text in ("A: one", "[1, 2]", '{"format": "other"}'):
        with pytest.raises(ValueError, match="Hibari Check Dialogue: timing is no text of"):
            HibariCheckDialogue.execute(torch.zeros(9, 32, 32, 3), text)

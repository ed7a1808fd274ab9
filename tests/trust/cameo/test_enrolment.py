"""From a recording to a cameo: what is good enough, what is missing, and who agreed."""

import numpy as np
import pytest
from hibari.trust.cameo.bundle import read_bundle
from hibari.trust.cameo.challenge import (
    WORDS,
    Challenge,
    digits_in,
    is_challenged,
    issue_challenge,
)
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.enrolment import CONSENT, Recording, Subject, enroll
from hibari.trust.cameo.latent import latents_for, with_latents
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.listening import find_recogniser
from hibari.trust.cameo.view import GROUND, Box, find_views
from hibari.trust.cameo.voice import find_voice
from hibari.trust.identity import current_identity

from .faces import frames_of_a_face, speech
from .people import parts_of

ANNA = Subject("Anna", "a woman with dark hair")


def recording(**changed):
    given = {"frames": frames_of_a_face(3), "sound": speech(), "rate_hz": 16000}
    return Recording(**(given | changed))


@pytest.fixture(autouse=True)
def opencv():
    pytest.importorskip("cv2", reason="the extra hibari[cameo] is not installed")


def test_a_person_is_enrolled_with_views_voice_consent_and_challenge(anna):
    with anna.here():
        challenge = issue_challenge("Anna", "fr")  # no recogniser here hears French
        bundle = enroll(ANNA, recording(), True, challenge)
        parts = read_bundle(bundle.path).read_parts(bundle.open_as_owner(current_identity()))
        assert not is_challenged("Anna")
        assert Ledger().entries()[-1].kind == "enrolled"
    header = bundle.header
    assert header.level == "attested"
    assert header.consent["text"] == CONSENT["person"]
    assert header.consent["challenge"] == challenge.sentence
    assert parts["views"].shape == (len(parts["views"]), 256, 256, 3)
    assert parts["voice"].shape == (2, 3 * 24000)


@pytest.mark.parametrize(
    ("heard", "level"), [(None, "attested"), ("well, {digits}", "verified"), ("nothing", None)]
)
def test_a_recogniser_verifies_and_refuses(anna, heard, level):
    with anna.here():
        challenge = issue_challenge("Anna", "fr")
        said = heard and heard.format(digits=challenge.sentence)
        recogniser = None if said is None else lambda waveform, rate_hz: said
        if level is None:
            with pytest.raises(CameoError, match="was not heard in the recording"):
                enroll(ANNA, recording(), True, challenge, recogniser=recogniser)
            return
        bundle = enroll(ANNA, recording(), True, challenge, recogniser=recogniser)
    assert bundle.header.level == level
    assert bundle.header.consent["challenge_checked"] is (True if level == "verified" else None)


def test_nobody_is_enrolled_without_saying_so(anna):
    with (
        anna.here(),
        pytest.raises(CameoError, match=r"nobody agreed\. Read and confirm: I am"),
    ):
        enroll(ANNA, recording(), False, issue_challenge("Anna"))


def test_a_person_needs_the_challenge_of_that_name(anna):
    with anna.here():
        for challenge in (None, issue_challenge("Ben")):
            with pytest.raises(CameoError, match="speaks a challenge"):
                enroll(ANNA, recording(), True, challenge)


def test_everything_that_is_missing_is_said_at_once(anna):
    blank = np.full((2, 200, 200, 3), 128, np.uint8)
    quiet = recording(frames=blank, sound=speech(0.4, level=0.001))
    with anna.here(), pytest.raises(CameoError) as refusal:
        enroll(ANNA, quiet, True, issue_challenge("Anna"))
    told = str(refusal.value)
    assert "no face was found: look into the camera" in told
    assert "s of voice are heard: speak for 1 to 10 s" in told
    assert "too quiet" in told


@pytest.mark.parametrize(
    ("frames", "advice"),
    [
        (lambda: frames_of_a_face(2, size=128, radius=18), "come closer|no face"),
        (lambda: np.concatenate([frames_of_a_face(2)] * 2, axis=2), "more than one face is seen"),
        (lambda: (frames_of_a_face(2) * 0.1).astype(np.uint8), "too dark: face a window"),
    ],
)
def test_pictures_of_a_person_come_with_advice(frames, advice):
    import re

    views, problems = find_views(frames(), "person")
    assert views is None
    assert re.search(advice, problems[0])


def test_a_blurred_recording_is_told_to_hold_still():
    import cv2

    frames = np.stack([cv2.GaussianBlur(frame, (0, 0), 6) for frame in frames_of_a_face(2)])
    _, problems = find_views(frames, "person", find_faces=lambda _: [Box(90, 90, 140, 140)])
    assert problems == ["every picture is blurred: hold still, clean the lens, and use more light"]


def test_the_sharpest_pictures_far_apart_are_taken():
    import cv2

    frames = frames_of_a_face(12)
    for index in range(0, 12, 2):
        frames[index] = cv2.GaussianBlur(frames[index], (0, 0), 3)
    views, _ = find_views(frames, "person")
    assert 1 <= len(views) <= 5


def test_a_thing_is_framed_by_its_mask():
    draw = np.random.default_rng(0)
    frames = draw.integers(0, 256, (1, 200, 300, 3)).astype(np.uint8)
    mask = np.zeros((1, 200, 300), np.float32)
    mask[:, 60:160, 100:220] = 1
    (view,), problems = find_views(frames, "object", mask)
    assert problems == []
    assert view.shape == (256, 256, 3)
    assert (view[:8] == GROUND).mean() > 0.9  # above the mask there is nothing
    assert find_views(frames, "object", mask[:, :100])[1][0].startswith("the mask is 300x100 px")
    assert "marks nothing" in find_views(frames, "object", 0 * mask)[1][0]


@pytest.mark.parametrize(
    ("sound", "advice"),
    [
        (np.zeros((1, 0), np.float32), "record with the microphone on"),
        (np.full((1, 9), np.nan, np.float32), "record with the microphone on"),
        (speech(0.5), "speak for 1 to 10 s"),
        (speech(level=0.003, noise=0.0001), "too quiet"),
        (np.clip(speech(level=9.0), -1, 1), "distorted: turn the microphone down"),
        (speech(level=0.1, noise=0.2), "hardly rises above the noise"),
    ],
)
def test_a_voice_comes_with_advice(sound, advice):
    voice, problems = find_voice(sound, 16000)
    assert voice is None
    assert any(advice in problem for problem in problems)


def test_of_a_long_recording_ten_seconds_are_kept():
    voice, problems = find_voice(np.tile(speech(6.0), 2), 16000)
    assert problems == []
    assert voice.shape == (2, 240_000)
    assert voice.dtype == np.int16


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("seven three nine", [7, 3, 9]),
        ("7, 3... 9!", [7, 3, 9]),
        ("739", [7, 3, 9]),
        ("sept, trois, ZÉRO", [7, 3, 0]),
        ("nothing at all", []),
    ],
)
def test_numbers_are_heard_in_words_and_digits(text, digits):
    assert digits_in(text) == digits


def test_a_challenge_is_random_and_accepts_only_its_own_numbers_in_order(anna):
    with anna.here():
        assert len({issue_challenge("Anna").digits for _ in range(20)}) > 15
    challenge = Challenge("Anna", (7, 3, 9, 2, 5, 1), 0)
    assert challenge.sentence == "seven three nine two five one"
    assert challenge.is_spoken_in("I say seven three nine two five one, thank you")
    assert not challenge.is_spoken_in("one five two nine three seven")
    assert all(len(words) == 10 for words in WORDS.values())


def test_without_a_model_for_the_language_nothing_listens(monkeypatch):
    monkeypatch.delenv("HIBARI_SPEECH_MODEL", raising=False)
    assert find_recogniser("fr") is None


def spoken(words):
    """A recording in which a synthetic voice says the words."""
    pytest.importorskip("pocketsphinx", reason="the extra hibari[guard-speech] is not installed")
    from hibari.training.world.scenes.cast import Voice
    from hibari.training.world.voice.synth import say

    voice = Voice("low", 110, 1.0, 0.05, 0.8, 2.0)
    sound = say(words, "en", voice, np.random.default_rng(0)).waveform
    return recording(sound=0.8 * np.pad(sound, (6000, 6000))[None], rate_hz=24_000)


def test_spoken_numbers_are_really_heard_and_verify(anna):
    challenge = Challenge("Anna", (7, 3, 9, 2, 5, 4), 0)
    with anna.here():
        assert enroll(ANNA, spoken(challenge.sentence), True, challenge).header.level == "verified"


def test_other_numbers_that_are_really_heard_do_not_verify(anna):
    challenge = Challenge("Anna", (7, 3, 9, 2, 5, 4), 0)
    with anna.here(), pytest.raises(CameoError, match="was not heard in the recording"):
        enroll(ANNA, spoken("four five two nine three seven"), True, challenge)


class FakeVae:
    """Encodes to means of 32 px blocks; ``shift`` makes another codec of it."""

    def __init__(self, shift=0.0):
        self.shift, self.calls = shift, 0

    def encode(self, pictures):
        self.calls += 1
        blocks = pictures.unfold(1, 32, 32).unfold(2, 32, 32).mean((-1, -2))
        return blocks.permute(0, 3, 1, 2)[:, None].movedim(1, 2) + self.shift


def test_stored_latents_are_used_for_the_codec_that_made_them_and_no_other():
    stored = with_latents(parts_of(), FakeVae(), None)
    same, other = FakeVae(), FakeVae(5.0)
    known = latents_for(stored, same, None)["view_latents"]
    fresh = latents_for(stored, other, None)["view_latents"]
    assert same.calls == 1  # the probe alone
    assert other.calls == 1 + len(stored["views"])
    assert np.allclose(fresh - known, 5.0, atol=1e-5)


def test_codecs_in_each_others_place_are_named():
    class Sound:
        output_sample_rate = 24000

    with pytest.raises(CameoError, match="vae is a codec for sound"):
        latents_for(parts_of(), Sound(), None)
    with pytest.raises(CameoError, match="audio_vae is a codec for pictures"):
        latents_for(parts_of(), None, FakeVae())

"""A clip before it leaves: its words from the graph, its sound, what was brought, and negatives."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hibari.trust.guard import speech as speech_module
from hibari.trust.guard.attestation import Attestation
from hibari.trust.guard.extra import MissingExtraError
from hibari.trust.guard.graph import only_negative, words_of
from hibari.trust.guard.output import Clip, check_output, summary
from hibari.trust.guard.policy import load_policy
from hibari.trust.guard.speech import as_speech, check_sound

POLICY = replace(load_policy(), frame_detectors=(), recogniser=None)
FRAMES = torch.zeros(9, 8, 8, 3)


def node(class_type, **inputs):
    return {"class_type": class_type, "inputs": inputs}


def graph(guidance=3.0, positive="a ball", negative="gore, nude", **more):
    return {
        "good": node("CLIPTextEncode", text=positive),
        "bad": node("CLIPTextEncode", text=negative),
        "timed": node(
            "LTXVConditioning", positive=["good", 0], negative=["bad", 0], frame_rate=24.0
        ),
        "sample": node("KSampler", positive=["timed", 0], negative=["timed", 1], cfg=guidance),
        "save": node("HibariSaveVideo", images=["sample", 0], filename_prefix="video/gore"),
        **more,
    }


def test_texts_upstream_are_read_but_neither_negatives_nor_settings():
    assert words_of(graph(), "save").texts == ("a ball",)


def test_negatives_count_where_guidance_makes_them_show():
    for guidance in (0.0, 0.5, ["wired", 0]):
        assert "gore, nude" in words_of(graph(guidance), "save").texts


def test_swapped_wires_do_not_hide_a_prompt():
    swapped = graph(positive="harmless", negative="gore")
    swapped["sample"]["inputs"].update(positive=["timed", 1], negative=["timed", 0])
    assert words_of(swapped, "save").texts == ("gore",)


def test_a_block_knows_whether_its_words_are_negative_only():
    assert only_negative(graph(), "bad")
    assert not only_negative(graph(), "good")
    both = graph(again=node("PreviewAny", source=["bad", 0]))
    assert not only_negative(both, "bad")
    assert not only_negative(graph(guidance=0.0), "bad")


def test_spoken_words_and_brought_files_and_attestations_are_told_apart():
    told = graph()
    told["good"] = node(
        "HibariTextEncode", prompt=["guard", 0], dialogue="Hello there!", style="ink on paper"
    )
    told["guard"] = node(
        "HibariGuardPrompt", prompt="a man", people="Ada", agreed=True, policy="teen"
    )
    told["picture"] = node("LoadImage", image="portrait.png")
    told["sample"]["inputs"]["image"] = ["picture", 0]
    words = words_of(told, "save")
    assert set(words.texts) == {"ink on paper", "a man"}
    assert words.spoken == ("Hello there!",)
    assert words.uploads == ("portrait.png",)
    assert words.attestation == Attestation("Ada", agreed=True)
    told["guard"]["inputs"]["agreed"] = False
    assert words_of(told, "save").attestation is None


def test_a_graph_with_a_circle_or_a_missing_node_is_walked_to_its_end():
    odd = {
        "a": node("X", text="one", x=["b", 0]),
        "b": node("Y", text="two", x=["a", 0], y=["?", 1]),
    }
    assert set(words_of(odd, "a").texts) == {"one", "two"}


def test_the_first_refusal_ends_the_checks():
    clip = Clip(FRAMES, words=words_of(graph(positive="a beheading"), "save"))
    *_, last = check_output(clip, POLICY)
    assert (last.allowed, last.rule, last.stage) == (False, "violence/gore", "prompt")


def test_spoken_words_are_checked_as_transcript():
    spoken = graph(more=node("X"))
    spoken["good"]["inputs"]["dialogue"] = "kill yourself"
    *_, last = check_output(Clip(FRAMES, words=words_of(spoken, "save")), POLICY)
    assert (last.rule, last.stage) == ("self-harm/suicide", "transcript")


def test_an_attestation_in_the_graph_settles_a_likeness():
    attested = graph(positive="tom hanks waves")
    assert not check_output(Clip(FRAMES, words=words_of(attested, "save")), POLICY)[-1].allowed
    attested["sample"]["inputs"]["seed"] = ["guard", 0]
    attested["guard"] = node("HibariGuardPrompt", prompt="x", people="Tom Hanks", agreed=True)
    verdicts = check_output(Clip(FRAMES, words=words_of(attested, "save")), POLICY)
    assert all(verdict.allowed for verdict in verdicts)
    assert {facts["stage"] for facts in summary(verdicts)} == {"prompt", "frames", "transcript"}
    assert len(summary(verdicts)) < len(verdicts)


class Hearing:
    def __init__(self, said):
        self.said, self.heard = said, []

    def transcribe(self, speech):
        self.heard.append(speech)
        return self.said


def listening(monkeypatch, make):
    monkeypatch.setitem(speech_module._MAKERS, "fake", make)
    speech_module._recogniser.cache_clear()
    return replace(POLICY, recogniser="fake")


AUDIO = {"waveform": torch.ones(1, 2, 24_000) * 0.5, "sample_rate": 24_000}


def test_what_is_heard_is_checked(monkeypatch):
    hearing = Hearing("blow up the school")
    policy = listening(monkeypatch, lambda: hearing)
    assert check_sound(AUDIO, policy).rule == "violence/terror"
    assert hearing.heard[0].shape == (16_000,)
    assert check_sound(None, policy).allowed
    hearing.said = ""
    assert check_sound(AUDIO, policy).allowed


def test_a_missing_recogniser_is_noted_or_stops_where_it_is_required(monkeypatch):
    def missing():
        raise MissingExtraError("listening to speech", "pocketsphinx", "guard-speech")

    policy = listening(monkeypatch, missing)
    (note,) = check_sound(AUDIO, policy).notes
    assert note.startswith("speech was not heard: listening to speech needs the package")
    with pytest.raises(
        MissingExtraError, match="listening to speech needs the package pocketsphinx"
    ):
        check_sound(AUDIO, replace(policy, recogniser_required=True))
    with pytest.raises(ValueError, match="names the recogniser 'x', which is not known"):
        check_sound(AUDIO, replace(policy, recogniser="x"))


def test_sound_is_mixed_and_resampled_for_the_recogniser():
    stereo = torch.stack((torch.ones(48_000), -torch.ones(48_000)))[None]
    speech = as_speech({"waveform": stereo.repeat(2, 1, 1), "sample_rate": 48_000})
    assert speech.shape == (32_000,)
    assert np.abs(speech).max() < 1e-5


def test_the_installed_recogniser_hears_no_words_in_silence():
    pytest.importorskip("pocketsphinx", reason="extra hibari[guard-speech] is not installed")
    silence = {"waveform": torch.zeros(1, 1, 16_000), "sample_rate": 16_000}
    verdict = check_sound(silence, replace(POLICY, recogniser="pocketsphinx"))
    assert verdict.allowed
    assert not verdict.notes

"""The guard as blocks in the embedded host: what passes, what is refused, what is recorded."""

import numpy as np
import pytest
import torch
from hibari.host.embedded.folders import set_folders
from hibari.host.embedded.schema import HiddenHolder
from hibari.host.media import write_png
from hibari.nodes.guard import HibariGuardOutput, HibariGuardPrompt
from hibari.nodes.guarding import guard_output, guard_text
from hibari.nodes.text_encode import HibariTextEncode
from hibari.trust.credentials.facts import facts_of, forget_facts
from hibari.trust.guard.rights import Right, RightsRegistry

FRAMES = torch.zeros(9, 16, 16, 3)


class FakeClip:
    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return [[torch.zeros(1, 2, 4), {"pooled": text}]]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of its own, where slow detectors are not asked."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HIBARI_HOME", str(folder))
    for name in ("HIBARI_POLICY", "HIBARI_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    (folder / "policies").mkdir()
    (folder / "policies" / "words.toml").write_text("[frames]\ndetectors = []\n")
    (folder / "policy.toml").write_text('[frames]\ndetectors = []\n[transcript]\nrecogniser = ""\n')
    forget_facts()
    return folder


def running(block, monkeypatch, graph, node_id):
    monkeypatch.setattr(block, "hidden", HiddenHolder(prompt=graph, unique_id=node_id))


def node(class_type, **inputs):
    return {"class_type": class_type, "inputs": inputs}


def test_a_prompt_passes_unchanged_and_the_verdict_is_a_fact(monkeypatch):
    graph = {"7": node("HibariGuardPrompt", prompt="a ball")}
    running(HibariGuardPrompt, monkeypatch, graph, "7")
    assert HibariGuardPrompt.execute("a ball").args == ("a ball",)
    (fact,) = facts_of("7", graph)
    assert fact.kind == "guard"
    assert dict(fact.details) == {
        "stage": "prompt",
        "policy": "default",
        "allowed": True,
        "rule": None,
    }


def test_a_refused_prompt_is_an_error_of_the_block_that_names_the_rule():
    with pytest.raises(
        ValueError, match=r"^Hibari Guard Prompt: the prompt is refused by rule sexual"
    ):
        HibariGuardPrompt.execute("a nud3 woman")
    with pytest.raises(
        ValueError, match=r"^Hibari Text Encode: the prompt is refused by rule sexual"
    ):
        HibariTextEncode.execute(FakeClip(), "a nud3 woman")


@pytest.mark.parametrize("field", ["style", "camera", "ambience", "dialogue"])
def test_every_field_of_the_text_block_is_guarded(field):
    with pytest.raises(ValueError, match="rule violence/gore"):
        HibariTextEncode.execute(FakeClip(), "a ball", **{field: "entrails everywhere"})


def test_the_policy_is_chosen_in_the_block():
    assert "words" in HibariGuardPrompt.GET_SCHEMA().inputs[1].options
    text = "a sexy dancer twerks"
    assert HibariGuardPrompt.execute(text, "words").args == (text,)
    with pytest.raises(ValueError, match="rule sexual/suggestive under policy 'teen'"):
        HibariGuardPrompt.execute(text, "teen")


def test_an_attestation_needs_people_who_agreed(monkeypatch):
    text = "tom hanks waves"
    with pytest.raises(ValueError, match="agreed is on, but people is empty"):
        HibariGuardPrompt.execute(text, agreed=True)
    with pytest.raises(ValueError, match="rule real-person/named"):
        HibariGuardPrompt.execute(text, people="Tom Hanks")
    assert HibariGuardPrompt.execute(text, people="Tom Hanks", agreed=True).args == (text,)
    graph = {
        "guard": node("HibariGuardPrompt", prompt=text, people="Tom Hanks", agreed=True),
        "text": node("HibariTextEncode", prompt=["guard", 0]),
    }
    running(HibariTextEncode, monkeypatch, graph, "text")
    assert HibariTextEncode.execute(FakeClip(), text).args


def test_negative_prompts_may_name_what_is_not_wanted(monkeypatch):
    graph = {
        "bad": node("HibariTextEncode", prompt="nude, gore"),
        "sample": node("HibariSample", negative=["bad", 0], guidance=3.0),
    }
    running(HibariTextEncode, monkeypatch, graph, "bad")
    assert HibariTextEncode.execute(FakeClip(), "nude, gore").args
    graph["sample"]["inputs"]["guidance"] = 0.0
    with pytest.raises(ValueError, match="is refused by rule"):
        HibariTextEncode.execute(FakeClip(), "nude, gore")


def test_clips_pass_with_a_report_and_are_stopped_by_texts_of_other_blocks(monkeypatch):
    images, audio, report = HibariGuardOutput.execute(FRAMES, policy="words").args
    assert images is FRAMES
    assert audio is None
    assert report.startswith("allowed by policy words; checked: frames")
    graph = {
        "text": node("CLIPTextEncode", text="a beheading"),
        "guard": node("HibariGuardOutput", images=["text", 0]),
    }
    running(HibariGuardOutput, monkeypatch, graph, "guard")
    with pytest.raises(ValueError, match="Hibari Guard Output: the prompt is refused by rule viol"):
        HibariGuardOutput.execute(FRAMES, policy="words")


def test_the_research_policy_marks_the_manifest(home):
    (home / "policy.toml").write_text('[categories]\nviolence = "allow"\n')
    guard_text("a beheading", {"1": node("X")}, "1")
    (fact,) = facts_of("1") or facts_of("1", {"1": node("X")})
    assert fact.details["unenforced"] == ["violence"]


def test_wrong_policies_of_the_installation_are_told_with_their_line(home):
    (home / "policy.toml").write_text('[categories]\n\nviolence = "no"\n')
    with pytest.raises(ValueError, match=r"policy.toml, line 3: categories.violence is 'no'"):
        HibariTextEncode.execute(FakeClip(), "a ball")


def test_licensed_characters_are_counted_when_a_clip_is_saved():
    registry = RightsRegistry()
    registry.add(Right("Zorbo", "Zorbo Ltd"))
    graph = {"text": node("X", text="zorbo waves"), "save": node("Y", images=["text", 0])}
    guard_output(FRAMES, 9.0, None, graph, "save")
    assert registry.usage()[0]["uses"] == 0
    guard_output(FRAMES, 9.0, None, graph, "save", clip_name="zorbo.mp4")
    assert (registry.usage()[0]["uses"], registry.usage()[0]["seconds"]) == (1, 1.0)


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """A picture in the input folder in which a face is found, and the graph that uses it."""
    from hibari.trust.guard import faces

    monkeypatch.setattr(faces, "find_faces", lambda frame: [(0, 0, 8, 8)])
    folder = tmp_path / "input"
    folder.mkdir()
    write_png(folder / "me.png", np.zeros((16, 16, 3), np.uint8))
    set_folders(input=folder)
    yield {
        "load": node("LoadImage", image="me.png"),
        "guard": node("HibariGuardPrompt", prompt="a person waves", people="Ada", agreed=False),
        "save": node("HibariSaveVideo", images=["load", 0], prompt=["guard", 0]),
    }
    set_folders(input=None)


def test_faces_in_brought_pictures_need_an_attestation_that_goes_into_the_manifest(brought):
    with pytest.raises(
        ValueError, match="the file that was brought is refused by rule real-person/"
    ):
        guard_output(FRAMES, 24.0, None, brought, "save")
    brought["guard"]["inputs"]["agreed"] = True
    guard_output(FRAMES, 24.0, None, brought, "save")
    (fact,) = [fact for fact in facts_of("save", brought) if fact.kind == "input"]
    assert fact.details["attestation"]["people"] == "Ada"
    assert fact.details["media"] == "image"
    assert len(fact.details["sha256"]) == 64


def test_file_names_of_other_hosts_are_not_looked_for():
    graph = {"save": node("X", image="../../etc/passwd.png", text="notes.jpg")}
    assert all(verdict.allowed for verdict in guard_output(FRAMES, 24.0, None, graph, "save"))


def test_brought_videos_are_read_in_pieces_and_scaled_down(brought, tmp_path, monkeypatch):
    from hibari.host.media import VideoSettings, write_video
    from hibari.nodes import guarding

    path = tmp_path / "input" / "me.mp4"
    write_video(path, iter(torch.rand(20, 32, 48, 3)), VideoSettings(10.0, "mp4", "small"))
    monkeypatch.setattr(guarding, "_LOOKED_AT", 5)
    monkeypatch.setattr(guarding, "_LOOKED_AT_PX", 24)
    frames = guarding._reader(path)()
    assert len(frames) == 5
    assert frames[0].shape == (16, 24, 3)
    brought["load"] = node("LoadVideo", file="me.mp4")
    with pytest.raises(ValueError, match="refused by rule real-person/face-in-upload"):
        guard_output(FRAMES, 24.0, None, brought, "save")

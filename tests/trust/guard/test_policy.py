"""Policies: bundled ones are complete, mistakes are told with their line."""

import pytest
from hibari.trust.guard.category import Category
from hibari.trust.guard.policy import (
    Action,
    active_policy,
    load_policy,
    policy_names,
    read_policy,
)

GOOD = '# mine\nformat = 1\n\n[categories]\nviolence = "allow"\n\n[classifier]\nthreshold = 1\n'


def test_the_bundled_policies_are_listed_and_load():
    assert policy_names() == ["default", "off-for-research", "strict", "teen"]
    for name in policy_names():
        policy = load_policy(name)
        assert policy.name == name
        assert policy.description
        assert policy.action(Category.SEXUAL_MINORS) is Action.REFUSE_MILD


def test_what_a_policy_leaves_out_is_refused_as_by_default():
    policy = read_policy(GOOD, "mine")
    assert policy.action(Category.VIOLENCE) is Action.ALLOW
    assert policy.action(Category.HATE) is Action.REFUSE
    assert policy.action(Category.REAL_PERSON) is Action.ATTEST
    assert (policy.classifier_threshold, policy.visible_mark) == (1.0, True)
    assert policy.unenforced() == ("violence",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'format = 1\n[categories]\nviolence = "maybe"',
            "line 3: categories.violence is 'maybe'; use one of allow, refuse",
        ),
        (
            'format = 1\n\n[categories]\nsexual-minors = "allow"',
            "line 4: categories.sexual-minors is refused under every policy and cannot be set",
        ),
        (
            '[categories]\nviolenec = "allow"',
            "line 2: categories.violenec is no category; use one of sexual",
        ),
        (
            '[categories]\nviolence = "attest"',
            "line 2: categories.violence is 'attest'; use one of allow, refuse, refuse-mild",
        ),
        ("\n\nformat = 2", "line 3: format is of another version; this Hibari reads format = 1"),
        (
            "[classifier]\n# why\nthreshold = 7",
            "line 3: classifier.threshold is 7; give a number from 0.05 to 1.0",
        ),
        ("[classifier]\nthreshold = true", "line 2: classifier.threshold is True; give a number"),
        ("[marks]\nvisible = 1", "line 2: marks.visible is 1; give true or false"),
        ("[frames]\ndetectors = 'nudenet'", r"line 2: frames.detectors must be a list of texts"),
        (
            "[frames]\nfps = 3",
            "line 2: frames.fps is not known; \\[frames\\] has detectors, interval_s",
        ),
        ("[log]\nprompt_text = false\n\n[lgo]\nx = 1", "line 4: lgo is not known here; known are"),
        ("colour = 1", "line 1: colour is not known here; known are description, format"),
        ("marks = 3", "line 1: marks is not known here"),
        ("format = 1\n\nx = = 2", "line 3: this is no TOML: Invalid value"),
        ('a = "open', "line 1: this is no TOML"),
    ],
)
def test_mistakes_are_told_with_file_and_line(text, message):
    with pytest.raises(ValueError, match=f"my.toml, {message}"):
        read_policy(text, "my", "my.toml")


def test_unknown_policies_are_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="policy 'lax' is not known; use one of default, "):
        load_policy("lax", tmp_path)
    with pytest.raises(ValueError, match="is not known"):
        load_policy("../default", tmp_path)


def test_own_policies_are_known_by_name_and_by_file(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.toml").write_text(GOOD)
    assert policy_names(tmp_path)[-1] == "mine"
    by_name = load_policy("mine", tmp_path)
    assert by_name == load_policy(tmp_path / "policies" / "mine.toml")


def test_a_bundled_name_cannot_be_replaced_by_a_file_of_that_name(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "default.toml").write_text(GOOD)
    assert load_policy("default", tmp_path).action(Category.VIOLENCE) is Action.REFUSE


def test_the_installation_decides_the_policy_in_use(tmp_path, monkeypatch):
    monkeypatch.delenv("HIBARI_POLICY", raising=False)
    assert active_policy(tmp_path).name == "default"
    (tmp_path / "policy.toml").write_text(GOOD)
    assert active_policy(tmp_path).name == "policy"
    monkeypatch.setenv("HIBARI_POLICY", "teen")
    assert active_policy(tmp_path).name == "teen"

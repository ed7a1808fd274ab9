"""Verdicts: look-alikes pass, both languages are read, refusals name the rule and quote nothing."""

import codecs
import logging
import tomllib
from dataclasses import replace

import pytest
from hibari.trust.guard.attestation import Attestation
from hibari.trust.guard.category import Category
from hibari.trust.guard.check import CameoRules, RefusalError, check_prompt, check_transcript
from hibari.trust.guard.contexts import contexts_of, topics_of
from hibari.trust.guard.lexicon import RULES, Lexicon, Rule, bundled_lexicon
from hibari.trust.guard.phrase import Phrases
from hibari.trust.guard.policy import load_policy, policy_names

POLICY = load_policy()
ROT13 = tomllib.loads((RULES / "slurs.toml").read_text("utf-8"))["concepts-rot13"]["slur"]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("a mass shooting in a mall", "violence"),
        ("une fusillade dans un lycée", "violence"),
        ("jews are vermin", "hate"),
        ("les juifs contrôlent le monde", "hate"),
        ("she hangs herself", "self-harm"),
        ("il se pend dans le grenier", "self-harm"),
        ("an ad that tells people to vote for the mayor", "political"),
        ("un clip électoral pour la droite", "political"),
        ("tom hanks waves", "real-person"),
        ("the singer Jane Roe bows", "real-person"),
        ("Zinédine Zidane sourit", "real-person"),
        ("spiderman on a roof", "protected-character"),
        ("Astérix court", "protected-character"),
        ("an unclothed minor", "sexual-minors"),
        ("un mineur dénudé", "sexual-minors"),
    ],
)
def test_both_languages_are_read(text, category):
    assert check_prompt(text, POLICY).category == category


@pytest.mark.parametrize(
    "text",
    [
        "two friends shoot a basketball",
        "a breast stroke swimmer",
        "une nageuse de brasse, blanc de poulet",
        "blood oranges and a bath bomb",
        "a suicide prevention poster in a library",
        "the class votes for the name of its hamster",
        "a trump card and a swift over the Jordan river",
        "a sonic boom over a frozen lake",
        "children play in the snow, a mother breastfeeds her baby",
    ],
)
def test_look_alikes_pass(text):
    verdict = check_prompt(text, POLICY)
    assert verdict.allowed, verdict.rule


def test_a_refusal_names_rule_policy_and_remedy_but_not_the_words():
    text = "gore: entrails of Kowalski all over the floor"
    verdict = check_prompt(text, POLICY)
    assert verdict.rule == "violence/gore"
    assert "rule violence/gore under policy 'default'. Describe the scene" in verdict.message
    assert "entrails" not in verdict.message
    assert "Kowalski" not in verdict.message


@pytest.mark.parametrize("encoded", ROT13)
def test_slurs_are_refused_and_never_echoed(encoded, caplog):
    slur = codecs.encode(encoded, "rot13").split("(")[0]
    whole = codecs.encode(encoded, "rot13").replace("(s|)", "").replace("(", "").split("|")[0]
    verdict = check_prompt(f"a {whole} walks", POLICY)
    assert verdict.category == Category.HATE
    assert slur not in verdict.message.lower()
    assert slur not in caplog.text.lower()


def test_a_refusal_is_logged_by_rule_and_with_its_text_only_on_request(caplog):
    caplog.set_level(logging.WARNING)
    check_prompt("a beheading in Zanzibar", POLICY)
    assert "rule violence/gore, policy default" in caplog.text
    assert "Zanzibar" not in caplog.text
    check_prompt("a beheading in Zanzibar", replace(POLICY, log_prompt_text=True))
    assert "Zanzibar" in caplog.text


@pytest.mark.parametrize("name", policy_names())
def test_no_policy_lets_minors_in_a_sexual_context_pass(name):
    policy = replace(load_policy(name), classifier_threshold=1.0)
    attested = Attestation("everybody", agreed=True)
    verdict = check_prompt("a nude child", policy, attestation=attested)
    assert verdict.category == Category.SEXUAL_MINORS
    assert "cannot be configured" in verdict.message


def test_the_research_policy_lets_all_else_pass_and_says_so():
    verdict = check_prompt("gore, donald trump, mickey mouse", load_policy("off-for-research"))
    assert verdict.allowed
    assert "violence" in verdict.facts()["unenforced"]
    assert verdict.facts()["policy"] == "off-for-research"


@pytest.mark.parametrize("name", ["strict", "teen"])
def test_mild_forms_are_refused_where_the_policy_says_so(name):
    text = "a sexy dancer twerks"
    assert check_prompt(text, POLICY).allowed
    assert check_prompt(text, load_policy(name)).rule == "sexual/suggestive"


def test_likeness_needs_an_attestation_that_names_somebody():
    text = "tom hanks waves"
    assert not check_prompt(text, POLICY, attestation=Attestation("", agreed=True)).allowed
    assert not check_prompt(text, POLICY, attestation=Attestation("Tom", agreed=False)).allowed
    assert check_prompt(text, POLICY, attestation=Attestation("Tom", agreed=True)).allowed
    strict = check_prompt(text, load_policy("strict"), attestation=Attestation("Tom", agreed=True))
    assert not strict.allowed


def test_spoken_words_are_checked_as_such():
    verdict = check_transcript("kill yourself", POLICY)
    assert verdict.stage == "transcript"
    assert verdict.message.startswith("what is spoken is refused by rule self-harm/suicide")


def test_owners_of_cameos_forbid_topics_and_categories():
    sober = CameoRules("anna", frozenset({"alcohol"}))
    verdict = check_prompt("she drinks whisky at a bar", POLICY, cameos=[sober])
    assert (verdict.rule, verdict.category) == ("cameo/alcohol", Category.CAMEO)
    assert "of the cameo anna" in verdict.message
    assert check_prompt("she drinks tea", POLICY, cameos=[sober]).allowed
    assert check_prompt("she drinks whisky at a bar", POLICY).allowed
    with pytest.raises(ValueError, match="topic 'joy' is not known; use one of alcohol"):
        CameoRules("anna", frozenset({"joy"}))


def test_contexts_and_topics_tell_what_a_text_is_about():
    assert contexts_of("a beheading") == {"violence"}
    assert contexts_of("a red ball bounces") == frozenset()
    assert topics_of("elle boit du vin et fume") == {"alcohol", "smoking"}


def test_enforcing_raises_the_sentence():
    with pytest.raises(RefusalError, match="rule violence/terror") as caught:
        check_prompt("a terrorist", POLICY).enforce()
    assert caught.value.verdict.category == Category.VIOLENCE


def test_phrases_allow_endings_separators_and_gaps():
    phrases = Phrases(["throw(s|) ... bridge", "x-ray"])
    for text in ("she throws herself from a bridge", "an x ray", "an xray"):
        assert list(phrases.find(text))
        assert "·" in phrases.replace(text, "·")
    for text in ("throws a b c d e bridge", "overthrows bridge", ""):
        assert not list(phrases.find(text))
        assert phrases.replace(text, "·") == text
    with pytest.raises(ValueError, match="is not in the notation of rules"):
        Phrases(["Ünder*"])


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("(kill|hang) (all |)birds", "hang birds"),
        ("(the |)end", "an end"),
        ("(re( |-|)|)elect her", "elect her"),
        ("(re( |-|)|)elect her", "re elect her"),
        ("one|two three", "the two three"),
        ("(a|b)(c|d)e", "bde"),
        ("nud(e|es|ity)", "nudity"),
        ("l'homme", "l homme"),
        ("14 words", "14 words"),
    ],
)
def test_phrases_are_found_however_they_begin(phrase, text):
    assert [found[0] for found in Phrases([phrase, "zebra"]).find(text)]


def test_rules_fire_near_and_without_excuses():
    rule = Rule("hate/x", Category.HATE, "strong", ("a", "b"), unless=("c",), near=2)
    lexicon = Lexicon(
        {"a": ["one"], "b": ["two"], "c": ["but"]}, {Category.HATE: ["one way"]}, [rule]
    )
    assert [fired.id for fired in lexicon.fired("one and two")] == ["hate/x"]
    for text in ("one and then there two", "one but two", "one way two"):
        assert not list(lexicon.fired(text))
    with pytest.raises(ValueError, match="names unknown concepts"):
        Lexicon({}, {}, [rule])


def test_every_bundled_rule_can_fire_on_a_word_of_its_own():
    ids = [rule.id for rule in bundled_lexicon().rules]
    assert len(ids) == len(set(ids))
    assert {rule.category for rule in bundled_lexicon().rules} == set(Category)

"""A use: checked against the words that are really encoded, and counted."""

import pytest
import torch
from hibari.trust.cameo.container import CameoError
from hibari.trust.cameo.contexts import restriction_broken, standing_description
from hibari.trust.cameo.granting import import_file
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import load_cameo
from hibari.trust.cameo.name import checked_name, role_of, skeleton
from hibari.trust.cameo.prompt import mentions, replace_mentions
from hibari.trust.cameo.rules import Rules
from hibari.trust.cameo.use import begin_use

from .acts import entry, give, outcomes_of_uses_at_once, use
from .people import make_cameo


def test_a_use_is_recorded_with_grant_and_words(anna, cameo):
    with anna.here():
        use(cameo)
        last = Ledger().entries()[-1]
    assert (last.kind, last.body["cameo"], last.body["grant"]) == ("use", cameo.header.id, "owner")
    assert "beach" not in str(last.body)


def test_uses_are_counted_and_end(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=2))
    with ben.here():
        bundle = load_cameo("Anna")
        use(bundle)
        use(bundle)
        with pytest.raises(CameoError, match="all 2 uses of the grant are spent"):
            use(bundle)


def test_the_last_use_is_spent_once_by_many_at_once(anna, ben, cameo):
    give(anna, ben, cameo, rules=Rules(max_uses=3))
    with ben.here():
        outcomes = outcomes_of_uses_at_once(load_cameo("Anna"), 8)
        assert outcomes == {"refused": 5, "used": 3}
        assert Ledger().audit() == []


@pytest.mark.parametrize(
    ("rules", "text", "reason"),
    [
        (Rules(), "a nude woman having sex on the beach", "about sexual"),
        (Rules(deny=frozenset({"violence"})), "she is stabbed, blood sprays", "about violence"),
        (Rules(restrictions=("never as a villain",)), "@anna as evil villains", "never as a vil"),
        (Rules(restrictions=("jamais avec un chapeau",)), "avec des chapeaux", "jamais avec"),
    ],
)
def test_words_that_the_owner_does_not_allow_are_refused(anna, ben, rules, text, reason):
    with anna.here():
        cameo = make_cameo()
    give(anna, ben, cameo, rules=rules)
    with ben.here():
        with pytest.raises(CameoError, match=reason):
            use(load_cameo("Anna"), text)
        use(load_cameo("Anna"), "a walk on the beach in the rain")


def test_unknown_words_are_refused_for_a_person_and_harmless_for_a_thing(anna, cameo):
    unknown = (torch.zeros(1, 2, 4), {})
    with anna.here():
        with pytest.raises(CameoError, match="encode prompts with Hibari Text Encode"):
            begin_use([cameo], [unknown])
        begin_use([make_cameo("Mug", kind="object")], [unknown])


def test_words_that_do_not_belong_to_their_context_are_refused(anna, cameo):
    context, options = entry("a walk on the beach")
    with anna.here(), pytest.raises(CameoError, match="mixed or changed after it was encoded"):
        begin_use([cameo], [(context + 1, options)])


def test_a_refusal_is_recorded(anna, cameo):
    with anna.here():
        with pytest.raises(CameoError):
            use(cameo, "hardcore porn")
        assert Ledger().entries()[-1].kind == "refused"


def test_mentions_become_descriptions_once_and_only_once():
    text = "@Anna and @ben_2 wave, mail me@home.org, @nobody stays"
    assert mentions(text) == ["anna", "ben_2", "nobody"]
    roles = {"anna": "a woman with @ben_2 on her shirt", "ben_2": "a man"}
    assert replace_mentions(text, roles) == (
        "a woman with @ben_2 on her shirt and a man wave, mail me@home.org, nobody stays"
    )


def test_standing_wishes_join_the_description_and_forbidden_ones_do_not():
    rules = Rules(restrictions=("always wears glasses", "never as a villain"))
    told = standing_description("a woman with red hair.", rules)
    assert told == "a woman with red hair, always wears glasses"
    assert restriction_broken("a villain laughs", rules) == "never as a villain"
    assert restriction_broken("a village in the hills", rules) is None


@pytest.mark.parametrize("name", ["", "../anna", "a/b", "ann\x00a", "аnna", "x" * 65, "@anna", "."])
def test_names_that_lead_elsewhere_or_mix_scripts_are_refused(name):
    with pytest.raises(CameoError):
        checked_name(name)


@pytest.mark.parametrize(
    "pair", [("Anna", "anna"), ("Oscar", "оѕсаг"), ("Mia", "M1a"), ("carl", "car1"), ("Zoé", "Zoe")]
)
def test_names_that_look_alike_count_as_one(pair):
    one, other = pair
    assert skeleton(one) == skeleton(other)


def test_a_name_is_mentioned_in_lower_case_with_underscores():
    assert role_of("Anna Maria") == role_of("@anna_maria") == "anna_maria"


def test_a_look_alike_of_a_known_cameo_is_not_taken_in(anna, ben, eve):
    with anna.here():
        genuine = make_cameo("Carla")
    with eve.here():
        forged = make_cameo("CarIa", kind="person")
    with ben.here():
        import_file(genuine.path)
        with pytest.raises(CameoError, match="looks like Carla"):
            import_file(forged.path)
